"""The few images of a scene that are looked at, and what a camera must be for them to be right."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from factory.errors import DataError
from factory.geometry.cameras import scale_intrinsics, unproject
from factory.geometry.transforms import transform_points
from factory.sources.frame_images import FrameImages
from schemas.scene import Frame

Array = np.ndarray

_GRID = 40  # pixels looked at per image side, about
_MIN_READINGS = 0.02  # share of pixels below which a depth image tells nothing


@dataclass(frozen=True)
class View:
    """A camera (4, 4) with intrinsics (3, 3) [px] for images of `width` x `height`.

    depth_m : (H, W) float32 z-depth [m], 0 = no reading; instances : (H, W) object ids; None where there are none.
    """

    frame_id: str
    width: int
    height: int
    intrinsics: Array
    world_from_camera: Array
    depth_m: Array | None = None
    instances: Array | None = None

    def pixels(self, grid: int = _GRID) -> Array:
        """(n, 2) int pixels `u, v` on a regular grid of at most about `grid` per side."""
        step_u, step_v = max(1, self.width // grid), max(1, self.height // grid)
        u, v = np.meshgrid(np.arange(step_u // 2, self.width, step_u), np.arange(step_v // 2, self.height, step_v))
        return np.stack([u.ravel(), v.ravel()], axis=-1)

    def readings(self) -> tuple[Array, Array]:
        """Pixels (n, 2) of the grid that have depth, and where they are (n, 3) [m, world]."""
        assert self.depth_m is not None
        pixels = self.pixels()
        depth = self.depth_m[pixels[:, 1], pixels[:, 0]].astype(np.float64)
        pixels, depth = pixels[depth > 0], depth[depth > 0]
        return pixels, transform_points(self.world_from_camera, unproject(self.intrinsics, pixels, depth))


def spread(frames: Sequence[Frame], count: int) -> list[Frame]:
    """At most `count` frames, evenly over the sequence."""
    if len(frames) <= count:
        return list(frames)
    return [frames[(2 * place + 1) * len(frames) // (2 * count)] for place in range(count)]


def camera_view(frame: Frame) -> View:
    """What is known of a frame without reading it."""
    return View(frame.frame_id, frame.width, frame.height, frame.intrinsics, frame.world_from_camera)


def read_views(frames: Sequence[Frame], media: FrameImages) -> list[View]:
    """Those of the frames that tell something, see `read_view`."""
    return [view for view in (read_view(frame, media) for frame in frames) if view is not None]


def read_view(frame: Frame, media: FrameImages) -> View | None:
    """The frame with its depth (and instances), at the size of the depth image; None where that tells nothing.

    One image that cannot be read is not what is looked for here: the frame is passed over.
    """
    if frame.depth is None:
        return None
    try:
        depth_m = media.depth_m(frame.depth)
        instances = media.instance_ids(frame.instances) if frame.instances else None
    except (DataError, OSError):
        return None
    height, width = depth_m.shape
    if (depth_m > 0).mean() < _MIN_READINGS:
        return None
    if instances is not None and instances.shape != depth_m.shape:
        rows = (np.arange(height) * 2 + 1) * instances.shape[0] // (2 * height)
        columns = (np.arange(width) * 2 + 1) * instances.shape[1] // (2 * width)
        instances = instances[rows[:, None], columns]
    intrinsics = scale_intrinsics(frame.intrinsics, width / frame.width, height / frame.height)
    return View(frame.frame_id, width, height, intrinsics, frame.world_from_camera, depth_m, instances)
