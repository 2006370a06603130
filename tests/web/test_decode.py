"""Bytes to upright pixels: what is shown is what a browser shows, and bad bytes only ever give a reason."""

import io
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from factory.web.decode import DecodeLimits, UnusablePicture, decode_picture
from tests.web.distorted_pictures import encode, png_of_size, render_spheres, turned

LIMITS = DecodeLimits()
SCENE = render_spheres(np.random.default_rng(7), 360, 240)


def shown(data: bytes) -> np.ndarray:
    return decode_picture(data, LIMITS).rgb


def reason_of(data: bytes, limits: DecodeLimits = LIMITS) -> tuple[str, int, int]:
    with pytest.raises(UnusablePicture) as caught:
        decode_picture(data, limits)
    return caught.value.reason, caught.value.width, caught.value.height


def apart(a: np.ndarray, b: np.ndarray) -> float:
    assert a.shape == b.shape and a.dtype == b.dtype == np.uint8
    return float(np.abs(a.astype(int) - b).mean())


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM"])
def test_lossless_formats_come_as_they_are(kind: str) -> None:
    found = decode_picture(encode(SCENE, kind), LIMITS)
    assert (found.rgb == np.asarray(SCENE)).all() and found.notes == () and found.intrinsics is None
    assert (found.width, found.height) == (360, 240)


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("enough", [None, 100])
def test_every_orientation_is_turned_upright(orientation: int, enough: int | None) -> None:
    found = decode_picture(turned(SCENE, orientation), LIMITS, enough)
    assert found.notes == ("turned upright",)
    assert (found.width, found.height) == (360, 240)
    whole = SCENE if enough is None else SCENE.resize(found.rgb.shape[1::-1], Image.Resampling.BOX)
    assert apart(found.rgb, np.asarray(whole)) < 6


def test_a_jpeg_may_be_decoded_smaller_but_no_smaller_than_asked() -> None:
    large = encode(SCENE.resize((1800, 1200)))
    for enough, expected in ((None, 1800), (1800, 1800), (901, 1800), (900, 900), (400, 450), (100, 225), (1, 225)):
        found = decode_picture(large, LIMITS, enough)
        assert max(found.rgb.shape) == expected and (found.width, found.height) == (1800, 1200)


def test_colors_are_those_that_are_meant() -> None:
    cmyk = decode_picture(encode(SCENE.convert("CMYK"), quality=95), LIMITS)
    assert apart(cmyk.rgb, np.asarray(SCENE)) < 6 and cmyk.notes == ("converted from CMYK",)
    grey = np.asarray(SCENE.convert("L"))
    for data in (encode(SCENE.convert("L"), "PNG"), encode(SCENE.convert("LA"), "PNG")):
        assert (shown(data) == grey[..., None]).all()
    deep = decode_picture(encode(Image.fromarray(grey.astype(np.uint16) * 257), "PNG"), LIMITS)
    assert (deep.rgb == grey[..., None]).all() and deep.notes == ("reduced from 16 bits",)
    one_bit = SCENE.convert("1")
    assert (shown(encode(one_bit, "PNG")) == np.asarray(one_bit)[..., None] * 255).all()
    for kind in ("PNG", "GIF"):
        palette = SCENE.quantize(64)
        assert (shown(encode(palette, kind)) == np.asarray(palette.convert("RGB"))).all()


def test_transparency_is_laid_on_white() -> None:
    picture = SCENE.convert("RGBA")
    alpha = np.full((240, 360), 255, dtype=np.uint8)
    alpha[:, :100] = 0
    alpha[:, 100:200] = 128
    picture.putalpha(Image.fromarray(alpha))
    found = decode_picture(encode(picture, "PNG"), LIMITS)
    assert found.notes == ("transparency laid on white",)
    assert (found.rgb[:, :100] == 255).all() and (found.rgb[:, 200:] == np.asarray(SCENE)[:, 200:]).all()
    half = np.asarray(SCENE)[:, 100:200] * (128 / 255) + 255 * (127 / 255)
    assert np.abs(found.rgb[:, 100:200] - half).max() < 1.5
    picture.putalpha(255)
    assert decode_picture(encode(picture, "PNG"), LIMITS).notes == ()
    palette = SCENE.quantize(32)
    see_through = decode_picture(encode(palette, "GIF", transparency=palette.getpixel((5, 5))), LIMITS)
    assert (see_through.rgb[5, 5] == 255).all() and see_through.notes == ("transparency laid on white",)


def test_sizes_are_judged_upright_and_before_pixels() -> None:
    assert reason_of(encode(SCENE.resize((223, 224)))) == ("too small", 223, 224)
    assert shown(encode(SCENE.resize((224, 224)))).shape == (224, 224, 3)
    assert shown(encode(SCENE.resize((600, 300)))).shape == (300, 600, 3)
    assert reason_of(encode(SCENE.resize((601, 300)))) == ("too elongated", 601, 300)
    assert reason_of(turned(SCENE.resize((601, 300)), 6)) == ("too elongated", 601, 300)
    assert reason_of(encode(SCENE.resize((20_000, 3)))) == ("too elongated", 20_000, 3)
    assert reason_of(encode(SCENE), DecodeLimits(max_pixels=360 * 240 - 1)) == ("too large", 360, 240)
    assert reason_of(png_of_size(9_000, 8_000)) == ("too large", 9_000, 8_000)
    assert reason_of(png_of_size(100_000, 100_000))[0] == "too large"


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_several_frames_are_animated(kind: str) -> None:
    frames = [SCENE, SCENE.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    data = encode(frames[0], kind, save_all=True, append_images=frames[1:])
    assert reason_of(data) == ("animated", 360, 240)


def test_a_phone_picture_with_a_second_one_behind_it_is_a_picture() -> None:
    data = encode(SCENE, "MPO", save_all=True, append_images=[SCENE], quality=95)
    assert Image.open(io.BytesIO(data)).format == "MPO"
    assert apart(shown(data), np.asarray(SCENE)) < 6


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.97])
@pytest.mark.parametrize("enough", [None, 100])
def test_cut_pictures_are_truncated(kind: str, share: float, enough: int | None) -> None:
    data = encode(SCENE, kind)
    with pytest.raises(UnusablePicture, match="truncated"):
        decode_picture(data[: int(len(data) * share)], LIMITS, enough)


@pytest.mark.parametrize(
    "data",
    [b"", b"\0", b"words", b"<html>", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 500 500\n", b"RIFF0000WAVE"],
)
def test_what_is_no_image(data: bytes) -> None:
    assert reason_of(data) == ("not an image", 0, 0)


def test_colors_without_meaning_are_told() -> None:
    floats = Image.fromarray(np.asarray(SCENE.convert("L")).astype(np.float32))
    assert reason_of(encode(floats, "TIFF")) == ("unknown colors", 360, 240)
    deep = Image.fromarray(np.asarray(SCENE.convert("L")).astype(np.int32) * 1_000_000)
    assert reason_of(encode(deep, "TIFF")) == ("unknown colors", 360, 240)
    assert reason_of(encode(Image.merge("LAB", SCENE.split()), "TIFF")) == ("unknown colors", 360, 240)


KINDS = {kind: encode(SCENE, kind) for kind in ("JPEG", "PNG", "WEBP", "TIFF", "BMP")}
KINDS["GIF"] = encode(SCENE.quantize(32), "GIF", save_all=True, append_images=[SCENE.quantize(16)])
KINDS["turned"] = turned(SCENE, 6)


@given(
    kind=st.sampled_from(sorted(KINDS)),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=12),
    head=st.booleans(),
    length=st.floats(0, 1),
)
@settings(max_examples=400, deadline=None)
@pytest.mark.filterwarnings("ignore")
def test_hostile_bytes_only_ever_give_a_reason(
    kind: str, changes: list[tuple[float, int]], head: bool, length: float
) -> None:
    data = bytearray(KINDS[kind])
    for where, value in changes:
        data[int(where * (min(300, len(data)) if head else len(data)) * 0.999)] = value
    if length > 0.5:
        del data[int(len(data) * length) :]
    for enough in (None, 64):
        try:
            found = decode_picture(bytes(data), LIMITS, enough)
        except UnusablePicture as error:
            assert error.reason
        else:
            assert found.rgb.ndim == 3 and found.rgb.dtype == np.uint8
            assert LIMITS.min_side <= min(found.width, found.height) <= max(found.width, found.height)
            if enough is None:
                assert found.rgb.shape == (found.height, found.width, 3)


def test_damaged_exif_spoils_no_picture() -> None:
    for exif in (
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x05\0\0\0\x01\0\0\0\0",
        b"Exif\0\0",
    ):
        assert shown(encode(SCENE, exif=exif)).shape == (240, 360, 3)
    odd = Image.Exif()
    odd[0x0112] = 99
    assert decode_picture(encode(SCENE, exif=odd), LIMITS).notes == ()


def test_a_text_that_unpacks_to_much_is_no_way_in() -> None:
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    bomb = chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(300 << 20)))
    data = encode(SCENE, "PNG")
    assert reason_of(data[:33] + bomb + data[33:])[0] in ("truncated", "not an image")


def test_limits_are_named_for_fingerprints() -> None:
    assert DecodeLimits(min_side=100).versions() == {"min_side": "100", "max_pixels": "50000000", "max_aspect": "2.0"}
