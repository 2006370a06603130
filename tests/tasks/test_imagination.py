"""Imagined moves: words and values before and after, margins, and what is asked about."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from factory.tasks import get_task
from factory.tasks.engine import make_facts
from factory.tasks.imagined import GREEN, Situation
from factory.tasks.parameters import DEFAULTS
from factory.tasks.records import SceneRecords
from factory.tasks.sampling import Pool
from factory.tasks.task import Answers, Candidates
from schemas.qa import Fact
from tests.tasks.synthetic_records import in_world, synthetic_records

OC = [f"spatial_imagination_oc{kind}" for kind in ("", "_mv", "_video", "_video_hard")]
OO = [f"spatial_imagination_oo{kind}" for kind in ("", "_mv", "_video", "_video_hard")]
IMAGES = {"single": 1, "multi": 3, "video": 32}


def facts_of(name: str, quota: int = 60) -> list[tuple[SceneRecords, Fact]]:
    rooms = [synthetic_records(seed, objects=28, views=60) for seed in range(3)]
    return [(room, fact) for room in rooms for fact in make_facts(get_task(name), room, quota, 3)[0]]


def word(value: float, low: str, high: str) -> str:
    if abs(value) <= 0.1:
        return ""
    return low if value < 0 else high


Quantity = Callable[[np.ndarray, np.ndarray], float]


def quantities(task: str) -> list[tuple[str, Quantity]]:
    """Every reading of every slot, as a function of the centres (K, 3) [m, world] and the camera (4, 4)."""

    def seen(camera: np.ndarray, point: np.ndarray) -> np.ndarray:
        return np.linalg.solve(camera, np.append(point, 1.0))[:3]

    def axes(c: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Right, tilted and level viewing direction of the imagined observer."""
        forward = (c[1] - c[0]) / np.linalg.norm(c[1] - c[0])
        right = -np.cross([0.0, 0.0, 1.0], forward)
        right /= np.linalg.norm(right)
        return right, forward, np.cross([0.0, 0.0, 1.0], right)

    def front(thing: int, axis: int) -> Quantity:
        return lambda c, camera: axes(c)[axis] @ (c[thing] - c[0])

    if "_oc" in task:
        return [
            ("before_left_right", lambda c, camera: seen(camera, c[2])[0]),
            ("before_above_below", lambda c, camera: camera[2, 3] - c[2, 2]),
            ("before_front_behind", lambda c, camera: seen(camera, c[2])[2]),
            ("left_right", lambda c, camera: axes(c)[0] @ (c[2] - c[0])),
            ("above_below", lambda c, camera: c[0, 2] - c[2, 2]),
            ("front_behind", front(2, 1)),
            ("front_behind", front(2, 2)),
        ]
    fronts = [(f"{color}_front_behind", front(k, axis)) for k, color in ((2, "red"), (3, "yellow")) for axis in (1, 2)]
    norm = np.linalg.norm
    return [
        ("before_left_right", lambda c, camera: seen(camera, c[2])[0] - seen(camera, c[3])[0]),
        ("before_above_below", lambda c, camera: c[3, 2] - c[2, 2]),
        ("before_distance", lambda c, camera: norm(seen(camera, c[2])) - norm(seen(camera, c[3]))),
        ("before_distance", lambda c, camera: seen(camera, c[2])[2] - seen(camera, c[3])[2]),
        ("left_right", lambda c, camera: axes(c)[0] @ (c[2] - c[3])),
        ("above_below", lambda c, camera: c[3, 2] - c[2, 2]),
        ("distance", lambda c, camera: norm(c[2] - c[0]) - norm(c[3] - c[0])),
        *(fronts if task.endswith("hard") else []),
    ]


PAIRS = {
    "left_right": ("left", "right"),
    "above_below": ("above", "below"),
    "front_behind": ("behind", "front"),
    "distance": ("closer", "farther"),
}


def noise_of(quantity: Quantity, centers: np.ndarray, camera: np.ndarray) -> float:
    """Its standard deviation, by moving every centre and turning the camera a little."""
    step, variance = 1e-5, 0.0
    for k in range(len(centers)):
        for axis in np.eye(3):
            shift = np.zeros_like(centers)
            shift[k] = step * axis
            slope = (quantity(centers + shift, camera) - quantity(centers - shift, camera)) / (2 * step)
            variance += (0.02 * slope) ** 2
    for axis in np.eye(3):
        turned = [camera.copy(), camera.copy()]
        for one, sign in zip(turned, (1, -1), strict=True):
            one[:3, :3] = camera[:3, :3] @ Rotation.from_rotvec(sign * step * axis).as_matrix()
        slope = (quantity(centers, turned[0]) - quantity(centers, turned[1])) / (2 * step)
        variance += (np.radians(1.0) * slope) ** 2
    return float(np.sqrt(variance))


@pytest.mark.parametrize("name", OC + OO)
def test_answers_follow_from_coordinates(name: str) -> None:
    facts = facts_of(name, quota=25)
    assert len(facts) == 75
    for records, fact in facts:
        camera = records.world_from_camera[records.frame_ids.tolist().index(fact.frame_ids[0])]
        centers = records.centers[[records.object_ids.tolist().index(i) for i in fact.object_ids]]
        values: dict[str, float] = {}
        margins = []
        for slot, quantity in quantities(name):
            value = quantity(centers, camera)
            if slot == "before_distance" and slot in values and not in_front_of_both(centers, camera):
                continue  # what is behind the camera has no depth
            low, high = PAIRS[slot.removeprefix("before_").removeprefix("red_").removeprefix("yellow_")]
            assert fact.words[slot] == word(value, low, high), slot
            values.setdefault(slot, value)
            margins.append(abs(abs(value) - 0.1) / noise_of(quantity, centers, camera))
        assert list(values) == [name for name in fact.words if name != "name_marks"]
        assert fact.values == pytest.approx(tuple(values.values()))
        assert fact.margin == pytest.approx(min(margins), rel=1e-4)
        assert fact.margin >= 2.6
        gaze = centers[1] - centers[0]
        assert np.linalg.norm(gaze) >= 0.8
        assert abs(np.degrees(np.arcsin(gaze[2] / np.linalg.norm(gaze)))) <= 60
        for asked in centers[2:]:
            assert min(np.linalg.norm(asked - centers[0]), np.linalg.norm(asked - camera[:3, 3])) >= 0.3
        slots = ("left_right", "above_below", "front_behind" if "_oc" in name else "distance")
        assert any(fact.words[slot] for slot in slots)
        if name.endswith("oo_video_hard"):
            assert fact.words["red_front_behind"] and fact.words["yellow_front_behind"]


def in_front_of_both(centers: np.ndarray, camera: np.ndarray) -> bool:
    return bool(((centers[2:4] - camera[:3, 3]) @ camera[:3, 2] > 0).all())


@pytest.mark.parametrize("name", OC + OO)
def test_objects_are_different_and_shown(name: str) -> None:
    task = get_task(name)
    spread = Counter()
    for records, fact in facts_of(name):
        assert len(set(fact.object_ids)) == len(fact.object_ids) == (3 if "_oc" in name else 4)
        assert len(fact.frame_ids) == len(set(fact.frame_ids)) == IMAGES[task.spec.view]
        assert [mark.color for mark in fact.marks] == [role.color for role in task.marks]
        assert list(fact.shown_in) == [mark.image_index for mark in fact.marks] or not fact.marks
        for object_id, image in zip(fact.object_ids, fact.shown_in, strict=True):
            view = records.frame_ids.tolist().index(fact.frame_ids[image])
            row = records.sighting_of[view, records.object_ids.tolist().index(object_id)]
            assert records.visible_fractions[row] >= 0.3
            assert 0 < records.boxes[row].min() <= records.boxes[row].max() < 1000
        spread[len(set(fact.shown_in))] += 1
        if task.spec.view == "video":
            order = [records.video_index[records.frame_ids.tolist().index(frame)] for frame in fact.frame_ids]
            assert order == list(range(32))
    if task.spec.view == "single":
        assert set(spread) == {1}
    elif task.spec.view == "multi":
        assert set(spread) == {3}
    else:
        assert max(spread) >= 3


@pytest.mark.parametrize("name", ["spatial_imagination_oc_video_hard", "spatial_imagination_oo_video_hard"])
def test_named_objects_are_alone_with_their_label_in_the_whole_video(name: str) -> None:
    for records, fact in facts_of(name):
        assert fact.marks == ()
        shows = {
            (records.labels[thing], records.object_ids[thing])
            for view, thing in zip(records.sighting_view, records.sighting_object, strict=True)
            if records.video_index[view] >= 0
        }
        bearers = Counter(label for label, _ in shows)
        assert all(bearers[label] == 1 for label in fact.labels)
        assert "wall" not in fact.labels
    records = synthetic_records(0, objects=28, views=60)
    rejects = make_facts(get_task(name), records, 10, 0)[1]
    assert rejects["label of several things in the video"] > 0
    twins = replace(records, labels=np.array(["cup"] * len(records.labels), dtype=object))
    assert make_facts(get_task(name), twins, 10, 0)[0] == []


@pytest.mark.parametrize("name", OC + OO)
def test_words_after_the_move_are_spread(name: str) -> None:
    facts = [fact for _, fact in facts_of(name, 80)]
    assert len(facts) == 240
    third = "front_behind" if "_oc" in name else "distance"
    for slot, least in (("left_right", 70), ("above_below", 60), (third, 70)):
        low, high = PAIRS[slot]
        counts = Counter(fact.words[slot] for fact in facts)
        assert min(counts[low], counts[high]) >= least, (slot, counts)
    moved = np.mean([fact.words["left_right"] != fact.words["before_left_right"] for fact in facts])
    assert 0.4 < moved < 0.8


def room_of(places: list[tuple[float, float, float]], camera_yaw_deg: float = 0.0) -> SceneRecords:
    """Things at places [m, world]; the camera at the origin is level and looks along y, turned to the left."""
    count = len(places)
    records = synthetic_records(0, objects=count, views=1, keyframes=1.0)
    camera = np.eye(4)
    camera[:3, :3] = Rotation.from_euler("z", camera_yaw_deg, degrees=True).as_matrix() @ np.array(
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]]
    )
    left = 200 * np.arange(count) + 10
    boxes = np.stack([left, np.full(count, 100), left + 100, np.full(count, 300)], axis=1)
    seen = replace(
        records,
        labels=np.array(["cup", "jar", "lamp", "book"][:count], dtype=object),
        structural=np.zeros(count, dtype=bool),
        sighting_view=np.zeros(count, dtype=np.int64),
        sighting_object=np.arange(count),
        boxes=boxes,
        points=boxes[:, :2] + 50,
        visible_fractions=np.ones(count),
        pixel_counts=np.full(count, 10_000),
    )
    return in_world(seen, centers=np.array(places, dtype=float), world_from_camera=camera[None])


def propose_only(records: SceneRecords) -> tuple[Answers, dict[str, int]]:
    """The answer about all things in their order as green, blue, red(, yellow), and why it would not be asked."""
    count = len(records.object_ids)
    task = type(get_task("spatial_imagination_oc" if count == 3 else "spatial_imagination_oo"))
    objects, zeros = np.arange(count)[None], np.zeros((1, 1), dtype=np.int64)

    class OfTheseAlone(task):  # type: ignore[misc, valid-type]
        def _pool(self, *_: object) -> Pool:
            return Pool(zeros, objects, np.zeros_like(objects))

    proposal = OfTheseAlone().propose(records, np.random.default_rng(0), 5)
    assert len(proposal.candidates) + sum(proposal.rejects.values()) == 1
    answers = OfTheseAlone().solve(records, Candidates(zeros, objects, zeros[0], np.zeros_like(objects)))
    return answers, dict(proposal.rejects)


@pytest.mark.parametrize(
    ("places", "words"),
    [
        # stand two metres ahead, look back at the first camera's feet: left and right swap
        (
            [(0, 3, -0.5), (0, 1, -0.5), (0.8, 2, -0.5)],
            {"before_left_right": "right", "before_front_behind": "front", "before_above_below": "below"}
            | {"left_right": "left", "above_below": "", "front_behind": "front"},
        ),
        # look to the right: what was ahead is left, what is farther left is behind
        (
            [(0, 2, 0), (2, 2, 0), (-1, 4, 0.6)],
            {"before_left_right": "left", "before_front_behind": "front", "before_above_below": "above"}
            | {"left_right": "left", "above_below": "above", "front_behind": "behind"},
        ),
    ],
)
def test_red_for_the_observer(places: list, words: dict[str, str]) -> None:
    answers, rejects = propose_only(room_of(places))
    assert rejects == {}
    assert {name: column[0] for name, column in answers.words.items()} == words


def test_red_relative_to_yellow() -> None:
    answers, rejects = propose_only(room_of([(0, 4, 0), (0, 2, 0), (1, 3.5, 0.5), (-1, 1.5, 0)]))
    assert rejects == {}
    words = {name: column[0] for name, column in answers.words.items()}
    assert words == {
        "before_left_right": "right",
        "before_above_below": "above",
        "before_distance": "farther",
        "left_right": "left",
        "above_below": "above",
        "distance": "closer",
    }
    np.testing.assert_allclose(
        answers.values[0],
        [
            2,
            -0.5,
            np.linalg.norm([1, 3.5, 0.5]) - np.hypot(1, 1.5),
            -2,
            -0.5,
            np.hypot(0.5, 1.118034) - np.hypot(1, 2.5),
        ],
        atol=1e-6,
    )


GAZE = "less than 0.8 m between where to stand and where to look"


@pytest.mark.parametrize(
    ("places", "reason"),
    [
        ([(0, 3, 0), (0, 3.81, 0), (1, 1, -0.5)], None),
        ([(0, 3, 0), (0, 3.79, 0), (1, 1, -0.5)], GAZE),
        ([(0, 3, 0), (0, 3, 0), (1, 1, -0.5)], GAZE),
        ([(0, 3, 0), (0, 4, 1.70), (1, 1, -0.5)], None),
        ([(0, 3, 0), (0, 4, 1.75), (1, 1, -0.5)], "view tilted by more than 60 degrees"),
        ([(0, 3, 0), (0, 4, -1.75), (1, 1, -0.5)], "view tilted by more than 60 degrees"),
        ([(0, 3, 0), (0, 3, 2), (1, 1, -0.5)], "view tilted by more than 60 degrees"),
        ([(0, 3, 0), (0, 5, 0), (0.29, 3, 0)], "object within 0.3 m of the observer"),
        ([(0, 3, 0), (0, 5, 0), (0.31, 3, 0)], None),
        ([(0, 3, 0), (0, 5, 0), (0.11, 2, -0.5)], "left or right within the noise"),
        ([(0, 3, 0), (0, 5, 0), (1, 2, -0.1)], "above or below within the noise"),
        ([(0, 3, 0), (0, 5, 0), (1, 3.1, -0.5)], "behind or front within the noise"),
        ([(0, 3, 0), (0, 4, 1.5), (1, 3.2, -1)], "behind or front differs between tilted and level view"),
        ([(0, 3, 0), (0, 5, 0), (0.5, 2, 0.3), (-0.5, 1, 0)], None),
        ([(0, 3, 0), (0, 5, 0), (0.08, 2, 0.3), (-0.08, 1, 0)], "left or right within the noise"),
        ([(0, 3, 0), (0, 5, 0), (0.5, 2, 0.1), (-0.5, 1, 0)], "above or below within the noise"),
        ([(0, 3, 0), (0, 5, 0), (0.5, 2, 0.3), (-0.5, 1.9, 0)], "closer or farther within the noise"),
        ([(0, 3, 0), (0, 5, 0), (2, 2, 0.3), (0, 2.5, 0)], "closer or farther differs between distance and depth"),
        ([(0, 3, 0), (0, 5, 0), (0.25, 3, 0), (-0.5, 1, 0)], "object within 0.3 m of the observer"),
        ([(0, 3, 0), (0, 5, 0), (-0.5, 1, 0), (0.25, 3, 0)], "object within 0.3 m of the observer"),
        ([(0, 3, 0), (0, 5, 0), (0.5, 2, 0), (0.5, 2, 0)], "no slot to fill"),
    ],
)
def test_which_moves_are_asked_about(places: list, reason: str | None) -> None:
    answers, rejects = propose_only(room_of(places))
    assert rejects == ({reason: 1} if reason else {})
    assert np.isfinite(answers.values).all()
    assert np.isfinite(answers.margin).all()


def test_what_is_behind_the_camera_has_no_depth() -> None:
    behind = [(0, 3, 0), (0, 5, 0), (1, -3, 0.3), (-1, 1.5, 0)]  # red behind the camera and farther away from it
    answers, rejects = propose_only(room_of(behind))
    assert rejects == {}
    assert answers.words["before_distance"].tolist() == ["farther"]
    both = [(0, 3, 0), (0, 5, 0), (1, -3, 0.3), (-1, -1.5, 0)]
    assert propose_only(room_of(both))[1] == {}
    ahead = [(0, 3, 0), (0, 5, 0), (3, 1, 0.3), (-1, 1.5, 0)]
    assert propose_only(room_of(ahead))[1] == {"closer or farther differs between distance and depth": 1}


def test_marks_that_coincide_are_not_asked_about() -> None:
    records = room_of([(0, 3, 0), (0, 5, 0), (1, 2, -0.5)])
    boxes = records.boxes.copy()
    boxes[2] = boxes[1] + [2, 0, 2, 0]
    assert propose_only(replace(records, boxes=boxes))[1] == {"marked boxes nearly the same": 1}


def test_noise_by_drawing_it() -> None:
    """Sides, heights and fronts vary as the margins say."""
    rng = np.random.default_rng(0)
    records = synthetic_records(1, objects=28, views=60)
    task = get_task("spatial_imagination_oo_mv")
    candidates = task.propose(records, rng, 40).candidates
    draws: dict[str, list[np.ndarray]] = {name: [] for name in ("before_left_right", "left_right", "distance")}
    for _ in range(1500):
        turns = Rotation.from_rotvec(rng.normal(0, np.radians(1.0), size=(60, 3))).as_matrix()
        cameras = records.world_from_camera.copy()
        cameras[:, :3, :3] = cameras[:, :3, :3] @ turns
        noisy = in_world(
            records,
            centers=records.centers + rng.normal(0, 0.02, size=records.centers.shape),
            world_from_camera=cameras,
        )
        slots = Situation(noisy, candidates.views, candidates.objects, DEFAULTS).of_red_and_yellow()
        for name, drawn in draws.items():
            drawn.append(slots[name].value)
    exact = Situation(records, candidates.views, candidates.objects, DEFAULTS).of_red_and_yellow()
    for name, drawn in draws.items():
        sigma = np.abs(np.abs(exact[name].value) - 0.1) / exact[name].margin
        np.testing.assert_allclose(np.std(drawn, axis=0), sigma, rtol=0.15)


def test_the_observer_is_nowhere_else_than_at_green() -> None:
    records = synthetic_records(1, objects=28, views=60)
    candidates = get_task("spatial_imagination_oc").propose(records, np.random.default_rng(0), 40).candidates
    situation = Situation(records, candidates.views, candidates.objects, DEFAULTS)
    np.testing.assert_array_equal(situation.view.origin, records.centers[candidates.objects[:, GREEN]])


@pytest.mark.parametrize("name", OC + OO)
def test_nothing_to_ask_about_is_no_error(name: str) -> None:
    short = synthetic_records(0, objects=28, views=20)
    assert bool(make_facts(get_task(name), short, 10, 0)[0]) == (get_task(name).spec.view != "video")
    empty = replace(short, video_index=np.full(20, -1), is_keyframe=np.zeros(20, dtype=bool))
    assert make_facts(get_task(name), empty, 10, 0)[0] == []
    assert make_facts(get_task(name), synthetic_records(0, objects=3), 10, 0)[0] == []


def test_a_thing_out_of_sight_whose_label_comes_last_stops_nothing() -> None:
    records = synthetic_records(0, objects=28, views=60)
    labels = records.labels.copy()
    labels[-1] = "zebra"
    seen = records.sighting_object != len(labels) - 1
    columns = ("sighting_view", "sighting_object", "boxes", "visible_fractions", "pixel_counts", "points")
    hidden = {name: getattr(records, name)[seen] for name in (*columns, "centers_camera")}
    changed = replace(records, labels=labels, **hidden)
    rejects = make_facts(get_task("spatial_imagination_oc_video_hard"), changed, 10, 0)[1]
    assert rejects["label of several things in the video"] > 0


def bearing_deg(place: np.ndarray, gaze: np.ndarray, thing: np.ndarray) -> float:
    """How far to the right of the gaze a thing lies, seen from above, all (2,)."""
    away = thing - place
    cross, dot = away[0] * gaze[1] - away[1] * gaze[0], away @ gaze
    return float(np.degrees(np.arctan2(cross, dot)))


@pytest.mark.parametrize("name", OO)
def test_red_is_seen_on_the_side_where_it_is(name: str) -> None:
    """Where both things are ahead of the new observer, the direction to them says the same as their places."""
    compared = 0
    for records, fact in facts_of(name):
        ids = records.object_ids.tolist()
        green, blue, red, yellow = (records.centers[ids.index(i), :2] for i in fact.object_ids)
        bearings = [bearing_deg(green, blue - green, thing) for thing in (red, yellow)]
        if max(map(abs, bearings)) < 90 and fact.words["left_right"]:
            to_the_right = bearings[0] - bearings[1]
            assert to_the_right >= 3.0 - 1e-9 if fact.words["left_right"] == "right" else to_the_right <= -3.0 + 1e-9
            compared += 1
    assert compared > 15


def test_what_perspective_turns_round_is_counted() -> None:
    rejects: Counter[str] = Counter()
    for name in OO:
        rejects += make_facts(get_task(name), synthetic_records(1, objects=28, views=60), 60, 3)[1]
    assert rejects["left or right differs between space and sight"] > 20
