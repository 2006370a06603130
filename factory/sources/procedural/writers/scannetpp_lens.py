"""Images of a fisheye lens: what a pinhole camera sees in five directions, put together ray by ray."""

from dataclasses import dataclass, replace

import numpy as np

from factory.sources.procedural.render import SceneRenderer
from factory.sources.procedural.scene import ProceduralScene
from factory.sources.procedural.walk import Camera

Array = np.ndarray

COEFFICIENTS = (0.038, -0.0105, 0.0042, -0.0011)
FOCAL = 0.45  # of the image's width, which makes 150 degrees from corner to corner
HALF_FACE = np.radians(46.0)  # a degree more than a cube's side shows, for what lies between two pixels


@dataclass(frozen=True)
class Fisheye:
    """A Kannala-Brandt lens of `width` x `height` images.

    focal_x, focal_y, center_x, center_y [px] as COLMAP counts: the centre of the top-left pixel is (0.5, 0.5).
    """

    width: int
    height: int
    focal_x: float
    focal_y: float
    center_x: float
    center_y: float

    def rays(self) -> Array:
        """Unit rays (H, W, 3) of the pixels, camera axes x right, y down, z forward."""
        v, u = np.mgrid[: self.height, : self.width] + 0.5
        x, y = (u - self.center_x) / self.focal_x, (v - self.center_y) / self.focal_y
        bent = np.hypot(x, y)
        angle = bent.copy()
        for _ in range(30):  # bent = angle (1 + k1 angle^2 + ...), solved by fixed-point steps: the sum is near 1
            angle = bent / (1 + sum(k * angle ** (2 * i + 2) for i, k in enumerate(COEFFICIENTS)))
        scale = np.divide(np.sin(angle), bent, out=np.ones_like(bent), where=bent > 0)
        return np.stack([x * scale, y * scale, np.cos(angle)], axis=-1)


def fisheye_of(scene: ProceduralScene) -> Fisheye:
    """The DSLR of a scene: as wide as its images, in the shape of photographs."""
    width, height = scene.width, round(scene.width * 2 / 3)
    return Fisheye(width, height, FOCAL * width, FOCAL * width * 1.0007, width / 2 + 1.3, height / 2 - 0.8)


class FisheyeRenderer:
    """Renders one scene through a fisheye; a context manager that holds a GL context."""

    def __init__(self, scene: ProceduralScene, lens: Fisheye) -> None:
        side = lens.width + lens.width % 2
        focal = side / 2 / np.tan(HALF_FACE)
        intrinsics = np.array([[focal, 0, (side - 1) / 2], [0, focal, (side - 1) / 2], [0, 0, 1.0]])
        self._renderer = SceneRenderer(replace(scene, intrinsics=intrinsics, width=side, height=side))
        rays = lens.rays()
        facing = np.stack([rays @ turn[:, 2] for turn in _TURNS])  # the cube's side that a ray goes through
        self._sides = []
        for i, turn in enumerate(_TURNS):
            local = rays @ turn
            with np.errstate(divide="ignore", invalid="ignore"):
                pixels = local[..., :2] / local[..., 2:] * focal + (side - 1) / 2
            is_here = facing.argmax(axis=0) == i
            self._sides.append((turn, is_here, np.where(is_here[..., None], pixels, 0).astype(np.float32)))

    def render(self, camera: Camera) -> Array:
        """Colour (H, W, 3) uint8, blurred where the camera moved."""
        import cv2

        image: Array | None = None
        for turn, is_here, pixels in self._sides:
            if not is_here.any():
                continue
            start = _turned(camera.world_from_camera, turn)
            if camera.exposure_end is None:
                color, _ = self._renderer.render(start)
            else:
                color, _ = self._renderer.render_blurred(start, _turned(camera.exposure_end, turn))
            seen = cv2.remap(color, pixels[..., 0], pixels[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            image = seen if image is None else np.where(is_here[..., None], seen, image)
        assert image is not None
        return image

    def __enter__(self) -> "FisheyeRenderer":
        return self

    def __exit__(self, *_: object) -> None:
        self._renderer.close()


def _about(axis: int, quarter_turns: int) -> Array:
    """A rotation (3, 3) by quarters about x (0) or y (1)."""
    c, s = [(1, 0), (0, 1), (0, -1)][quarter_turns]
    i, j = (1, 2) if axis == 0 else (2, 0)
    turn = np.eye(3)
    turn[i, i] = turn[j, j] = c
    turn[i, j], turn[j, i] = -s, s
    return turn


_TURNS = (np.eye(3), _about(1, 1), _about(1, -1), _about(0, 1), _about(0, -1))  # camera_from_side, (3, 3)


def _turned(world_from_camera: Array, camera_from_side: Array) -> Array:
    world_from_side = world_from_camera.copy()
    world_from_side[:3, :3] = world_from_camera[:3, :3] @ camera_from_side
    return world_from_side
