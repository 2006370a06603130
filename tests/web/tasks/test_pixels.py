"""Questions about pixels, against the loader's own steps."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from factory.web.depth_png import encode_depth
from factory.web.picture import Picture
from factory.web.tasks.engine import make_facts
from factory.web.tasks.parameters import DEFAULTS
from factory.web.tasks.pixels import LATTICE, PixelDepth, depth_at, points_at
from factory.web.tasks.spec import WebFact
from tests.web.synthetic_pictures import synthetic_picture

SIZES = [(160, 120), (640, 480), (427, 640), (448, 448), (639, 359), (333, 447)]  # width, height


def picture_with(depth: np.ndarray, seed: int = 0) -> Picture:
    return replace(synthetic_picture(seed, objects=2), depth_png=encode_depth(depth.astype(np.float32)))


def smooth_depth(width: int, height: int, seed: int = 0) -> np.ndarray:
    """Floor and hills from 1 to 9 m, with a hole and some sky."""
    rng = np.random.default_rng(seed)
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    depth = 5 + 3 * np.cos(5 * y + rng.uniform(0, 6)) + np.sin(7 * x + rng.uniform(0, 6))
    depth[: height // 10] = np.inf
    depth[height // 2 : height // 2 + 4, width // 3 : width // 2] = np.nan
    return depth


def loader_maps(picture: Picture) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """xyz (448, 448, 3), mask and depth as HiSpatial's loader makes them: decode, unproject, resize by nearest."""
    cv2 = pytest.importorskip("cv2")
    image = Image.open(io.BytesIO(picture.depth_png))
    near, far = float(image.info["near"]), float(image.info["far"])
    code = np.array(image)
    depth = (code.astype(np.float32) - 1) / 65533
    depth = near ** (1 - depth) * far**depth
    depth[code == 0] = np.nan
    depth[code == 65535] = np.inf
    mask = np.isfinite(depth).astype(np.int8)
    clean = np.where(mask == 1, depth, 0.0).astype(np.float32)
    share = picture.intrinsics + np.array([[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]])
    share = (share / np.array([[picture.width], [picture.height], [1]])).astype(np.float32)
    height, width = depth.shape
    u, v = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height)
    rays = np.stack([u, v, np.ones_like(u)], axis=-1).astype(np.float32) @ np.linalg.inv(share).T
    xyz = (rays * clean[..., None]).astype(np.float32)
    size = (LATTICE, LATTICE)
    return tuple(cv2.resize(m, size, interpolation=cv2.INTER_NEAREST) for m in (xyz, mask, depth))


@pytest.mark.parametrize("size", SIZES)
def test_every_pixel_is_where_the_loader_has_it(size: tuple[int, int]) -> None:
    picture = picture_with(smooth_depth(*size))
    xyz, mask, depth = loader_maps(picture)
    pixels = np.stack(np.meshgrid(np.arange(LATTICE), np.arange(LATTICE)), axis=-1)
    np.testing.assert_array_equal(depth_at(picture, pixels), depth)
    known = mask == 1
    np.testing.assert_allclose(points_at(picture, pixels[known]), xyz[known], rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("size", SIZES)
def test_facts_hold_in_the_loaders_maps(size: tuple[int, int]) -> None:
    picture = picture_with(smooth_depth(*size))
    xyz, mask, _ = loader_maps(picture)
    facts, rejects = make_facts(PixelDepth(), picture, 0)
    assert [f.asked for f in facts].count("pixel_xyz") == [f.asked for f in facts].count("pixel_depth") == 4
    assert sum(rejects.values()) + len(facts) == 2 * DEFAULTS.items * DEFAULTS.pixels_per_question
    for fact in facts:
        places = [fact.pixels[k : k + 2] for k in range(0, len(fact.pixels), 2)]
        assert all(mask[y, x] for x, y in places)
        assert fact.rows == ()
        if fact.asked == "pixel_xyz":
            (place,) = places
            np.testing.assert_allclose(fact.values, xyz[place[1], place[0]], rtol=2e-5, atol=2e-6)
            assert (fact.margin, fact.words) == (None, {"nearer": ""})
        else:
            first, second = (float(xyz[y, x, 2]) for x, y in places)
            assert fact.values == pytest.approx((first, second), rel=1e-6)
            assert fact.words["nearer"] == ("first" if first < second else "second")
            assert abs(first - second) > max(0.05, 0.1 * max(first, second))
            assert fact.margin == pytest.approx(abs(first - second) / max(0.05, 0.1 * max(first, second)), rel=1e-5)
            assert np.hypot(*np.subtract(*places)) >= 20


def all_facts(depth: np.ndarray, count: int) -> list[WebFact]:
    pictures = (replace(picture_with(depth), image_id=f"p{k}") for k in range(count))
    return [fact for picture in pictures for fact in make_facts(PixelDepth(), picture, 0)[0]]


def test_nothing_is_asked_beside_a_step() -> None:
    depth = np.full((480, 640), 2.0)
    depth[:, 320:] = 4.0
    step = 320 * LATTICE / 640
    asked = np.array([place for fact in all_facts(depth, 60) for place in fact.pixels]).reshape(-1, 2)
    off = np.where(asked[:, 0] >= step, asked[:, 0] - step, step - 1 - asked[:, 0])
    assert off.min() >= DEFAULTS.pixel_surround
    assert off.min() < 3 * DEFAULTS.pixel_surround, "but near it"


def test_nothing_is_asked_beside_a_hole_or_the_sky() -> None:
    depth = np.full((448, 448), 2.0)
    depth[100:105] = np.nan
    depth[:30] = np.inf
    asked = np.array([place for fact in all_facts(depth, 60) for place in fact.pixels]).reshape(-1, 2)
    rows = asked[:, 1]
    assert rows.min() >= 33
    assert not ((rows > 96) & (rows < 108)).any()


def test_a_wall_has_no_nearer_pixel_and_the_far_is_not_asked() -> None:
    wall, rejects = make_facts(PixelDepth(), picture_with(np.full((48, 64), 3.0)), 0)
    assert {fact.asked for fact in wall} == {"pixel_xyz"}
    assert len(wall) == DEFAULTS.items
    assert rejects["depths alike"] > 0
    far, rejects = make_facts(PixelDepth(), picture_with(np.full((48, 64), 60.0)), 0)
    assert not far
    assert rejects == {"distance out of range": 2 * DEFAULTS.items * DEFAULTS.pixels_per_question}


def test_two_pixels_are_far_apart() -> None:
    task = PixelDepth(replace(DEFAULTS, min_pixel_gap=250.0))
    facts, rejects = make_facts(task, picture_with(smooth_depth(160, 120)), 0)
    gaps = [np.hypot(*np.subtract(fact.pixels[:2], fact.pixels[2:])) for fact in facts if len(fact.pixels) == 4]
    assert len(gaps) == 4
    assert min(gaps) >= 250
    assert rejects["pixels too near"] > 10


def test_either_pixel_is_nearer_as_often() -> None:
    for seed in range(30):
        facts, _ = make_facts(PixelDepth(), picture_with(smooth_depth(160, 120, seed), seed), 0)
        nearer = [fact.words["nearer"] for fact in facts if fact.asked == "pixel_depth"]
        assert nearer.count("first") == nearer.count("second") == 2


def test_the_order_survives_noise_within_the_margin() -> None:
    task, rng, asked = PixelDepth(), np.random.default_rng(0), 0
    for seed in range(20):
        picture = picture_with(smooth_depth(160, 120, seed), seed)
        candidates = task.propose(picture, rng, 40).candidates
        pairs = candidates.choice == 1
        noise = rng.uniform(1 - 0.049, 1 + 0.049, size=picture.depth_m.shape)
        noisy = picture_with(picture.depth_m * noise, seed)
        before, after = (task.solve(p, candidates).words["nearer"] for p in (picture, noisy))
        np.testing.assert_array_equal(before[pairs], after[pairs])
        asked += int(pairs.sum())
    assert asked > 100
