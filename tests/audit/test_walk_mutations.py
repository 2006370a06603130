"""Imagined moves, maps and videos: clean rows pass, and each of many corruptions is found and named."""

import math
from typing import Any

import pytest

from factory.audit.findings import Kind
from factory.audit.registry import AUDITS
from factory.audit.scene import report_scene
from tests.audit.mutations import Mutation, change, change_object, change_record, kinds, reword
from tests.audit.small_world import TASKS as OTHER_TASKS
from tests.audit.small_world import World
from tests.audit.walk_world import (
    BED,
    CLOCK,
    DESK,
    LAMP,
    OTHER_STOOL,
    SOFA,
    STOOL,
    TABLE,
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


def change_marks(task: str, form: str, place: int, **columns: Any) -> Mutation:
    def mutate(world: World) -> None:
        world.row(task, form)["marks"][place].update(columns)

    return mutate


def change_scene(**columns: Any) -> Mutation:
    def mutate(world: World) -> None:
        world.scene.update(columns)

    return mutate


def swap_roles(task: str, form: str, first: int, second: int) -> Mutation:
    """Two objects of a row without marks change places; the texts stay."""

    def mutate(world: World) -> None:
        row = world.row(task, form)
        for column in ("object_ids", "labels"):
            row[column][first], row[column][second] = row[column][second], row[column][first]

    return mutate


def hide(object_id: int, frame_ids: list[str]) -> Mutation:
    """No pixel of the object in these views."""

    def mutate(world: World) -> None:
        for view in world.views:
            if view["frame_id"] in frame_ids:
                view["objects"] = [o for o in view["objects"] if o["object_id"] != object_id]
        thing = world.thing(object_id)
        thing["frame_ids"] = [f for f in thing["frame_ids"] if f not in frame_ids]

    return mutate


def relabel(object_id: int, label: str) -> Mutation:
    """Another label for an object in the records, and in the rows about it."""

    def mutate(world: World) -> None:
        world.thing(object_id)["label"] = label
        for view in world.views:
            for shown in view["objects"]:
                if shown["object_id"] == object_id:
                    shown["label"] = label
        for row in world.rows:
            row["labels"] = [world.thing(i)["label"] for i in row["object_ids"]]

    return mutate


def only(task: str, mutation: Mutation) -> Mutation:
    """Keeps the rows of one task, since the change of a record would touch those of others."""

    def mutate(world: World) -> None:
        world.rows = [row for row in world.rows if row["task"] == task]
        mutation(world)

    return mutate


def move(object_id: int, center: tuple[float, float, float]) -> Mutation:
    """Another place for an object, with all records consistent; what the views show of it stays where it was drawn."""

    def mutate(world: World) -> None:
        thing = world.thing(object_id)
        shift = [new - old for new, old in zip(center, thing["center"], strict=True)]
        for column in ("center", "aabb_min", "aabb_max"):
            thing[column] = [old + by for old, by in zip(thing[column], shift, strict=True)]
        for view in world.views:
            for shown in view["objects"]:
                if shown["object_id"] == object_id:
                    x, y, z = shown["center_camera"]
                    shown["center_camera"] = [x + shift[0], y - shift[2], z + shift[1]]

    return mutate


def pitch_first_camera(world: World) -> None:
    """The first camera of the map looks up steeply."""
    world.rows = [world.row(MAP, "sentence")]
    view = next(v for v in world.views if v["frame_id"] == "v02")
    c, s = math.cos(math.radians(61)), math.sin(math.radians(61))
    matrix = view["world_from_camera"]
    for i, (down, ahead) in enumerate(((0.0, 0.0), (s, c), (-c, s))):
        matrix[4 * i + 1], matrix[4 * i + 2] = down, ahead


def reverse_video(world: World) -> None:
    row = world.row("room_size", "fill")
    row["images"].reverse()
    row["frame_ids"].reverse()


def drop_frame(world: World) -> None:
    row = world.row("obj_count", "fill")
    row["images"], row["frame_ids"] = row["images"][:-1], row["frame_ids"][:-1]


def count_one(world: World) -> None:
    row = world.row("obj_count", "fill")
    row["object_ids"], row["labels"] = [STOOL], ["stool"]
    row["answer"], row["values"] = "1", [1.0]


def shorten_path(world: World) -> None:
    row = world.row("nav_video", "sentence")
    row["images"], row["frame_ids"] = row["images"][:-1], row["frame_ids"][:-1]


def add_object(task: str, form: str, object_id: int, label: str) -> Mutation:
    def mutate(world: World) -> None:
        row = world.row(task, form)
        row["object_ids"].append(object_id)
        row["labels"].append(label)

    return mutate


def keep_two_marks(world: World) -> None:
    row = world.row(MAP, "sentence")
    for column in ("marks", "object_ids", "labels"):
        row[column].pop()
    row["values"] = row["values"][:4]
    row["question"] = "Where are the sofa (object0) and the clock (object1) on the ground?"
    row["answer"] = "Seen from above: Object0 :(-2.0,3.0). Object1 :(0.0,3.0)."


def table_first(world: World) -> None:
    """Two labels show from the first frame on; all is consistent."""
    for row in world.rows:
        row["object_ids"], row["labels"] = [TABLE, LAMP, DESK, BED], ["table", "lamp", "desk", "bed"]
        row["values"] = [0.0, 0.0, 3.0, 13.0]


def show_little(world: World) -> None:
    for frame_id in world.thing(STOOL)["frame_ids"]:
        world.shown(frame_id, STOOL)["visible_fraction"] = 0.1


def ask_for_bar_stools(world: World) -> None:
    relabel(BED, "bar stool")(world)
    reword(COUNT, "fill", "question", "stools", "bar stools")(world)


def count_frames_from_one(world: World) -> None:
    for view in world.views:
        view["video_index"] += 1


LOCATE, ORDER, COUNT, ROOM, WALK = "obj_frame_locate", "appearance_order", "obj_count", "room_size", "nav_video"
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
    "frames of the video out of order": (reverse_video, Kind.IMAGE),
    "frame of the video left out": (drop_frame, Kind.IMAGE),
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
    # frames
    "frame left out": (reword(LOCATE, "sentence", "answer", "3, 4", "4"), Kind.ANSWER),
    "frame too many": (reword(LOCATE, "sentence", "answer", "13", "13 and 14"), Kind.ANSWER),
    "frames counted from one": (
        change(LOCATE, "sentence", answer="It can be seen in 4, 5, 7, 8, 9, 10, 11, 12, 13 and 14."),
        Kind.ANSWER,
    ),
    "values with the reference": (change(LOCATE, "sentence", values=[float(k) for k in range(3, 14)]), Kind.VALUE),
    "partly shown": (only(LOCATE, change_record("v09", DESK, visible_fraction=0.2)), Kind.RULE),
    "shown too small": (
        only(LOCATE, change_record("v09", DESK, box=[410, 590, 420, 610], point=[415, 600])),
        Kind.RULE,
    ),
    "hidden in a frame": (only(LOCATE, hide(DESK, ["v09"])), Kind.ANSWER),
    "no other frame": (only(LOCATE, hide(DESK, [f for f in VIDEO if f != "v05"])), Kind.RULE),
    "hidden in the reference": (only(LOCATE, change_record("v05", DESK, visible_fraction=0.1)), Kind.VISIBILITY),
    # order
    "wrong order": (change(ORDER, "fill", answer="lamp, shelf, desk, bed"), Kind.ANSWER),
    "other separator": (change(ORDER, "fill", answer="lamp; desk; shelf; bed"), Kind.ANSWER),
    "order and objects disagree": (swap_roles(ORDER, "fill", 1, 2), Kind.RULE),
    "wrong frames in the sentence": (reword(ORDER, "sentence", "answer", "frame 7", "frame 8"), Kind.ANSWER),
    "labels swapped in the sentence": (
        change(
            ORDER,
            "sentence",
            answer="First the lamp (frame 0), then the shelf (frame 3), the desk (frame 7) and the bed (frame 13).",
        ),
        Kind.ANSWER,
    ),
    "frames left out of the sentence": (
        change(ORDER, "sentence", answer="First the lamp, then the desk, the shelf and the bed."),
        Kind.ANSWER,
    ),
    "wrong first frames": (change(ORDER, "fill", values=[0.0, 3.0, 8.0, 13.0]), Kind.VALUE),
    "a pixel before": (
        only(ORDER, change_record("v03", DESK, visible_fraction=0.25)),
        Kind.RULE,
    ),
    "another of its kind before": (only(ORDER, relabel(TABLE, "shelf")), Kind.RULE),
    "at the same time": (only(ORDER, table_first), Kind.RULE),
    "label not asked about": (reword(ORDER, "fill", "question", "shelf", "sofa"), Kind.MENTION),
    "option with a foreign label": (
        change(
            ORDER,
            "select",
            options=[
                "bed, desk, shelf, sofa",
                "lamp, shelf, desk, bed",
                "desk, lamp, shelf, bed",
                "lamp, desk, shelf, bed",
            ],
        ),
        Kind.OPTIONS,
    ),
    "wrong letter of an order": (change(ORDER, "select", answer="A"), Kind.LETTER),
    # count
    "wrong count": (change(COUNT, "fill", answer="3"), Kind.ANSWER),
    "wrong count in a sentence": (reword(COUNT, "sentence", "answer", "2", "3"), Kind.ANSWER),
    "count in words": (reword(COUNT, "sentence", "answer", "2", "two"), Kind.ANSWER),
    "wrong count stored": (change(COUNT, "fill", values=[3.0]), Kind.VALUE),
    "instance left out": (count_one, Kind.OBJECT),
    "instance that the video does not show": (only(COUNT, hide(OTHER_STOOL, VIDEO)), Kind.RULE),
    "instance hardly shown": (only(COUNT, show_little), Kind.RULE),
    "another label": (reword(COUNT, "fill", "question", "stools", "beds"), Kind.MENTION),
    "longer label": (only(COUNT, ask_for_bar_stools), Kind.MENTION),
    "one instance": (only(COUNT, relabel(OTHER_STOOL, "chair")), Kind.OBJECT),
    "option zero": (change(COUNT, "select", options=["0", "2", "4", "5"]), Kind.OPTIONS),
    "wrong letter of a count": (change(COUNT, "select", answer="A"), Kind.LETTER),
    # room
    "wrong area": (change(ROOM, "fill", answer="23.5"), Kind.ANSWER),
    "area without decimal": (change(ROOM, "fill", answer="23"), Kind.ANSWER),
    "wrong area in a sentence": (reword(ROOM, "sentence", "answer", "23.4", "32.4"), Kind.ANSWER),
    "other area in the scene": (only(ROOM, change_scene(floor_area=20.0)), Kind.VALUE),
    "no area in the scene": (only(ROOM, change_scene(floor_area=None)), Kind.MISSING),
    "no room at all": (only(ROOM, change_scene(floor_area=0.4)), Kind.RULE),
    "area too close": (change(ROOM, "select", options=["23.4", "24.0", "17.5", "40.0"]), Kind.OPTIONS),
    "object in a row about the room": (add_object(ROOM, "fill", BED, "bed"), Kind.OBJECT),
    # walk
    "wrong word": (reword(WALK, "sentence", "answer", "(3) right", "(3) left"), Kind.ANSWER),
    "word left out": (reword(WALK, "sentence", "answer", ", (4) in front of", ""), Kind.ANSWER),
    "words in another order": (
        change(WALK, "sentence", answer="The missing words are: (1) Turn left, (2) right, (3) past, (4) in front of."),
        Kind.ANSWER,
    ),
    "word too many": (reword(WALK, "sentence", "answer", "front of", "front of, (5) left"), Kind.ANSWER),
    "another instruction": (reword(WALK, "sentence", "question", "sofa", "couch"), Kind.QUESTION),
    "no blank": (
        change(WALK, "sentence", question='Complete "Turn left at the sofa."'),
        Kind.QUESTION,
    ),
    "blanks numbered wrongly": (reword(WALK, "sentence", "question", "[__3__]", "[__5__]"), Kind.QUESTION),
    "landmark as a blank": (
        change(
            WALK,
            "sentence",
            question='Complete "Turn left at the [__1__], walk past the desk and go right. Stop in front of the bed."',
            answer="(1) sofa",
        ),
        Kind.QUESTION,
    ),
    "frames of no path": (shorten_path, Kind.IMAGE),
    "no such path": (only(WALK, change_scene(paths=[])), Kind.IMAGE),
    "walk with values": (change(WALK, "sentence", values=[1.0]), Kind.VALUE),
    # records
    "video frames counted from one": (count_frames_from_one, Kind.RECORD),
    "moved object": (change_object(BED, center=[9.0, 3.2, 1.0]), Kind.RECORD),
    # metadata
    "wrong view": (change(LOCATE, "sentence", view="multi"), Kind.METADATA),
    "wrong relation": (change(OO, "select", relation="oc"), Kind.METADATA),
    "wrong unit": (change(COUNT, "fill", unit="none"), Kind.METADATA),
    "margin of a count": (change(COUNT, "fill", margin=5.0), Kind.MARGIN),
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
