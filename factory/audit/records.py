"""Whether views and objects agree with each other."""

import numpy as np

from factory.audit.evidence import Camera, Evidence
from factory.audit.findings import Finding, Kind

TOLERANCE = 1e-6
VIDEO_FRAMES = 32
# A box may reach beyond the projection by the pixel it fills, and by rounding to 0..1000.
_SLACK_PIXELS, _SLACK = 1.5, 1.0
# It may also hold faces that reach over to vertices of the next object.
_MIN_SHARE_INSIDE = 0.8


def check_records(evidence: Evidence) -> list[Finding]:
    """Findings about boxes that are none, centres that do not fit the camera, and 2D boxes off their object."""
    findings: list[Finding] = []

    def expect(holds: bool, item: str, stored: object, derived: object) -> None:
        if not holds:
            findings.append(Finding(Kind.RECORD, "", "", item, str(stored), str(derived)))

    for thing in evidence.things.values():
        item = f"object {thing.object_id}"
        axes = thing.axes
        rigid = np.abs(axes.T @ axes - np.eye(3)).max() < TOLERANCE and np.linalg.det(axes) > 0
        expect(bool(rigid), item, "rotation", "a rotation")
        expect(bool((thing.half >= 0).all()), item, f"extents {2 * thing.half}", "lengths")
        expect(bool((thing.aabb_min <= thing.aabb_max).all()), item, "aabb", "min <= max")
        for frame_id in thing.frame_ids:
            camera = evidence.cameras.get(frame_id)
            shows = camera is not None and thing.object_id in camera.shown
            expect(shows, item, f"frame {frame_id}", "a stored view that shows it")
    places = [camera.video_index for camera in evidence.video]
    in_order = places == list(range(len(places))) and len(places) <= VIDEO_FRAMES
    expect(in_order, "views", f"video frames {places}", f"at most {VIDEO_FRAMES}, counted from 0")
    for camera in evidence.cameras.values():
        _check_view(evidence, camera, expect)
    return findings


def _check_view(evidence: Evidence, camera: Camera, expect: object) -> None:
    assert callable(expect)
    for object_id, shown in camera.shown.items():
        item = f"view {camera.frame_id}, object {object_id}"
        thing = evidence.things.get(object_id)
        if thing is None:
            expect(False, item, f"object {object_id}", "an annotated object")
            continue
        expect(shown["label"] == thing.label, item, shown["label"], thing.label)
        expect(0.0 <= shown["visible_fraction"] <= 1.0, item, shown["visible_fraction"], "0 to 1")
        seen = evidence.seen(camera.frame_id, object_id)
        expect(bool(np.abs(seen - shown["center_camera"]).max() <= TOLERANCE), item, shown["center_camera"], seen)
        x1, y1, x2, y2 = shown["box"]
        expect(0 <= x1 < x2 <= 1000 and 0 <= y1 < y2 <= 1000, item, shown["box"], "a box inside 0 to 1000")
        u, v = shown["point"]
        expect(x1 <= u <= x2 and y1 <= v <= y2, item, f"point {shown['point']}", f"inside the box {shown['box']}")
        if thing.is_structural:  # its surface is cut where annotation ends: faces at the cut are as large as it is
            continue
        share = _share_inside(shown["box"], _projected(camera, thing.aabb_min, thing.aabb_max))
        expect(share >= _MIN_SHARE_INSIDE, item, f"box {shown['box']}, {share:.0%} on the object", "the object's box")


def _share_inside(box: list[int], reach: tuple[np.ndarray, np.ndarray] | None) -> float:
    if reach is None:
        return 1.0
    low, high = np.maximum(box[:2], reach[0]), np.minimum(box[2:], reach[1])
    area = (box[2] - box[0]) * (box[3] - box[1])
    return float(np.prod(np.maximum(high - low, 0.0))) / area if area > 0 else 1.0


def _projected(camera: Camera, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Bounds of the projected axis-aligned box on the 0-1000 scale, with slack.

    None where part of the box is behind the camera, an empty range where all of it is.
    """
    corners = np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])
    seen = camera.see(corners)
    if seen[:, 2].max() <= 0:
        return np.full(2, np.inf), np.full(2, -np.inf)
    if seen[:, 2].min() < 0.05:
        return None
    pixels = (seen @ camera.intrinsics.T)[:, :2] / seen[:, 2:]
    scale = 1000.0 / np.array([camera.width, camera.height])
    slack = _SLACK_PIXELS * 1000.0 / np.array([camera.raster_width, camera.raster_height]) + _SLACK
    return (pixels.min(axis=0) + 0.5) * scale - slack, (pixels.max(axis=0) + 0.5) * scale + slack
