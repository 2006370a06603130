"""Whether the rows of a picture and of its objects bear each other out."""

import math
from collections import Counter
from typing import Any

import numpy as np

from factory.audit.findings import Finding, Kind
from factory.audit.web import limits
from factory.audit.web.decoding import mask_of
from factory.audit.web.evidence import Scenery, Thing
from factory.audit.web.geometry import azimuth_of, front_of
from factory.audit.web.naming import check_reference
from factory.audit.web.notes import Notes

Array = np.ndarray

_BORDER_PIXELS = 3  # beside the outline of a mask, depth is that of the nearest pixel inside
_CLOSE = 1e-6


def check_records(scenery: Scenery) -> list[Finding]:
    """Everything that is wrong with a picture and its objects before any question is read."""
    image, depth, notes = scenery.image, scenery.depth_m, Notes(scenery.image["image_id"])
    _picture(scenery, notes)
    ids = [thing.object_id for thing in scenery.list]
    notes.expect(len(set(ids)) == len(ids), "objects", f"ids {ids}", "different ids", Kind.DUPLICATE_ID)
    named = Counter(thing.reference.casefold() for thing in scenery.list if thing.kind != "box")
    for thing in scenery.list:
        detection = _detection_of(thing, image)
        item = f"object {thing.object_id}"
        for name in ("source", "shard_id"):
            notes.expect(thing.record[name] == image[name], item, thing.record[name], image[name], Kind.METADATA)
        if not notes.expect(detection is not None, item, thing.label, "a detection with its label, box and mask"):
            continue
        assert detection is not None
        _place(thing, scenery, notes)
        _points(thing, scenery, depth, notes)
        _boxes(thing, detection, scenery, notes)
        _front(thing, detection, scenery, notes)
        check_reference(thing, detection, scenery, named, notes)
    return notes.findings


def _picture(scenery: Scenery, notes: Notes) -> None:
    image, turn, k = scenery.image, scenery.gravity_from_camera, scenery.intrinsics
    if turn is not None:
        rotation = np.allclose(turn @ turn.T, np.eye(3), atol=1e-6) and np.linalg.det(turn) > 0
        notes.expect(bool(rotation), "gravity", turn.tolist(), "a rotation")
        notes.expect(abs(turn[0, 2]) < 1e-6 and turn[2, 2] > 0, "gravity", turn.tolist(), "the camera's own heading")
    focal = k[0, 0] > 0 and k[1, 1] > 0 and np.array_equal(k[2], (0, 0, 1)) and k[0, 1] == k[1, 0] == 0
    notes.expect(bool(focal), "intrinsics", k.tolist(), "focal lengths and a centre")
    notes.expect((turn is None) == (image["gravity_source"] is None), "gravity", image["gravity_source"], "its source")
    shape = list(scenery.depth_m.shape)
    for place, one in enumerate(image["detections"]):
        x1, y1, x2, y2 = one["box"]
        inside = 0 <= x1 < x2 <= image["width"] + 0.5 and 0 <= y1 < y2 <= image["height"] + 0.5
        notes.expect(inside, f"detection {place}", one["box"], "a box inside the picture")
        notes.expect(one["mask"]["size"] == shape, f"detection {place}", one["mask"]["size"], f"the depth's {shape}")
    labels = {one["label"] for one in image["detections"]}
    unknown = sorted(set(image["closed_classes"]) - labels)
    notes.expect(not unknown, "closed classes", unknown, "labels of detections")


def _detection_of(thing: Thing, image: dict[str, Any]) -> dict[str, Any] | None:
    """The detection with the object's id, or in its place, if it is the same thing."""
    numbered = any(one["object_id"] is not None for one in image["detections"])
    for place, one in enumerate(image["detections"]):
        own = one["object_id"] if numbered else place
        if own == thing.object_id:
            record = thing.record
            same = all(one[name] == record[name] for name in ("label", "box", "mask", "score"))
            return one if same else None
    return None


def _place(thing: Thing, scenery: Scenery, notes: Notes) -> None:
    image, record, item = scenery.image, thing.record, f"object {thing.object_id}"
    height, width = scenery.depth_m.shape
    near_x, near_y = limits.BORDER_PX * image["width"] / width, limits.BORDER_PX * image["height"] / height
    x1, y1, x2, y2 = record["box"]
    cut = x1 <= near_x or y1 <= near_y or x2 >= image["width"] - near_x or y2 >= image["height"] - near_y
    notes.expect(record["truncated"] == cut, item, f"truncated {record['truncated']}", cut)
    others = set(scenery.things) - {thing.object_id}
    notes.expect(set(record["occluded_by"]) <= others, item, f"occluded by {record['occluded_by']}", "other objects")


def _points(thing: Thing, scenery: Scenery, depth: Array, notes: Notes) -> None:
    """Points lie behind pixels of the mask, at the depth of these or of their neighbours."""
    record, item, points = thing.record, f"object {thing.object_id}", thing.points
    notes.expect(record["point_count"] == len(points), item, f"{record['point_count']} points", len(points))
    if not notes.expect(len(points) > 0 and bool((points[:, 2] > 0).all()), item, "points", "some, before the camera"):
        return
    image, k = scenery.image, scenery.intrinsics
    height, width = depth.shape
    rays = points[:, :2] / points[:, 2:]
    columns = np.rint((rays[:, 0] * k[0, 0] + k[0, 2] + 0.5) * width / image["width"] - 0.5).astype(int)
    rows = np.rint((rays[:, 1] * k[1, 1] + k[1, 2] + 0.5) * height / image["height"] - 0.5).astype(int)
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    try:
        mask = mask_of(record["mask"])
    except ValueError as error:
        notes.expect(False, item, error, "a mask in run lengths")
        return
    if not notes.expect(mask.shape == depth.shape, item, f"a mask of {mask.shape}", f"the depth's {depth.shape}"):
        return
    on = inside.copy()
    on[inside] = mask[rows[inside], columns[inside]]
    share = float(on.mean())
    notes.expect(share >= limits.POINTS_IN_MASK, item, f"{share:.3f} of the points on the mask", limits.POINTS_IN_MASK)
    x, y, z = columns[inside], rows[inside], points[inside, 2]
    agrees = np.zeros(len(z), dtype=bool)
    reach = range(-_BORDER_PIXELS, _BORDER_PIXELS + 1)
    for dx, dy in sorted(((dx, dy) for dx in reach for dy in reach), key=lambda step: math.hypot(*step)):
        if agrees.all():
            break
        open_ = np.flatnonzero(~agrees)
        around = depth[np.clip(y[open_] + dy, 0, height - 1), np.clip(x[open_] + dx, 0, width - 1)]
        with np.errstate(invalid="ignore"):
            agrees[open_] = np.abs(around - z[open_]) <= limits.DEPTH_SHARE * z[open_] + limits.DEPTH_M
    share = float(agrees.mean()) if len(agrees) else 0.0
    notes.expect(share >= limits.POINTS_IN_MASK, item, f"{share:.3f} of the points at the stored depth", "all")


def _boxes(thing: Thing, detection: dict[str, Any], scenery: Scenery, notes: Notes) -> None:
    """The bounds of a true box, or those of the points' bulk, evenly about the centre."""
    item, turn = f"object {thing.object_id}", scenery.gravity_from_camera
    notes.expect(("gravity" in thing.low) == (turn is not None), item, "gravity box", "where gravity is known")
    truth = detection["truth"]
    frames = {"camera": np.eye(3)} | ({} if turn is None else {"gravity": turn})
    if truth is not None:
        center, half = np.array(truth["center"]), np.array(truth["extents"]) / 2
        notes.expect(np.allclose(thing.center, center, atol=_CLOSE), item, thing.center.tolist(), center.tolist())
        axes = np.array(truth["rotation"]).reshape(3, 3) * half
        for frame, level in frames.items():
            reach = np.abs(level @ axes).sum(axis=1)
            surface = truth[f"reach_{frame}"]
            if surface is not None:  # of the object itself, which cannot leave its box
                within = bool((np.array(surface) <= reach * (1 + _CLOSE) + limits.SURFACE_SLACK_M).all())
                notes.expect(within, item, f"reach {surface}", f"within the box, {reach.tolist()}")
                reach = np.array(surface)
            _bounds(thing, frame, level @ center - reach, level @ center + reach, notes)
        return
    if not len(thing.points):
        return
    for frame, level in frames.items():
        center = level @ thing.center
        low, high = np.percentile(thing.points @ level.T, limits.PERCENTILES, axis=0)
        half = np.maximum(center - low, high - center)
        _bounds(thing, frame, center - half, center + half, notes)


def _bounds(thing: Thing, frame: str, low: Array, high: Array, notes: Notes) -> None:
    if frame in thing.low:
        stored, derived = np.stack([thing.low[frame], thing.high[frame]]), np.stack([low, high])
        same = np.allclose(stored, derived, atol=_CLOSE, rtol=_CLOSE)
        notes.expect(same, f"object {thing.object_id}", f"{frame} box {stored.tolist()}", derived.round(6).tolist())


def _front(thing: Thing, detection: dict[str, Any], scenery: Scenery, notes: Notes) -> None:
    """Front and azimuth belong together, by the ray to the centre."""
    record, item, truth = thing.record, f"object {thing.object_id}", detection["truth"]
    front = record["front_camera"]
    if truth is not None:
        if truth["front"] is None:
            notes.expect(front is None and record["azimuth"] is None, item, f"front {front}", None)
            return
        same = front is not None and np.allclose(front, truth["front"], atol=_CLOSE)
        notes.expect(bool(same), item, f"front {front}", truth["front"])
        azimuth = azimuth_of(np.array(truth["front"]), thing.center, scenery.gravity_from_camera)
        off = abs(((record["azimuth"] if record["azimuth"] is not None else 1e9) - azimuth + 180) % 360 - 180)
        notes.expect(off < 1e-4, item, f"azimuth {record['azimuth']}", f"{azimuth:.4f}")
        notes.expect(record["symmetry"] == 1, item, f"symmetry {record['symmetry']}", 1)
        return
    angles = ("azimuth", "elevation", "rotation", "symmetry")
    same = all(record[name] == detection[name] for name in angles)
    notes.expect(same, item, [record[name] for name in angles], [detection[name] for name in angles])
    known = all(record[name] is not None for name in angles) and record["symmetry"] == 1
    usable = known and abs(record["rotation"]) <= limits.ROTATION_DEG
    if not notes.expect(
        (front is not None) == usable, item, f"front {front}", "one that can be trusted" if usable else None
    ):
        return
    if usable:
        derived = front_of(record["azimuth"], record["elevation"], thing.center)
        notes.expect(np.allclose(front, derived, atol=_CLOSE), item, f"front {front}", derived.round(6).tolist())
