"""Imagined moves and maps: clean rows pass, and each of many corruptions is found and named."""

import math

import pytest

from factory.audit.findings import Kind
from factory.audit.registry import AUDITS
from factory.audit.scene import report_scene
from tests.audit.mutations import (
    Mutation,
    change,
    change_marks,
    change_record,
    kinds,
    move,
    only,
    relabel,
    reword,
    swap_roles,
)
from tests.audit.small_world import TASKS as OTHER_TASKS
from tests.audit.small_world import World
from tests.audit.walk_world import (
    BED,
    CLOCK,
    LAMP,
    SOFA,
    TASKS,
    TRIPLES,
    VIDEO,
    clean_walk,
)

OC, OO = "spatial_imagination_oc", "spatial_imagination_oo"
OC_HARD, OO_HARD = f"{OC}_video_hard", f"{OO}_video_hard"
MAP = "spatial_imagination_map_mv"
SENTENCE = (
    "Initially, the lamp is {} the observer, {} and {}. After moving to the sofa and facing the clock, the lamp is {},"
    " {} and {}."
)


def pitch_first_camera(world: World) -> None:
    """The first camera of the map looks up steeply."""
    world.rows = [world.row(MAP, "sentence")]
    view = next(v for v in world.views if v["frame_id"] == "v02")
    c, s = math.cos(math.radians(61)), math.sin(math.radians(61))
    matrix = view["world_from_camera"]
    for i, (down, ahead) in enumerate(((0.0, 0.0), (s, c), (-c, s))):
        matrix[4 * i + 1], matrix[4 * i + 2] = down, ahead


def keep_two_marks(world: World) -> None:
    row = world.row(MAP, "sentence")
    for column in ("marks", "object_ids", "labels"):
        row[column].pop()
    row["values"] = row["values"][:4]
    row["question"] = "Where are the sofa (object0) and the clock (object1) on the ground?"
    row["answer"] = "Seen from above: Object0 :(-2.0,3.0). Object1 :(0.0,3.0)."


SWAPPED = ["right, above, behind", "left, above, behind", *TRIPLES["oc"][2:]]
MUTATIONS: dict[str, tuple[Mutation, Kind]] = {
    # imagined moves: numbers and margins
    "before and after swapped": (
        change(OC, "select", values=[1.0, -0.3, -0.22, -1.5, 0.2, 2.0]),
        Kind.VALUE,
    ),
    "height along the tilted view": (
        change(OC, "select", values=[-1.5, 0.2, 2.0, 1.0, -0.54, -0.22]),
        Kind.VALUE,
    ),
    "forward along the ground": (change(OC, "sentence", values=[-1.5, 0.2, 2.0, 1.0, -0.3, -0.5]), Kind.VALUE),
    "wrong margin": (change(OO, "select", margin=20.0), Kind.MARGIN),
    "no margin": (change(OC, "select", margin=None), Kind.MARGIN),
    "sides left out of the margin": (change(OO_HARD, "select", margin=9.232), Kind.MARGIN),
    "no fronts in the hard task": (change(OO_HARD, "select", values=[0.0] * 6), Kind.VALUE),
    "height next to its threshold": (only(OC, move(LAMP, (-1.5, 2.0, 1.35))), Kind.MARGIN),
    "steep gaze": (only(OC, move(CLOCK, (-0.5, 3.0, 1.9))), Kind.RULE),
    "short way": (only(OC, move(CLOCK, (-0.4, 3.0, 1.4))), Kind.RULE),
    "tilted and level gaze disagree": (only(OC, move(LAMP, (-1.1, 2.0, 2.0))), Kind.RULE),
    "distance and depth disagree": (only(OO, move(LAMP, (-4.0, 2.0, 1.3))), Kind.RULE),
    # imagined moves: what is said
    "state before instead of after": (
        change(OC, "select", options=["left, below, front", *SWAPPED[1:]]),
        Kind.OPTIONS,
    ),
    "wrong letter": (change(OO, "select", answer="A"), Kind.LETTER),
    "closer in a triple about front": (
        change(OC, "select", options=[*TRIPLES["oc"][:3], "right, above, closer"]),
        Kind.OPTIONS,
    ),
    "two words in a triple": (change(OC, "select", options=[*TRIPLES["oc"][:3], "right, above"]), Kind.OPTIONS),
    "times swapped": (
        change(
            OC,
            "sentence",
            answer=SENTENCE.format("to the right of", "above", "behind", "on the left", "below", "in front"),
        ),
        Kind.ANSWER,
    ),
    "wrong before": (reword(OC, "sentence", "answer", "left of", "right of"), Kind.ANSWER),
    "wrong after": (reword(OC, "sentence", "answer", "on the right", "on the left"), Kind.ANSWER),
    "wrong height after": (reword(OC, "sentence", "answer", "above", "below"), Kind.ANSWER),
    "front left out": (reword(OC, "sentence", "answer", " and in front", ""), Kind.ANSWER),
    "only the time after": (
        change(OO, "sentence", answer="After moving, the lamp is right of the table, above it and farther."),
        Kind.ANSWER,
    ),
    "subject and reference swapped": (
        reword(OO, "sentence", "answer", "lamp is to the right of the table", "table is to the right of the lamp"),
        Kind.ANSWER,
    ),
    "wrong distance after": (reword(OO, "sentence", "answer", "farther", "closer"), Kind.ANSWER),
    "wrong side of the observer": (
        reword(OO_HARD, "sentence", "answer", "lamp is behind", "lamp is in front of"),
        Kind.ANSWER,
    ),
    "sides of the observer swapped": (
        reword(
            OO_HARD,
            "sentence",
            "answer",
            "lamp is behind the new observer. The table is in front of",
            "table is behind the new observer. The lamp is in front of",
        ),
        Kind.ANSWER,
    ),
    "side of the observer left out": (
        reword(OO_HARD, "sentence", "answer", " The table is in front of the new observer.", ""),
        Kind.ANSWER,
    ),
    "sides told where they are not asked": (
        reword(OO, "sentence", "answer", "After", "The lamp is in front of the observer. After"),
        Kind.ANSWER,
    ),
    "start elsewhere": (
        reword(f"{OC}_video", "select", "question", "Where", "Start at Frame-5. Where"),
        Kind.QUESTION,
    ),
    # imagined moves: who plays which part
    "move and gaze swapped in the question": (
        reword(
            OC_HARD,
            "select",
            "question",
            "moves to the sofa (in Frame-2) and faces the clock (in Frame-7)",
            "moves to the clock (in Frame-7) and faces the sofa (in Frame-2)",
        ),
        Kind.MENTION,
    ),
    "move and gaze swapped in the answer": (
        reword(OC, "sentence", "answer", "to the sofa and facing the clock", "to the clock and facing the sofa"),
        Kind.MENTION,
    ),
    "reference and subject swapped in the question": (
        change(
            OO,
            "select",
            question="The observer moves to the sofa (green bbox) and faces the clock (blue bbox). Where is the table"
            " (yellow bbox) relative to the lamp (red bbox)?",
        ),
        Kind.MENTION,
    ),
    "roles swapped in the records": (swap_roles(OC_HARD, "select", 0, 1), Kind.VALUE),
    "wrong order of marks": (change_marks(OC, "select", 0, color="blue"), Kind.MARK),
    "all marks on one image": (
        only(f"{OC}_mv", change(f"{OC}_mv", "select", frame_ids=["v00", "v02", "v02"])),
        Kind.IMAGE,
    ),
    "a point instead of a box": (change_marks(OC, "select", 0, kind="point"), Kind.MARK),
    "frame of a mark not told": (
        reword(f"{OC}_video", "select", "question", " in Frame-7", ""),
        Kind.MENTION,
    ),
    "wrong frame of a mark": (reword(f"{OC}_video", "select", "question", "Frame-7", "Frame-6"), Kind.MENTION),
    # objects named by frame
    "frame that does not show it": (reword(OC_HARD, "select", "question", "Frame-2", "Frame-4"), Kind.MENTION),
    "frame that shows too little": (
        only(OC_HARD, change_record("v02", SOFA, visible_fraction=0.2)),
        Kind.VISIBILITY,
    ),
    "frame not told": (reword(OC_HARD, "select", "question", " (in Frame-2)", ""), Kind.MENTION),
    "label that another object has": (only(OC_HARD, relabel(BED, "lamp")), Kind.MENTION),
    "marks in the hard task": (
        change(
            OC_HARD,
            "select",
            marks=[
                {
                    "kind": "bbox",
                    "color": "green",
                    "image_index": 0,
                    "object_id": SOFA,
                    "label": "sofa",
                    "coords": [1, 1, 2, 2],
                }
            ],
        ),
        Kind.MARK,
    ),
    "keyframes instead of the video": (
        change(f"{OC}_video", "select", frame_ids=[*VIDEO[1:], VIDEO[0]]),
        Kind.IMAGE,
    ),
    # map
    "coordinate off by a step": (reword(MAP, "sentence", "answer", "-1.5,3.3", "-1.5,3.4"), Kind.ANSWER),
    "axes swapped": (reword(MAP, "sentence", "answer", "-2.0,3.0", "3.0,-2.0"), Kind.ANSWER),
    "mirrored": (reword(MAP, "sentence", "answer", "-2.0,", "2.0,"), Kind.ANSWER),
    "minus zero": (reword(MAP, "sentence", "answer", "(0.0", "(-0.0"), Kind.ANSWER),
    "no space before the colon": (reword(MAP, "sentence", "answer", "Object1 :", "Object1:"), Kind.ANSWER),
    "space in the pair": (reword(MAP, "sentence", "answer", "-1.5,3.3", "-1.5, 3.3"), Kind.ANSWER),
    "object left out": (reword(MAP, "sentence", "answer", " Object2 :(-1.5,3.3).", ""), Kind.ANSWER),
    "objects in another order": (
        change(
            MAP,
            "sentence",
            answer="Seen from above: Object1 :(0.0,3.0). Object0 :(-2.0,3.0). Object2 :(-1.5,3.3).",
        ),
        Kind.ANSWER,
    ),
    "two decimals": (reword(MAP, "sentence", "answer", "3.3", "3.30"), Kind.ANSWER),
    "in the world": (change(MAP, "sentence", values=[-1.0, 3.0, 1.0, 3.0, -0.5, 3.3]), Kind.VALUE),
    "camera that looks up": (pitch_first_camera, Kind.RULE),
    "two objects": (keep_two_marks, Kind.MARK),
    "object without a mention": (reword(MAP, "sentence", "question", " and the table (object2)", ""), Kind.MENTION),
    # metadata
    "wrong relation": (change(OO, "select", relation="oc"), Kind.METADATA),
}


def test_a_clean_walk_is_clean() -> None:
    world = clean_walk()
    report = report_scene(*world.tables())
    assert report.findings == []
    assert report.checked == report.rows
    assert report.checked.total() == len(world.rows)
    asked = {(row["task"], row["format"]) for row in world.rows}
    assert asked == {(task, form) for task in TASKS for form in AUDITS[task].formats}


def test_every_task_of_the_audit_has_a_clean_row_in_one_of_the_worlds() -> None:
    assert {*TASKS, *OTHER_TASKS} == set(AUDITS)


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_corruption_is_found(name: str) -> None:
    mutate, kind = MUTATIONS[name]
    world = clean_walk()
    mutate(world)
    assert kind in kinds(world)


def test_an_option_must_be_wrong_where_the_truth_says_something() -> None:
    """With the lamp at the height of the sofa the truth is `right, , behind`."""
    found = []
    for wrong in ("right, above, behind", "right, above, front"):
        world = clean_walk()
        move(LAMP, (-1.5, 2.0, 1.0))(world)
        world.rows = [world.row(OC, "select")]
        world.rows[0]["options"] = ["left, , behind", "right, , behind", "right, , front", wrong]
        found.append(Kind.OPTIONS in kinds(world))
    assert found == [True, False]
