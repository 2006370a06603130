"""The eight directions on the plan."""

import math
from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from factory.web.picture import Picture
from factory.web.tasks import get_web_task
from factory.web.tasks.engine import make_facts
from factory.web.tasks.parameters import DEFAULTS
from factory.web.tasks.sectors import bearings
from factory.web.tasks.spec import WebFact
from tests.web.synthetic_pictures import synthetic_picture
from tests.web.tasks.changed_pictures import without_gravity

EVERYTHING = replace(DEFAULTS, items=1000)
CAMERA, WORLD = "vqa_spatial_mcq_multiangle", "vqa_spatial_mcq_multiangle_world"
OPPOSITE = {"behind": "front", "right": "left", "right-behind": "left-front", "right-front": "left-behind"}
OPPOSITE |= {there: here for here, there in OPPOSITE.items()}


def facts_of(name: str, picture: Picture) -> tuple[list[WebFact], dict[str, int]]:
    facts, rejects = make_facts(type(get_web_task(name))(EVERYTHING), picture, 0)
    return facts, dict(rejects)


def sector_or_reason(picture: Picture, name: str, a: int, b: int) -> tuple[str, float]:
    """The sector and the angle [deg], or why there is none, in school geometry."""
    if name == CAMERA:
        low, high, center = picture.aabb_min, picture.aabb_max, picture.centers
    else:
        low, high = picture.gravity_min, picture.gravity_max
        center = (low + high) / 2
    dx, dy, dz = (center[a] - center[b]).tolist()
    least_x = max(0.05, 0.1 * max(high[a, 0] - low[a, 0], high[b, 0] - low[b, 0]))
    least_z = max(0.05, 0.1 * (abs(center[a, 2]) + abs(center[b, 2])) / 2)
    level = math.sqrt(dx * dx + dz * dz)
    if level < max(0.1, least_z):
        return "too near", math.nan
    if abs(dy) > level * math.tan(math.radians(60)):
        return "too steep", math.nan
    # across: how far off the line through the middle of a sector; along: how far out on it
    for name_of, degrees in (
        ("behind", 0), ("right-behind", 45), ("right", 90), ("right-front", 135),
        ("front", 180), ("left-front", 225), ("left", 270), ("left-behind", 315),
    ):  # fmt: skip
        out = (math.sin(math.radians(degrees)), math.cos(math.radians(degrees)))
        along, across = dx * out[0] + dz * out[1], dx * out[1] - dz * out[0]
        if along > 0 and abs(across) <= along * math.tan(math.radians(15)):
            aside, deep = "left" in name_of or "right" in name_of, "front" in name_of or "behind" in name_of
            if (aside and abs(dx) <= least_x) or (deep and abs(dz) <= least_z):
                return "no clear direction", math.nan
            inside = (np.sign(low[a] - low[b]) * np.sign(high[a] - high[b]) < 0)[[0, 2]]
            if (aside and inside[0]) or (deep and inside[1]):
                return "one beyond the other", math.nan
            seen = center[a, 0] / center[a, 2] - center[b, 0] / center[b, 2]
            if aside and (seen > 0) != (dx > 0):
                return "space and eye disagree", math.nan
            return name_of, (degrees + math.degrees(math.atan2(across, along))) % 360
    return "between two directions", math.nan


@pytest.mark.parametrize("name", [CAMERA, WORLD])
def test_all_pairs_against_the_definition(name: str) -> None:
    found: Counter[str] = Counter()
    for seed in range(60):
        picture = synthetic_picture(seed)
        facts, rejects = facts_of(name, picture)
        by_pair = {tuple(sorted(fact.rows)): fact for fact in facts}
        expected: Counter[str] = Counter()
        for pair in combinations(range(10), 2):
            a, b = by_pair[pair].rows if pair in by_pair else pair
            told, angle = sector_or_reason(picture, name, a, b)
            found[told] += 1
            if told in OPPOSITE:
                assert by_pair[pair].words == {"sector": told}
                assert by_pair[pair].values == pytest.approx((angle,))
                off = abs((angle + 22.5) % 45 - 22.5)
                assert by_pair[pair].margin == pytest.approx((22.5 - off) / 7.5)
                assert by_pair[pair].margin >= 1
            else:
                expected[told] += 1
        assert rejects == expected
        assert len(facts) == 45 - sum(expected.values())
    reasons = {"too near", "too steep", "between two directions", "no clear direction"}
    assert min(found[word] for word in OPPOSITE.keys() | reasons) > 5, found


def test_what_wide_lenses_show_on_the_other_side_is_not_asked() -> None:
    centers = np.array([[1.5, 0.0, 1.0], [3.0, 0.0, 2.2]])  # the nearer is left in space, right in the picture
    picture = synthetic_picture(0, objects=2)
    picture = replace(picture, centers=centers, aabb_min=centers - 0.1, aabb_max=centers + 0.1)
    picture = replace(picture, gravity_from_camera=np.eye(3), gravity_min=centers - 0.1, gravity_max=centers + 0.1)
    for name in (CAMERA, WORLD):
        assert facts_of(name, picture) == ([], {"space and eye disagree": 1})


def test_a_pillow_on_a_couch_is_in_no_direction_from_it() -> None:
    picture = synthetic_picture(0, objects=2)
    low, high = np.array([[0.5, 0.0, 3.2], [-0.8, 0.0, 2.0]]), np.array([[0.7, 0.3, 3.4], [0.8, 0.8, 3.6]])
    for out, told in ((0.0, []), (0.5, ["right-behind", "left-front"])):  # and then out over its edges
        low[0, ::2] += out
        high[0, ::2] += out
        changed = replace(picture, centers=(low + high) / 2, aabb_min=low, aabb_max=high)
        facts, rejects = facts_of(CAMERA, changed)
        assert [fact.words["sector"] in told for fact in facts] == [True] * bool(told)
        assert rejects == ({} if told else {"one beyond the other": 1})


def test_small_things_side_by_side_have_no_direction() -> None:
    picture = synthetic_picture(0, objects=2)
    for aside, reasons in ((0.099, {"too near": 1}), (0.101, {})):
        centers = np.array([[0.0, 0.0, 0.5], [aside, 0.0, 0.5]])
        near = replace(picture, centers=centers, aabb_min=centers - 0.02, aabb_max=centers + 0.02)
        assert facts_of(CAMERA, near)[1] == reasons


def test_their_places_in_a_row_are_not_asked_back() -> None:
    picture = synthetic_picture(0, objects=2)
    picture = replace(picture, labels=("chair",) * 2, reference_kinds=("ordinal", "ordinal"))
    assert facts_of(WORLD, picture) == ([], {"named by their order": 1})


@pytest.mark.parametrize("name", [CAMERA, WORLD])
def test_turned_about_the_sector_is_the_opposite(name: str) -> None:
    task = get_web_task(name)
    picture = synthetic_picture(3)
    candidates = task.propose(picture, np.random.default_rng(0), 20).candidates
    there = task.solve(picture, candidates)
    back = task.solve(picture, replace(candidates, rows=candidates.rows[:, ::-1]))
    assert [OPPOSITE[word] for word in there.words["sector"]] == back.words["sector"].tolist()
    np.testing.assert_allclose((there.values - back.values) % 360, 180)
    np.testing.assert_allclose(there.margin, back.margin)


def test_angles_start_at_behind_and_turn_to_the_right() -> None:
    gap = np.array([[0, 5, 1], [1, 5, 0], [0, 5, -1], [-1, 5, 0], [-1e-17, 0, 1]], dtype=np.float64)
    seen = bearings(gap)
    np.testing.assert_allclose(seen.angle, [0, 90, 180, 270, 0])
    np.testing.assert_array_equal(seen.sector, [0, 2, 4, 6, 0])
    np.testing.assert_allclose(seen.off, 0)


@pytest.mark.parametrize("name", [CAMERA, WORLD])
def test_noise_within_the_margin_keeps_the_sector(name: str) -> None:
    """An offset on the plan that moves by less than sin(7.5 deg) of its length stays in its sector."""
    task, rng, told = get_web_task(name), np.random.default_rng(0), 0
    for seed in range(60):
        picture = synthetic_picture(seed)
        candidates = task.propose(picture, rng, 30).candidates
        gap = task_gaps(picture, name, candidates.rows)
        length = rng.uniform(0, math.sin(math.radians(7.5)), len(gap)) * np.hypot(gap[:, 0], gap[:, 2])
        way = rng.uniform(0, 2 * np.pi, len(gap))
        noisy = bearings(gap + np.stack([length * np.sin(way), gap[:, 1], length * np.cos(way)], axis=1))
        np.testing.assert_array_equal(noisy.sector, bearings(gap).sector)
        told += len(gap)
    assert told > 300


def task_gaps(picture: Picture, name: str, rows: np.ndarray) -> np.ndarray:
    centers = picture.centers if name == CAMERA else picture.gravity_centers
    return centers[rows[:, 0]] - centers[rows[:, 1]]


def test_without_gravity_there_is_no_world() -> None:
    picture = without_gravity(synthetic_picture(1, objects=3))
    assert facts_of(WORLD, picture) == ([], {"no gravity": 3})
