"""Corruptions of rows on several images, of extremes, sizes and cameras: each is found and named."""

import math
from itertools import product
from typing import Any

import pytest

from factory.audit.findings import Kind
from tests.audit.clean_world import clean_world
from tests.audit.mutations import Mutation, change, change_record, kinds, reword
from tests.audit.small_world import TASKS, World

OC, OO = "distance_infer_center_oc", "obj_spatial_relation_oo_mv"
LISTED, CAMERA, SIZE = "distance_infer_center_oo_video", "camera_motion_infer", "spatial_volume_infer"
MARKED = [task for task, (*_, kind) in TASKS.items() if kind != "none"]


def at(matrix: list[float], *position: float) -> None:
    matrix[3], matrix[7], matrix[11] = position


def change_mark(task: str, form: str, place: int, **fields: Any) -> Mutation:
    def mutate(world: World) -> None:
        world.row(task, form)["marks"][place].update(fields)

    return mutate


def move_mark(task: str, place: int, image: int) -> Mutation:
    """A mark on another image that shows the object as well, and everything about it consistent."""

    def mutate(world: World) -> None:
        row = world.row(task, "sentence")
        mark = row["marks"][place]
        shown = world.shown(row["frame_ids"][image], mark["object_id"])
        mark["image_index"], mark["coords"] = image, list(shown["box" if mark["kind"] == "bbox" else "point"])
        world.rows = [row]

    return mutate


def reorder(task: str, *order: int) -> Mutation:
    """The images in another order; the marks stay on their images."""

    def mutate(world: World) -> None:
        row = next(row for row in world.rows if row["task"] == task)
        for name in ("images", "frame_ids"):
            row[name] = [row[name][i] for i in order]
        for mark in row["marks"]:
            mark["image_index"] = order.index(mark["image_index"])
        world.rows = [row]

    return mutate


def third_camera_near(metres: float, degrees: float) -> Mutation:
    """The third camera beside the first one, turned a little."""

    def mutate(world: World) -> None:
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        world.views[2]["world_from_camera"] = [c, 0, s, metres, -s, 0, c, 0, 0, -1, 0, 1.5, 0, 0, 0, 1]
        world.rows = [world.row("distance_prediction_oo_mv", "fill")]

    return mutate


def hide_in(frame_id: str) -> Mutation:
    """So little of every object shows in a view that it shares none with the first."""

    def mutate(world: World) -> None:
        view = next(view for view in world.views if view["frame_id"] == frame_id)
        for shown in view["objects"]:
            shown["visible_fraction"] = 0.1
        world.rows = [world.row("distance_prediction_oo_mv", "fill")]

    return mutate


def unkeyed(world: World) -> None:
    world.views[2]["is_keyframe"] = False


def shorten_video(world: World) -> None:
    row = world.row(LISTED, "fill")
    row["images"], row["frame_ids"] = row["images"][:-1], row["frame_ids"][:-1]


def turn_video_round(world: World) -> None:
    row = world.row("distance_prediction_oo_video", "fill")
    for name in ("images", "frame_ids"):
        row[name][20], row[name][21] = row[name][21], row[name][20]


def repeat_video_index(world: World) -> None:
    world.views[5]["video_index"] = world.views[6]["video_index"]


def swap_listed_marks(world: World) -> None:
    marks = world.row(LISTED, "fill")["marks"]
    marks[1], marks[2] = marks[2], marks[1]


def drop_listed_mark(world: World) -> None:
    row = world.row(LISTED, "fill")
    for name in ("marks", "object_ids", "labels"):
        row[name].pop()


def second_winner(world: World) -> None:
    """Another object at the same distance as the closest one."""
    shelf, towel = world.thing(7), world.thing(1)
    _move(world, 7, [-towel["center"][0], *towel["center"][1:]])
    assert shelf["center"][1] == towel["center"][1]


def structural_winner(world: World) -> None:
    """The closest object is a piece of the building: it may not win, and the next one does."""
    world.thing(1)["is_structural"] = True


def lonely_winner(world: World) -> None:
    """The closest object is all there is in view."""
    world.views[0]["objects"] = [world.shown("10", 1)]
    for thing in world.objects:
        thing["frame_ids"] = [f for f in thing["frame_ids"] if f != "10" or thing["object_id"] == 1]
    world.rows = [world.row(OC, "fill")]


def hidden_rival(world: World) -> None:
    """Something nearer, of which only a corner shows, is an object in view all the same."""
    _move(world, 7, [0.1, 1.0, 1.4])
    world.shown("10", 7)["visible_fraction"] = 0.05


def _move(world: World, object_id: int, center: list[float]) -> None:
    """Moves an object in the records of the first view; its box there stays as it was."""
    thing = world.thing(object_id)
    for name in ("aabb_min", "aabb_max"):
        thing[name] = [a + c - b for a, b, c in zip(thing[name], thing["center"], center, strict=True)]
    thing["center"] = center
    x, y, z = center
    world.shown("10", object_id)["center_camera"] = [x, 1.5 - z, y]


def show_in_another(world: World) -> None:
    """The closest object shows in a second image as well."""
    world.views[0]["objects"].append({**world.shown("30", 10), "center_camera": [1.5, 0.1, 0.9]})


def lean(world: World) -> None:
    c, s = math.cos(0.1), math.sin(0.1)
    world.thing(3)["rotation"] = [1.0, 0.0, 0.0, 0.0, c, -s, 0.0, s, c]


def second_camera_at(*position: float) -> Mutation:
    def mutate(world: World) -> None:
        at(world.views[1]["world_from_camera"], *position)
        world.rows = [world.row(CAMERA, "fill")]

    return mutate


def margin_of_one_camera(world: World) -> None:
    """The margin as if both marks were seen by one camera that turns."""
    row = world.row("depth_prediction_oo_mv", "fill")
    lamp, table = (world.shown(frame, i)["center_camera"] for frame, i in (("20", 2), ("30", 3)))
    aside = math.hypot(lamp[0] - table[0], lamp[1] - table[1])
    row["margin"] = (abs(lamp[2] - table[2]) - 0.1) / math.hypot(0.02 * math.sqrt(2), math.radians(1) * aside)


TRIPLES = ["left, above, front", "right, below, behind", ", above, front"]
BOXES = ["[1, 2, 300, 400]", "[1, 2, 3, 400]", "[1, 200, 3, 400]"]
PLACES = [
    f"Image Coor: ({u}, {v}), Depth: {z} meters" for u, v, z in ((847, 319, 0.6), (10, 10, 0.6), (847, 319, 2.0))
]
MUTATIONS: dict[str, tuple[Mutation, Kind]] = {
    # depths and distances
    "depth in the first camera": (change("depth_prediction_oc_mv", "fill", values=[3.0], answer="3.0"), Kind.VALUE),
    "wrong given depth": (reword("depth_prediction_oo_mv", "fill", "question", "2.0", "1.9"), Kind.QUESTION),
    "wrong direction of depth": (
        reword("depth_prediction_oo_mv", "sentence", "answer", "shallower", "deeper"),
        Kind.ANSWER,
    ),
    "difference without sign": (change("depth_prediction_oo_mv", "fill", values=[0.46]), Kind.VALUE),
    "one camera turns": (margin_of_one_camera, Kind.MARGIN),
    "distance to the camera of the mark": (change("distance_prediction_oc_mv", "fill", answer="2.3"), Kind.ANSWER),
    "images in another order": (reorder("distance_prediction_oc_mv", 1, 0, 2), Kind.VALUE),
    "wrong distance in three images": (
        reword("distance_prediction_oo_mv", "sentence", "answer", "1.8", "1.9"),
        Kind.ANSWER,
    ),
    "wrong distance in a video": (change("distance_prediction_oo_video", "fill", answer="1.7"), Kind.ANSWER),
    "wrong options in a video": (
        change("distance_prediction_oo_video", "select", options=["2.2", "1.7", "1.8", "0.9"]),
        Kind.OPTIONS,
    ),
    "wrong winner of two": (change("distance_infer_center_oo_mv", "fill", answer="lamp"), Kind.ANSWER),
    "wrong letter of two": (change("distance_infer_center_oo_mv", "select", answer="B"), Kind.LETTER),
    "no margin of two": (change("distance_infer_center_oo_mv", "fill", margin=None), Kind.MARGIN),
    # marks and images
    "marks on one image": (move_mark("distance_prediction_oo_mv", 1, 0), Kind.MARK),
    "mark on the first image": (move_mark("distance_prediction_oc_mv", 0, 0), Kind.MARK),
    "mark of the observer's object on the first image": (move_mark("obj_spatial_relation_oc_mv", 0, 0), Kind.MARK),
    "two of three marks on one image": (move_mark("depth_prediction_oo_mv", 1, 2), Kind.MARK),
    "mark on an image that is not there": (change_mark("depth_prediction_oc_mv", "fill", 1, image_index=3), Kind.MARK),
    "mark on an image before the first": (change_mark("depth_prediction_oc_mv", "fill", 1, image_index=-1), Kind.MARK),
    "mark where another image has it": (change_mark("depth_prediction_oc_mv", "fill", 1, image_index=1), Kind.MARK),
    "near-duplicate views": (third_camera_near(0.19, 9.9), Kind.RULE),
    "no object shared with the second": (hide_in("20"), Kind.RULE),
    "no object shared with the third": (hide_in("30"), Kind.RULE),
    "third is no keyframe": (unkeyed, Kind.IMAGE),
    "two images": (change("distance_prediction_oo_mv", "fill", images=["a", "b"], frame_ids=["10", "20"]), Kind.IMAGE),
    "video cut short": (shorten_video, Kind.IMAGE),
    "video out of order": (turn_video_round, Kind.IMAGE),
    "one place in the video twice": (repeat_video_index, Kind.RECORD),
    "hidden in its own image": (change_record("30", 2, visible_fraction=0.2), Kind.VISIBILITY),
    # mentions in a video
    "wrong frame": (reword("distance_prediction_oo_video", "fill", "question", "Frame-9", "Frame-7"), Kind.MENTION),
    "no frame": (reword("distance_prediction_oo_video", "fill", "question", " in Frame-9", ""), Kind.MENTION),
    "frames counted from one": (
        reword("distance_prediction_oo_video", "select", "question", "Frame-4", "Frame-5"),
        Kind.MENTION,
    ),
    "wrong number in a list": (reword(LISTED, "fill", "question", "object0", "object1"), Kind.MENTION),
    "wrong frame in a list": (
        reword(LISTED, "fill", "question", "object3 in Frame-9", "object3 in Frame-4"),
        Kind.MENTION,
    ),
    "anchor as one of the list": (reword(LISTED, "fill", "question", "objectA", "object4"), Kind.MENTION),
    "not mentioned": (reword(LISTED, "fill", "question", "lamp (object0 in Frame-7), ", ""), Kind.MENTION),
    "list out of order": (swap_listed_marks, Kind.MARK),
    "list too short": (drop_listed_mark, Kind.MARK),
    # the extreme of a list
    "second of the list": (change(LISTED, "fill", answer="lamp"), Kind.ANSWER),
    "anchor wins": (change(LISTED, "fill", answer="towel"), Kind.ANSWER),
    "name that two have": (change(LISTED, "fill", 1, answer="chair"), Kind.ANSWER),
    "wrong mark of the same name": (change(LISTED, "fill", 1, answer="chair (object2)"), Kind.ANSWER),
    "asked the other way": (reword(LISTED, "select", "question", "closest to", "farthest from"), Kind.LETTER),
    "asked neither way": (reword(LISTED, "select", "question", "closest to", "next to"), Kind.QUESTION),
    "anchor among the options": (
        change(LISTED, "select", options=["lamp", "table", "towel", "chair (object3)"]),
        Kind.OPTIONS,
    ),
    "distance of another": (reword(LISTED, "sentence", "answer", "0.9", "1.8"), Kind.ANSWER),
    "another in the sentence": (reword(LISTED, "sentence", "answer", "table", "lamp"), Kind.ANSWER),
    "sentence the other way": (reword(LISTED, "sentence", "answer", "closest to", "farthest from"), Kind.ANSWER),
    "margin of the last rival": (change(LISTED, "fill", margin=100.0), Kind.MARGIN),
    # the extreme of an image, and of three
    "box of another": (change(OC, "fill", answer="[1, 2, 3, 4]"), Kind.ANSWER),
    "box with words": (reword(OC, "fill", "answer", "[", "box ["), Kind.ANSWER),
    "another object": (change(OC, "fill", object_ids=[3], labels=["table"]), Kind.OBJECT),
    "no object": (change(OC, "fill", object_ids=[], labels=[]), Kind.OBJECT),
    "farthest asked": (reword(OC, "fill", "question", "closest to", "farthest from"), Kind.OBJECT),
    "both asked": (reword(OC, "fill", "question", "closest", "closest or farthest"), Kind.QUESTION),
    "two as close": (second_winner, Kind.MARGIN),
    "rival of which little shows": (hidden_rival, Kind.OBJECT),
    "nothing to compare": (lonely_winner, Kind.RULE),
    "wall wins": (structural_winner, Kind.OBJECT),
    "wrong margin": (change(OC, "fill", margin=3.0), Kind.MARGIN),
    "wrong letter of boxes": (change(OC, "select", answer="A"), Kind.LETTER),
    "near box": (change(OC, "select", options=["[335, 535, 415, 655]", *BOXES]), Kind.OPTIONS),
    "box out of the image": (change(OC, "select", options=["[1, 2, 3, 1001]", *BOXES]), Kind.OPTIONS),
    "image named where there is one": (reword(OC, "fill", "answer", "[", "the first image, ["), Kind.ANSWER),
    "wrong box in the sentence": (reword(OC, "sentence", "answer", "[", "[1"), Kind.ANSWER),
    "wrong label in the sentence": (reword(OC, "sentence", "answer", "towel", "table"), Kind.ANSWER),
    "wrong distance in the sentence": (reword(OC, "sentence", "answer", "2.1", "2.2"), Kind.ANSWER),
    "farthest in the sentence": (reword(OC, "sentence", "answer", "closest", "farthest"), Kind.ANSWER),
    "wrong image": (reword(f"{OC}_mv", "fill", "answer", "third", "second"), Kind.ANSWER),
    "no image": (reword(f"{OC}_mv", "fill", "answer", "the third image, ", ""), Kind.ANSWER),
    "wrong image in the sentence": (reword(f"{OC}_mv", "sentence", "answer", "third", "second"), Kind.ANSWER),
    "option without image": (reword(f"{OC}_mv", "select", "answer", "B", "A"), Kind.LETTER),
    "image counted from one": (change(f"{OC}_mv", "fill", values=[3.0, 500.0, 500.0, 833.0, 917.0]), Kind.VALUE),
    "shows in two images": (show_in_another, Kind.RULE),
    # relations
    "flipped relation": (reword(OO, "sentence", "answer", "left", "right"), Kind.ANSWER),
    "wrong yes": (change(OO, "judge", 1, answer="Yes"), Kind.ANSWER),
    "wrong letter of triples": (change(OO, "select", answer="B"), Kind.LETTER),
    "another main view": (reorder(OO, 2, 1, 0), Kind.VALUE),
    "left of the observer": (reword("obj_spatial_relation_oc_mv", "sentence", "answer", "right", "left"), Kind.ANSWER),
    "behind the observer": (
        reword("obj_spatial_relation_oc_mv", "sentence", "answer", "in front of", "behind"),
        Kind.ANSWER,
    ),
    "side left out": (
        reword("obj_spatial_relation_oc_mv", "sentence", "answer", "to the right of and ", ""),
        Kind.ANSWER,
    ),
    "words of another task": (
        change("obj_spatial_relation_oc_mv", "select", options=["right, above, closer", *TRIPLES]),
        Kind.OPTIONS,
    ),
    "wrong letter for the observer": (change("obj_spatial_relation_oc_mv", "select", answer="B"), Kind.LETTER),
    "position in another camera": (
        change("obj_spatial_relation_oc_mv", "select", values=[-0.6, -0.4, 2.5]),
        Kind.VALUE,
    ),
    "margin of another slot": (change("obj_spatial_relation_oc_mv", "select", margin=12.6), Kind.MARGIN),
    "observer of the third image": (
        reword("obj_spatial_relation_oc_mv", "select", "question", "first", "third"),
        Kind.QUESTION,
    ),
    "number in a relation": (reword(OO, "sentence", "answer", "left of", "left of 2.5 meters from"), Kind.ANSWER),
    # sizes
    "width before length": (
        change(SIZE, "fill", answer="length is 40 cm, width is 60 cm, and height is 30 cm"),
        Kind.ANSWER,
    ),
    "size in metres": (change(SIZE, "fill", values=[0.6, 0.4, 0.3]), Kind.VALUE),
    "size with decimals": (reword(SIZE, "fill", "answer", "60", "60.0"), Kind.ANSWER),
    "wrong height in the sentence": (reword(SIZE, "sentence", "answer", "30", "31"), Kind.ANSWER),
    "no height in the sentence": (reword(SIZE, "sentence", "answer", ", and height is 30 cm", ""), Kind.ANSWER),
    "leaning box": (lean, Kind.RULE),
    # the place of the second camera
    "wrong point": (change(CAMERA, "fill", answer="(846,319),0.6"), Kind.ANSWER),
    "wrong depth": (change(CAMERA, "fill", answer="(847,319),0.7"), Kind.ANSWER),
    "space in the tuple": (change(CAMERA, "fill", answer="(847, 319),0.6"), Kind.ANSWER),
    "point in pixels": (change(CAMERA, "fill", values=[846.77, 254.8, 0.62]), Kind.VALUE),
    "camera out of the image": (second_camera_at(0.9, 0.62, 1.68), Kind.RULE),
    "camera too near": (second_camera_at(0.0, 0.25, 1.5), Kind.RULE),
    "camera behind": (second_camera_at(0.43, -0.62, 1.68), Kind.RULE),
    "options that say the same": (
        change(CAMERA, "select", options=[*PLACES, PLACES[0].replace("847", "850")]),
        Kind.OPTIONS,
    ),
    "wrong letter of places": (change(CAMERA, "select", answer="A"), Kind.LETTER),
    "objects without need": (change(CAMERA, "fill", object_ids=[1], labels=["towel"]), Kind.OBJECT),
    "wrong point in the sentence": (reword(CAMERA, "sentence", "answer", "847", "874"), Kind.ANSWER),
    "point of the second image": (reword(CAMERA, "sentence", "answer", "),", ") in the second image,"), Kind.ANSWER),
    "wrong depth in the sentence": (reword(CAMERA, "sentence", "answer", "0.6", "0.5"), Kind.ANSWER),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_corruption_is_found(name: str) -> None:
    mutate, kind = MUTATIONS[name]
    world = clean_world()
    mutate(world)
    assert kind in kinds(world)


@pytest.mark.parametrize(("metres", "degrees"), [(0.21, 0.0), (0.0, 10.1)])
def test_views_that_differ_enough(metres: float, degrees: float) -> None:
    world = clean_world()
    third_camera_near(metres, degrees)(world)
    assert Kind.RULE not in kinds(world)


@pytest.mark.parametrize(("task", "column"), product(MARKED, ["coords", "label", "color", "object_id"]))
def test_marks_of_every_task(task: str, column: str) -> None:
    world = clean_world()
    row = next(row for row in world.rows if row["task"] == task)
    lies = {"coords": [v + 1 for v in row["marks"][-1]["coords"]], "label": "vase", "color": "pink", "object_id": 8}
    row["marks"][-1][column] = lies[column]
    assert Kind.MARK in kinds(world)


@pytest.mark.parametrize(("task", "column"), product(TASKS, ["level", "view", "relation", "unit", "split", "values"]))
def test_columns_of_every_task(task: str, column: str) -> None:
    world = clean_world()
    row = next(row for row in world.rows if row["task"] == task)
    allowed = {"level": "low medium high", "view": "single multi video", "relation": "oo oc none", "unit": "m deg m2"}
    if column == "values":
        row["values"][-1] += 0.001
    else:
        row[column] = next(word for word in allowed.get(column, "test").split() if word != row[column])
    found = kinds(world)
    assert (Kind.VALUE if column == "values" else Kind.METADATA) in found


def test_video_frames_need_not_be_keyframes() -> None:
    world = clean_world()
    world.rows = [row for row in world.rows if row["view"] == "video"]
    for view in world.views:
        view["is_keyframe"] = False
    assert kinds(world) == set()
