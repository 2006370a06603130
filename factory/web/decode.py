"""The bytes of a picture -> its upright RGB pixels, or why it cannot be used."""

import io
from dataclasses import asdict, dataclass

import numpy as np
from PIL import Image

from factory.web.estimators.protocols import DepthMap
from factory.web.exif import intrinsics_from_exif, orientation_of

Array = np.ndarray

Image.init()  # `formats` may name only what is loaded

NOT_AN_IMAGE = "not an image"
TRUNCATED = "truncated"
ANIMATED = "animated"
TOO_LARGE = "too large"
TOO_SMALL = "too small"
TOO_ELONGATED = "too elongated"
UNKNOWN_COLORS = "unknown colors"

FROM_CMYK = "converted from CMYK"
FROM_16_BIT = "reduced from 16 bits"
ON_WHITE = "transparency laid on white"
TURNED = "turned upright"

# Pillow knows formats that run other programs or have no pixels; these are what the web shows (JPEG brings MPO).
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000", "PPM")
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*")
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class DecodeLimits:
    """Which pictures are used: `min_side` [px] of the shorter side, `max_pixels` of the area, `max_aspect` of the
    longer side to the shorter."""

    min_side: int = 224
    max_pixels: int = 50_000_000
    max_aspect: float = 2.0

    def versions(self) -> dict[str, str]:
        """The numbers by name, for fingerprints."""
        return {name: repr(value) for name, value in asdict(self).items()}


class UnusablePicture(Exception):
    """`reason` is one of this module's; width, height : upright [px], 0 where unknown."""

    def __init__(self, reason: str, width: int = 0, height: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.width, self.height = reason, width, height


@dataclass(frozen=True, eq=False)
class DecodedPicture:
    """rgb : (H, W, 3) uint8, upright; width, height : of the whole upright picture [px], which `rgb` has but for JPEGs
    that were decoded smaller; notes : what was done to it; intrinsics : (3, 3) [px of the whole] from EXIF or None;
    sensed : what a depth sensor measured, where one did."""

    rgb: Array
    width: int
    height: int
    notes: tuple[str, ...]
    intrinsics: Array | None
    sensed: DepthMap | None = None


def decode_picture(data: bytes, limits: DecodeLimits, enough: int | None = None) -> DecodedPicture:
    """Decodes a picture, turned upright as its EXIF says.

    Transparency is laid on white, CMYK converted without a profile, embedded profiles are ignored. enough : a JPEG may
    be decoded to a half, quarter or eighth as long as its longer side keeps so many pixels (much faster).
    Raises UnusablePicture; sizes are checked before pixels are decoded.
    """
    image = _open(data)
    try:
        animated = image.format != "MPO" and bool(getattr(image, "is_animated", False))
    except Exception:  # as in _open: the second frame is damaged
        raise UnusablePicture(TRUNCATED, *image.size) from None
    exif = _exif(image)
    orientation = orientation_of(exif)
    width, height = image.size if orientation < 5 else image.size[::-1]
    if animated:
        raise UnusablePicture(ANIMATED, width, height)
    reason = _unfit(width, height, limits)
    if reason:
        raise UnusablePicture(reason, width, height)
    if enough is not None and image.format == "JPEG":
        share = min(1.0, enough / max(width, height))
        image.draft(None, tuple(max(1, int(np.ceil(side * share))) for side in image.size))
    try:
        image.load()
    except MemoryError:
        raise
    except Exception:  # as in _open
        raise UnusablePicture(TRUNCATED, width, height) from None
    try:
        image, notes = _to_rgb(image)
    except ValueError:
        raise UnusablePicture(UNKNOWN_COLORS, width, height) from None
    if orientation != 1:
        image = image.transpose(_TURNS[orientation])
        notes = (*notes, TURNED)
    return DecodedPicture(
        rgb=np.asarray(image),
        width=width,
        height=height,
        notes=notes,
        intrinsics=_intrinsics(exif, width, height),
    )


def _open(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError:
        raise UnusablePicture(TOO_LARGE) from None
    except MemoryError:
        raise
    except Exception:  # Pillow's readers raise whatever hostile bytes lead them to
        begins = data.startswith(_BEGINNINGS) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
        raise UnusablePicture(TRUNCATED if begins else NOT_AN_IMAGE) from None


def _exif(image: Image.Image) -> Image.Exif:
    try:
        return image.getexif()
    except Exception:  # as in _open; a picture is no worse for damaged notes
        return Image.Exif()


def _intrinsics(exif: Image.Exif, width: int, height: int) -> Array | None:
    try:
        return intrinsics_from_exif(exif, width, height)
    except Exception:  # as in _exif: the part with the lens is read only now
        return None


def _unfit(width: int, height: int, limits: DecodeLimits) -> str:
    if width * height > limits.max_pixels:
        return TOO_LARGE
    if max(width, height) > limits.max_aspect * min(width, height):
        return TOO_ELONGATED
    return TOO_SMALL if min(width, height) < limits.min_side else ""


def _to_rgb(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """RGB and what was done; ValueError for colours that mean nothing without a profile (LAB, 32 bits, floats)."""
    if image.mode == "CMYK":
        return image.convert("RGB"), (FROM_CMYK,)
    if image.mode.startswith("I"):
        values = np.asarray(image)
        if image.mode == "I" and values.size and not 0 <= values.min() <= values.max() < 1 << 16:
            raise ValueError("values beyond 16 bits")
        return Image.fromarray((values >> 8).astype(np.uint8)).convert("RGB"), (FROM_16_BIT,)
    if image.mode in ("F", "LAB", "HSV"):
        raise ValueError(f"mode {image.mode}")
    if not image.has_transparency_data:
        return image.convert("RGB"), ()
    image = image.convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    opaque = image.getextrema()[3][0] == 255
    return Image.alpha_composite(white, image).convert("RGB"), () if opaque else (ON_WHITE,)
