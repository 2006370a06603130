"""Pictures as loaders want them: JPEG, RGB, upright."""

import io

from PIL import Image, ImageOps, UnidentifiedImageError

from factory.errors import DataError

QUALITY = 95
_ORIENTATION = 0x0112  # EXIF


def upright_jpeg(data: bytes, size: tuple[int, int], name: str) -> bytes:
    """The picture as an RGB JPEG whose first row is the top.

    An RGB JPEG that is stored upright is returned as it is; anything else is encoded again. `size` is the width and
    height after rotation; DataError when the picture has another, or cannot be decoded.
    """
    try:
        with Image.open(io.BytesIO(data)) as image:
            turned = image.getexif().get(_ORIENTATION, 1) not in (0, 1)
            if image.format == "JPEG" and image.mode == "RGB" and not turned:
                _check_size(image.size, size, name)
                return data
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError) as error:
        raise DataError(
            f"{name}: not a picture that can be decoded ({error}); give the --input of the build"
        ) from error
    _check_size(upright.size, size, name)
    file = io.BytesIO()
    upright.save(file, format="JPEG", quality=QUALITY)
    return file.getvalue()


def _check_size(found: tuple[int, int], size: tuple[int, int], name: str) -> None:
    if found != size:
        raise DataError(
            f"{name}: {found[0]} x {found[1]} pixels, but {size[0]} x {size[1]} when it was lifted; build it again"
        )
