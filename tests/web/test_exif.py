"""Focal lengths out of EXIF, against cameras that are known."""

import io
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from factory.web.decode import DecodeLimits, decode_picture
from factory.web.exif import default_intrinsics, intrinsics_from_exif, orientation_of

TAGS = {
    "FILM": 0xA405,
    "FOCAL": 0x920A,
    "PLANE_X": 0xA20E,
    "PLANE_Y": 0xA20F,
    "UNIT": 0xA210,
    "WIDTH": 0xA002,
    "HEIGHT": 0xA003,
}


def exif_of(orientation: int = 1, **tags: object) -> Image.Exif:
    """Tags through the bytes of a file, as they come."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8769).update({TAGS[name]: value for name, value in tags.items()})
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, "JPEG", exif=exif)
    return Image.open(io.BytesIO(stream.getvalue())).getexif()


@given(st.floats(15, 200), st.integers(224, 6000), st.integers(224, 6000))
def test_film_keeps_the_diagonal_view(film: float, width: int, height: int) -> None:
    found = intrinsics_from_exif(exif_of(FILM=round(film)), width, height)
    assert found is not None
    corner = np.linalg.inv(found) @ [-0.5, -0.5, 1.0]
    other = np.linalg.inv(found) @ [width - 0.5, height - 0.5, 1.0]
    np.testing.assert_allclose(corner[:2], -other[:2])
    view = 2 * math.atan(np.linalg.norm(corner[:2]))
    assert view == pytest.approx(2 * math.atan(math.hypot(36, 24) / 2 / round(film)))
    assert found[0, 0] == found[1, 1]


def test_full_frame_with_its_sensor() -> None:
    # 6000 x 4000 pixels on 36 x 24 mm, 50 mm lens
    per_cm = IFDRational(60_000, 36)
    exif = exif_of(FOCAL=IFDRational(50), PLANE_X=per_cm, PLANE_Y=per_cm, UNIT=3, WIDTH=6000, HEIGHT=4000)
    found = intrinsics_from_exif(exif, 6000, 4000)
    assert found is not None
    np.testing.assert_allclose(found, [[6000 * 50 / 36, 0, 2999.5], [0, 6000 * 50 / 36, 1999.5], [0, 0, 1]], rtol=1e-6)
    small = intrinsics_from_exif(exif, 1500, 1000)
    assert small is not None and small[0, 0] == pytest.approx(1500 * 50 / 36, rel=1e-6)
    by_film = intrinsics_from_exif(exif_of(FILM=50, WIDTH=6000, HEIGHT=4000), 1500, 1000)
    np.testing.assert_allclose(by_film, small, rtol=1e-6)


def test_turning_swaps_the_axes() -> None:
    # pixels that are not square: 100 per mm across, 80 per mm down in the camera's file
    tags = {"FOCAL": IFDRational(10), "PLANE_X": 1000.0, "PLANE_Y": 800.0, "UNIT": 3, "WIDTH": 1200, "HEIGHT": 800}
    level = intrinsics_from_exif(exif_of(1, **tags), 1200, 800)
    upright = intrinsics_from_exif(exif_of(6, **tags), 800, 1200)
    assert level is not None and upright is not None
    assert (level[0, 0], level[1, 1]) == pytest.approx((1000, 800))
    assert (upright[0, 0], upright[1, 1]) == pytest.approx((800, 1000))
    assert upright[0, 2] == 399.5 and upright[1, 2] == 599.5


def test_cropped_pictures_and_wrong_tags_tell_nothing() -> None:
    assert intrinsics_from_exif(exif_of(FILM=28, WIDTH=4000, HEIGHT=3000), 1000, 1000) is None
    assert intrinsics_from_exif(exif_of(FILM=28, WIDTH=4000, HEIGHT=3000), 750, 1000) is None, (
        "turned, but not by EXIF"
    )
    assert intrinsics_from_exif(exif_of(8, FILM=28, WIDTH=4000, HEIGHT=3000), 750, 1000) is not None
    assert intrinsics_from_exif(exif_of(FILM=28, WIDTH=4000, HEIGHT=3000), 1000, 751) is not None, "rounded"
    for film in (0, 1, 5, 2000, 65535):
        assert intrinsics_from_exif(exif_of(FILM=film), 1000, 800) is None
    assert intrinsics_from_exif(exif_of(FOCAL=IFDRational(50)), 1000, 800) is None
    assert intrinsics_from_exif(exif_of(FOCAL=IFDRational(50, 0), PLANE_X=1.0, PLANE_Y=1.0), 1000, 800) is None
    assert intrinsics_from_exif(Image.Exif(), 1000, 800) is None


def test_orientations() -> None:
    assert [orientation_of(exif_of(n)) for n in range(10)] == [1, 1, 2, 3, 4, 5, 6, 7, 8, 1]
    assert orientation_of(Image.Exif()) == 1


@given(st.integers(10, 5000), st.integers(10, 5000), st.floats(20, 120))
def test_the_default_sees_its_angle_along_the_longer_side(width: int, height: int, fov_deg: float) -> None:
    found = default_intrinsics(width, height, fov_deg)
    along = 0 if width >= height else 1
    edge = -0.5, (width, height)[along] - 0.5
    angles = [math.degrees(math.atan((value - found[along, 2]) / found[along, along])) for value in edge]
    assert angles[1] - angles[0] == pytest.approx(fov_deg)


def test_a_decoded_picture_brings_its_intrinsics() -> None:
    stream = io.BytesIO()
    exif = exif_of(6, FILM=26)
    Image.effect_noise((400, 300), 50).convert("RGB").save(stream, "JPEG", exif=exif)
    for enough in (None, 100):
        found = decode_picture(stream.getvalue(), DecodeLimits(), enough)
        assert (found.width, found.height) == (300, 400)
        assert found.intrinsics is not None
        assert found.intrinsics[0, 0] == pytest.approx(26 * 500 / math.hypot(36, 24))
        assert found.intrinsics[0, 2] == 149.5 and found.intrinsics[1, 2] == 199.5
