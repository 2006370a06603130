import numpy as np
import pytest
from PIL import Image

from factory.web.estimators.fastdepth import frame, seen_size

FOV = np.radians(63.2)


@pytest.mark.parametrize(
    ("width", "height", "seen"),
    [(640, 480, (640, 480)), (640, 360, (640, 480)), (480, 480, (640, 480)), (300, 600, (800, 600))],
)
def test_without_a_focal_length_a_picture_is_continued_to_four_by_three(width, height, seen):
    assert seen_size(width, height, None, FOV) == pytest.approx(seen)


def test_a_narrower_view_is_continued_to_the_field_of_view_learnt():
    focal = 800.0
    width, height = seen_size(640, 480, focal, FOV)
    assert 2 * np.arctan(width / 2 / focal) == pytest.approx(FOV)
    assert width / height == pytest.approx(4 / 3)


def test_a_wider_view_is_left_alone():
    assert seen_size(640, 480, 300.0, FOV) == pytest.approx((640, 480))


def test_of_a_telephoto_view_no_more_than_half_is_made_up():
    assert seen_size(640, 480, 9000.0, FOV) == pytest.approx((1280, 960))


@pytest.mark.parametrize("size", [(480, 640), (360, 640), (640, 360), (50, 100), (1, 5)])
def test_the_frame_holds_the_picture_in_its_middle_and_mirror_images_around(size):
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (*size, 3)).astype(np.uint8)
    width, height = seen_size(size[1], size[0], None, FOV)
    view, (rows, columns) = frame(picture, width, height)
    assert view.shape == (224, 224, 3)
    inner = view[rows, columns]
    expected = Image.fromarray(picture).resize((inner.shape[1], inner.shape[0]), Image.Resampling.BILINEAR)
    assert np.array_equal(inner, np.asarray(expected))
    assert abs(rows.start - (224 - rows.stop)) <= 1 and abs(columns.start - (224 - columns.stop)) <= 1
    if rows.start > 1 and inner.shape[0] > 2:
        assert np.array_equal(view[rows.start - 1], view[rows.start + 1])
    if columns.start > 1 and inner.shape[1] > 2:
        assert np.array_equal(view[:, columns.stop], view[:, columns.stop - 2])


def photographs_with_depth(folder):
    """Pairs of a picture and its sensor depth [m], 0 where unknown."""
    for i in (1, 2):
        yield folder / "tum" / f"pair{i}_color.png", folder / "tum" / f"pair{i}_depth.png", 5000
    for i in (1, 3, 5):
        yield folder / "slambook_room" / f"color_{i}.png", folder / "slambook_room" / f"depth_{i}.pgm", 1000


def relative_errors(model, folder, cut=slice(None)):
    errors = []
    for color, depth, scale in photographs_with_depth(folder):
        picture = np.ascontiguousarray(np.asarray(Image.open(color).convert("RGB"))[cut])
        truth = (np.asarray(Image.open(depth)) / scale)[cut]
        (found,) = model.estimate([picture], [None])
        rows, columns = (
            np.floor((np.arange(n) + 0.5) * m / n).astype(int)
            for n, m in zip(truth.shape, found.depth_m.shape, strict=True)
        )
        there = found.depth_m[np.ix_(rows, columns)]
        seen = (truth > 0) & np.isfinite(there)
        errors.append(np.abs(there[seen] / truth[seen] - 1).mean())
    return np.array(errors)


def test_depth_of_photographs_is_that_of_the_sensor_within_a_quarter(open_model, real_photos):
    errors = relative_errors(open_model("depth"), real_photos)
    assert errors.mean() < 0.2
    assert errors.max() < 0.3


def test_a_wide_cut_of_a_photograph_has_the_same_depth(open_model, real_photos):
    assert relative_errors(open_model("depth"), real_photos, slice(60, 420)).mean() < 0.18


def test_a_picture_has_the_same_depth_in_any_company(open_model, coffee):
    model = open_model("depth")
    (alone,) = model.estimate([coffee], [None])
    other = np.ascontiguousarray(coffee[::-1])
    again = model.estimate([other, coffee], [None, None])[1]
    assert alone.depth_m.dtype == np.float32
    assert np.array_equal(alone.depth_m, again.depth_m, equal_nan=True)
    assert alone.intrinsics is None
    assert np.isfinite(alone.depth_m).mean() > 0.99 and np.nanmin(alone.depth_m) > 0
