"""Which images show the looks: the nearest ones, few enough, in order."""

from itertools import pairwise

import numpy as np
import pytest

from factory.sources.procedural.stations import Station
from factory.sources.rxr.looks import Looks, looks_along
from factory.sources.rxr.views import MAX_VIEWS, Viewpoint, viewpoint_of, views_of
from schemas.scene import Frame


def station(name: str, position: tuple[float, float, float], first_yaw: float = np.pi / 2) -> Viewpoint:
    """Eighteen images; those of the level camera look at 0, 60, ... 300 degrees of heading."""
    frames = [
        Frame(
            frame_id=f"{name}_{n // 6}_{n % 6}",
            index=n,
            image="a.jpg",
            depth=None,
            width=4,
            height=4,
            intrinsics=np.eye(3),
            world_from_camera=camera.world_from_camera,
        )
        for n, camera in enumerate(Station(np.array(position), first_yaw).cameras)
    ]
    return viewpoint_of(frames)


A, B = station("a", (0, 0, 1.5)), station("b", (0, 3, 1.5))


def looks(*seen: tuple[int, float, float], tilt: float = 0.0) -> Looks:
    """Place, heading [deg] and seconds of each."""
    places, angles, seconds = (np.array(column) for column in zip(*seen, strict=True))
    angles, tilts = np.radians(angles), np.full(len(seen), np.radians(tilt))
    level = np.cos(tilts)
    directions = np.stack([np.sin(angles) * level, np.cos(angles) * level, np.sin(tilts)], axis=1)
    return Looks(places, directions, seconds.astype(float))


def test_the_position_of_a_viewpoint_is_that_of_its_cameras() -> None:
    np.testing.assert_allclose(B.position, [0, 3, 1.5], atol=1e-9)
    assert len(B.frame_ids) == 18 and B.frame_ids[6:12] == tuple(f"b_1_{n}" for n in range(6))


def test_the_nearest_image_is_the_one_with_the_smallest_angle() -> None:
    rng = np.random.default_rng(0)
    for direction in rng.normal(size=(200, 3)):
        direction /= np.linalg.norm(direction)
        angles = [np.arccos(np.clip(axis @ direction, -1, 1)) for axis in A.directions]
        (view,) = views_of(Looks(np.zeros(1, dtype=int), direction[None], np.ones(1)), [A]) or [""]
        assert view == A.frame_ids[int(np.argmin(angles))]


@pytest.mark.parametrize(("tilt", "camera"), [(30.0, 0), (0.0, 1), (-30.0, 2)])
def test_looks_up_and_down(tilt: float, camera: int) -> None:
    assert views_of(looks((0, 0, 1.0), tilt=tilt), [A]) == [f"a_{camera}_0"]


def test_turns_show_the_images_in_between() -> None:
    looked = looks_along(np.array([A.position, B.position]), np.radians(-170.0))
    assert views_of(looked, [A, B]) == ["a_1_3", "a_1_4", "a_1_5", "a_1_0", "b_1_0"]
    looked = looks_along(np.array([A.position, B.position]), np.radians(100.0))
    assert views_of(looked, [A, B]) == ["a_1_2", "a_1_1", "a_1_0", "b_1_0"]


def test_looks_at_one_image_are_one_view_and_glances_are_none() -> None:
    seen = looks((0, 0, 1), (0, 10, 1), (0, 60, 0.1), (0, -5, 1), (0, 120, 0.2), (1, 115, 1), (1, 120, 0.0))
    # a_1_2 is but a glance, and still the way the walk goes on
    assert views_of(seen, [A, B]) == ["a_1_0", "a_1_2", "b_1_2"]


def test_a_view_may_come_again() -> None:
    assert views_of(looks((0, 0, 1), (0, 60, 1), (0, 0, 1)), [A]) == ["a_1_0", "a_1_1", "a_1_0"]


def test_of_too_many_views_the_longest_stay_in_order() -> None:
    seen = [(0, 60.0 * (n % 2), 1.0) for n in range(40)]
    seen[10], seen[20] = (0, 180.0, 2.0), (0, 240.0, 0.5)  # long and short
    seen[39] = (0, 120.0, 0.4)  # the way on
    views = views_of(looks(*seen, (1, 0.0, 0.6), (1, 120.0, 0.4)), [A, B])
    assert views is not None and len(views) <= MAX_VIEWS
    assert "a_1_3" in views and "a_1_4" not in views and "b_1_0" not in views
    assert views[0] == "a_1_0" and views[-2:] == ["a_1_2", "b_1_2"]
    assert all(first != second for first, second in pairwise(views))


def test_a_walk_to_more_places_than_views_is_none() -> None:
    places = [station(f"s{n}", (0, 2.0 * n, 1.5)) for n in range(MAX_VIEWS + 1)]
    positions = np.stack([place.position for place in places])
    assert views_of(looks_along(positions, 0.0), places) is None
    assert views_of(looks_along(positions[:-1], 0.0), places[:-1]) == [f"s{n}_1_0" for n in range(MAX_VIEWS)]
