"""What goes wrong when a data set's conventions are misread, each with its cure.

A hypothesis says "the views are right once this is done to them". Those that are true of a scene make its images
agree with its mesh, its boxes and each other.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import permutations, product

import numpy as np

from factory.geometry.cameras import scale_intrinsics
from factory.geometry.transforms import inverse
from factory.selfcheck.views import View

Array = np.ndarray

OPENGL = np.diag([1.0, -1.0, -1.0, 1.0])  # x right, y up, z backward <-> x right, y down, z forward
_FOCAL = (0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.985, 0.99, 1.01, 1.015, 1.02, 1.03, 1.05, 1.1, 1.25, 2.0)
_SIZES = (0.25, 1 / 3, 0.5, 2.0, 3.0, 4.0)
# what a step of 1 mm may have been: Matterport's 0.25 mm, the 0.2 mm of RGB-D benchmarks, a tenth
_DEPTH = (0.25, 4.0, 0.2, 5.0, 0.1, 10.0)


@dataclass(frozen=True)
class Hypothesis:
    """name : short, for tables; advice : what to do when it is true; cure : what makes a view right.

    moves_camera : it is about the poses; turns_world : it moves all cameras alike, which images alone cannot tell.
    """

    name: str
    advice: str
    cure: Callable[[View], View]
    moves_camera: bool = False
    turns_world: bool = False


def hypotheses() -> list[Hypothesis]:
    """All of them; of two that explain a scene as well, the first is the likelier."""
    return [*_of_poses(), *_of_depth(), *_of_intrinsics(), *_of_images(), *_of_worlds()]


def _of_poses() -> list[Hypothesis]:
    return [
        Hypothesis("inverse poses", "the poses look like camera_from_world: invert them", _moved(inverse), True),
        Hypothesis(
            "OpenGL axes",
            "the camera axes look like OpenGL's (x right, y up, z backward): multiply the poses by diag(1, -1, -1, 1) "
            "from the right",
            _moved(lambda pose: pose @ OPENGL),
            True,
        ),
        Hypothesis(
            "inverse OpenGL poses",
            "the poses look like camera_from_world with OpenGL's axes: invert them, then multiply by "
            "diag(1, -1, -1, 1) from the right",
            _moved(lambda pose: inverse(pose) @ OPENGL),
            True,
        ),
    ]


def _of_depth() -> list[Hypothesis]:
    scaled = []
    for scale in _DEPTH:
        off = f"{1 / scale:g} times too large" if scale < 1 else f"{scale:g} times too small"
        advice = f"depth looks {off}: multiply it by {scale:g}, or correct its steps per metre"
        scaled.append(Hypothesis(f"depth unit x {scale:g}", advice, _scaled_depth(scale)))
    return [
        *scaled,
        Hypothesis(
            "depth is range",
            "depth looks like the distance along each ray: divide it by the length of the ray (x, y, 1) for z-depth",
            _depth_of_range,
        ),
    ]


def _of_intrinsics() -> list[Hypothesis]:
    found = [
        Hypothesis(
            "intrinsics of another size",
            "the intrinsics look like those of images whose middle is their principal point: scale them to the size "
            "of these images",
            _around_the_principal_point,
        )
    ]
    for scale in _SIZES:
        advice = f"the intrinsics look like those of images of another size: scale them by {scale:.3g}"
        found.append(Hypothesis(f"intrinsics x {scale:.3g}", advice, _scaled_intrinsics(scale)))
    for axes, corner, advice in (
        ((1,), "bottom-left (cy)", "H - 1 - cy for cy"),
        ((0,), "top-right (cx)", "W - 1 - cx for cx"),
        ((0, 1), "bottom-right (cx, cy)", "W - 1 - cx for cx, H - 1 - cy for cy"),
    ):
        advice = f"the principal point looks counted from the {corner.split()[0]} corner: use {advice}"
        found.append(Hypothesis(f"principal point from {corner}", advice, _mirrored_center(axes)))
    for scale in _FOCAL:
        advice = (
            f"the focal length looks {abs(scale - 1):.1%} too {'short' if scale > 1 else 'long'}: use the calibrated "
            "intrinsics, not the nominal ones of the device"
        )
        found.append(Hypothesis(f"focal length x {scale:g}", advice, _scaled_focal(scale)))
    return found


def _of_images() -> list[Hypothesis]:
    found = []
    for quarters, words in ((1, "90 degrees clockwise"), (2, "upside down"), (3, "90 degrees counterclockwise")):
        name, advice = f"images turned {words}", f"the images look turned {words} against the poses"
        cure = "turn poses and intrinsics with the images, or the images back"
        found.append(Hypothesis(name, f"{advice}: {cure}", _turned(quarters, False)))
        if quarters != 2:  # half a turn leaves the intrinsics nearly as they are
            name, advice = f"{name}, not their intrinsics", f"{advice} and the intrinsics"
            found.append(Hypothesis(name, f"{advice}: {cure}", _turned(quarters, True)))
    found += [
        Hypothesis("transposed images", "rows and columns of depth look swapped: transpose it", _transposed),
        Hypothesis(
            "images by columns", "depth looks stored column by column: read it so", _rearranged(_read_by_columns)
        ),
        Hypothesis(
            "images bottom up", "depth looks stored bottom row first: reverse its rows", _rearranged(lambda a: a[::-1])
        ),
        Hypothesis("mirrored images", "depth looks mirrored: reverse its columns", _rearranged(lambda a: a[:, ::-1])),
    ]
    return found


def _of_worlds() -> list[Hypothesis]:
    found = []
    for turn, axes in _axis_turns():
        for is_gl in (False, True):
            name = f"world axes {axes}" + (" and OpenGL axes" if is_gl else "")
            advice = f"the world of the poses looks turned against that of the scene: take ({axes}) of it as x, y, z"
            if axes == "y, x, -z":
                advice += " (ScanNet++'s transforms.json is written so)"
            if is_gl:
                advice += ", and multiply the poses by diag(1, -1, -1, 1) from the right: the camera axes are OpenGL's"
            right = OPENGL if is_gl else np.eye(4)
            found.append(Hypothesis(name, advice, _between(turn, right), moves_camera=True, turns_world=not is_gl))
    return found


def _axis_turns() -> list[tuple[Array, str]]:
    """The 23 turns of a world onto its own axes, with which of the old axes are the new x, y, z."""
    found = []
    for order, signs in product(permutations(range(3)), product((1.0, -1.0), repeat=3)):
        turn = np.eye(4)
        turn[:3, :3] = np.eye(3)[list(order)] * np.array(signs)[:, None]
        if np.linalg.det(turn) > 0 and not np.array_equal(turn, np.eye(4)):
            axes = ", ".join(("-" if sign < 0 else "") + "xyz"[axis] for axis, sign in zip(order, signs, strict=True))
            found.append((turn, axes))
    return found


def _moved(change: Callable[[Array], Array]) -> Callable[[View], View]:
    return lambda view: replace(view, world_from_camera=change(view.world_from_camera))


def _between(left: Array, right: Array) -> Callable[[View], View]:
    return _moved(lambda pose: left @ pose @ right)


def _scaled_intrinsics(scale: float) -> Callable[[View], View]:
    return lambda view: replace(view, intrinsics=scale_intrinsics(view.intrinsics, scale, scale))


def _scaled_focal(scale: float) -> Callable[[View], View]:
    factors = np.array([[scale, 1, 1], [1, scale, 1], [1, 1, 1]])
    return lambda view: replace(view, intrinsics=view.intrinsics * factors)


def _mirrored_center(axes: tuple[int, ...]) -> Callable[[View], View]:
    def cure(view: View) -> View:
        mirrored = view.intrinsics.copy()
        for axis in axes:
            mirrored[axis, 2] = (view.width, view.height)[axis] - 1 - mirrored[axis, 2]
        return replace(view, intrinsics=mirrored)

    return cure


def _scaled_depth(scale: float) -> Callable[[View], View]:
    return lambda view: view if view.depth_m is None else replace(view, depth_m=view.depth_m * np.float32(scale))


def _depth_of_range(view: View) -> View:
    if view.depth_m is None:
        return view
    x = (np.arange(view.width) - view.intrinsics[0, 2]) / view.intrinsics[0, 0]
    y = (np.arange(view.height) - view.intrinsics[1, 2]) / view.intrinsics[1, 1]
    return replace(view, depth_m=(view.depth_m / np.sqrt(1 + x**2 + y[:, None] ** 2)).astype(np.float32))


def _around_the_principal_point(view: View) -> View:
    size = 2 * view.intrinsics[:2, 2] + 1
    if size.min() <= 0:
        return view
    return replace(view, intrinsics=scale_intrinsics(view.intrinsics, view.width / size[0], view.height / size[1]))


def _turned(quarters: int, swapped: bool) -> Callable[[View], View]:
    """The cameras of images that were turned clockwise by so many quarters, and their intrinsics unless `swapped`."""
    angle = -quarters * np.pi / 2  # turned back, clockwise being positive about z, which points into the image
    c, s = round(np.cos(angle)), round(np.sin(angle))
    camera_from_turned = np.eye(4)
    camera_from_turned[:2, :2] = [[c, -s], [s, c]]

    def cure(view: View) -> View:
        k = view.intrinsics
        if swapped:
            center = (view.width - 1 - k[1, 2], k[0, 2]) if quarters == 1 else (k[1, 2], view.height - 1 - k[0, 2])
            k = np.array([[k[1, 1], 0, center[0]], [0, k[0, 0], center[1]], [0, 0, 1.0]])
        return replace(view, intrinsics=k, world_from_camera=view.world_from_camera @ camera_from_turned)

    return cure


def _transposed(view: View) -> View:
    if view.depth_m is None:
        return view
    width, height = view.height, view.width
    # they were scaled to the sides as they were found
    intrinsics = scale_intrinsics(view.intrinsics, width / height, height / width)
    instances = None if view.instances is None else view.instances.T
    return replace(
        view, width=width, height=height, intrinsics=intrinsics, depth_m=view.depth_m.T, instances=instances
    )


def _read_by_columns(image: Array) -> Array:
    return image.reshape(image.shape[::-1]).T


def _rearranged(change: Callable[[Array], Array]) -> Callable[[View], View]:
    def cure(view: View) -> View:
        if view.depth_m is None:
            return view
        instances = None if view.instances is None else change(view.instances)
        return replace(view, depth_m=change(view.depth_m), instances=instances)

    return cure
