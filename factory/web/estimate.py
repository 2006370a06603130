"""Pictures through a stack of models: what `web_images` holds of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal, Protocol

import numpy as np

from factory.geometry.cameras import scale_intrinsics
from factory.web.depth_maps import resize_depth
from factory.web.depth_png import encode_depth
from factory.web.estimators.protocols import DepthMap, Detected, Orientation
from factory.web.estimators.resizing import resize
from factory.web.estimators.stack import Stack, StackConfig
from factory.web.exif import default_intrinsics
from factory.web.masks import encode_mask
from factory.web.repeats import not_repeated
from schemas.web import Detection, ModelUse

Array = np.ndarray

VERSION = 1  # raised when the same models would make other rows

NO_DEPTH = "no depth"


class Upright(Protocol):
    """A decoded picture. rgb : (h, w, 3) uint8, upright, the whole or all of it made smaller; width, height : of the
    whole [px]; intrinsics : (3, 3) [px of the whole] where its file tells; sensed : measured depth and its camera [px
    of the whole], which no model is asked for then."""

    @property
    def rgb(self) -> Array: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def intrinsics(self) -> Array | None: ...
    @property
    def sensed(self) -> DepthMap | None: ...


@dataclass(frozen=True)
class EstimateParameters:
    """map_side : longest side of the stored maps [px]; seen_side : of what the models see; min_score : of detections
    that are kept; closed_score : a class is closed when all of its detections reach it; same_iou : overlap from which
    two boxes of one class are one thing."""

    map_side: int = 640
    seen_side: int = 1280
    min_score: float = 0.3
    closed_score: float = 0.5
    same_iou: float = 0.6

    def versions(self) -> dict[str, str]:
        """The numbers by name, for fingerprints."""
        return {name: repr(value) for name, value in asdict(self).items()}

    @classmethod
    def of(cls, config: StackConfig) -> "EstimateParameters":
        """With the scores that a stack's detector needs."""
        return cls(min_score=config.min_score, closed_score=config.closed_score)


DEFAULTS = EstimateParameters()


@dataclass(frozen=True)
class Estimate:
    """The columns of a `WebImageRecord` that models decide, under their names; `counts` says what was left out."""

    intrinsics: list[float]
    intrinsics_source: Literal["exif", "model", "sensor", "default"]
    depth: bytes
    depth_source: Literal["model", "sensor"]
    gravity_from_camera: list[float] | None
    gravity_source: Literal["model"] | None
    stack: str
    models: list[ModelUse]
    is_data: bool
    detections: list[Detection]
    closed_classes: list[str]
    counts: Counter[str]

    def columns(self) -> dict[str, object]:
        """For `WebImageRecord(..., **columns)`."""
        return {name: value for name, value in self.__dict__.items() if name != "counts"}


def estimate_pictures(
    stack: Stack, pictures: Sequence[Upright], parameters: EstimateParameters = DEFAULTS
) -> list[Estimate | str]:
    """Per picture what the models make of it, or why it is left out. They see `stack.batch_size` at a time."""
    found: list[Estimate | str] = []
    for start in range(0, len(pictures), stack.batch_size):
        found += _batch(stack, pictures[start : start + stack.batch_size], parameters)
    return found


def _batch(stack: Stack, pictures: Sequence[Upright], parameters: EstimateParameters) -> list[Estimate | str]:
    views = [_View.of(picture, parameters.seen_side) for picture in pictures]
    reasons = [""] * len(views)
    if stack.classifier is not None:
        kinds = stack.classifier.not_a_photograph([view.rgb for view in views])
        reasons = [f"not a photograph: {kind}" if kind else "" for kind in kinds]
    views = [view for view, reason in zip(views, reasons, strict=True) if not reason]
    estimates = iter(_photographs(stack, views, parameters) if views else [])
    return [reason or next(estimates) for reason in reasons]


@dataclass(frozen=True, eq=False)
class _View:
    """A picture as the models see it. intrinsics : known ones [px of the view]; sensed : see `Upright`."""

    rgb: Array
    width: int
    height: int
    intrinsics: Array | None
    sensed: DepthMap | None

    @classmethod
    def of(cls, picture: Upright, side: int) -> "_View":
        h, w = picture.rgb.shape[:2]
        scale = min(1.0, side / max(h, w))
        rgb = resize(picture.rgb, max(1, round(w * scale)), max(1, round(h * scale))) if scale < 1 else picture.rgb
        known = picture.intrinsics if picture.sensed is None else picture.sensed.intrinsics
        if known is not None:
            known = scale_intrinsics(known, rgb.shape[1] / picture.width, rgb.shape[0] / picture.height)
        return cls(rgb, picture.width, picture.height, known, picture.sensed)

    @property
    def per_pixel(self) -> tuple[float, float]:
        """Pixels of the whole picture per pixel of the view, along x and y."""
        return self.width / self.rgb.shape[1], self.height / self.rgb.shape[0]


def _photographs(stack: Stack, views: list[_View], parameters: EstimateParameters) -> list[Estimate | str]:
    pictures = [view.rgb for view in views]
    depths = _depths(stack, views)
    intrinsics = [_intrinsics(view, depth, stack.default_fov_deg) for view, depth in zip(views, depths, strict=True)]
    downs: list[Array | None] = [None] * len(views)
    if stack.gravity is not None:
        downs = stack.gravity.estimate(pictures, [matrix for matrix, _ in intrinsics])
    detections = stack.detector.detect(pictures)
    models = stack.models()
    found: list[Estimate | str] = []
    for view, depth, (matrix, source), down, seen in zip(views, depths, intrinsics, downs, detections, strict=True):
        height, width = _map_size(view, parameters.map_side)
        depth_m = resize_depth(depth.depth_m, height, width)
        if not (np.isfinite(depth_m) & (depth_m > 0)).any():
            found.append(NO_DEPTH)
            continue
        counts: Counter[str] = Counter()
        kept, closed = _detections(stack, view, seen, (height, width), parameters, counts)
        found.append(
            Estimate(
                intrinsics=_flat(scale_intrinsics(matrix, *view.per_pixel)),
                intrinsics_source=source,
                depth=encode_depth(depth_m),
                depth_source="model" if view.sensed is None else "sensor",
                gravity_from_camera=None if down is None else _flat(down),
                gravity_source=None if down is None else "model",
                stack=stack.name,
                models=models if view.sensed is None else [use for use in models if use.role != "depth"],
                is_data=stack.is_data,
                detections=kept,
                closed_classes=closed,
                counts=+counts,
            )
        )
    return found


def _depths(stack: Stack, views: list[_View]) -> list[DepthMap]:
    """Measured depth where there is some, else the model's."""
    asked = [view for view in views if view.sensed is None]
    told = iter(
        stack.depth.estimate([view.rgb for view in asked], [view.intrinsics for view in asked]) if asked else []
    )
    return [next(told) if view.sensed is None else view.sensed for view in views]


def _intrinsics(
    view: _View, depth: DepthMap, fov_deg: float
) -> tuple[Array, Literal["exif", "model", "sensor", "default"]]:
    """(3, 3) [px of the view] and who says so."""
    if view.sensed is not None and view.intrinsics is not None:
        return view.intrinsics, "sensor"
    if view.intrinsics is not None:
        return view.intrinsics, "exif"
    if depth.intrinsics is not None:
        return depth.intrinsics, "model"
    return default_intrinsics(view.rgb.shape[1], view.rgb.shape[0], fov_deg), "default"


def _map_size(view: _View, side: int) -> tuple[int, int]:
    """Height and width of the stored maps: the whole picture scaled down to `side`, never up."""
    scale = min(1.0, side / max(view.height, view.width))
    return max(1, round(view.height * scale)), max(1, round(view.width * scale))


def _detections(
    stack: Stack,
    view: _View,
    seen: Detected,
    map_size: tuple[int, int],
    parameters: EstimateParameters,
    counts: Counter[str],
) -> tuple[list[Detection], list[str]]:
    """Detections worth lifting, by falling score, and the classes of which none is missing among them."""
    single = not_repeated(seen.labels, seen.scores, seen.boxes, parameters.same_iou)
    counts["detection: repeats another"] += len(seen.labels) - len(single)
    good = single[seen.scores[single] >= parameters.min_score]
    counts["detection: score too low"] += len(single) - len(good)
    boxes = seen.boxes[good]
    masks = stack.segmenter.segment(view.rgb, boxes)
    orientations: list[Orientation | None] = [None] * len(good)
    if stack.orientation is not None:
        orientations = stack.orientation.orient(view.rgb, boxes, masks)
    in_doubt = {seen.labels[i] for i in single if seen.scores[i] < parameters.closed_score}
    kept = []
    for i, box, mask, orientation in zip(good, boxes, masks, orientations, strict=True):
        small = resize_mask(mask, *map_size)
        if not small.any():
            counts["detection: empty mask"] += 1
            in_doubt.add(seen.labels[i])
            continue
        kept.append(
            Detection(
                label=seen.labels[i],
                score=float(seen.scores[i]),
                box=[float(value) for value in box * (view.per_pixel * 2)],
                mask=encode_mask(small),
                azimuth=None if orientation is None else orientation.azimuth,
                elevation=None if orientation is None else orientation.elevation,
                rotation=None if orientation is None else orientation.rotation,
                symmetry=None if orientation is None else orientation.symmetry,
            )
        )
    # a detector without room for more may have left out any class
    closed = set() if seen.full else {detection.label for detection in kept} - in_doubt
    return kept, sorted(closed)


def resize_mask(mask: Array, height: int, width: int) -> Array:
    """A bool mask in another size: pixels of which at least half is inside."""
    import cv2

    if mask.shape == (height, width):
        return mask
    shares = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    inside: Array = shares >= 0.5
    return inside


def _flat(matrix: Array) -> list[float]:
    return [float(value) for value in matrix.ravel()]
