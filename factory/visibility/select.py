"""Choosing a rasterizer by name."""

from typing import Literal

import numpy as np

from factory.visibility.egl_devices import default_device, list_egl_devices
from factory.visibility.rasterizer import Raster, Rasterizer

RasterizerName = Literal["egl", "embree"]


def open_rasterizer(name: Literal["auto"] | RasterizerName, device_index: int | None = None) -> Rasterizer:
    """A rasterizer that the caller closes. `auto` is what `resolve_rasterizer` says.

    device_index : place in EGL's device list; by default the GPU granted to this process, else software GL.
    """
    if resolve_rasterizer(name) == "embree":
        from factory.visibility.embree import EmbreeRasterizer

        return EmbreeRasterizer()
    from factory.visibility.egl import EglRasterizer

    return EglRasterizer(default_device(list_egl_devices()) if device_index is None else device_index)


def resolve_rasterizer(name: Literal["auto"] | RasterizerName) -> RasterizerName:
    """The name that `auto` stands for here: `egl` where a GL context can be made, else `embree`.

    The two agree off silhouettes but not at them, and so do GL drivers among each other: records depend on the choice.
    Resolve `auto` once per build, keep the name among the stage's parameters and open that one everywhere.
    """
    if name != "auto":
        return name
    try:
        open_rasterizer("egl").close()
    except Exception:  # what the GL binding raises where there is no library, device or driver
        return "embree"
    return "egl"


class RasterizerOnDemand:
    """Opens a rasterizer for the first mesh, in the thread that draws; scenes without a mesh open none."""

    def __init__(self, name: Literal["auto"] | RasterizerName) -> None:
        self._name: Literal["auto"] | RasterizerName = name
        self._opened: Rasterizer | None = None

    def load(self, vertices: np.ndarray, faces: np.ndarray) -> None:
        """See `Rasterizer`."""
        if self._opened is None:
            self._opened = open_rasterizer(self._name)
        self._opened.load(vertices, faces)

    def render(self, world_from_camera: np.ndarray, intrinsics: np.ndarray, width: int, height: int) -> Raster:
        """See `Rasterizer`. Raises RuntimeError before `load`."""
        if self._opened is None:
            raise RuntimeError("there is no mesh to render")
        return self._opened.render(world_from_camera, intrinsics, width, height)

    def close(self) -> None:
        """Closes what was opened; the next mesh opens it again."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None
