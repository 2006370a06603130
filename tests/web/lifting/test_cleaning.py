from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory.web.lifting.cleaning import clean, clusters
from factory.web.lifting.parameters import DEFAULTS


def by_brute_force(points: np.ndarray, gap: float) -> list[int]:
    """Cubes one by one: a flood over all pairs that touch."""
    cells = [tuple(cell) for cell in np.floor((points - points.min(axis=0)) / gap).astype(int)]
    number: dict[tuple[int, ...], int] = {}
    for start in cells:
        if start in number:
            continue
        number[start] = len(set(number.values()))
        waiting = [start]
        while waiting:
            here = waiting.pop()
            for other in set(cells):
                if other not in number and max(abs(a - b) for a, b in zip(here, other, strict=True)) <= 1:
                    number[other] = number[start]
                    waiting.append(other)
    return [number[cell] for cell in cells]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40), st.sampled_from([0.05, 0.11, 0.3, 2.0]))
def test_clusters_are_those_of_brute_force(seed, count, gap):
    points = np.random.default_rng(seed).uniform(-1, 1, (count, 3)) * (1, 0.3, 1)
    assert clusters(points, gap).tolist() == by_brute_force(points, gap)


def test_cubes_at_opposite_ends_of_a_row_do_not_touch():
    # neighbours in the order of keys, not in space
    points = np.array([[0.05, 0.05, z] for z in (0.05, 0.95)] + [[0.15, 0.05, 0.05], [0.05, 0.15, 0.95]])
    assert clusters(points, 0.1).tolist() == by_brute_force(points, 0.1) == [0, 1, 0, 1]


def surface(width: float, height: float, z: float, step: float = 0.02, left: float = 0.0) -> np.ndarray:
    return np.array([(left + x, y, z) for x, y in product(np.arange(0, width, step), np.arange(0, height, step))])


def test_an_evenly_sampled_surface_keeps_all_its_points():
    assert clean(surface(0.6, 0.4, 2.0), DEFAULTS).all()


def test_strays_go():
    strays = np.array([[0.3, 0.2, 1.2], [0.3, 0.2, 2.8], [1.6, 0.2, 2.0], [0.2, -0.9, 2.0]])
    kept = clean(np.concatenate([surface(0.6, 0.4, 2.0), strays]), DEFAULTS)
    assert kept[:-4].all() and not kept[-4:].any()


@pytest.mark.parametrize(("z", "stays"), [(2.1, True), (2.25, True), (2.6, False), (1.4, False), (4.0, False)])
def test_other_pieces_stay_unless_they_lie_much_nearer_or_farther(z, stays):
    piece = surface(0.3, 0.2, z, left=0.9)  # half of the largest side of the main one is 0.3 m
    kept = clean(np.concatenate([surface(0.6, 0.4, 2.0), piece]), DEFAULTS)
    assert kept[: -len(piece)].all() and (kept[-len(piece) :] == stays).all()


def test_a_small_piece_goes():
    crumb = surface(0.05, 0.1, 2.0, left=0.9)
    kept = clean(np.concatenate([surface(0.6, 0.4, 2.0), crumb]), DEFAULTS)
    assert kept[: -len(crumb)].all() and not kept[-len(crumb) :].any()


def test_the_order_of_the_points_changes_nothing():
    rng = np.random.default_rng(3)
    points = np.concatenate([surface(0.6, 0.4, 2.0), rng.uniform((-1, -1, 0.5), (3, 3, 4.5), (40, 3))])
    order = rng.permutation(len(points))
    assert (clean(points[order], DEFAULTS) == clean(points, DEFAULTS)[order]).all()
