"""The view of somebody who stands at one point and looks at another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.geometry.imagined_view import ImaginedView, ahead, imagined_view, level_ahead, to_the_right

coordinate = st.floats(-5, 5, allow_nan=False).map(lambda value: round(value, 3))
point = st.tuples(coordinate, coordinate, coordinate).map(np.array)


def one(origin: np.ndarray, target: np.ndarray) -> ImaginedView:
    return imagined_view(np.array([origin], dtype=float), np.array([target], dtype=float))


@pytest.mark.parametrize(
    ("target", "offset", "expected"),
    [
        ((0, 2, 0), (1, 0, 0), (1, 0, 0)),  # looking north, east is right
        ((0, 2, 0), (0, 3, 5), (0, 3, 3)),
        ((-1, 0, 0), (0, 1, 0), (1, 0, 0)),  # looking west, north is right
        ((0, 1, 1), (0, 1, 1), (0, np.sqrt(2), 1)),
        ((0, 1, -1), (0, 1, 1), (0, 0, 1)),  # looking down, what is above is less far ahead
    ],
)
def test_directions(target: tuple, offset: tuple, expected: tuple) -> None:
    view = one(np.zeros(3), np.array(target))
    reached = [reach(view, np.array([offset], dtype=float))[0][0] for reach in (to_the_right, ahead, level_ahead)]
    np.testing.assert_allclose(reached, expected, atol=1e-12)


@given(point, point)
def test_axes_are_those_of_an_upright_camera(origin: np.ndarray, target: np.ndarray) -> None:
    if np.hypot(*(target - origin)[:2]) < 0.1:
        return
    view = one(origin, target)
    up_from_left = np.cross(view.forward[0], np.cross([0.0, 0.0, 1.0], view.forward[0]))
    np.testing.assert_allclose(np.cross([0.0, 0.0, 1.0], view.level[0]), -view.right[0], atol=1e-12)
    assert up_from_left[2] > 0 and view.right[0, 2] == view.level[0, 2] == 0
    assert view.right[0] @ view.forward[0] == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(origin + view.distance * view.forward[0], target, atol=1e-9)
    np.testing.assert_allclose((origin + view.level_distance * view.level[0])[:2], target[:2], atol=1e-9)
    rise = np.degrees(np.arcsin((target - origin)[2] / np.linalg.norm(target - origin)))
    assert view.tilt_deg[0] == pytest.approx(rise, abs=1e-6)


@pytest.mark.parametrize("reach", [to_the_right, ahead, level_ahead])
def test_derivatives_by_the_target_are_differences(reach) -> None:
    rng = np.random.default_rng(0)
    origin, offset = rng.uniform(-3, 3, size=(2, 50, 3))
    target = origin + rng.uniform(-2, 2, size=(50, 3))
    step = 1e-6
    numeric = np.stack(
        [
            (
                reach(imagined_view(origin, target + step * axis), offset)[0]
                - reach(imagined_view(origin, target - step * axis), offset)[0]
            )
            / (2 * step)
            for axis in np.eye(3)
        ],
        axis=1,
    )
    np.testing.assert_allclose(reach(imagined_view(origin, target), offset)[1], numeric, atol=1e-5)


@pytest.mark.parametrize(("target", "tilt"), [((0, 0, 2), 90), ((0, 0, -1), -90), ((0, 0, 0), 0)])
def test_a_view_without_direction_is_finite(target: tuple, tilt: float) -> None:
    view = one(np.zeros(3), np.array(target))
    assert view.tilt_deg[0] == pytest.approx(tilt)
    for reach in (to_the_right, ahead, level_ahead):
        assert all(np.isfinite(part).all() for part in reach(view, np.ones((1, 3))))
