"""Models without weights behind the real protocols: bright rectangles on dark ground are things, lower ones nearer.

They let whole builds run in tests; what they say is exact for pictures that `tests.web.painted_pictures` makes.
"""

from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np

from factory.web.estimators.protocols import DepthMap, Detected
from schemas.base import Record
from schemas.web import ModelUse

Array = np.ndarray

LABELS = {"red": "chair", "green": "plant", "blue": "cup", "yellow": "lamp"}
COLORS = {"red": (220, 30, 30), "green": (30, 180, 60), "blue": (40, 70, 220), "yellow": (235, 220, 40)}


class TinyModel:
    """What a stack asks of every model."""

    weights: ClassVar[dict[str, Any]] = {}
    parameters = Record
    version = 1

    def __init__(self, *_: object) -> None:
        pass

    def models(self) -> list[ModelUse]:
        return []

    def close(self) -> None:
        pass


class TinyDetector(TinyModel):
    """A box around every rectangle of a known color."""

    def detect(self, pictures: list[Array]) -> list[Detected]:
        return [self._one(picture) for picture in pictures]

    def _one(self, picture: Array) -> Detected:
        labels, boxes = [], []
        for name, color in COLORS.items():
            near = (np.abs(picture.astype(int) - color) < 40).all(axis=2)
            count, _, stats, _ = cv2.connectedComponentsWithStats(near.astype(np.uint8))
            for x, y, width, height, area in stats[1:count].tolist():
                if area >= 100:
                    labels.append(LABELS[name])
                    boxes.append([x, y, x + width, y + height])
        return Detected(tuple(labels), np.full(len(labels), 0.9), np.array(boxes, dtype=float).reshape(-1, 4), False)


class TinyDepth(TinyModel):
    """From 6 m in the first row to 2 m in the last."""

    def estimate(self, pictures: list[Array], intrinsics: list[Array | None]) -> list[DepthMap]:
        found = []
        for picture in pictures:
            height, width = picture.shape[:2]
            column = np.linspace(6.0, 2.0, height, dtype=np.float32)
            found.append(DepthMap(np.repeat(column[:, None], width, axis=1), None))
        return found


class TinyGravity(TinyModel):
    """The camera is level."""

    def estimate(self, pictures: list[Array], intrinsics: list[Array]) -> list[Array | None]:
        return [np.eye(3) for _ in pictures]


class TinyClassifier(TinyModel):
    """Everything is a photograph."""

    def not_a_photograph(self, pictures: list[Array]) -> list[str | None]:
        return [None] * len(pictures)


class FailingDepth(TinyDepth):
    """Breaks on pictures that are a little wider than others."""

    def estimate(self, pictures: list[Array], intrinsics: list[Array | None]) -> list[DepthMap]:
        if any(picture.shape[1] == 322 for picture in pictures):
            raise RuntimeError("out of memory")
        return super().estimate(pictures, intrinsics)


def tiny_stack(depth: str = "TinyDepth", **change: object) -> dict[str, object]:
    """A configuration of a stack of these."""
    here = "tests.web.tiny_models"
    return {
        "name": "cpu",
        "masks": "box",
        "roles": {
            "depth": {"model": f"{here}:{depth}"},
            "detector": {"model": f"{here}:TinyDetector"},
            "gravity": {"model": f"{here}:TinyGravity"},
            "classifier": None,
        },
    } | change


def write_tiny_stack(path: Path, depth: str = "TinyDepth") -> Path:
    """The same as a file for `--stack-config`."""
    models = {"depth": depth, "detector": "TinyDetector", "gravity": "TinyGravity", "classifier": "TinyClassifier"}
    roles = [f'[roles.{role}]\nmodel = "tests.web.tiny_models:{name}"\n' for role, name in models.items()]
    path.write_text("\n".join(['masks = "box"\n', *roles]))
    return path
