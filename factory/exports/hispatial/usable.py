"""Which pictures a layout can hold."""

from typing import Literal

from factory.exports.hispatial.samples import normalised_intrinsics
from factory.web.depth_png import decode_depth
from schemas.web import WebImageRecord

Layout = Literal["wild", "ca1m"]

FOCAL = (0.2, 5.0)  # of the picture's side; beyond, a picture is as good as uncalibrated
FAR_M = 30.0  # CA-1M's loader takes depth from here on as unknown


def natural_layout(image: WebImageRecord) -> Layout:
    """CA-1M's for measured depth, the wild one for estimated depth."""
    return "wild" if image.depth_source == "model" else "ca1m"


def why_unusable(image: WebImageRecord, layout: Layout, *, stand_ins: bool) -> str:
    """The reason to leave a picture out, empty for none; `stand_ins` keeps those from models with random weights."""
    if not (image.is_data or stand_ins):
        return "a model of its stack has random weights"
    focal = normalised_intrinsics(image)[[0, 1], [0, 1]]
    if not (FOCAL[0] < focal.min() and focal.max() < FOCAL[1]):
        return f"focal length outside {FOCAL[0]} to {FOCAL[1]} of the picture's side"
    if layout == "ca1m":
        if image.depth_source == "model":
            return "its depth is not measured"
        depth_m = decode_depth(image.depth)
        if not ((depth_m > 0) & (depth_m < FAR_M)).any():
            return f"no depth below {FAR_M} m"
    return ""
