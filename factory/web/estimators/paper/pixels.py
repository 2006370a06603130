"""Pictures as the tensors that models want, from the `preprocessor_config.json` beside their weights.

For models whose own image processor in transformers needs torchvision, and for those whose steps are a resize and a
normalisation.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from factory.errors import DataError

Array = np.ndarray

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class PixelRule:
    """size : (height, width), None where the config gives none; the rest as in transformers' image processors."""

    size: tuple[int, int] | None
    resample: Image.Resampling
    rescale: float
    mean: Array
    std: Array

    @classmethod
    def read(cls, folder: Path) -> "PixelRule":
        """Raises DataError for a file that is not JSON."""
        path = folder / "preprocessor_config.json"
        try:
            config: dict[str, Any] = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise DataError(f"{path}: cannot be read: {error}") from error
        size = config.get("size")
        size = size if isinstance(size, dict) else {}
        fixed = (size["height"], size["width"]) if "height" in size and "width" in size else None
        normalised = config.get("do_normalize", True)
        return cls(
            size=fixed,
            resample=Image.Resampling(config.get("resample", Image.Resampling.BILINEAR)),
            rescale=config.get("rescale_factor", 1 / 255) if config.get("do_rescale", True) else 1.0,
            mean=np.array(config.get("image_mean", IMAGENET_MEAN) if normalised else (0, 0, 0), dtype=np.float32),
            std=np.array(config.get("image_std", IMAGENET_STD) if normalised else (1, 1, 1), dtype=np.float32),
        )

    def resized(self, picture: Array, height: int, width: int) -> Array:
        """(3, height, width) float32, normalised."""
        image = Image.fromarray(picture).resize((width, height), self.resample)
        values = (np.asarray(image, dtype=np.float32) * np.float32(self.rescale) - self.mean) / self.std
        return np.ascontiguousarray(np.moveaxis(values, -1, 0))

    def squashed(self, picture: Array) -> Array:
        """(3, height, width) of `size`, whatever the picture's aspect."""
        if self.size is None:
            raise DataError("preprocessor_config.json: expected a size with height and width")
        return self.resized(picture, *self.size)


IMAGENET_RULE = PixelRule(
    size=None,
    resample=Image.Resampling.BILINEAR,
    rescale=1 / 255,
    mean=np.array(IMAGENET_MEAN, dtype=np.float32),
    std=np.array(IMAGENET_STD, dtype=np.float32),
)
