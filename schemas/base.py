"""What every contract shares: frozen models and validated arrays."""

from functools import partial
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict


class Record(BaseModel):
    """A frozen model that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def _coerce(value: Any, dtype: type, shape: tuple[int | None, ...]) -> np.ndarray:
    array: np.ndarray = np.asarray(value, dtype=dtype)
    if array.ndim != len(shape) or any(n is not None and n != m for n, m in zip(shape, array.shape, strict=False)):
        expected = tuple("n" if n is None else n for n in shape)
        raise ValueError(f"expected an array of shape {expected}, got {array.shape}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError("array holds NaN or infinite values")
    array = array.view()
    array.flags.writeable = False
    return array


def _rigid(array: np.ndarray) -> np.ndarray:
    rotation = array[:3, :3]
    if np.abs(rotation @ rotation.T - np.eye(3)).max() > 1e-2 or np.linalg.det(rotation) < 0:
        raise ValueError("the upper left 3x3 block is not a rotation")
    if not np.array_equal(array[3], (0.0, 0.0, 0.0, 1.0)):
        raise ValueError("the last row is not 0 0 0 1")
    return array


def _validator(dtype: type, *shape: int | None) -> BeforeValidator:
    return BeforeValidator(partial(_coerce, dtype=dtype, shape=shape))


Vector3 = Annotated[np.ndarray, _validator(np.float64, 3)]
Matrix3 = Annotated[np.ndarray, _validator(np.float64, 3, 3)]
RigidMatrix = Annotated[np.ndarray, BeforeValidator(_rigid), _validator(np.float64, 4, 4)]
Points = Annotated[np.ndarray, _validator(np.float32, None, 3)]
Triangles = Annotated[np.ndarray, _validator(np.int32, None, 3)]
Indices = Annotated[np.ndarray, _validator(np.int32, None)]
