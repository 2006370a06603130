"""A picture per checked frame, by which a person sees whether a scene's parts fit."""

from io import BytesIO

import numpy as np
from PIL import Image, ImageFilter, UnidentifiedImageError

from factory.errors import DataError
from factory.selfcheck.views import View, camera_view, read_view
from factory.sources.base import Source
from factory.sources.frame_images import FrameImages
from factory.visibility.embree import EmbreeRasterizer
from schemas.scene import Frame, Mesh

Array = np.ndarray

_WIDTH = 480  # of a panel [px]
_THICKER = ImageFilter.MaxFilter(3)
_EDGE_M = 0.1  # depth that jumps by more is drawn as an edge


class FramePictures:
    """Draws frames: the image with the edges of the mesh's depth (red) and of the measured depth (green), then both
    depths in grey, near is bright. What a scene lacks is left out."""

    def __init__(self, source: Source, mesh: Mesh | None) -> None:
        self._source = source
        self._rasterizer: EmbreeRasterizer | None = None
        if mesh is not None and len(mesh.faces):
            self._rasterizer = EmbreeRasterizer()
            self._rasterizer.load(mesh.vertices, mesh.faces)

    def draw(self, frame: Frame) -> Image.Image:
        """One row of panels."""
        view = read_view(frame, FrameImages(self._source)) or camera_view(frame)
        depths = {} if view.depth_m is None else {(0, 220, 0): view.depth_m}
        if self._rasterizer is not None:
            depths[255, 0, 0] = self._of_mesh(view)
        size = (_WIDTH, max(1, round(_WIDTH * view.height / view.width)))
        photo = self._photo(frame).resize(size)
        panels = [photo]
        known = [np.percentile(d[d > 0], (2, 98)) for d in depths.values() if (d > 0).any()]
        near, far = (min(low for low, _ in known), max(high for _, high in known)) if known else (0.0, 1.0)
        for color, depth_m in depths.items():
            edges = Image.fromarray(_edges(depth_m)).filter(_THICKER).resize(size)
            photo.paste(color, mask=edges)
            nearness = 1 - np.clip((depth_m - near) / max(far - near, 1e-3), 0, 1)
            grey = np.where(depth_m > 0, 40 + 215 * nearness, 0)
            panels.append(Image.fromarray(grey.astype(np.uint8)).convert("RGB").resize(size))
        row = Image.new("RGB", (size[0] * len(panels), size[1]))
        for place, panel in enumerate(panels):
            row.paste(panel, (place * size[0], 0))
        return row

    def _of_mesh(self, view: View) -> Array:
        assert self._rasterizer is not None
        return self._rasterizer.render(view.world_from_camera, view.intrinsics, view.width, view.height).depth_m

    def _photo(self, frame: Frame) -> Image.Image:
        try:
            return Image.open(BytesIO(self._source.read_media(frame.image)[0])).convert("RGB")
        except (DataError, OSError, UnidentifiedImageError):  # the depths are worth showing without it
            return Image.new("RGB", (frame.width, frame.height))


def _edges(depth_m: Array) -> Array:
    """(H, W) uint8, 255 where depth jumps."""
    known = depth_m > 0
    edges = np.zeros(depth_m.shape, dtype=bool)
    for axis in (0, 1):
        jump = (np.abs(np.diff(depth_m, axis=axis)) > _EDGE_M) & np.take(known, range(1, known.shape[axis]), axis)
        jump &= np.take(known, range(known.shape[axis] - 1), axis)
        edges[: jump.shape[0], : jump.shape[1]] |= jump
    return edges.astype(np.uint8) * 255
