"""Conventions misread: what turns a good scene into what a wrong loader makes of it."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from factory.geometry.cameras import scale_intrinsics
from factory.geometry.transforms import inverse, transform_points
from factory.sources.depth_files import decode_depth
from factory.sources.images import encode_depth_png
from schemas.scene import Frame, Scene

Array = np.ndarray
OPENGL = np.diag([1.0, -1.0, -1.0, 1.0])
# ScanNet++'s transforms.json: x and y swapped, z negated
NERFSTUDIO = np.array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, -1, 0], [0, 0, 0, 1.0]])
Y_UP = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1.0]])  # (x, y, z) -> (x, z, -y)
ALIGNMENT = np.array([[0.8, -0.6, 0, 1.3], [0.6, 0.8, 0, -2.1], [0, 0, 1, -0.05], [0, 0, 0, 1.0]])


class Loaded(NamedTuple):
    """A scene and how its media are read; as much of a source as `FrameImages` needs."""

    scene: Scene
    read_media: Callable[[str], tuple[bytes, str]]


Slip = Callable[[Loaded], Loaded]


def poses(change: Callable[[Array], Array]) -> Slip:
    return _frames(lambda frame: {"world_from_camera": change(frame.world_from_camera)})


def intrinsics(change: Callable[[Frame], Array]) -> Slip:
    return _frames(lambda frame: {"intrinsics": change(frame)})


def depth(change: Callable[[Array, Frame], Array]) -> Slip:
    """`change` of the steps (H, W) uint16 [mm]."""

    def slip(loaded: Loaded) -> Loaded:
        frame_of = {frame.depth: frame for frame in loaded.scene.frames}

        def read(uri: str) -> tuple[bytes, str]:
            data, suffix = loaded.read_media(uri)
            if uri not in frame_of:
                return data, suffix
            steps = change(decode_depth(data, uri).astype(np.float64), frame_of[uri])
            return encode_depth_png(np.where(steps > 65535, 0, np.rint(steps)).astype(np.uint16)), ".png"

        return Loaded(loaded.scene, read)

    return slip


def mesh_moved(new_from_old: Array) -> Slip:
    def slip(loaded: Loaded) -> Loaded:
        mesh = loaded.scene.mesh
        assert mesh is not None
        vertices = transform_points(new_from_old, mesh.vertices.astype(np.float64)).astype(np.float32)
        return loaded._replace(
            scene=loaded.scene.model_copy(update={"mesh": mesh.model_copy(update={"vertices": vertices})})
        )

    return slip


def both(first: Slip, second: Slip) -> Slip:
    return lambda loaded: second(first(loaded))


def cropped_from_top(rows: int) -> Slip:
    """No slip: what remains of images whose top was cut off, correctly described; cy is no longer in the middle."""
    lower = _frames(
        lambda frame: {
            "height": frame.height - rows,
            "intrinsics": frame.intrinsics - np.array([[0, 0, 0], [0, 0, rows], [0, 0, 0]]),
        }
    )
    return both(depth(lambda steps, frame: steps[rows:]), lower)


def turned(quarters: int, with_intrinsics: bool) -> Slip:
    """Images turned clockwise, as for a sky direction; the poses are those of the unturned ones."""

    def change(frame: Frame) -> dict[str, object]:
        width, height, k = frame.width, frame.height, frame.intrinsics
        for _ in range(quarters):  # (u, v) -> (H - 1 - v, u)
            k = np.array([[k[1, 1], 0, height - 1 - k[1, 2]], [0, k[0, 0], k[0, 2]], [0, 0, 1.0]])
            width, height = height, width
        return {"width": width, "height": height, "intrinsics": k if with_intrinsics else frame.intrinsics}

    return both(depth(lambda steps, frame: np.rot90(steps, -quarters)), _frames(change))


def ray_lengths(steps: Array, frame: Frame) -> Array:
    k = frame.intrinsics
    x, y = (np.arange(frame.width) - k[0, 2]) / k[0, 0], (np.arange(frame.height) - k[1, 2]) / k[1, 1]
    return steps * np.sqrt(1 + x**2 + y[:, None] ** 2)


def from_bottom_left(frame: Frame) -> Array:
    k = frame.intrinsics.copy()
    k[1, 2] = frame.height - 1 - k[1, 2]
    return k


def uncalibrated(frame: Frame) -> Array:
    """ScanNet's `<scene>.txt`: the nominal focal length of the device."""
    return frame.intrinsics * np.array([[0.98966, 1, 1], [1, 0.98966, 1], [1, 1, 1]])


def of_size(scale_x: float, scale_y: float) -> Slip:
    return intrinsics(lambda frame: scale_intrinsics(frame.intrinsics, scale_x, scale_y))


def _frames(change: Callable[[Frame], dict[str, object]]) -> Slip:
    def slip(loaded: Loaded) -> Loaded:
        frames = [frame.model_copy(update=change(frame)) for frame in loaded.scene.frames]
        return loaded._replace(scene=loaded.scene.model_copy(update={"frames": frames}))

    return slip


# What is done to a scene, and how the name of the likely slip begins.
SLIPS: dict[str, tuple[Slip, str]] = {
    "inverse poses": (poses(inverse), "inverse poses"),
    "OpenGL axes": (poses(lambda p: p @ OPENGL), "OpenGL axes"),
    "inverse OpenGL poses": (poses(lambda p: inverse(p @ OPENGL)), "inverse OpenGL poses"),
    "transforms.json as it is": (
        poses(lambda p: NERFSTUDIO @ p @ OPENGL),
        "world axes y, x, -z and OpenGL axes",
    ),
    "transforms.json without its axes": (poses(lambda p: NERFSTUDIO @ p), "world axes y, x, -z"),
    "poses of a y-up world": (poses(lambda p: Y_UP @ p), "world axes x, -z, y"),
    "alignment of the mesh only": (mesh_moved(ALIGNMENT), "alignment"),
    "alignment of the poses only": (poses(lambda p: ALIGNMENT @ p), "alignment"),
    "intrinsics of 1296x968 for 640x480": (of_size(1296 / 640, 968 / 480), "intrinsics of another size"),
    "intrinsics of half the size": (of_size(0.5, 0.5), "intrinsics"),
    "depth of 0.25 mm read as 1 mm": (depth(lambda d, _: d * 4), "depth unit x 0.25"),
    "depth of 1 mm read as 0.25 mm": (depth(lambda d, _: d / 4), "depth unit x 4"),
    "depth of 1/5000 m read as 1 mm": (depth(lambda d, _: d * 5), "depth unit x 0.2"),
    "depth of 1 mm read as 1/5000 m": (depth(lambda d, _: d / 5), "depth unit x 5"),
    "depth of 0.1 mm read as 1 mm": (depth(lambda d, _: d * 10), "depth unit x 0.1"),
    "depth of metres read as 1 mm": (depth(lambda d, _: d / 1000), "depth unit"),
    "range for z-depth": (depth(ray_lengths), "depth is range"),
    "images turned clockwise": (turned(1, True), "images turned 90 degrees clockwise"),
    "images turned counterclockwise": (turned(3, True), "images turned 90 degrees counterclockwise"),
    "images upside down": (turned(2, True), "images turned upside down"),
    "images turned, not their intrinsics": (
        turned(1, False),
        "images turned 90 degrees clockwise, not their intrinsics",
    ),
    "images turned back, not their intrinsics": (
        turned(3, False),
        "images turned 90 degrees counterclockwise, not their intrinsics",
    ),
    "depth transposed": (depth(lambda d, _: d.T), "transposed images"),
    "depth read by rows, written by columns": (depth(lambda d, _: d.T.reshape(d.shape)), "images by columns"),
    "depth bottom up": (depth(lambda d, _: d[::-1]), "images bottom up"),
    "depth mirrored": (depth(lambda d, _: d[:, ::-1]), "mirrored images"),
    "cy from the bottom": (
        both(cropped_from_top(40), intrinsics(from_bottom_left)),
        "principal point from bottom-left (cy)",
    ),
    "uncalibrated": (intrinsics(uncalibrated), "focal length x 1.01"),
}

ABOUT_POSES = (
    "inverse poses",
    "OpenGL axes",
    "inverse OpenGL poses",
    "transforms.json as it is",
    "transforms.json without its axes",
    "poses of a y-up world",
)
TURNED_WORLD = both(mesh_moved(Y_UP), poses(lambda p: Y_UP @ p))
