"""Twins of scenes with a mesh: the same objects as boxes, their surfaces in images of depth and of ids only."""

import io

import numpy as np
from PIL import Image

from factory.geometry.cameras import scale_intrinsics
from factory.sources.images import encode_depth_png
from factory.visibility.instances import collect_instances
from factory.visibility.rasterizer import Rasterizer
from schemas.scene import Box, Frame, Scene

NOTHING = 65535


class Media(dict[str, bytes]):
    """Images in memory, read as a source's."""

    def read_media(self, uri: str) -> tuple[bytes, str]:
        if uri not in self:
            raise FileNotFoundError(uri)
        return self[uri], ".png"

    def image(self, uri: str) -> np.ndarray:
        return np.asarray(Image.open(io.BytesIO(self[uri])))

    def change(self, uri: str, change) -> None:
        """Replaces an image by what `change` makes of its pixels."""
        self[uri] = encode_depth_png(change(self.image(uri).copy()))


def twin(
    scene: Scene, rasterizer: Rasterizer, *, ids: bool = True, scale: float = 1.0, id_scale: float | None = None
) -> tuple[Scene, Media]:
    """The scene without its mesh, and its images.

    ids : whether there are images of object ids; scale : size of the depth images against the frames;
    id_scale : of the images of ids, by default the same.
    """
    assert scene.mesh is not None
    instances = collect_instances(scene, scene.mesh)
    boxes = [
        Box(center=center, extents=extents, rotation=rotation)
        for center, extents, rotation in zip(*instances.boxes, strict=True)
    ]
    objects = [
        one.model_copy(update={"box": box, "vertex_ids": np.zeros(0, np.int32)})
        for one, box in zip(instances.objects, boxes, strict=True)
    ]
    rasterizer.load(scene.mesh.vertices, scene.mesh.faces)
    id_of_face = np.append(scene.mesh.face_object, -1)
    media, frames = Media(), []
    for frame in scene.frames:
        names = {"depth": f"depth/{frame.frame_id}.png"} | ({"instances": f"ids/{frame.frame_id}.png"} if ids else {})
        depth, _ = _rendered(frame, rasterizer, scale)
        media[names["depth"]] = encode_depth_png(np.rint(depth * 1000))
        if ids:
            _, face = _rendered(frame, rasterizer, scale if id_scale is None else id_scale)
            seen = id_of_face[face]
            media[names["instances"]] = encode_depth_png(np.where(seen < 0, NOTHING, seen))
        frames.append(frame.model_copy(update=names))
    return scene.model_copy(update={"mesh": None, "objects": objects, "frames": frames}), media


def _rendered(frame: Frame, rasterizer: Rasterizer, scale: float) -> tuple[np.ndarray, np.ndarray]:
    width, height = round(frame.width * scale), round(frame.height * scale)
    intrinsics = scale_intrinsics(frame.intrinsics, width / frame.width, height / frame.height)
    raster = rasterizer.render(frame.world_from_camera, intrinsics, width, height)
    return raster.depth_m, raster.face_id
