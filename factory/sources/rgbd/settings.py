"""`scene.json`: what a recording's own files do not say."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from factory.errors import DataError
from factory.sources.rgbd.cameras import LensModel, RecordedCamera

SETTINGS_FILE = "scene.json"

Up = Literal["x", "y", "z", "-x", "-y", "-z"]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]

# Rows are the world's axes in the file's: exact turns that bring its up to z.
_WORLD_FROM_FILE: dict[str, tuple[tuple[int, int, int], ...]] = {
    "z": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "-z": ((1, 0, 0), (0, -1, 0), (0, 0, -1)),
    "y": ((1, 0, 0), (0, 0, -1), (0, 1, 0)),
    "-y": ((1, 0, 0), (0, 0, 1), (0, -1, 0)),
    "x": ((0, 0, -1), (0, 1, 0), (1, 0, 0)),
    "-x": ((0, 0, 1), (0, 1, 0), (-1, 0, 0)),
}


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Intrinsics(_Model):
    """Intrinsics [px, centre of the top-left pixel at (0, 0)] of images of `width` x `height`, by default as they are.

    `distortion` goes with the models `OPENCV` (k1 k2 p1 p2 [k3]) and `OPENCV_FISHEYE` (k1 k2 k3 k4).
    """

    fx: Positive
    fy: Positive
    cx: Finite
    cy: Finite
    width: Annotated[int, Field(gt=0)] | None = None
    height: Annotated[int, Field(gt=0)] | None = None
    model: LensModel = "PINHOLE"
    distortion: tuple[Finite, ...] = ()

    def camera(self) -> RecordedCamera:
        size = (self.width, self.height) if self.width and self.height else None
        return RecordedCamera(self.fx, self.fy, self.cx, self.cy, size, self.model, self.distortion)


class Settings(_Model):
    """up : the axis of the files' world that points up; metres_per_unit : its unit; depth_scale : steps per metre of
    the depth images, by default as the layout has it."""

    up: Up = "z"
    metres_per_unit: Positive = 1.0
    depth_scale: Positive | None = None
    intrinsics: Intrinsics | None = None

    @property
    def world_from_file(self) -> np.ndarray:
        """The rotation (3, 3) that brings up to z; its entries are 0, 1 and -1."""
        return np.array(_WORLD_FROM_FILE[self.up], dtype=np.float64)


def parse_json(data: bytes, name: str) -> Any:
    """The content of a JSON file. Raises DataError with its name and the place of the fault."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{name}: expected JSON, found damaged text ({error}); write or download it again") from None


def read_settings(files: Mapping[str, bytes]) -> Settings:
    """What files (by path) say, the later ones over the earlier ones key by key."""
    merged: dict[str, Any] = {}
    for name, data in files.items():
        parsed = parse_json(data, name)
        if not isinstance(parsed, dict):
            raise DataError(f'{name}: expected a JSON object with keys such as "up"; see the page on rgbd')
        checked(Settings, parsed, name)
        merged.update(parsed)
    return Settings.model_validate(merged)


def checked(model: type[BaseModel], value: Any, name: str) -> Any:
    """The value as the model. Raises DataError that names the file and the key."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise DataError(f"{name}: {key}: {first['msg']}; see the page on rgbd for what may stand there") from None
