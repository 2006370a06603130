import json

import numpy as np
import pytest
from PIL import Image, ImageDraw

from factory.geometry.gravity import gravity_frame
from factory.web.estimators.stack import StackConfig, open_role
from factory.web.estimators.vertical_lines import VerticalLineParameters, find_segments, vertical_direction

DEFAULTS = VerticalLineParameters()
WIDTH, HEIGHT = 640, 480


def pinhole(focal: float) -> np.ndarray:
    return np.array([[focal, 0, (WIDTH - 1) / 2], [0, focal, (HEIGHT - 1) / 2], [0, 0, 1.0]])


def down_of(pitch_deg: float, roll_deg: float) -> np.ndarray:
    """Gravity in a camera that looks down by `pitch` and is turned about its axis by `roll`."""
    pitch, roll = np.radians([pitch_deg, roll_deg])
    return np.array([np.sin(roll) * np.cos(pitch), np.cos(roll) * np.cos(pitch), np.sin(pitch)])


def angle_deg(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip(a @ b, -1, 1))))


def segments_of_a_room(rng, down, intrinsics, uprights=40, others=60, noise_px=0.3, slant=0.0) -> np.ndarray:
    """Ends (n, 2, 2) [px] of upright edges and of edges in all other directions, in front of the camera."""
    along = np.concatenate([np.tile(down, (uprights, 1)), rng.normal(size=(others, 3))])
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    middle = np.stack(
        [rng.uniform(-1, 1, len(along)), rng.uniform(-0.7, 0.7, len(along)), np.ones(len(along))], axis=1
    )
    middle *= rng.uniform(2, 5, size=(len(along), 1))
    half = rng.uniform(0.15, 0.5, size=(len(along), 1)) * along
    ends = np.stack([middle - half, middle + half], axis=1) @ intrinsics.T
    pixels = ends[..., :2] / ends[..., 2:]
    return rng.permutation(pixels + rng.normal(0, noise_px, size=pixels.shape))


@pytest.mark.parametrize("pitch", [-30, -10, 0, 20, 35])
@pytest.mark.parametrize("roll", [-15, 0, 8])
def test_upright_edges_among_others_tell_gravity(pitch, roll):
    down, intrinsics = down_of(pitch, roll), pinhole(500)
    for seed in range(5):
        segments = segments_of_a_room(np.random.default_rng(seed), down, intrinsics)
        found = vertical_direction(segments, intrinsics, DEFAULTS)
        assert found is not None
        assert angle_deg(found, down) < 1.5


def test_without_noise_it_is_exact():
    down, intrinsics = down_of(17, -6), pinhole(450)
    segments = segments_of_a_room(np.random.default_rng(0), down, intrinsics, others=0, noise_px=0.0)
    assert angle_deg(vertical_direction(segments, intrinsics, DEFAULTS), down) < 1e-4


def test_the_order_of_segments_and_of_their_ends_means_nothing():
    rng, intrinsics = np.random.default_rng(3), pinhole(500)
    segments = segments_of_a_room(rng, down_of(10, 5), intrinsics)
    expected = vertical_direction(segments, intrinsics, DEFAULTS)
    turned = segments.copy()
    turned[::2] = turned[::2, ::-1]
    assert np.allclose(vertical_direction(rng.permutation(turned), intrinsics, DEFAULTS), expected, atol=1e-9)


def test_a_mirrored_picture_has_mirrored_gravity():
    intrinsics = pinhole(500)
    segments = segments_of_a_room(np.random.default_rng(4), down_of(-12, 7), intrinsics)
    mirrored = segments * (-1, 1) + (WIDTH - 1, 0)
    there, back = (vertical_direction(ends, intrinsics, DEFAULTS) for ends in (segments, mirrored))
    assert np.allclose(there * (-1, 1, 1), back, atol=1e-9)


@pytest.mark.parametrize(("uprights", "known"), [(11, False), (12, True)])
def test_too_few_upright_edges_tell_nothing(uprights, known):
    down, intrinsics = down_of(5, 3), pinhole(500)
    segments = segments_of_a_room(np.random.default_rng(0), down, intrinsics, uprights, others=0, noise_px=0.0)
    assert (vertical_direction(segments, intrinsics, DEFAULTS) is not None) == known


def test_edges_in_all_directions_tell_nothing():
    intrinsics = pinhole(500)
    for seed in range(20):
        segments = segments_of_a_room(np.random.default_rng(seed), down_of(0, 0), intrinsics, uprights=0, others=60)
        found = vertical_direction(segments, intrinsics, DEFAULTS)
        assert found is None, (seed, found)


def lines_up_to(*share_and_way) -> np.ndarray:
    """Edges of several directions in one picture, so many of each."""
    rng = np.random.default_rng(0)
    return np.concatenate(
        [segments_of_a_room(rng, way, pinhole(500), uprights=count, others=0) for count, way in share_and_way]
    )


def test_of_two_vanishing_points_the_one_of_a_more_level_camera_wins():
    """As many edges slanted by 40 degrees as upright ones, as on a staircase or a roof."""
    found = vertical_direction(lines_up_to((30, down_of(0, 0)), (30, down_of(0, 40))), pinhole(500), DEFAULTS)
    assert angle_deg(found, down_of(0, 0)) < 2


def test_two_directions_that_do_equally_well_tell_nothing():
    """As a desk's legs and the edges of screens that lean on it."""
    straight, leaning = down_of(-12, 0), down_of(12, 0)
    assert vertical_direction(lines_up_to((30, straight), (30, leaning)), pinhole(500), DEFAULTS) is None
    found = vertical_direction(lines_up_to((30, straight), (15, leaning)), pinhole(500), DEFAULTS)
    assert angle_deg(found, straight) < 3


def test_a_camera_turned_on_its_side_is_not_believed():
    intrinsics = pinhole(500)
    segments = segments_of_a_room(np.random.default_rng(0), down_of(0, 80), intrinsics, others=0)
    assert vertical_direction(segments, intrinsics, DEFAULTS) is None


def draw_room(down: np.ndarray, intrinsics: np.ndarray) -> np.ndarray:
    """A picture (HEIGHT, WIDTH, 3) of dark boards standing before a light wall."""
    rng = np.random.default_rng(1)
    image = Image.new("RGB", (WIDTH * 4, HEIGHT * 4), (225, 220, 210))  # drawn larger, for smooth edges
    draw = ImageDraw.Draw(image)
    right = np.cross(down, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    for x in np.linspace(-1.2, 1.2, 9):
        center = np.array([x, rng.uniform(-0.2, 0.2), 2.5])
        half_up, half_right = down * rng.uniform(0.5, 0.8), right * 0.07
        corners = [center + a * half_up + b * half_right for a, b in ((-1, -1), (-1, 1), (1, 1), (1, -1))]
        pixels = [(intrinsics @ corner)[:2] / corner[2] for corner in corners]
        shade = int(rng.uniform(20, 120))
        draw.polygon([tuple((p + 0.5) * 4 - 0.5) for p in pixels], fill=(shade, shade // 2, 30))
    return np.asarray(image.resize((WIDTH, HEIGHT), Image.Resampling.BOX))


@pytest.mark.parametrize(("pitch", "roll"), [(0, 0), (15, -5), (-20, 10)])
def test_gravity_of_a_drawn_picture(pitch, roll):
    down, intrinsics = down_of(pitch, roll), pinhole(520)
    estimator = open_role(StackConfig(), "gravity")
    picture = draw_room(down, intrinsics)
    (found,) = estimator.estimate([picture], [intrinsics])
    assert found is not None
    assert angle_deg(found[1], down) < 0.5
    assert np.allclose(found, gravity_frame(found[1]))
    assert np.array_equal(estimator.estimate([picture], [intrinsics])[0], found)


def test_a_large_picture_gives_segments_in_its_own_pixels():
    intrinsics = pinhole(520)
    picture = draw_room(down_of(0, 0), intrinsics)
    large = np.asarray(Image.fromarray(picture).resize((WIDTH * 4, HEIGHT * 4), Image.Resampling.BICUBIC))
    small, found = find_segments(picture), find_segments(large)
    tops = [np.sort((ends[..., 0].mean(axis=1) + 0.5) / width) for ends, width in ((small, 640), (found, 2560))]
    # the eighteen long edges of nine boards stand at the same shares of the width
    edges = [np.unique(np.round(top, 2)) for top in tops]
    assert len(np.intersect1d(*edges)) >= 12


def test_a_blank_picture_has_no_gravity():
    blank = np.full((HEIGHT, WIDTH, 3), 128, dtype=np.uint8)
    assert find_segments(blank).shape == (0, 2, 2)
    assert open_role(StackConfig(), "gravity").estimate([blank], [pinhole(500)]) == [None]


def test_gravity_of_photographs_with_a_known_camera(real_photos):
    cameras = json.loads((real_photos / "polyhaven" / "cameras.json").read_text())
    errors, estimator = [], open_role(StackConfig(), "gravity")
    for name, camera in cameras.items():
        picture = np.asarray(Image.open(real_photos / "polyhaven" / name).convert("RGB"))
        (found,) = estimator.estimate([picture], [pinhole(camera["fx"])])
        if found is not None:
            errors.append(angle_deg(found[1], -np.array(camera["up_in_camera_xyz_opencv"])))
    assert len(errors) >= 6
    assert np.median(errors) < 1.0
    assert max(errors) < 5.0


# Normals of the floor or the desk, the largest level plane in the sensor's depth.
LEVEL_PLANES = {
    "tum/pair1_color.png": (0.05, 0.86, 0.50),
    "tum/pair2_color.png": (0.025, 0.875, 0.48),
    "slambook_room/color_1.png": (0.06, 0.96, 0.27),
    "slambook_room/color_3.png": (0.10, 0.96, 0.25),
    "slambook_room/color_5.png": (0.16, 0.95, 0.28),
}


CAMERAS = {
    "tum": np.array([[520.9, 0, 325.1], [0, 521.0, 249.7], [0, 0, 1.0]]),
    "slambook_room": np.array([[518.0, 0, 325.5], [0, 519.0, 253.5], [0, 0, 1.0]]),
}


def test_gravity_of_photographs_is_across_their_floors(real_photos):
    estimator, known = open_role(StackConfig(), "gravity"), 0
    for name, normal in LEVEL_PLANES.items():
        picture = np.asarray(Image.open(real_photos / name).convert("RGB"))
        (found,) = estimator.estimate([picture], [CAMERAS[name.partition("/")[0]]])
        if found is not None:
            known += 1
            assert angle_deg(found[1], np.array(normal) / np.linalg.norm(normal)) < 5.0, name
    assert known >= 3
