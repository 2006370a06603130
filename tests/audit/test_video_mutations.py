"""Questions about the video alone: clean rows pass, and each of many corruptions is found and named."""

import pytest

from factory.audit.findings import Kind
from tests.audit.mutations import (
    Mutation,
    change,
    change_object,
    change_record,
    change_scene,
    hide,
    kinds,
    only,
    relabel,
    reword,
    swap_roles,
)
from tests.audit.small_world import World
from tests.audit.walk_world import BED, DESK, LAMP, OTHER_STOOL, STOOL, TABLE, VIDEO, clean_walk

LOCATE, ORDER, COUNT, ROOM, WALK = "obj_frame_locate", "appearance_order", "obj_count", "room_size", "nav_video"


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


MUTATIONS: dict[str, tuple[Mutation, Kind]] = {
    "frames of the video out of order": (reverse_video, Kind.IMAGE),
    "frame of the video left out": (drop_frame, Kind.IMAGE),
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
    "wrong view": (change(LOCATE, "sentence", view="multi"), Kind.METADATA),
    "wrong unit": (change(COUNT, "fill", unit="none"), Kind.METADATA),
    "margin of a count": (change(COUNT, "fill", margin=5.0), Kind.MARGIN),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_corruption_is_found(name: str) -> None:
    mutate, kind = MUTATIONS[name]
    world = clean_walk()
    mutate(world)
    assert kind in kinds(world)
