"""Sizes of objects: which side is which, and whose are measured well enough."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from factory.tasks import get_task
from factory.tasks.engine import make_facts
from factory.tasks.parameters import DEFAULTS
from factory.tasks.records import SceneRecords
from tests.tasks.synthetic_records import in_world, synthetic_records

TASK = get_task("spatial_volume_infer")


def test_sides_are_named_by_gravity_and_length() -> None:
    for seed in range(3):
        records = synthetic_records(seed)
        facts, _ = make_facts(TASK, records, 60, 0)
        assert len(facts) == 60
        for fact in facts:
            row = records.object_ids.tolist().index(fact.object_ids[0])
            x, y, z = (100 * records.extents[row]).tolist()  # all boxes of these rooms stand upright
            assert fact.values == pytest.approx((max(x, y), min(x, y), z))
            assert fact.numbers["volume"] == pytest.approx(x * y * z)
            assert [fact.numbers[name] for name in ("length", "width", "height")] == list(fact.values)
            assert (fact.unit, fact.margin, len(fact.images)) == ("cm", None, 1)
            assert [(mark.kind, mark.color) for mark in fact.marks] == [("bbox", "red")]
            view = records.frame_ids.tolist().index(fact.frame_ids[0])
            assert records.visible_fractions[records.sighting_of[view, row]] >= 0.5


def one_thing(
    extents: tuple[float, float, float] = (0.3, 0.6, 0.9),
    turn: Rotation | None = None,
    visible: float = 0.9,
    bearings_deg: tuple[float, ...] = (-20.0, 20.0),
) -> SceneRecords:
    """A thing in the first of some keyframes 2 m away from it, seen from bearings."""
    count = len(bearings_deg)
    records = synthetic_records(0, objects=3, views=count, keyframes=1.0)
    cameras = np.tile(np.eye(4), (count, 1, 1))
    for camera, bearing in zip(cameras, np.radians(bearings_deg), strict=True):
        camera[:3, 2] = np.cos(bearing), np.sin(bearing), 0.0
        camera[:3, 1] = 0.0, 0.0, -1.0
        camera[:3, 0] = np.cross(camera[:3, 1], camera[:3, 2])
        camera[:3, 3] = -2.0 * camera[:3, 2]
    centers, sizes, rotations = records.centers.copy(), records.extents.copy(), records.rotations.copy()
    centers[2], sizes[2] = 0.0, extents
    rotations[2] = np.eye(3) if turn is None else turn.as_matrix()
    border = np.array([[100, 100, 300, 300]] + [[0, 100, 300, 300]] * (count - 1))  # asked about in the first alone
    seen = replace(
        records,
        extents=sizes,
        rotations=rotations,
        sighting_view=np.arange(count),
        sighting_object=np.full(count, 2),
        boxes=border,
        points=np.full((count, 2), 200),
        visible_fractions=np.array([visible] + [0.4] * (count - 1)),
        pixel_counts=np.full(count, 10_000),
    )
    return in_world(seen, centers=centers, world_from_camera=cameras)


@pytest.mark.parametrize(
    ("turn", "values"),
    [
        (Rotation.identity(), (60, 30, 90)),
        (Rotation.from_euler("z", 70, degrees=True), (60, 30, 90)),
        (Rotation.from_euler("x", 90, degrees=True), (90, 30, 60)),
        (Rotation.from_euler("y", -90, degrees=True), (90, 60, 30)),
        (Rotation.from_euler("ZX", [30, 180], degrees=True), (60, 30, 90)),
        (Rotation.from_euler("x", 4, degrees=True), (60, 30, 90)),
    ],
)
def test_height_is_the_most_upright_side(turn: Rotation, values: tuple) -> None:
    facts, rejects = make_facts(TASK, one_thing(turn=turn), 5, 0)
    assert rejects == {}
    assert facts[0].values == pytest.approx(values)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"turn": Rotation.from_euler("x", 6, degrees=True)}, "box leans by more than 5 degrees"),
        ({"turn": Rotation.from_euler("y", 84, degrees=True)}, "box leans by more than 5 degrees"),
        ({"extents": (0.5, 0.029, 0.5)}, "a side of the box shorter than 3 cm"),
        ({"extents": (0.5, 0.5, 0.0)}, "a side of the box shorter than 3 cm"),
        ({"extents": (0.5, 0.031, 0.5)}, None),
        ({"visible": 0.49}, "too little of it visible to tell its size"),
        ({"visible": 0.51}, None),
        ({"bearings_deg": (0.0,)}, "seen from one side only"),
        ({"bearings_deg": (-14.0, 14.0)}, "seen from one side only"),
        ({"bearings_deg": (-16.0, 16.0)}, None),
        ({"bearings_deg": (0.0, 5.0, -5.0, 90.0)}, None),
    ],
)
def test_whose_size_is_asked(changes: dict, reason: str | None) -> None:
    facts, rejects = make_facts(TASK, one_thing(**changes), 5, 0)
    assert rejects == ({reason: 1} if reason else {})
    assert len(facts) == (reason is None)


def test_glimpses_do_not_show_a_side() -> None:
    records = one_thing(bearings_deg=(0.0, 90.0))
    assert len(make_facts(TASK, records, 5, 0)[0]) == 1
    glimpse = replace(records, visible_fractions=np.array([0.9, DEFAULTS.min_visible_fraction - 0.01]))
    assert make_facts(TASK, glimpse, 5, 0)[1] == {"seen from one side only": 1}


def test_small_and_large_things_come_alike() -> None:
    rng = np.random.default_rng(0)
    records = synthetic_records(2, objects=60, views=60)
    sides = np.exp(rng.uniform(np.log(0.05), np.log(1.6), size=60))
    rare = np.where(rng.random(60) < 0.8, 0.3, sides)  # four of five are alike
    records = replace(records, extents=np.repeat(rare[:, None], 3, axis=1))
    facts, _ = make_facts(TASK, records, 60, 0)
    alike = np.mean([fact.values[0] == pytest.approx(30) for fact in facts])
    assert len(facts) == 60
    assert alike < 0.5
