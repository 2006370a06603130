"""What frames of scenes without a mesh show, from their images of depth and of object ids."""

from typing import Protocol

import numpy as np

from factory.geometry.box_owners import box_owners
from factory.geometry.boxes import Boxes
from factory.geometry.cameras import unproject
from factory.geometry.resampling import nearest_pixels
from factory.geometry.transforms import transform_points
from factory.visibility.instances import Instances
from factory.visibility.observer import Observation, raster_camera
from schemas.scene import Frame

Array = np.ndarray

IDS = 1 << 16  # of a 16-bit image; the last one, 65535, stands for no object
BOX_SLACK_M = 0.05  # a pixel farther than this outside its object's box does not show it


class FrameReader(Protocol):
    """Reads what the URIs of a frame name. Raises DataError or FileNotFoundError where there is no such image."""

    def depth_m(self, uri: str) -> Array:
        """(h, w) float32 z-depth [m], 0 = no reading."""

    def instance_ids(self, uri: str) -> Array:
        """(h, w) uint16 object ids, 65535 for none."""


class ImageObserver:
    """Reads images, at most `long_side` long and no finer than they are.

    An id in an image counts where the pixel's point, if it has a depth, lies in the object's box or close to it.
    Where a frame has no image of ids, a pixel shows the object in whose box its point lies. Without depth it shows
    nothing.
    """

    def __init__(self, instances: Instances, reader: FrameReader, long_side: int) -> None:
        self._boxes, self._reader, self._long_side = instances.boxes, reader, long_side
        self._label_of_id = np.zeros(IDS, dtype=np.int32)
        for place, one in enumerate(instances.objects):
            if 0 <= one.object_id < IDS - 1:
                self._label_of_id[one.object_id] = place + 1

    def observe(self, frame: Frame) -> Observation:
        """The frame's labels and depth, read."""
        depth = None if frame.depth is None else self._reader.depth_m(frame.depth)
        ids = None if frame.instances is None else self._reader.instance_ids(frame.instances)
        scales = [1.0, self._long_side / max(frame.width, frame.height)]
        for image in (depth, ids):
            if image is not None:
                scales += [image.shape[1] / frame.width, image.shape[0] / frame.height]
        width, height, intrinsics = raster_camera(frame, min(scales))
        labels = np.zeros((height, width), dtype=np.int32)
        if depth is None:
            return Observation(labels, labels.astype(np.float32), intrinsics)
        depth_m = nearest_pixels(depth, width, height)
        if ids is None:
            pixels = np.flatnonzero(depth_m)
            points = world_points(frame.world_from_camera, intrinsics, depth_m, pixels)
            labels.ravel()[pixels] = box_owners(points, self._boxes) + 1
            return Observation(labels, depth_m, intrinsics)
        labels = self._label_of_id[nearest_pixels(ids, width, height)]
        pixels = np.flatnonzero((labels > 0) & (depth_m > 0))
        points = world_points(frame.world_from_camera, intrinsics, depth_m, pixels)
        places = labels.ravel()[pixels] - 1
        outside = np.abs(box_coordinates(points, places, self._boxes)) > self._boxes.extents[places] / 2 + BOX_SLACK_M
        astray = pixels[outside.any(axis=1)]
        labels.ravel()[astray] = 0
        return Observation(labels, depth_m, intrinsics, len(astray))


def world_points(world_from_camera: Array, intrinsics: Array, depth_m: Array, pixels: Array) -> Array:
    """Points (n, 3) [m, world] of pixels (n,), places in reading order, of a depth image (H, W) [m]."""
    rows, columns = np.divmod(pixels, depth_m.shape[1])
    depths = depth_m.ravel()[pixels].astype(np.float64)
    return transform_points(world_from_camera, unproject(intrinsics, np.stack([columns, rows], axis=-1), depths))


def box_coordinates(points: Array, places: Array, boxes: Boxes) -> Array:
    """Points (n, 3) [m, world] along the axes and from the centre of each one's box; places : (n,) of the boxes."""
    offsets = points - boxes.center[places]
    local: Array = np.einsum("ni,nij->nj", offsets, boxes.rotation[places])
    return local
