"""Depth as a PNG: what goes in comes out, within a step of the logarithm, by the published formula."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from factory.errors import DataError
from factory.web.depth_png import decode_depth, encode_depth

MAPS = arrays(np.float32, (5, 7), elements=st.sampled_from([np.nan, np.inf, 0.0]) | st.floats(0.125, 300, width=32))


@given(MAPS)
def test_depth_comes_back_within_a_step_of_the_logarithm(depth_m: np.ndarray) -> None:
    finite = np.isfinite(depth_m) & (depth_m > 0)
    if not finite.any():
        with pytest.raises(DataError, match="without any finite depth"):
            encode_depth(depth_m)
        return
    again = decode_depth(encode_depth(depth_m))
    assert (np.isfinite(again) == finite).all()
    assert (np.isposinf(again) == np.isposinf(depth_m)).all()
    assert again[finite] == pytest.approx(depth_m[finite], rel=np.log(3000) / 65533 + 1e-5)


def test_every_code_is_decoded_as_the_loader_does() -> None:
    """The loader's arithmetic on whole maps, pixel by pixel."""
    rng = np.random.default_rng(0)
    png = encode_depth(rng.uniform(0.4, 37.0, size=(300, 400)).astype(np.float32))
    image = Image.open(io.BytesIO(png))
    near, far = float(image.info["near"]), float(image.info["far"])
    codes = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    place = (codes.astype(np.float32) - 1) / 65533
    expected = (near ** (1 - place) * far**place).astype(np.float32)
    file = io.BytesIO()
    Image.fromarray(codes).save(file, format="PNG", pnginfo=_text(near, far))
    found = decode_depth(file.getvalue())
    assert np.isnan(found[0, 0]) and np.isposinf(found[-1, -1])
    assert (found.ravel()[1:-1] == expected.ravel()[1:-1]).all()


def test_nobody_can_change_the_map_of_another() -> None:
    png = encode_depth(np.full((3, 4), 2.0, dtype=np.float32))
    with pytest.raises(ValueError, match="read-only"):
        decode_depth(png)[0, 0] = 1.0
    assert decode_depth(encode_depth(np.full((3, 4), 4.0, dtype=np.float32))) == pytest.approx(4.0)
    assert decode_depth(png) == pytest.approx(2.0)


def test_a_png_of_something_else_is_refused() -> None:
    file = io.BytesIO()
    Image.fromarray(np.ones((3, 4), dtype=np.uint16)).save(file, format="PNG")
    with pytest.raises(DataError, match="text chunks near and far"):
        decode_depth(file.getvalue())


def _text(near: float, far: float) -> PngInfo:
    info = PngInfo()
    info.add_text("near", str(near))
    info.add_text("far", str(far))
    return info
