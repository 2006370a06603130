"""What the models of a stack offer, whichever they are.

Pictures are (H, W, 3) uint8 RGB, upright. Boxes are x1 y1 x2 y2 [px], the outer edges of the pixels. Estimators take
lists, so that those on a GPU can batch; they hold their weights, and `close` frees them. Constructing one raises
`DataError` naming the exact files when weights are missing or are not what their checksum says.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from schemas.web import ModelUse

Array = np.ndarray


class Estimator(Protocol):
    """Common to all."""

    def models(self) -> list[ModelUse]:
        """Whose weights are used, with checksum and licence; empty where a method has no weights."""

    def close(self) -> None:
        """Frees the model."""


@dataclass(frozen=True)
class DepthMap:
    """depth_m : (h, w) float32 z-depth [m], NaN unknown, inf sky, any resolution with the picture's aspect;
    intrinsics : (3, 3) [px of the picture] where the model tells them, else None."""

    depth_m: Array
    intrinsics: Array | None


class DepthEstimator(Estimator, Protocol):
    """Metric depth."""

    def estimate(self, pictures: list[Array], intrinsics: list[Array | None]) -> list[DepthMap]:
        """Depth per picture; `intrinsics` (3, 3) [px] are those known from elsewhere (EXIF, sensor)."""


@dataclass(frozen=True)
class Detected:
    """k boxes: labels, scores (k,), boxes (k, 4) [px]; `full` when the detector had no room for more."""

    labels: tuple[str, ...]
    scores: Array
    boxes: Array
    full: bool


class Detector(Estimator, Protocol):
    """Objects by name."""

    def detect(self, pictures: list[Array]) -> list[Detected]:
        """Boxes per picture by falling score, down to the score below which a detection says nothing."""


class Segmenter(Estimator, Protocol):
    """Masks from boxes."""

    def segment(self, picture: Array, boxes: Array) -> Array:
        """(k, H, W) bool masks of the boxes (k, 4)."""


@dataclass(frozen=True)
class Orientation:
    """Orient Anything V2's angles: azimuth 0..359, elevation -90..89, rotation -180..179 [deg]; how many fronts."""

    azimuth: float
    elevation: float
    rotation: float
    symmetry: int


class OrientationEstimator(Estimator, Protocol):
    """Which way objects face."""

    def orient(self, picture: Array, boxes: Array, masks: Array) -> list[Orientation | None]:
        """Per box (k, 4) with mask (k, H, W) the orientation, None where there is none to tell."""


class GravityEstimator(Estimator, Protocol):
    """Where down is."""

    def estimate(self, pictures: list[Array], intrinsics: list[Array]) -> list[Array | None]:
        """Per picture `gravity_from_camera` (3, 3), None where it cannot be told."""


class Classifier(Estimator, Protocol):
    """What kind of picture it is."""

    def not_a_photograph(self, pictures: list[Array]) -> list[str]:
        """Per picture the kind of non-photograph (`web site`, `chart`), empty for a photograph."""
