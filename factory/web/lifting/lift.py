"""From what the models saw to objects in 3D: one picture's detections and depth -> rows of `web_objects`."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from factory.errors import DataError
from factory.web.depth_png import decode_depth
from factory.web.lifting.boxes import LiftedBox, box_of_points, box_of_truth
from factory.web.lifting.cleaning import clean
from factory.web.lifting.gates import refusal, touched_borders
from factory.web.lifting.occlusion import occluders
from factory.web.lifting.orientation import azimuth_of_front, front_from_angles
from factory.web.lifting.overlaps import duplicates, own_masks
from factory.web.lifting.parameters import DEFAULTS, LiftParameters
from factory.web.lifting.pixels import DepthView, mask_window, outline, sample_pixels, trusted_depth
from factory.web.masks import decode_mask
from schemas.web import Detection, WebImageRecord, WebObjectRecord

Array = np.ndarray

VERSION = 2  # raised when the same picture and parameters would give other objects


@dataclass(frozen=True, eq=False)
class _Body:
    """depth_fraction : share of the mask that has depth; points : (n, 3) float32 [m, camera], cleaned; around : (m, 3)
    [m, camera] beside the outline."""

    depth_fraction: float
    points: Array
    around: Array


class _Refused(Exception):
    """Why a detection is no object."""


def lift(image: WebImageRecord, parameters: LiftParameters = DEFAULTS) -> tuple[list[WebObjectRecord], Counter[str]]:
    """The objects of a picture in the order of its detections, and how many detections were left out, by reason.

    Depth is that of the stored PNG. Boxes lie evenly about the centre of an upright box and hold the cleaned points
    between percentiles; where a detection carries the truth, they are bounds of the true box, and the points alone
    come from mask and depth. An object's id is that of its detection, or else its place among the detections.
    References name the class; whether that tells objects apart is for others to say. Raises DataError when
    masks and depth are not maps of one size.
    """
    counts: Counter[str] = Counter()
    ids, detections = _candidates(image, parameters, counts)
    if not detections:
        return [], counts
    intrinsics = np.array(image.intrinsics).reshape(3, 3)
    view = DepthView.of(decode_depth(image.depth), intrinsics, image.width, image.height, parameters)
    own = own_masks(detections, [_mask(image, one, view) for one in detections], parameters)
    lifted: list[tuple[int, Detection, Array, _Body]] = []
    for object_id, detection, mask in zip(ids, detections, own, strict=True):
        try:
            lifted.append((object_id, detection, mask, _body(detection, mask, view, parameters)))
        except _Refused as reason:
            counts[str(reason)] += 1
    hidden_by = occluders([mask for _, _, mask, _ in lifted], view.depth_m, parameters)
    kept = [object_id for object_id, *_ in lifted]
    rows = [
        _record(image, object_id, detection, body, sorted(kept[place] for place in places), parameters)
        for (object_id, detection, _, body), places in zip(lifted, hidden_by, strict=True)
    ]
    return rows, counts


def _candidates(
    image: WebImageRecord, parameters: LiftParameters, counts: Counter[str]
) -> tuple[list[int], list[Detection]]:
    """Detections that pass the gates, no two of one thing, and their ids."""
    passed: list[tuple[int, Detection]] = []
    for place, detection in enumerate(image.detections):
        reason = refusal(image, detection, parameters)
        if reason:
            counts[reason] += 1
        else:
            passed.append((place if detection.object_id is None else detection.object_id, detection))
    twice = duplicates([detection for _, detection in passed], parameters)
    if twice.any():
        counts["duplicate of another"] += int(twice.sum())
    kept = [one for one, again in zip(passed, twice, strict=True) if not again]
    return [object_id for object_id, _ in kept], [detection for _, detection in kept]


def _mask(image: WebImageRecord, detection: Detection, view: DepthView) -> Array:
    if tuple(detection.mask.size) != view.depth_m.shape:
        height, width = view.depth_m.shape
        raise DataError(
            f"{image.source} shard {image.shard_id}, picture {image.image_id}: a mask of {detection.mask.size[1]} x "
            f"{detection.mask.size[0]} pixels over a depth map of {width} x {height}, which must be of one size; "
            "run the estimate stage again"
        )
    return decode_mask(detection.mask)


def _body(detection: Detection, mask: Array, view: DepthView, parameters: LiftParameters) -> _Body:
    window = mask_window(mask, parameters.outline_px[1])
    depth = view.depth_m[window][mask[window]]
    finite = np.isfinite(depth)
    fraction = float(finite.mean())
    # a true box stands whatever a sensor has seen of it
    if not finite.any() or (detection.truth is None and fraction < parameters.min_depth_share):
        raise _Refused("too little depth")
    if float(np.median(depth[finite])) > parameters.max_depth_m:
        raise _Refused("too far away")
    trusted = trusted_depth(mask, window, view, parameters)
    points = _points(view, window, np.isfinite(trusted), trusted, parameters.sampled_points)
    if len(points) < parameters.min_points_before:
        raise _Refused("too few points")
    points = points[clean(points, parameters)][: parameters.stored_points]
    if len(points) < parameters.min_points_after:
        raise _Refused("too few points on one body")
    beside = outline(mask, window, view, parameters)
    around = _points(view, window, beside, view.depth_m[window], parameters.outline_points)
    return _Body(fraction, points.astype(np.float32), around)


def _points(view: DepthView, window: tuple[slice, slice], pixels: Array, depth_m: Array, limit: int) -> Array:
    """Points (n, 3) [m, camera], n <= limit, of pixels (h, w) of a window with these z-depths (h, w)."""
    columns, rows = sample_pixels(pixels, limit)
    return view.points(columns + window[1].start, rows + window[0].start, depth_m[rows, columns])


def _record(
    image: WebImageRecord,
    object_id: int,
    detection: Detection,
    body: _Body,
    hidden_by: list[int],
    parameters: LiftParameters,
) -> WebObjectRecord:
    gravity_from_camera = (
        None if image.gravity_from_camera is None else np.array(image.gravity_from_camera).reshape(3, 3)
    )
    truth = detection.truth
    if truth is None:
        # of the stored points, so that whoever reads them can check it
        box = box_of_points(body.points.astype(np.float64), body.around, gravity_from_camera, parameters)
    else:
        box = box_of_truth(truth, gravity_from_camera)
    return WebObjectRecord(
        source=image.source,
        shard_id=image.shard_id,
        image_id=image.image_id,
        object_id=object_id,
        label=detection.label,
        score=detection.score,
        box=detection.box,
        mask=detection.mask,
        point_count=len(body.points),
        depth_fraction=body.depth_fraction,
        truncated=touched_borders(image, detection, parameters) > 0,
        occluded_by=hidden_by,
        center=box.center.tolist(),
        aabb_min=box.aabb_min.tolist(),
        aabb_max=box.aabb_max.tolist(),
        gravity_min=None if box.gravity_min is None else box.gravity_min.tolist(),
        gravity_max=None if box.gravity_max is None else box.gravity_max.tolist(),
        points=body.points.ravel().tolist(),
        **_orientation(detection, box, gravity_from_camera, parameters),
        visible_fraction=None if truth is None else truth.visible_fraction,
        reference=f"the {detection.label}",
        reference_kind="class",
        reference_iou=None,
    )


def _orientation(
    detection: Detection, box: LiftedBox, gravity_from_camera: Array | None, parameters: LiftParameters
) -> dict[str, object]:
    """The columns azimuth, elevation, rotation, symmetry and front_camera."""
    if detection.truth is not None:
        if detection.truth.front is None:
            return {"azimuth": None, "elevation": None, "rotation": None, "symmetry": None, "front_camera": None}
        front = np.array(detection.truth.front)
        return {
            "azimuth": azimuth_of_front(front, box.center, gravity_from_camera),
            "elevation": 0.0,
            "rotation": 0.0,
            "symmetry": 1,
            "front_camera": front.tolist(),
        }
    azimuth, elevation, rotation = detection.azimuth, detection.elevation, detection.rotation
    known = azimuth is not None and elevation is not None and rotation is not None
    usable = known and detection.symmetry == 1 and abs(rotation) <= parameters.max_rotation_deg
    front_camera = front_from_angles(azimuth, elevation, box.center).tolist() if usable else None
    return {
        "azimuth": azimuth,
        "elevation": elevation,
        "rotation": rotation,
        "symmetry": detection.symmetry,
        "front_camera": front_camera,
    }
