"""What is looked at along a path, with and without a trace."""

import numpy as np
import pytest

from factory.sources.procedural.writers.rxr_traces import looks_of_walk
from factory.sources.rxr.looks import Looks, looks_along, looks_of_trace
from factory.sources.rxr.traces import Trace

# North for 3 m, then east, then up a staircase to the south.
PATH = np.array([[0.0, 0.0, 1.5], [0.0, 3.0, 1.5], [3.0, 3.0, 1.5], [3.0, 0.0, 3.0]])


def headings(looks: Looks, place: int) -> np.ndarray:
    """In degrees."""
    x, y, _ = looks.directions[looks.places == place].T
    return np.degrees(np.arctan2(x, y))


def test_the_walk_begins_with_its_heading_not_with_the_bearing_of_its_first_hop() -> None:
    looks = looks_along(PATH, np.radians(170.0))
    first = headings(looks, 0)
    assert first[0] == pytest.approx(170)
    assert first[-1] == pytest.approx(0, abs=1e-6)
    assert (np.diff(first) < 0).all() and np.abs(np.diff(first)).max() <= 10 + 1e-9  # every 10 degrees on the way


@pytest.mark.parametrize(("heading", "direction"), [(0, (0, 1)), (90, (1, 0)), (180, (0, -1)), (-90, (-1, 0))])
def test_headings_are_clockwise_from_y(heading: float, direction: tuple[float, float]) -> None:
    looks = looks_along(PATH, np.radians(heading))
    np.testing.assert_allclose(looks.directions[0], [*direction, 0], atol=1e-12)


def test_turns_go_the_shorter_way() -> None:
    for heading, turn in ((-100.0, 1), (100.0, -1), (190.0, 1), (370.0, -1)):
        first = np.unwrap(np.radians(headings(looks_along(PATH, np.radians(heading)), 0)))
        assert (np.sign(np.diff(first)) == turn).all()
        assert abs(first[-1] - first[0]) <= np.pi


def test_every_viewpoint_shows_the_arrival_and_the_departure() -> None:
    looks = looks_along(PATH, 0.0)
    assert looks.places.tolist() == sorted(looks.places.tolist())
    ends = [(round(h[0]), round(h[-1])) for h in (headings(looks, place) for place in range(4))]
    assert ends == [(0, 0), (0, 90), (90, 180), (180, 180)]
    assert (looks.directions[:, 2] == 0).all()  # level, up the stairs, too
    assert (headings(looks, 3) == headings(looks, 3)[0]).all()


def test_a_hop_straight_up_keeps_the_heading() -> None:
    looks = looks_along(np.array([[0, 0, 0], [0.01, 0, 3], [0, 5, 3.0]]), np.radians(30))
    assert np.allclose(headings(looks, 0), 30)
    assert np.round(headings(looks, 1)[[0, -1]]).tolist() == [30, 0]


def trace_of(path: np.ndarray, heading: float) -> Trace:
    eyes, angles, _ = looks_of_walk(path, heading)
    directions = np.stack([np.sin(angles), np.cos(angles), np.zeros(len(angles))], axis=1)
    return Trace(np.append(np.full(len(eyes) - 1, 0.1), 0.0), eyes, directions)


def test_a_guides_looks_are_those_at_viewpoints() -> None:
    trace = trace_of(PATH, 1.0)
    looks = looks_of_trace(trace, PATH)
    assert looks is not None and len(looks.places) < len(trace.seconds)  # not those in the middle of a hop
    eyes, _, _ = looks_of_walk(PATH, 1.0)
    assert len(looks.places) == sum((eye == PATH).all(axis=1).any() for eye in eyes)
    assert set(looks.places.tolist()) == {0, 1, 2, 3}
    np.testing.assert_allclose(looks.directions[0], [np.sin(1.0), np.cos(1.0), 0])


def test_the_trace_of_another_walk_is_none_of_this_one() -> None:
    assert looks_of_trace(trace_of(PATH[:3], 0.0), PATH) is None  # never at the last viewpoint
    assert looks_of_trace(trace_of(PATH[::-1], 0.0), PATH) is None  # the way back
    assert looks_of_trace(trace_of(PATH[[0, 1, 2, 3, 2]], 0.0), PATH) is None
    assert looks_of_trace(trace_of(PATH[[0, 2, 1, 3]], 0.0), PATH) is None
    assert looks_of_trace(trace_of(PATH + np.array([50.0, 0, 0]), 0.0), PATH) is None
    in_the_viewers_world = trace_of(PATH[:, [0, 2, 1]] * (1, 1, -1), 0.0)
    assert looks_of_trace(in_the_viewers_world, PATH) is None


def test_what_a_hop_passes_is_not_stood_at() -> None:
    """The way from the second place to the third one leads over the fourth."""
    path = np.array([[0, 0, 1.5], [0, 3, 1.5], [4, 3, 1.5], [2, 3.1, 1.5]])
    looks = looks_of_trace(trace_of(path, 0.0), path)
    assert looks is not None
    assert list(dict.fromkeys(looks.places.tolist())) == [0, 1, 2, 3]


def test_a_path_may_come_back() -> None:
    looks = looks_of_trace(trace_of(PATH[[0, 1, 0]], 0.0), PATH[[0, 1, 0]])
    assert looks is not None and set(looks.places.tolist()) == {0, 1}
    assert looks_along(PATH[[0, 1, 0]], 0.0).places.max() == 2
