"""Boxes taken for masks: no model, for quick runs; lifting's cleaning then has to find the object among the rest."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from factory.web.estimators.model import Machine
from factory.web.estimators.weights import WeightFile
from schemas.base import Record
from schemas.web import ModelUse

Array = np.ndarray


class BoxMaskParameters(Record):
    """None."""


class BoxMasks:
    """The pixels whose middles lie in a box."""

    version: ClassVar[int] = 1
    parameters: ClassVar[type[Record]] = BoxMaskParameters
    weights: ClassVar[Mapping[str, WeightFile | None]] = {}

    def __init__(self, weights: Mapping[str, WeightFile], parameters: BoxMaskParameters, machine: Machine) -> None:
        pass

    def models(self) -> list[ModelUse]:
        return []

    def close(self) -> None:
        pass

    def segment(self, picture: Array, boxes: Array) -> Array:
        height, width = picture.shape[:2]
        x, y = np.arange(width) + 0.5, np.arange(height) + 0.5
        columns = (boxes[:, 0, None] <= x) & (x < boxes[:, 2, None])
        rows = (boxes[:, 1, None] <= y) & (y < boxes[:, 3, None])
        return rows[:, :, None] & columns[:, None, :]
