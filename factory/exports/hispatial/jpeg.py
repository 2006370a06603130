"""Pictures as loaders want them: JPEG, RGB, upright."""

import io
import math

from PIL import Image

from factory.errors import DataError
from factory.web.decode import DecodeLimits, UnusablePicture, decode_picture
from factory.web.exif import orientation_of

QUALITY = 95
_ANY_SIZE = DecodeLimits(min_side=1, max_pixels=1 << 40, max_aspect=math.inf)


def upright_jpeg(data: bytes, size: tuple[int, int], name: str) -> bytes:
    """The picture as an RGB JPEG whose first row is the top.

    An RGB JPEG that is stored upright is returned as it is; anything else is encoded from the pixels that the models
    saw. `size` is the width and height after rotation; DataError when the picture has another, or cannot be decoded.
    """
    if is_upright_rgb_jpeg(data):
        with Image.open(io.BytesIO(data)) as image:
            _check_size(image.size, size, name)
        return data
    try:
        decoded = decode_picture(data, _ANY_SIZE)
    except UnusablePicture as error:
        raise DataError(f"{name}: a picture was expected, found: {error}; give the --input of the build") from error
    _check_size((decoded.width, decoded.height), size, name)
    return encode_jpeg(Image.fromarray(decoded.rgb))


def encode_jpeg(image: Image.Image) -> bytes:
    """An RGB picture, with colours as fine as the rest."""
    file = io.BytesIO()
    image.save(file, format="JPEG", quality=QUALITY, subsampling=0)
    return file.getvalue()


def is_upright_rgb_jpeg(data: bytes) -> bool:
    """Whether it is a JPEG that readers show upright even though they do not turn pictures. Decodes no pixels."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.format == "JPEG" and image.mode == "RGB" and orientation_of(image.getexif()) == 1
    except Exception:  # Pillow's readers raise whatever damaged bytes lead them to
        return False


def _check_size(found: tuple[int, int], size: tuple[int, int], name: str) -> None:
    if found != size:
        raise DataError(
            f"{name}: {found[0]} x {found[1]} pixels, but {size[0]} x {size[1]} when it was lifted; build it again"
        )
