"""The protocol behind which GL and ray casting hide."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

NEAR_M = 0.05  # surfaces nearer than this z-depth are not seen


@dataclass(frozen=True)
class Raster:
    """face_id : (H, W) int32, -1 where nothing is hit; depth_m : (H, W) float32 z-depth [m], 0 likewise."""

    face_id: np.ndarray
    depth_m: np.ndarray


class Rasterizer(Protocol):
    """Renders one mesh at a time. Both sides of a triangle are visible. Not thread safe."""

    def load(self, vertices: np.ndarray, faces: np.ndarray) -> None:
        """Takes a mesh: vertices (V, 3) [m, world], faces (F, 3)."""

    def render(self, world_from_camera: np.ndarray, intrinsics: np.ndarray, width: int, height: int) -> Raster:
        """Face id and z-depth per pixel for a camera (4, 4) with the intrinsics (3, 3) of that image size."""

    def close(self) -> None:
        """Frees the context and the mesh."""
