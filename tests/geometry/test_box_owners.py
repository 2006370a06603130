"""Points in boxes: a loop over every point and box as the oracle, and what stands on the floor."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from factory.geometry.box_owners import box_owners
from factory.geometry.boxes import Boxes


def random_boxes(rng: np.random.Generator, count: int, upright: bool) -> Boxes:
    turns = Rotation.from_rotvec(rng.uniform(-3, 3, (count, 3)) * ((0, 0, 1) if upright else 1))
    rotation = turns.as_matrix().reshape(-1, 3, 3)
    if upright:  # third axes that point down are as good
        rotation[::3] = rotation[::3] @ np.diag([1, -1, -1])
    extents = np.round(rng.uniform(0.02, 1.5, (count, 3)), 1)  # some are equal, some flat
    return Boxes(rng.uniform(-1, 1, (count, 3)), extents, rotation)


def owners_by_hand(points: np.ndarray, boxes: Boxes, slack: float, foot: float) -> list[int]:
    """One point and one box at a time, in the words of the docstring."""
    owners = []
    for point in points:
        found = []
        for place, (center, extents, rotation) in enumerate(zip(*boxes, strict=True)):
            inside = True
            upright = int(np.argmax(np.abs(rotation[2])))
            for k in range(3):
                axis = rotation[:, k]
                along = float(np.dot(point - center, axis))
                low, high = -extents[k] / 2 - slack, extents[k] / 2 + slack
                if k == upright and extents[k] >= 4 * foot:
                    if axis[2] > 0:
                        low = -extents[k] / 2 + min(foot, extents[k] / 12)
                    else:
                        high = extents[k] / 2 - min(foot, extents[k] / 12)
                inside &= low <= along <= high
            if inside:
                found.append((float(np.prod(extents)), place))
        owners.append(min(found)[1] if found else -1)
    return owners


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(0, 8),
    upright=st.booleans(),
    slack=st.sampled_from([0.0, 0.01, 0.1]),
    foot=st.sampled_from([0.0, 0.03, 0.2]),
)
def test_every_point_goes_to_the_smallest_box_around_it(
    seed: int, count: int, upright: bool, slack: float, foot: float
) -> None:
    rng = np.random.default_rng(seed)
    boxes = random_boxes(rng, count, upright)
    points = rng.uniform(-1.5, 1.5, (150, 3))
    found = box_owners(points, boxes, slack, foot)
    assert found.dtype == np.int32
    assert found.tolist() == owners_by_hand(points, boxes, slack, foot)


def test_the_oracle_sees_many_owners() -> None:
    rng = np.random.default_rng(0)
    boxes = random_boxes(rng, 8, upright=True)
    found = box_owners(rng.uniform(-1.5, 1.5, (2000, 3)), boxes)
    assert (found == -1).mean() > 0.2 and len(np.unique(found)) >= 7


def one(center: tuple, extents: tuple, up: float = 1.0) -> Boxes:
    return Boxes(np.array([center]), np.array([extents]), np.diag([1.0, up, up])[None])


@pytest.mark.parametrize("up", [1.0, -1.0])
def test_the_floor_at_the_foot_of_a_box_is_no_part_of_it(up: float) -> None:
    table = one((0, 0, 0.35), (1.0, 0.6, 0.7), up)
    heights = np.array([-0.02, 0.0, 0.029, 0.031, 0.35, 0.70, 0.709, 0.711])
    points = np.stack([np.full(8, 0.4), np.zeros(8), heights], axis=1)
    assert box_owners(points, table).tolist() == [-1, -1, -1, 0, 0, 0, 0, -1]


def test_what_lies_flat_keeps_its_lowest_points() -> None:
    rug = one((0, 0, 0.01), (1.0, 0.6, 0.02))
    points = np.array([[0, 0, z] for z in (-0.02, -0.005, 0.0, 0.01, 0.029, 0.04)])
    assert box_owners(points, rug).tolist() == [-1, 0, 0, 0, 0, -1]


def test_what_stands_on_a_table_leaves_it_its_top() -> None:
    table, screen = one((0, 0, 0.35), (1.0, 0.6, 0.7)), one((0, 0, 0.95), (0.5, 0.2, 0.5))
    boxes = Boxes(*(np.concatenate(pair) for pair in zip(table, screen, strict=True)))
    points = np.array([[0, 0, z] for z in (0.69, 0.7, 0.705, 0.72, 0.735, 1.2)])
    assert box_owners(points, boxes).tolist() == [0, 0, 0, -1, 1, 1]


def test_of_equal_boxes_the_first() -> None:
    box = one((0, 0, 0), (1, 1, 1))
    twice = Boxes(*(np.concatenate([part, part]) for part in box))
    assert box_owners(np.zeros((2, 3)), twice).tolist() == [0, 0]


def test_nothing_to_do() -> None:
    none = Boxes(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3, 3)))
    assert box_owners(np.zeros((3, 3)), none).tolist() == [-1, -1, -1]
    assert box_owners(np.zeros((0, 3)), one((0, 0, 0), (1, 1, 1))).shape == (0,)


def test_the_order_of_the_points_does_not_matter() -> None:
    rng = np.random.default_rng(5)
    boxes, points = random_boxes(rng, 6, upright=False), rng.uniform(-1, 1, (500, 3)).astype(np.float32)
    order = rng.permutation(500)
    assert (box_owners(points, boxes)[order] == box_owners(points[order], boxes)).all()
