"""Questions about a video against loops over its frames."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from factory.tasks import get_task
from factory.tasks.engine import make_facts
from factory.tasks.records import SceneRecords
from factory.tasks.video import appearances, video_views
from schemas.qa import Fact
from tests.tasks.synthetic_records import HEIGHT, WIDTH, synthetic_records
from tests.tasks.synthetic_video import synthetic_video

QUOTA = 80
SEEDS = (0, 1, 2)
OF_VIDEO = (
    "appearance_order",
    "distance_infer_center_oo_video",
    "distance_prediction_oo_video",
    "obj_count",
    "obj_frame_locate",
    "room_size",
)


def asked(name: str, records: SceneRecords, quota: int = QUOTA) -> list[Fact]:
    return make_facts(get_task(name), records, quota, seed=5)[0]


def states(records: SceneRecords, object_id: int) -> list[str]:
    """Per frame of the video `plain`, `little` or `absent`."""
    thing = records.object_ids.tolist().index(object_id)
    found = []
    for view in video_views(records).tolist():
        rows = [
            row
            for row in range(len(records.sighting_view))
            if records.sighting_view[row] == view and records.sighting_object[row] == thing
        ]
        if not rows:
            found.append("absent")
            continue
        x1, y1, x2, y2 = records.boxes[rows[0]].tolist()
        large = (x2 - x1) * (y2 - y1) >= 2000 and records.pixel_counts[rows[0]] >= 0.001 * WIDTH * HEIGHT
        found.append("plain" if large and records.visible_fractions[rows[0]] >= 0.3 else "little")
    return found


def test_views_are_the_frames_in_order() -> None:
    records = synthetic_video(0)
    for name in OF_VIDEO:
        for fact in asked(name, records):
            assert len(fact.frame_ids) == 32
            assert list(fact.frame_ids) == [records.frame_ids[v] for v in np.argsort(records.video_index)[-32:]]


@pytest.mark.parametrize("name", OF_VIDEO)
def test_a_scene_with_fewer_frames_gives_none_and_says_so(name: str) -> None:
    records = synthetic_records(0, views=31)
    assert (records.video_index >= 0).sum() == 31
    facts, rejects = make_facts(get_task(name), records, QUOTA, seed=5)
    assert facts == []
    assert rejects == Counter({"scene with fewer than 32 frames of video": 1})


@pytest.mark.parametrize("seed", SEEDS)
def test_appearances_by_loops(seed: int) -> None:
    records = synthetic_video(seed)
    appears, shows = appearances(records, get_task("obj_count").parameters)
    for thing, object_id in enumerate(records.object_ids.tolist()):
        expected = states(records, object_id)
        assert [state == "plain" for state in expected] == appears[:, thing].tolist()
        assert [state != "absent" for state in expected] == shows[:, thing].tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_other_frames_of_an_object(seed: int) -> None:
    records = synthetic_video(seed)
    facts = asked("obj_frame_locate", records)
    for fact in facts:
        (mark,) = fact.marks
        expected = states(records, mark.object_id)
        assert "little" not in expected
        assert expected[mark.image_index] == "plain"
        frames = [float(i) for i, state in enumerate(expected) if state == "plain" and i != mark.image_index]
        assert list(fact.values) == frames
        assert 1 <= len(frames) < 31
    # every object that allows it, in every frame in which it is whole
    able = [i for i in records.object_ids.tolist() if "little" not in states(records, i)]
    assert {fact.object_ids[0] for fact in facts} <= set(able)
    assert len({fact.object_ids[0] for fact in facts}) >= 3
    assert len({fact.candidate for fact in facts}) == len(facts) > 6
    assert len({len(fact.values) for fact in facts}) >= 3


def test_an_object_in_all_frames_is_nowhere_else_to_find() -> None:
    records = synthetic_video(1)
    task = get_task("obj_frame_locate")
    fact = asked("obj_frame_locate", records)[0]
    views, thing = video_views(records), records.object_ids.tolist().index(fact.object_ids[0])
    rows = np.flatnonzero(records.sighting_object == thing)
    everywhere = replace(
        records,
        **{
            name: np.concatenate(
                [getattr(records, name)[records.sighting_object != thing], np.repeat(one, 32, axis=0)]
            )
            for name in ("boxes", "visible_fractions", "pixel_counts", "points", "centers_camera")
            for one in [getattr(records, name)[rows[:1]]]
        },
        sighting_view=np.concatenate([records.sighting_view[records.sighting_object != thing], views]),
        sighting_object=np.concatenate(
            [records.sighting_object[records.sighting_object != thing], np.full(32, thing)]
        ),
    )
    _, rejects = make_facts(task, everywhere, QUOTA, seed=5)
    assert rejects["in every frame"] > 0
    assert fact.object_ids not in {one.object_ids for one in asked("obj_frame_locate", everywhere)}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_appearance(seed: int) -> None:
    records = synthetic_video(seed)
    facts = asked("appearance_order", records)
    assert len(facts) >= 6
    things = list(zip(records.object_ids.tolist(), records.labels.tolist(), strict=True))
    for fact in facts:
        assert list(fact.values) == sorted(set(fact.values))
        assert len(set(fact.labels)) == 4
        for frame, label, object_id in zip(fact.values, fact.labels, fact.object_ids, strict=True):
            of_label = {i: states(records, i) for i, name in things if name == label}
            before = {state for one in of_label.values() for state in one[: int(frame)]}
            assert before <= {"absent"}
            assert of_label[object_id][int(frame)] == "plain"
        assert not fact.marks
        assert fact.shown_in == ()


def test_the_thing_that_comes_first_is_one_that_can_be_made_out() -> None:
    """Of two of a kind in the first frame, the one with more pixels is mostly hidden."""
    records = synthetic_video(0)
    fact = asked("appearance_order", records)[0]
    thing, frame = records.object_ids.tolist().index(fact.object_ids[1]), int(fact.values[1])
    view = video_views(records)[frame]
    (row,) = np.flatnonzero((records.sighting_view == view) & (records.sighting_object == thing))
    alone = np.flatnonzero((records.sighting_view != view) | (records.sighting_object == thing))
    free = ~records.structural & ~np.isin(records.labels.astype(str), fact.labels)
    other = int(np.flatnonzero(free)[0])
    kept = alone[records.sighting_object[alone] != other]
    columns = ("sighting_view", "sighting_object", "boxes", "points", "centers_camera")
    changed = {
        name: np.append(getattr(records, name)[kept], getattr(records, name)[[row]], axis=0) for name in columns
    }
    changed["sighting_object"][-1] = other
    labels = records.labels.copy()
    labels[other] = fact.labels[1]
    twins = replace(
        records,
        labels=labels,
        visible_fractions=np.append(records.visible_fractions[kept], 0.1),
        pixel_counts=np.append(records.pixel_counts[kept], 1_000_000),
        **changed,
    )
    of_label = {
        one.object_ids[one.labels.index(fact.labels[1])]
        for one in asked("appearance_order", twins)
        if fact.labels[1] in one.labels
    }
    assert of_label == {fact.object_ids[1]}


def test_every_order_of_the_list_is_asked_equally_often() -> None:
    orders: Counter[str] = Counter()
    for seed in range(6):
        for fact in asked("appearance_order", synthetic_video(seed), quota=72):
            assert fact.candidate.endswith(f"|{fact.words['order']}")
            assert sorted(fact.words["order"]) == ["0", "1", "2", "3"]
            orders[fact.words["order"]] += 1
    assert len(orders) == 24
    assert max(orders.values()) - min(orders.values()) <= 6


@pytest.mark.parametrize("seed", SEEDS)
def test_counts(seed: int) -> None:
    records = synthetic_records(seed, objects=30)
    facts = asked("obj_count", records)
    expected = {}
    for label in set(records.labels.tolist()) - {"", "wall"}:
        ids = [
            i for i, name in zip(records.object_ids.tolist(), records.labels.tolist(), strict=True) if name == label
        ]
        if len(ids) >= 2 and all("plain" in states(records, i) for i in ids):
            expected[label] = tuple(ids)
    assert {fact.labels[0]: fact.object_ids for fact in facts} == expected
    assert len(facts) == len(expected) >= 3
    for fact in facts:
        assert fact.values == (float(len(fact.object_ids)),)
        assert fact.numbers == {"answer": len(fact.object_ids)}
        assert set(fact.labels) == {fact.labels[0]}


def test_a_thing_that_never_appears_spoils_the_count() -> None:
    records = synthetic_records(0, objects=30)
    fact = asked("obj_count", records)[0]
    lost = records.object_ids.tolist().index(fact.object_ids[1])
    hidden = replace(
        records, visible_fractions=np.where(records.sighting_object == lost, 0.1, records.visible_fractions)
    )
    facts, rejects = make_facts(get_task("obj_count"), hidden, QUOTA, seed=5)
    assert fact.labels[0] not in [other.labels[0] for other in facts]
    assert rejects["one of the label never appears"] == 1


def test_more_than_twenty_are_not_counted() -> None:
    records = synthetic_records(0, objects=30)
    labels = records.labels.copy()
    for count, asked_about in ((20, True), (21, False)):
        labels[2:] = "stool"
        labels[2 + count :] = "cup"
        same = replace(records, labels=labels, visible_fractions=np.ones_like(records.visible_fractions))
        assert ("stool" in [fact.labels[0] for fact in asked("obj_count", same)]) == asked_about


def test_labels_of_the_building_are_not_counted() -> None:
    records = synthetic_records(0)
    labels = records.labels.copy()
    labels[2:4] = "wall"  # annotated as things, although the label stands for a part of the building
    assert "wall" not in [fact.labels[0] for fact in asked("obj_count", replace(records, labels=labels))]


def test_the_room() -> None:
    records = synthetic_records(0)
    (fact,) = asked("room_size", records)
    assert (fact.values, fact.numbers, fact.unit, fact.object_ids) == ((30.0,), {"answer": 30.0}, "m2", ())


@pytest.mark.parametrize(("area", "reason"), [(None, "floor area unknown"), (1.99, "floor area below 2 m2")])
def test_no_room_without_a_floor(area: float | None, reason: str) -> None:
    facts, rejects = make_facts(get_task("room_size"), replace(synthetic_records(0), floor_area=area), QUOTA, seed=5)
    assert facts == []
    assert rejects == Counter({reason: 1})


def test_distances_between_objects_in_frames() -> None:
    records = synthetic_records(2)
    facts = asked("distance_prediction_oo_video", records)
    assert len(facts) == QUOTA
    assert [mark.color for mark in facts[0].marks] == ["red", "blue"]
    several = 0
    for fact in facts:
        rows = [records.object_ids.tolist().index(i) for i in fact.object_ids]
        assert fact.values[0] == pytest.approx(np.linalg.norm(np.subtract(*records.centers[rows])))
        for mark, row in zip(fact.marks, rows, strict=True):
            sighting = records.sighting_of[video_views(records)[mark.image_index], row]
            assert mark.coords == records.points[sighting].tolist()
        several += len(set(fact.shown_in)) > 1
    assert several > QUOTA / 2


@pytest.mark.parametrize("seed", SEEDS)
def test_the_closest_of_four(seed: int) -> None:
    records = synthetic_records(seed, objects=30)
    facts = asked("distance_infer_center_oo_video", records)
    assert len(facts) == QUOTA
    answers: Counter[str] = Counter()
    for fact in facts:
        assert len(set(fact.labels)) == 5
        assert [mark.color for mark in fact.marks] == ["point0", "point1", "point2", "point3", "point4"]
        anchor, *others = [records.centers[records.object_ids.tolist().index(i)] for i in fact.object_ids]
        distances = [float(np.linalg.norm(other - anchor)) for other in others]
        assert list(fact.values) == pytest.approx(distances)
        ordered = sorted(distances)
        if fact.words["asked"] == "closest":
            best, lead = ordered[0], ordered[1] - ordered[0]
        else:
            best, lead = ordered[3], ordered[3] - ordered[2]
        assert fact.words["answer"] == f"point{1 + distances.index(best)}"
        assert fact.numbers["answer"] == pytest.approx(best)
        # at most opposite directions: the noise of three centres, of which the anchor's counts up to twice
        assert lead > 0.1 + 2.6 * 0.02 * np.sqrt(2)
        assert fact.margin >= 2.6
        answers[fact.words["asked"]] += 1
        answers[fact.words["answer"]] += 1
    assert answers["closest"] == answers["farthest"] == QUOTA / 2
    assert [answers[f"point{i}"] for i in range(1, 5)] == [QUOTA / 4] * 4


def test_the_margin_of_the_closest_is_that_of_its_nearest_rival() -> None:
    records = synthetic_records(3, objects=30)
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.02, (4000, 5, 3))
    for fact in asked("distance_infer_center_oo_video", records, quota=12):
        rows = [records.object_ids.tolist().index(i) for i in fact.object_ids]
        centers = records.centers[rows] + noise
        distances = np.linalg.norm(centers[:, 1:] - centers[:, :1], axis=2)
        winner = int(fact.words["answer"][-1]) - 1
        sign = 1 if fact.words["asked"] == "closest" else -1
        margins = []
        for other in set(range(4)) - {winner}:
            lead = sign * (distances[:, other] - distances[:, winner])
            margins.append((sign * (fact.values[other] - fact.values[winner]) - 0.1) / lead.std())
        assert fact.margin == pytest.approx(min(margins), rel=0.06)


def test_walks() -> None:
    records = synthetic_video(1)
    facts, rejects = make_facts(get_task("nav_video"), records, QUOTA, seed=5)
    paths = {path.id: path for path in records.paths}
    assert sorted(fact.candidate.rpartition("|")[2] for fact in facts) == ["13", "40", "7"]
    for fact in facts:
        path = paths[fact.candidate.rpartition("|")[2]]
        assert list(fact.frame_ids) == path.frame_ids
        assert list(fact.images) == [f"color/{frame}.jpg" for frame in path.frame_ids]
        assert fact.words == {"instruction": path.text, "language": path.language}
        assert (fact.values, fact.marks, fact.object_ids, fact.shown_in) == ((), (), (), ())
    assert rejects == Counter(
        {
            "instruction not in en": 1,
            "instruction without text": 1,
            "path with fewer than 2 frames": 1,
            "a frame of the path is not stored": 1,
        }
    )


def test_walks_beyond_the_quota_and_twice_the_same() -> None:
    records = synthetic_video(1)
    facts, rejects = make_facts(get_task("nav_video"), records, 2, seed=5)
    assert len(facts) == 2
    assert rejects["beyond the quota"] == 1
    reordered = replace(records, paths=records.paths[::-1])
    assert make_facts(get_task("nav_video"), reordered, 2, seed=5)[0] == facts
    doubled = replace(records, paths=(*records.paths, records.paths[0]))
    assert len(make_facts(get_task("nav_video"), doubled, QUOTA, seed=5)[0]) == 3


def test_walks_need_no_video() -> None:
    records = replace(synthetic_video(1), video_index=np.full(40, -1))
    assert len(asked("nav_video", records)) == 3


@pytest.mark.parametrize("name", [*OF_VIDEO, "nav_video"])
def test_rooms_without_objects_give_no_error(name: str) -> None:
    records = synthetic_video(0)
    nothing = {
        one: getattr(records, one)[:0]
        for one in (
            *("object_ids", "labels", "structural", "centers", "extents", "rotations", "sighting_view"),
            *("sighting_object", "boxes", "visible_fractions", "pixel_counts", "points", "centers_camera"),
        )
    }
    facts = asked(name, replace(records, **nothing))
    assert bool(facts) == (name in ("room_size", "nav_video"))
