"""Solids ray cast without a mesh: depth and masks whose geometry is known exactly."""

from dataclasses import dataclass

import numpy as np

from factory.geometry.gravity import gravity_frame
from factory.web.depth_png import encode_depth
from factory.web.masks import encode_mask
from schemas.web import Detection, WebImageRecord

Array = np.ndarray

WIDTH, HEIGHT, FOCAL = 320, 240, 260.0


@dataclass(frozen=True)
class Block:
    """An upright cuboid; center, extents [m] in the gravity frame (y down), yaw in degrees about the vertical."""

    center: tuple[float, float, float]
    extents: tuple[float, float, float]
    yaw: float = 0.0

    @property
    def axes(self) -> Array:
        c, s = np.cos(np.radians(self.yaw)), np.sin(np.radians(self.yaw))
        return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])

    def hit(self, rays: Array) -> Array:
        """Distance along rays (n, 3) from the origin, inf where they miss."""
        local, origin = rays @ self.axes, -np.array(self.center) @ self.axes
        half = np.array(self.extents) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            a, b = (-half - origin) / local, (half - origin) / local
        near, far = np.fmin(a, b).max(axis=1), np.fmax(a, b).min(axis=1)
        return np.where((near <= far) & (near > 0), near, np.inf)


@dataclass(frozen=True)
class Ball:
    """A sphere in the gravity frame."""

    center: tuple[float, float, float]
    radius: float

    def hit(self, rays: Array) -> Array:
        center = np.array(self.center)
        a, b, c = (rays**2).sum(axis=1), -2 * rays @ center, center @ center - self.radius**2
        root = b**2 - 4 * a * c
        with np.errstate(invalid="ignore"):
            near = (-b - np.sqrt(root)) / (2 * a)
        return np.where(root >= 0, near, np.inf)


@dataclass(frozen=True)
class Wall:
    """A plane across one axis of the gravity frame: y = 1.2 is a floor, z = 4 a wall."""

    axis: int
    at: float

    def hit(self, rays: Array) -> Array:
        with np.errstate(divide="ignore"):
            along = self.at / rays[:, self.axis]
        return np.where(along > 0, along, np.inf)


FLOOR, BACK = Wall(1, 1.2), Wall(2, 6.0)
Solid = Block | Ball | Wall


@dataclass(frozen=True, eq=False)
class View:
    """depth_m (h, w), inf where nothing is; shown (h, w), the place of the solid, -1 for none."""

    depth_m: Array
    shown: Array
    gravity_from_camera: Array


def look(solids: list[Solid], pitch: float = 0.0, roll: float = 0.0, width: int = WIDTH, height: int = HEIGHT) -> View:
    """What a camera at the origin sees; `pitch` degrees down, `roll` degrees clockwise."""
    p, r = np.radians(pitch), np.radians(roll)
    down = np.array([np.sin(r) * np.cos(p), np.cos(r) * np.cos(p), -np.sin(p)]) * (1, 1, -1)
    gravity_from_camera = gravity_frame(down)
    assert gravity_from_camera is not None
    v, u = np.indices((height, width))
    focal = FOCAL * width / WIDTH
    rays = np.stack([(u - (width - 1) / 2) / focal, (v - (height - 1) / 2) / focal, np.ones(u.shape)], axis=-1)
    hits = np.stack([solid.hit(rays.reshape(-1, 3) @ gravity_from_camera.T) for solid in solids])
    depth = hits.min(axis=0)  # rays have z = 1, so that lengths along them are z-depths
    shown = np.where(np.isfinite(depth), hits.argmin(axis=0), -1)
    return View(depth.reshape(height, width), shown.reshape(height, width), gravity_from_camera)


def seen_as(mask: Array, label: str = "thing", **change: object) -> Detection:
    """A detection of a mask, its tight box in pixels of the map."""
    rows, columns = np.nonzero(mask)
    box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1] if len(rows) else [0, 0, 0, 0]
    return Detection(label=label, score=0.9, box=[float(side) for side in box], mask=encode_mask(mask)).model_copy(
        update=change
    )


def picture(view: View, detections: list[Detection], depth_m: Array | None = None, **change: object) -> WebImageRecord:
    """A row of `web_images` whose stored picture has the size of the map."""
    height, width = view.depth_m.shape
    focal = FOCAL * width / WIDTH
    row = WebImageRecord(
        source="analytic",
        shard_id="00000",
        image_id="a",
        split="train",
        image="a.jpg",
        sha256="",
        phash="",
        width=width,
        height=height,
        caption=None,
        intrinsics=[focal, 0.0, (width - 1) / 2, 0.0, focal, (height - 1) / 2, 0.0, 0.0, 1.0],
        intrinsics_source="sensor",
        depth=encode_depth(view.depth_m if depth_m is None else depth_m),
        depth_source="sensor",
        gravity_from_camera=view.gravity_from_camera.ravel().tolist(),
        gravity_source="sensor",
        scene_id=None,
        frame_id=None,
        stack="test",
        models=[],
        is_data=True,
        detections=detections,
        closed_classes=[],
    )
    return row.model_copy(update=change)


def of_first(solids: list[Solid], count: int = 1, **camera: float) -> WebImageRecord:
    """A picture in which the first solids are detected, each under a label of its own."""
    view = look(solids, **camera)
    return picture(view, [seen_as(view.shown == place, f"thing {place}") for place in range(count)])
