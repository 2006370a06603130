"""Pictures whose depth a sensor measured: a manifest says which, and where their depth and their camera are."""

import io
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
from PIL import Image, UnidentifiedImageError
from pydantic import Field, TypeAdapter, ValidationError

from factory.errors import DataError
from factory.store.storage import Storage
from factory.web.estimators.protocols import DepthMap
from schemas.base import Record

Array = np.ndarray


class SensorPhoto(Record):
    """A photograph and its depth, registered: paths relative to the folder of photographs; units_per_meter : of the
    depth image, whose zeros are unknown; intrinsics : fx fy cx cy [px of the photograph]."""

    color: str
    depth: str
    units_per_meter: float = Field(gt=0)
    intrinsics: Annotated[list[float], Field(min_length=4, max_length=4)]

    @property
    def matrix(self) -> Array:
        """(3, 3) intrinsics [px of the photograph]."""
        fx, fy, cx, cy = self.intrinsics
        return np.array([[fx, 0.0, cx], [0.0, fy, cy], [0.0, 0.0, 1.0]])


def read_manifest(path: Path) -> list[SensorPhoto]:
    """The tables `[[photo]]` of a TOML file. Raises DataError."""
    try:
        photos = tomllib.loads(path.read_text())["photo"]
        return TypeAdapter(list[SensorPhoto]).validate_python(photos)
    except (tomllib.TOMLDecodeError, KeyError, ValidationError) as error:
        raise DataError(
            f"{path}: expected tables [[photo]] with color, depth, units_per_meter, intrinsics: {error}"
        ) from error


def read_sensor(storage: Storage, photo: SensorPhoto, width: int, height: int) -> DepthMap:
    """The measured depth of a photograph of that size, NaN where there is no reading, and its camera.

    Raises DataError for a depth image that is none, or of another size.
    """
    try:
        units = np.asarray(Image.open(io.BytesIO(storage.read_bytes(photo.depth))))
    except (UnidentifiedImageError, OSError) as error:
        raise DataError(f"{photo.depth}: expected a depth image: {error}") from error
    if units.ndim != 2 or units.shape != (height, width):
        raise DataError(f"{photo.depth}: expected one channel of {width} x {height} pixels, as {photo.color}")
    depth_m = np.where(units > 0, units / photo.units_per_meter, np.nan).astype(np.float32)
    return DepthMap(depth_m, photo.matrix)


class Sensors:
    """The measured depth of pictures below an input root, by the URI of the picture."""

    def __init__(self, storage: Storage, photos: Sequence[SensorPhoto]) -> None:
        self._storage = storage
        self._photos = {photo.color: photo for photo in photos}

    def depth_of(self, uri: str, width: int, height: int) -> DepthMap | None:
        """None for a picture that the manifest does not name. Raises DataError."""
        photo = self._photos.get(uri)
        return None if photo is None else read_sensor(self._storage, photo, width, height)
