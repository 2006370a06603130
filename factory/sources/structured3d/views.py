"""What the images of one view show: whether they can be used, and of which class each thing in them is.

Nothing else tells the classes: the files with the boxes have none, and a house's images of ids and of classes have to
be read together.
"""

import io
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from PIL import Image

from factory.errors import DataError
from factory.sources.archives import Archives
from factory.sources.cameras import Size
from factory.sources.depth_files import decode_depth
from factory.sources.labels import NYU40
from factory.sources.structured3d.boxes import NO_INSTANCE
from factory.sources.structured3d.cameras import CameraFault, read_camera
from factory.sources.structured3d.tree import CAMERA, COLOUR, DEPTH, INSTANCES, SEMANTIC, VIEW_FILES, SceneFile

Array = np.ndarray

CLASSES = len(NYU40) + 1  # 0: unlabelled
DIFFERENT_SIZES = "frame: images of different sizes"
_IDS = NO_INSTANCE + 1


class View(NamedTuple):
    """intrinsics : (3, 3) [px]; world_from_camera : (4, 4) [m]; pixels : (b, 41) of each of b boxes and each class;
    without_box : ids in the image that have no box."""

    size: Size
    intrinsics: Array
    world_from_camera: Array
    pixels: Array
    without_box: frozenset[int]


def place_of_ids(ids: list[int]) -> Array:
    """(65536,) place of every id among `ids`, their number for others, one more for no id."""
    places = np.full(_IDS, len(ids), dtype=np.int32)
    places[ids] = np.arange(len(ids))
    places[NO_INSTANCE] = len(ids) + 1
    return places


def read_view(files: Mapping[str, SceneFile], archives: Archives, places: Array) -> View | str:
    """A view, all its images decoded, or why it is left out, as that is counted. places : see `place_of_ids`."""
    content: dict[str, bytes] = {}
    for name in VIEW_FILES:
        try:
            content[name] = archives.read(files[name].uri)
        except (KeyError, FileNotFoundError):
            return f"frame: no {name}"
        except (DataError, PermissionError):
            return f"frame: {name} unreadable"
    decoded: dict[str, Array] = {}
    for name in (INSTANCES, DEPTH, SEMANTIC):
        try:
            image = _classes(content[name]) if name == SEMANTIC else decode_depth(content[name], name)
        except (DataError, OSError, ValueError, SyntaxError):
            return f"frame: {name} unreadable"
        decoded[name] = image
    size = _checked_size(content[COLOUR])
    if size is None:
        return f"frame: {COLOUR} unreadable"
    if any(image.shape != size[::-1] for image in decoded.values()):
        return DIFFERENT_SIZES
    try:
        intrinsics, world_from_camera = read_camera(content[CAMERA], size)
    except CameraFault as fault:
        return str(fault)
    place = places[decoded[INSTANCES]]
    nothing = int(places[NO_INSTANCE])
    pixels = np.bincount((place * CLASSES + decoded[SEMANTIC]).ravel(), minlength=(nothing + 1) * CLASSES)
    without_box = np.unique(decoded[INSTANCES][place == nothing - 1]).tolist()
    return View(
        size, intrinsics, world_from_camera, pixels.reshape(-1, CLASSES)[: nothing - 1], frozenset(without_box)
    )


def class_names(pixels: Array) -> list[str | None]:
    """The name of the class that most pixels of each thing have, of counts (b, 41); empty for unlabelled ones, None
    for things without a pixel."""
    return [
        None if not row.any() else (NYU40[best - 1] if best else "")
        for row, best in zip(pixels, pixels.argmax(axis=1).tolist(), strict=True)
    ]


def _classes(data: bytes) -> Array:
    """(H, W) int32 NYU-40 classes, 0 for unlabelled. An image with a palette holds the classes as its indices."""
    with Image.open(io.BytesIO(data)) as image:
        values = np.asarray(image)
    if values.ndim != 2 or values.dtype.kind not in "iu":
        raise ValueError("expected one channel")
    return np.where((values > 0) & (values < CLASSES), values, 0).astype(np.int32)


def _checked_size(data: bytes) -> Size | None:
    """The size of an undamaged image, of which nothing is decoded; None for others."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.verify()
            return image.size
    except (OSError, ValueError, SyntaxError):
        return None
