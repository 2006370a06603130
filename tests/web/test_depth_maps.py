import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory.web.depth_maps import resize_depth

sides = st.integers(1, 40)


@settings(max_examples=100, deadline=None)
@given(sides, sides, sides, sides, st.integers(0, 1000))
def test_no_depth_is_made_up_between_surfaces(h, w, height, width, seed):
    """Two surfaces, holes and sky: what comes out is one of these, wherever it comes out."""
    rng = np.random.default_rng(seed)
    values = np.array([1.0, 2.0, np.nan, np.inf], dtype=np.float32)
    found = resize_depth(rng.choice(values, size=(h, w)), height, width)
    assert found.shape == (height, width) and found.dtype == np.float32
    assert np.isin(found[~np.isnan(found)], values).all()


@settings(max_examples=50, deadline=None)
@given(sides, sides, st.integers(0, 1000))
def test_the_same_size_is_the_same_map(h, w, seed):
    rng = np.random.default_rng(seed)
    depth = rng.choice(np.array([1.0, 1.05, 3.0, np.nan, np.inf], dtype=np.float32), size=(h, w))
    assert np.array_equal(resize_depth(depth, h, w), depth, equal_nan=True)


@pytest.mark.parametrize(("height", "width"), [(17, 33), (96, 128), (10, 200), (48, 64)])
def test_a_pixel_takes_what_is_at_its_middle(height, width):
    """Against one pixel at a time, each in its own surface."""
    rng = np.random.default_rng(0)
    depth = (1.5 ** (rng.permutation(48 * 64) % 50)).reshape(48, 64).astype(np.float32)
    found = resize_depth(depth, height, width)
    for row in range(0, height, 5):
        for column in range(0, width, 7):
            y, x = (row + 0.5) * 48 / height - 0.5, (column + 0.5) * 64 / width - 0.5
            near = {(int(np.floor(y + dy)), int(np.floor(x + dx))) for dy in (0.499, 0.501) for dx in (0.499, 0.501)}
            near = {(min(max(r, 0), 47), min(max(c, 0), 63)) for r, c in near}
            # where four neighbours happen to be one surface, they are blended
            values = [depth[place] for place in near]
            assert min(values) / 1.1 <= found[row, column] <= max(values) * 1.1


def test_a_slope_stays_smooth_when_it_is_scaled_up():
    rows = np.linspace(1, 2, 50, dtype=np.float32)
    slope = np.tile(rows[:, None], (1, 40))
    found = resize_depth(slope, 150, 120)
    steps = np.abs(np.diff(found[2:-2], axis=0))
    assert steps.max() < 1.2 / 150
    exact = np.interp((np.arange(150) + 0.5) / 3 - 0.5, np.arange(50), rows)
    assert np.allclose(found[:, 7], exact, atol=1e-5)
