"""What poses, intrinsics and the unit of depth tell by themselves."""

from collections.abc import Sequence

import numpy as np

from factory.selfcheck.verdict import Evidence, Outcome
from factory.selfcheck.views import View
from schemas.scene import Frame

Array = np.ndarray

_CLEARLY = 0.5  # cosine between an axis and the vertical
_MOST = 0.8  # share of the frames of which something must hold
_OFF_CENTER = 0.2  # principal point from the middle, in image sizes: further off in no camera, hardly in any crop
_PIXEL_RATIO = 1.3  # of the focal lengths
_NEAREST_M = 0.1  # the middle of no depth image is nearer


def upright(frames: Sequence[Frame], is_confirmed: bool) -> Evidence:
    """Which way is up in the images: people and robots hold cameras upright.

    Cameras that mostly look straight up or down say nothing. is_confirmed : depth says that the poses are right; then
    images that lie on their side were filmed so, which is allowed.
    """
    cosine = float(np.median([-frame.world_from_camera[2, 1] for frame in frames]))
    tilt = float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    rotations = np.stack([frame.world_from_camera[:3, :3] for frame in frames])
    verdict: Outcome = "good" if cosine > _CLEARLY else "cannot tell"
    if advice := _sideways(rotations):
        verdict = "cannot tell" if is_confirmed else "bad"
    elif advice := _not_upright(rotations):
        verdict = "bad"
    says = f"images are tilted by {tilt:.0f} degrees from upright (median of {len(frames)})"
    likely = "not upright" if advice else None
    return Evidence(
        kind="upright", verdict=verdict, images=len(frames), error=tilt, says=says, likely=likely, advice=advice
    )


def impossible_intrinsics(frames: Sequence[Frame]) -> Evidence | None:
    """Intrinsics that cannot be those of images of their size; None where they can."""
    centers = np.array([(frame.intrinsics[:2, 2] + 0.5) / (frame.width, frame.height) - 0.5 for frame in frames])
    focal = np.array([frame.intrinsics[[0, 1], [0, 1]] for frame in frames])
    off = float(np.median(np.abs(centers).max(axis=1)))
    ratio = float(np.median(focal.max(axis=1) / focal.min(axis=1)))
    if off <= _OFF_CENTER and ratio <= _PIXEL_RATIO:
        return None
    return Evidence(
        kind="intrinsics",
        verdict="bad",
        images=len(frames),
        error=off,
        says=f"the principal point is {off:.0%} of the image's side off its middle, focal lengths are 1:{ratio:.2f}",
        likely="intrinsics of another size",
        advice="the intrinsics look like those of images of another size, or turned ones: scale or turn them",
    )


def impossible_depth(views: Sequence[View]) -> Evidence | None:
    """Depth that is too near to be in metres; None where it can be."""
    middles = [float(np.median(view.depth_m[view.depth_m > 0])) for view in views if view.depth_m is not None]
    if not middles or (middle := float(np.median(middles))) >= _NEAREST_M:
        return None
    return Evidence(
        kind="depth unit",
        verdict="bad",
        images=len(middles),
        error=middle,
        says=f"the middle of the depth images is {middle * 1000:.0f} mm away",
        likely="depth unit",
        advice="depth looks like another unit (metres read as millimetres?): correct its steps per metre",
    )


def _sideways(rotations: Array) -> str | None:
    """What to do where most of the cameras (n, 3, 3) lie on the same side."""
    for sign, side in ((1, "right"), (-1, "left")):
        if _most(sign * rotations[:, 2, 0] > _CLEARLY):
            return f"the images lie on their side, up is at their {side}: turn them upright, with intrinsics and poses"
    return None


def _not_upright(rotations: Array) -> str | None:
    """What to do where most of the cameras (n, 3, 3) stand on their heads or in another world."""
    down = rotations[:, :, 1]
    if _most(down[:, 2] > _CLEARLY):
        return (
            "the cameras stand on their heads: the camera axes look like OpenGL's (multiply the poses by "
            "diag(1, -1, -1, 1) from the right), or the world's z axis points down, or the images are upside down"
        )
    for axis, name in enumerate("xy"):
        for sign in (1, -1):
            if _most(-sign * down[:, axis] > _CLEARLY):
                return f"up is {'+' if sign > 0 else '-'}{name} in the world of the poses: turn it so that z points up"
    return None


def _most(holds: Array) -> bool:
    return bool(holds.mean() >= _MOST)
