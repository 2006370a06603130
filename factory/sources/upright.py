"""Images of devices held sideways, turned upright by right angles, with their cameras.

A URI ending in `#rotate=90` (180, 270) is the image turned clockwise by as many degrees. Cameras and intrinsics turn
with it exactly: what is seen stays the same, and pixels move as `numpy.rot90` moves them.
"""

import io
import re

import numpy as np
from PIL import Image

from factory.errors import DataError
from factory.sources.images import encode_depth_png

Array = np.ndarray

_URI = re.compile(r"(?P<path>.+)#rotate=(?P<degrees>90|180|270)")
_QUARTER = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])  # one turn, in pixels and in camera axes
_TELLS = 0.3  # length of world up within the image below which a camera looks too far up or down to tell a side
_HELD_ANOTHER_WAY = np.radians(60)  # more than 45 degrees, or a device held askew would flip to and fro
_TRANSPOSED = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}


def rotated_uri(path: str, turns: int) -> str:
    """The URI of an image turned clockwise by so many right angles."""
    return f"{path}#rotate={90 * turns}" if turns else path


def split_rotated_uri(uri: str) -> tuple[str, int]:
    """Path and clockwise right angles of a URI."""
    match = _URI.fullmatch(uri)
    return (match["path"], int(match["degrees"]) // 90) if match else (uri, 0)


def upright_turns(world_from_camera: Array) -> tuple[Array, int]:
    """The clockwise right angles (n,) that bring the sky of each image to its top, and those of most images.

    world_from_camera : (n, 4, 4), world z up. An image is turned as most are, unless its own sky is more than 60
    degrees from the top then: the device was turned in between. Where the camera looks up or down, most decide.
    """
    right, down = world_from_camera[:, 2, 0], world_from_camera[:, 2, 1]  # world up along the image's axes
    needed = -np.arctan2(right, -down)  # clockwise, [-pi, pi]
    own = np.rint(needed / (np.pi / 2)).astype(np.int64) % 4
    tells = np.hypot(right, down) >= _TELLS
    most = int(np.bincount(own[tells] if tells.any() else own, minlength=4).argmax())
    askew = np.angle(np.exp(1j * (needed - most * np.pi / 2)))
    return np.where(tells & (np.abs(askew) > _HELD_ANOTHER_WAY), own, most), most


def turned_size(width: int, height: int, turns: int) -> tuple[int, int]:
    """Width and height after so many right angles."""
    return (height, width) if turns % 2 else (width, height)


def turned_intrinsics(intrinsics: Array, width: int, height: int, turns: int) -> Array:
    """Intrinsics (3, 3) without skew of the turned image; `width` and `height` are those before."""
    turned = np.asarray(intrinsics, dtype=np.float64)
    for _ in range(turns):
        pixel_from_pixel = _QUARTER.copy()
        pixel_from_pixel[0, 2] = height - 1  # the lowest row becomes the left column
        turned = pixel_from_pixel @ turned @ _QUARTER.T
        width, height = height, width
    return turned + 0.0  # no negative zeros


def turned_camera(world_from_camera: Array, turns: int) -> Array:
    """`world_from_camera` (..., 4, 4) of the turned image."""
    turned = np.array(world_from_camera, dtype=np.float64)
    for _ in range(turns):
        turned[..., :3, :3] = turned[..., :3, :3] @ _QUARTER.T
    return turned + 0.0


def turned_png(data: bytes, turns: int, name: str) -> bytes:
    """The turned image as a PNG of the same pixels; 16-bit depth stays 16-bit. Raises DataError for no image."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
    except (OSError, ValueError, SyntaxError) as error:
        raise DataError(f"{name}: expected an image ({error}); download or export the frame again") from None
    if image.mode.startswith("I"):
        return encode_depth_png(np.rot90(np.asarray(image), -turns))
    buffer = io.BytesIO()
    image.transpose(_TRANSPOSED[turns]).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()
