import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory.web.lifting.parameters import DEFAULTS
from factory.web.lifting.percentiles import bulk
from factory.web.lifting.pixels import DepthView, mask_window, outline, sample_pixels, trusted_depth
from tests.web.lifting.analytic import HEIGHT, WIDTH, look
from tests.web.lifting.test_lift import SCENE

INTRINSICS = np.array([[260.0, 0, 159.5], [0, 260.0, 119.5], [0, 0, 1]])


def view_of(depth_m: np.ndarray) -> DepthView:
    return DepthView.of(depth_m.astype(np.float32), INTRINSICS, WIDTH, HEIGHT, DEFAULTS)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 300), st.sampled_from([(2.0, 98.0), (0.0, 100.0), (25.0, 50.0)]))
def test_the_bulk_is_that_of_numpy(seed, count, percentiles):
    values = np.random.default_rng(seed).normal(size=(count, 3))
    assert np.stack(bulk(values, percentiles)) == pytest.approx(np.percentile(values, percentiles, axis=0), abs=1e-12)


def test_pixels_unproject_through_their_centers():
    view = look(SCENE, pitch=15)
    columns, rows = np.array([0, 200, 319]), np.array([0, 120, 239])
    points = view_of(view.depth_m).points(columns, rows, view.depth_m[rows, columns])
    pixels = points @ INTRINSICS.T
    assert pixels[:, :2] / pixels[:, 2:] == pytest.approx(np.stack([columns, rows], axis=1))


def test_a_jump_is_an_edge_on_both_sides_and_a_slope_is_none():
    depth = np.linspace(2, 3, WIDTH)[None].repeat(HEIGHT, axis=0)
    assert not view_of(depth).edge.any()
    depth[:, 100:] += 0.5
    assert np.flatnonzero(view_of(depth).edge.any(axis=0)).tolist() == [99, 100]
    depth[:, 200:] = np.inf
    assert np.flatnonzero(view_of(depth).edge.any(axis=0)).tolist() == [99, 100, 199, 200]
    depth[:, 250:] = np.nan
    assert np.flatnonzero(view_of(depth).edge.any(axis=0)).tolist() == [99, 100, 199, 200]


def test_the_border_takes_the_depth_of_what_is_inside():
    depth = np.full((HEIGHT, WIDTH), 5.0)
    depth[60:160, 100:200] = 2.0
    depth[60, 100:200] = 3.4  # flying between both
    mask = np.zeros(depth.shape, dtype=bool)
    mask[60:160, 100:201] = True  # takes in a column of the background
    window = mask_window(mask, 3)
    assert window == (slice(57, 163), slice(97, 204))
    found = trusted_depth(mask, window, view_of(depth), DEFAULTS)
    assert (found[3:-3, 3:-3] == 2.0).all()
    assert np.isnan(found[~mask[window]]).all()


def test_a_thin_thing_loses_less_than_its_width():
    depth = np.full((HEIGHT, WIDTH), 5.0)
    depth[50:200, 150:153] = 2.0
    mask = depth == 2.0
    found = trusted_depth(mask, mask_window(mask, 3), view_of(depth), DEFAULTS)
    assert np.nanmax(found) == np.nanmin(found) == 2.0 and np.isfinite(found).sum() == mask.sum()


def test_holes_inside_stay_holes():
    depth = np.full((HEIGHT, WIDTH), 2.0)
    depth[90:130, 130:170] = np.nan
    mask = np.zeros(depth.shape, dtype=bool)
    mask[60:160, 100:200] = True
    found = trusted_depth(mask, (slice(0, HEIGHT), slice(0, WIDTH)), view_of(depth), DEFAULTS)
    assert np.isnan(found[100:120, 140:160]).all() and (found[65:85, 105:195] == 2.0).all()


def test_the_outline_is_beside_the_mask_and_off_edges():
    view = look(SCENE, pitch=15)
    mask = view.shown == 0
    ring = outline(mask, (slice(0, HEIGHT), slice(0, WIDTH)), view_of(view.depth_m), DEFAULTS)
    assert ring.any() and not (ring & mask).any() and (view.shown[ring] > 0).all()
    rows, columns = np.nonzero(mask)
    near, far = np.nonzero(ring)
    assert rows.min() - near.min() == columns.min() - far.min() == DEFAULTS.outline_px[1]


@pytest.mark.parametrize("limit", [1, 50, 400, 10_000])
def test_samples_are_set_pixels_without_repeats_and_evenly_spread(limit):
    pixels = np.zeros((90, 130), dtype=bool)
    pixels[5:85, 10:110] = True
    columns, rows = sample_pixels(pixels, limit)
    assert len(columns) == len(set(zip(columns, rows, strict=True))) == min(limit, pixels.sum())
    assert pixels[rows, columns].all()
    for some in (50, 200):  # so are the first of them
        if len(columns) >= some:
            quarters = np.histogram2d(rows[:some], columns[:some], bins=2, range=((5, 85), (10, 110)))[0]
            assert np.abs(quarters / some - 0.25).max() < 0.05


def test_no_pixels_give_no_samples():
    assert [len(found) for found in sample_pixels(np.zeros((4, 5), dtype=bool), 10)] == [0, 0]
