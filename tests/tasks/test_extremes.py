"""The closest and the farthest object, against a plain search through what the images show."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from factory.tasks import get_task
from factory.tasks.eligibility import screen
from factory.tasks.engine import make_facts
from factory.tasks.extremes import ExtremeToObserver
from factory.tasks.parameters import DEFAULTS
from factory.tasks.records import SceneRecords
from schemas.qa import Fact
from tests.tasks.synthetic_records import in_world, synthetic_records

SINGLE, THREE = get_task("distance_infer_center_oc"), get_task("distance_infer_center_oc_mv")


def roomy(seed: int) -> SceneRecords:
    """A room in which enough shows of everything."""
    records = synthetic_records(seed, objects=26, views=90)
    return replace(records, visible_fractions=np.maximum(records.visible_fractions, 0.4))


@pytest.fixture(scope="module", params=[SINGLE, THREE], ids=lambda task: task.spec.name)
def facts(request: pytest.FixtureRequest) -> list[tuple[SceneRecords, Fact]]:
    pairs = []
    for seed in range(4):
        records = roomy(seed)
        pairs += [(records, fact) for fact in make_facts(request.param, records, 60, seed)[0]]
    assert len(pairs) >= 40
    return pairs


def sightings(records: SceneRecords, frame_id: str) -> dict[int, int]:
    """Row of the sighting by object, in one frame."""
    frame = records.frame_ids.tolist().index(frame_id)
    rows = np.flatnonzero(records.sighting_view == frame).tolist()
    return {int(records.sighting_object[row]): row for row in rows}


def noticed(records: SceneRecords, frame_id: str) -> set[int]:
    """The objects whose box takes at least 0.2 % of a frame."""
    boxes = {thing: records.boxes[row].tolist() for thing, row in sightings(records, frame_id).items()}
    return {thing for thing, (x1, y1, x2, y2) in boxes.items() if (x2 - x1) * (y2 - y1) >= 2000}


def distance(records: SceneRecords, frame_id: str, thing: int) -> float:
    eye = records.world_from_camera[records.frame_ids.tolist().index(frame_id), :3, 3]
    return float(np.sqrt(sum((records.centers[thing] - eye) ** 2)))


def test_the_winner_leads_all_that_shows(facts: list[tuple[SceneRecords, Fact]]) -> None:
    for records, fact in facts:
        sign = {"closest": 1, "farthest": -1}[fact.words["asked"]]
        shown = {thing for frame in fact.frame_ids for thing in noticed(records, frame)}
        rivals = sorted(
            (sign * distance(records, fact.frame_ids[0], thing), thing)
            for thing in shown
            if not records.structural[thing]
        )
        (first, winner), (second, _) = rivals[:2]
        assert fact.object_ids == (records.object_ids[winner],)
        assert fact.labels == (records.labels[winner],)
        assert fact.numbers == pytest.approx({"answer": sign * first})
        assert fact.margin == pytest.approx((second - first - 0.1) / (0.02 * np.sqrt(2)))
        assert fact.margin >= 2.6
        assert (fact.marks, fact.shown_in, fact.unit) == ((), (), "0-1000")


def test_the_answer_is_its_box_on_the_one_image_that_shows_it(facts: list[tuple[SceneRecords, Fact]]) -> None:
    for records, fact in facts:
        winner = records.object_ids.tolist().index(fact.object_ids[0])
        places = [place for place, frame in enumerate(fact.frame_ids) if winner in sightings(records, frame)]
        assert len(places) == 1
        row = sightings(records, fact.frame_ids[places[0]])[winner]
        assert screen(records, DEFAULTS).eligible[row]
        assert fact.values == (*(places if len(fact.images) == 3 else ()), *records.boxes[row])


def test_alternatives_are_all_other_boxes_that_could_be_meant(facts: list[tuple[SceneRecords, Fact]]) -> None:
    total = 0
    for records, fact in facts:
        expected = []
        for place, frame in enumerate(fact.frame_ids):
            for thing, row in sorted(sightings(records, frame).items()):
                told = (*([place] if len(fact.images) == 3 else []), *records.boxes[row].tolist())
                same_image = told[:-4] == fact.values[:-4]
                if (
                    screen(records, DEFAULTS).eligible[row]
                    and records.object_ids[thing] != fact.object_ids[0]
                    and not (same_image and overlap(told[-4:], fact.values[-4:]) >= 0.5)
                ):
                    expected.append(told)
        assert fact.alternatives == tuple(expected)
        total += len(expected)
    assert total > 2 * len(facts)


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    wide, high = (min(a[i + 2], b[i + 2]) - max(a[i], b[i]) for i in (0, 1))
    common = max(wide, 0) * max(high, 0)
    return common / (sum((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)) - common)


def test_closest_and_farthest_and_the_three_images_come_equally_often() -> None:
    records = synthetic_records(5, objects=30, views=90)
    facts, rejects = make_facts(THREE, near_the_middle(records), 60, 0)
    assert rejects["beyond the quota"] > 60
    kinds = Counter((fact.words["asked"], fact.values[0]) for fact in facts)
    assert kinds == dict.fromkeys([(asked, place) for asked in ("closest", "farthest") for place in range(3)], 10)


def near_the_middle(records: SceneRecords) -> SceneRecords:
    """No box touches the border of its image."""
    return replace(records, boxes=np.clip(records.boxes, 1, 999), visible_fractions=np.ones(len(records.boxes)))


def one_view(depths: list[float], **changes: np.ndarray) -> SceneRecords:
    """Things straight ahead of a camera; the first is a piece of wall, the second has no label."""
    count = len(depths)
    records = synthetic_records(0, objects=count, views=1, keyframes=1.0)
    left = np.arange(count) * 100 + 100
    seen = replace(
        records,
        sighting_view=np.zeros(count, dtype=np.int64),
        sighting_object=np.arange(count),
        boxes=np.stack([left, left, left + 80, left + 80], axis=1),
        points=np.stack([left + 40, left + 40], axis=1),
        visible_fractions=np.ones(count),
        pixel_counts=np.full(count, 10_000),
    )
    centers = np.stack([np.zeros(count), np.zeros(count), depths], axis=1)
    return replace(in_world(seen, centers=centers, world_from_camera=np.eye(4)[None]), **changes)


NOISE = "closest or farthest within the noise"
UNFIT = "the closest or farthest may not be asked about"


@pytest.mark.parametrize(
    ("depths", "asked", "rejects"),
    [
        ([1.0, 2.0, 1.5, 3.0], ["closest", "farthest"], {}),
        ([1.0, 2.0, 2.5, 3.0], ["farthest"], {UNFIT: 1}),  # nobody can name what is closest
        ([9.0, 2.0, 1.5, 2.17], ["closest"], {NOISE: 1}),
        ([9.0, 2.0, 1.5, 2.18], ["closest", "farthest"], {}),
        ([9.0, 2.0, 1.5, 8.5], ["closest"], {UNFIT: 1}),  # too far away to ask about
    ],
)
def test_what_competes_and_how_clear_the_lead_must_be(depths: list, asked: list[str], rejects: dict) -> None:
    facts, counted = make_facts(SINGLE, one_view(depths), 5, 0)
    assert sorted(fact.words["asked"] for fact in facts) == asked
    assert counted == rejects


def test_what_shows_little_competes_all_the_same() -> None:
    records = one_view([1.0, 2.5, 2.0, 1.5, 3.0])
    hardly = replace(records, visible_fractions=np.array([1.0, 1.0, 1.0, 0.01, 1.0]))
    facts, rejects = make_facts(SINGLE, hardly, 5, 0)
    assert [fact.words["asked"] for fact in facts] == ["farthest"]
    assert rejects == {UNFIT: 1}
    assert [alternative[0] for alternative in facts[0].alternatives] == [300]


def test_one_thing_alone_is_no_question() -> None:
    facts, rejects = make_facts(SINGLE, one_view([1.0, 2.0, 3.0]), 5, 0)
    assert len(facts) == 1  # the unlabelled one is closest
    alone = replace(one_view([1.0, 2.0, 3.0]), structural=np.array([True, True, False]))
    facts, rejects = make_facts(SINGLE, alone, 5, 0)
    assert facts == []
    assert rejects == {"nothing to compare with": 2}


def test_two_annotations_of_one_thing_have_no_winner() -> None:
    facts, rejects = make_facts(SINGLE, one_view([9.0, 2.0, 1.5, 1.5]), 5, 0)
    assert [fact.words["asked"] for fact in facts] == []
    assert rejects == {NOISE: 1, UNFIT: 1}


def test_a_winner_that_shows_on_two_images_is_counted() -> None:
    _, rejects = make_facts(THREE, roomy(0), 60, 0)
    assert rejects["shown on several images"] > 20
    _, rejects = make_facts(SINGLE, roomy(0), 60, 0)
    assert "shown on several images" not in rejects


def test_every_candidate_is_kept_or_counted() -> None:
    records = roomy(1)
    facts, rejects = make_facts(SINGLE, records, 1000, 0)
    views = np.unique(records.sighting_view[screen(records, DEFAULTS).eligible])
    assert len(facts) + rejects.total() == 2 * len(views)


def test_a_looser_margin_lets_more_through() -> None:
    loose = ExtremeToObserver(replace(DEFAULTS, required_margin=0.0))
    assert len(make_facts(loose, roomy(2), 500, 0)[0]) > len(make_facts(SINGLE, roomy(2), 500, 0)[0])
