"""Second cameras in first images: place, depth, and which pairs of views are asked about."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from factory.geometry.cameras import point_to_thousand, project
from factory.tasks import get_task
from factory.tasks.eligibility import screen
from factory.tasks.engine import make_facts
from factory.tasks.parameters import DEFAULTS
from factory.tasks.records import SceneRecords
from schemas.qa import Fact
from tests.tasks.synthetic_records import HEIGHT, INTRINSICS, WIDTH, synthetic_records

TASK = get_task("camera_motion_infer")
LEVEL = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])  # looks along y


@pytest.fixture(scope="module")
def facts() -> list[tuple[SceneRecords, Fact]]:
    rooms = [synthetic_records(seed, objects=26, views=60) for seed in range(4)]
    return [(room, fact) for room in rooms for fact in make_facts(TASK, room, 50, 1)[0]]


def cameras_of(records: SceneRecords, fact: Fact) -> tuple[np.ndarray, np.ndarray]:
    first, second = (records.world_from_camera[records.frame_ids.tolist().index(frame)] for frame in fact.frame_ids)
    return first, second


def test_place_and_depth(facts: list[tuple[SceneRecords, Fact]]) -> None:
    assert len(facts) > 150
    for records, fact in facts:
        first, second = cameras_of(records, fact)
        place = np.linalg.solve(first, second[:, 3])[:3]
        pixel = project(INTRINSICS, place)
        assert fact.values == pytest.approx(
            ((pixel[0] + 0.5) / WIDTH * 1000, (pixel[1] + 0.5) / HEIGHT * 1000, place[2])
        )
        assert np.rint(fact.values[:2]).tolist() == point_to_thousand(pixel, WIDTH, HEIGHT).tolist()
        assert fact.numbers == dict(zip(("u", "v", "depth"), fact.values, strict=True))
        assert (fact.marks, fact.object_ids, fact.unit, fact.margin) == ((), (), "none", None)
        assert place[2] >= 0.3


def test_views_share_an_object(facts: list[tuple[SceneRecords, Fact]]) -> None:
    for records, fact in facts:
        eligible = screen(records, DEFAULTS).eligible
        shown = [
            set(records.sighting_object[eligible & (records.frame_ids[records.sighting_view] == frame)].tolist())
            for frame in fact.frame_ids
        ]
        assert shown[0] & shown[1]


def test_a_camera_stays_in_the_image_when_the_first_one_turns(facts: list[tuple[SceneRecords, Fact]]) -> None:
    rng = np.random.default_rng(0)
    inside = []
    for records, fact in facts:
        first, second = cameras_of(records, fact)
        place = np.linalg.solve(first, second[:, 3])[:3]
        turned = Rotation.from_rotvec(rng.normal(0, np.radians(1.0), size=(400, 3))).apply(place)
        u, v = project(INTRINSICS, turned).T
        inside.append(((u > 0) & (u < WIDTH - 1) & (v > 0) & (v < HEIGHT - 1)).mean())
    assert min(inside) > 0.98


def two_views(place: tuple[float, float, float], yaw_deg: float = 0.0) -> SceneRecords:
    """Two keyframes that show one cup; the second stands at a place [m] in the first, which is level, and turned."""
    cameras = np.tile(np.eye(4), (2, 1, 1))
    cameras[:, :3, :3] = LEVEL
    cameras[1, :3, :3] = LEVEL @ Rotation.from_euler("y", yaw_deg, degrees=True).as_matrix()
    cameras[1, :3, 3] = LEVEL @ place
    records = synthetic_records(0, objects=3, views=2, keyframes=1.0)
    return replace(
        records,
        world_from_camera=cameras,
        sighting_view=np.array([0, 1]),
        sighting_object=np.array([2, 2]),
        boxes=np.array([[150, 150, 250, 250], [450, 450, 550, 550]]),
        points=np.array([[200, 200], [500, 500]]),
        visible_fractions=np.ones(2),
        pixel_counts=np.array([10_000, 10_000]),
        centers_camera=np.array([[0.0, 0.0, 2.0], [0.0, 0.0, 2.0]]),
    )


# half the image is 647.5 / 1170 to the side and 483.5 / 1170 up and down; a degree moves a point by about 0.02
@pytest.mark.parametrize(
    ("place", "yaw_deg", "reason"),
    [
        ((0.2, 0.1, 2.0), 0.0, None),
        ((0.0, 0.0, 0.31), 0.0, None),
        ((0.0, 0.0, 0.29), 0.0, "second camera not 0.3 m ahead"),
        ((0.0, 0.0, 0.31), 180.0, None),
        ((1.2, 0.0, 2.0), 0.0, "second camera outside the first image"),
        ((0.0, -0.9, 2.0), 0.0, "second camera outside the first image"),
        ((1.05, 0.0, 2.0), 0.0, "second camera in the first image within the noise"),
        ((0.0, 0.77, 2.0), 0.0, "second camera in the first image within the noise"),
        ((0.9, 0.0, 2.0), 0.0, None),
        ((0.0, 0.7, 2.0), 0.0, None),
    ],
)
def test_which_pairs_are_asked_about(place: tuple, yaw_deg: float, reason: str | None) -> None:
    facts, rejects = make_facts(TASK, two_views(place, yaw_deg), 5, 0)
    # the other way round the first camera is behind, unless the two face each other
    behind = "second camera not 0.3 m ahead"
    expected = {behind: 1} if yaw_deg < 90 else {}
    if reason:
        expected[reason] = expected.get(reason, 0) + 1
    assert rejects == expected
    assert len(facts) == 2 - sum(expected.values())


def test_cameras_that_hardly_differ_are_no_question() -> None:
    loose = type(TASK)(replace(DEFAULTS, min_camera_depth_m=0.05))
    near, turned = two_views((0.0, 0.0, 0.15)), two_views((0.0, 0.0, 0.15), yaw_deg=30)
    assert make_facts(loose, near, 5, 0)[1]["views nearly the same"] == 1
    assert len(make_facts(loose, turned, 5, 0)[0]) == 1


def test_views_that_share_nothing_are_no_question() -> None:
    records = two_views((0.2, 0.1, 2.0))
    apart = replace(records, sighting_view=np.array([0]), sighting_object=np.array([2]), boxes=records.boxes[:1])
    one = {name: getattr(records, name)[:1] for name in ("visible_fractions", "pixel_counts", "centers_camera")}
    apart = replace(apart, **one)
    assert make_facts(TASK, apart, 5, 0) == ([], {})


def test_depths_are_spread_over_their_range() -> None:
    rooms = [synthetic_records(seed, objects=26, views=120) for seed in range(3)]
    depths = np.array([fact.values[2] for room in rooms for fact in make_facts(TASK, room, 60, 1)[0]])
    logs = np.log(depths)
    assert len(depths) == 180
    assert np.std(logs) > 0.45
    assert (depths < 1.0).mean() > 0.2 and (depths > 2.5).mean() > 0.2
