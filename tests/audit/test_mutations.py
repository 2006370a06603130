"""A clean scene passes, and each of many corruptions is found and named."""

import math

import numpy as np
import pytest

from factory.audit.findings import Kind
from factory.audit.registry import AUDITS
from factory.audit.scene import audit_scene, report_scene
from tests.audit.clean_world import clean_world
from tests.audit.mutations import Mutation, change, change_object, change_record, kinds, move, reword
from tests.audit.small_world import TASKS, World


def swap_marks(world: World) -> None:
    marks = world.row("depth_prediction_oc", "fill")["marks"]
    marks[0]["color"], marks[1]["color"] = "blue", "red"


def swap_mark_places(world: World) -> None:
    marks = world.row("depth_prediction_oc", "fill")["marks"]
    marks[0]["coords"], marks[1]["coords"] = marks[1]["coords"], marks[0]["coords"]


def move_point(world: World) -> None:
    world.row("distance_prediction_oc", "fill")["marks"][0]["coords"] = [5, 5]


def shrink_box(world: World) -> None:
    world.row("position_matching", "fill")["marks"][0]["coords"][2] -= 10


def relabel(world: World) -> None:
    world.thing(2)["label"] = "vase"
    for frame_id in ("10", "20", "30"):
        world.shown(frame_id, 2)["label"] = "vase"


def swap_images(world: World) -> None:
    world.row("view_change_infer", "fill")["images"].reverse()


def swap_frames(world: World) -> None:
    row = world.row("view_change_infer", "fill")
    row["images"].reverse()
    row["frame_ids"].reverse()


def unknown_frame(world: World) -> None:
    world.row("depth_prediction_oc", "fill")["frame_ids"] = ["99"]


def unknown_object(world: World) -> None:
    row = world.row("distance_prediction_oc", "fill")
    row["object_ids"] = [77]
    row["marks"][0]["object_id"] = 77


def drop_keyframe(world: World) -> None:
    world.views[0]["is_keyframe"] = False


def repeat_row(world: World) -> None:
    world.rows.append({**world.row("depth_prediction_oc", "fill"), "qa_id": "9999"})
    world.sort()


def repeat_id(world: World) -> None:
    world.row("depth_prediction_oc", "fill")["qa_id"] = world.row("depth_prediction_oc", "select")["qa_id"]


def unsort(world: World) -> None:
    world.rows.reverse()


def ask_about(object_id: int) -> Mutation:
    """A right distance to an object that should not be asked about."""

    def mutate(world: World) -> None:
        x, y, z = world.shown("10", object_id)["center_camera"]
        away = (x * x + y * y + z * z) ** 0.5
        label = world.thing(object_id)["label"]
        question = f"How far is the {label} (red point)?"
        world.ask("distance_prediction_oc", "fill", {"red": object_id}, question, f"{away:.1f}", [away])
        world.sort()

    return mutate


def ask_pair(task: str, second: int, answer: str, value: float) -> Mutation:
    """The table and a second object that does not go with it."""

    def mutate(world: World) -> None:
        label = world.thing(second)["label"]
        question = f"The table (red point) is 2.4 meters deep; what of the {label} (blue point)?"
        world.ask(task, "fill", {"red": 3, "blue": second}, question, answer, [value])
        world.sort()

    return mutate


def judge_empty_slot(world: World) -> None:
    values = world.row("obj_spatial_relation_oo", "select", 1)["values"]
    question = "Is the mirror (red bbox) to the left of the lamp (blue bbox)?"
    world.ask("obj_spatial_relation_oo", "judge", {"red": 8, "blue": 2}, question, "No", values, None, 3.38)
    world.sort()


def hide_side(world: World) -> None:
    """The mirror, farther away than the lamp, is to its right in space and to its left for the eye."""
    move(8, (1.0, 4.5, 1.9))(world)
    question = "Is the mirror (red bbox) farther from the observer than the lamp (blue bbox)?"
    farther = math.hypot(1.0, 0.4, 4.5) - math.hypot(0.8, 0.4, 3.0)
    world.rows = []
    world.ask("obj_spatial_relation_oo", "judge", {"red": 8, "blue": 2}, question, "Yes", [0.2, 0.0, farther])


def no_shared_object(world: World) -> None:
    world.views[1]["objects"] = []
    for thing in world.objects:
        thing["frame_ids"] = [f for f in thing["frame_ids"] if f != "20"]
    world.rows = [world.row("view_change_infer", "fill")]


def roll_camera(world: World) -> None:
    # a quarter turn about the viewing direction: the new right is down, the new down is left
    matrix = world.views[0]["world_from_camera"]
    for i in (0, 4, 8):
        matrix[i], matrix[i + 1] = matrix[i + 1], -matrix[i]
    world.rows = [world.row("view_change_infer", "fill")]


def turn_by_half(world: World) -> None:
    # the second camera looks where the first one's back is: its right and forward axes against those of the first
    first, second = (world.views[i]["world_from_camera"] for i in (0, 1))
    for i in (0, 4, 8):
        second[i : i + 3] = [-first[i], first[i + 1], -first[i + 2]]
    world.rows = [world.row("view_change_infer", "fill")]


def ambiguous_landmark(world: World) -> None:
    row = world.row("view_change_infer", "sentence")
    row["object_ids"], row["labels"] = [4], ["chair"]
    row["answer"] = "The chair moves to the left. " + row["answer"]


def stand_still(world: World) -> None:
    world.views[1]["world_from_camera"] = list(world.views[0]["world_from_camera"])
    row = world.row("view_change_infer", "fill")
    row["answer"] = "move_left:0,move_down:0,move_forward:0,rotate_down:0,rotate_left:0"
    row["values"] = [0.0] * 5
    world.rows = [row]


def invert_camera(world: World) -> None:
    """The matrix of the second view the wrong way round, and all that follows from it consistent."""
    view = world.views[1]
    rigid = np.linalg.inv(np.array(view["world_from_camera"]).reshape(4, 4))
    view["world_from_camera"] = [float(v) for v in rigid.ravel()]
    for shown in view["objects"]:
        center = np.array(world.thing(shown["object_id"])["center"])
        shown["center_camera"] = [float(v) for v in (center - rigid[:3, 3]) @ rigid[:3, :3]]
    world.rows = [world.row("distance_prediction_oc", "fill")]


def narrow_margin(world: World) -> None:
    """Objects moved until left is only just left; everything stored is consistent."""
    dx = -0.15
    table, x = world.thing(3), 0.8 + dx
    table["center"][0] = x
    for name in ("aabb_min", "aabb_max"):
        table[name][0] += x - 0.3
    row = world.row("obj_spatial_relation_oo", "select")
    row["values"][0] = dx
    row["margin"] = (0.15 - 0.1) / 0.0348
    world.rows = [row]


TRIPLES = ["right, below, closer", "left, above, farther", "left, below, closer", "left, , closer"]
MUTATIONS: dict[str, tuple[Mutation, Kind]] = {
    # numbers
    "wrong number": (change("depth_prediction_oc", "fill", answer="3.1"), Kind.ANSWER),
    "two decimals": (change("depth_prediction_oc", "fill", answer="3.00"), Kind.ANSWER),
    "minus sign": (change("depth_prediction_oo", "fill", answer="-0.6"), Kind.ANSWER),
    "unit in fill": (change("distance_prediction_oo", "fill", answer="1.8 meters"), Kind.ANSWER),
    "wrong number in a sentence": (reword("distance_prediction_oo", "sentence", "answer", "1.8", "1.7"), Kind.ANSWER),
    "second number in a sentence": (
        reword("distance_prediction_oo", "sentence", "answer", "apart", "apart, not 5.5"),
        Kind.ANSWER,
    ),
    "wrong given depth": (reword("depth_prediction_oc", "fill", "question", "2.0", "2.1"), Kind.QUESTION),
    "no given depth": (reword("depth_prediction_oo", "fill", "question", "2.0 meters", "hand"), Kind.QUESTION),
    "numbers in the wrong order": (
        change(
            "depth_prediction_oc",
            "sentence",
            answer="The towel has a depth of 3.0 meters; the central depth of the lamp is 2.0 meters.",
        ),
        Kind.ANSWER,
    ),
    "wrong value": (change("depth_prediction_oc", "fill", values=[3.00001]), Kind.VALUE),
    "value without sign": (change("depth_prediction_oo", "fill", values=[0.6]), Kind.VALUE),
    "no value": (change("depth_prediction_oc", "fill", values=None), Kind.VALUE),
    "wrong direction of depth": (
        reword("depth_prediction_oo", "sentence", "answer", "shallower", "deeper"),
        Kind.ANSWER,
    ),
    "compared the other way": (
        change(
            "depth_prediction_oo", "sentence", answer="The lamp is 0.6 meters shallower than the table (green point)."
        ),
        Kind.ANSWER,
    ),
    # options
    "wrong letter": (change("depth_prediction_oc", "select", answer="A"), Kind.LETTER),
    "letter without option": (change("distance_infer_center_oo", "select", answer="C"), Kind.LETTER),
    "same option twice": (change("depth_prediction_oc", "select", options=["2.4", "3.0", "2.4", "1.9"]), Kind.OPTIONS),
    "two right options": (change("depth_prediction_oc", "select", options=["2.4", "3.0", "3.0", "1.9"]), Kind.OPTIONS),
    "option too near": (change("depth_prediction_oc", "select", options=["2.8", "3.0", "3.6", "1.9"]), Kind.OPTIONS),
    "options too near each other": (
        change("depth_prediction_oc", "select", options=["2.4", "3.0", "2.2", "1.9"]),
        Kind.OPTIONS,
    ),
    "negative option": (
        change("distance_prediction_oo", "select", options=["-2.2", "1.5", "1.8", "0.9"]),
        Kind.OPTIONS,
    ),
    "absurd option": (change("distance_prediction_oo", "select", options=["42.0", "1.5", "1.8", "0.9"]), Kind.OPTIONS),
    "three options": (change("distance_prediction_oo", "select", options=["2.2", "1.5", "1.8"]), Kind.OPTIONS),
    "options in a fill row": (change("depth_prediction_oc", "fill", options=["3.0", "2.0"]), Kind.OPTIONS),
    "no options in a select row": (change("depth_prediction_oc", "select", options=None), Kind.OPTIONS),
    "option with letter": (
        change("obj_spatial_relation_oo", "select", options=["A. " + TRIPLES[0], *TRIPLES[1:]]),
        Kind.OPTIONS,
    ),
    "near box as wrong option": (
        change("position_matching", "select", options=["[10, 10, 90, 90]", "[220, 440, 392, 619]"]),
        Kind.OPTIONS,
    ),
    # names and relations
    "wrong winner": (change("distance_infer_center_oo", "fill", answer="lamp"), Kind.ANSWER),
    "ambiguous winner": (change("distance_infer_center_oo", "fill", 1, answer="chair"), Kind.ANSWER),
    "flipped question": (
        reword("distance_infer_center_oo", "fill", "question", "closer", "farther"),
        Kind.ANSWER,
    ),
    "question without polarity": (
        reword("distance_infer_center_oo", "fill", "question", "closer", "greener"),
        Kind.QUESTION,
    ),
    "flipped verdict": (reword("distance_infer_center_oo", "sentence", "answer", "farther", "closer"), Kind.ANSWER),
    "swapped distances": (
        change(
            "distance_infer_center_oo",
            "sentence",
            answer="It is 0.9 meters to the lamp and 1.8 meters to the table, so the lamp is farther from the towel.",
        ),
        Kind.ANSWER,
    ),
    "flipped relation": (reword("obj_spatial_relation_oo", "sentence", "answer", "left", "right"), Kind.ANSWER),
    "swapped subject": (
        change(
            "obj_spatial_relation_oo",
            "sentence",
            answer="The lamp (blue bbox) is to the left of and below the table (red bbox), and it is closer.",
        ),
        Kind.ANSWER,
    ),
    "relation left out": (
        reword("obj_spatial_relation_oo", "sentence", "answer", "to the left of and ", ""),
        Kind.ANSWER,
    ),
    "word for an empty slot": (
        reword("obj_spatial_relation_oo", "sentence", "answer", "farther", "higher and farther", 1),
        Kind.ANSWER,
    ),
    "wrong yes": (change("obj_spatial_relation_oo", "judge", 1, answer="Yes"), Kind.ANSWER),
    "wrong no": (change("obj_spatial_relation_oo", "judge", answer="No"), Kind.ANSWER),
    "yes in lower case": (change("obj_spatial_relation_oo", "judge", answer="yes"), Kind.ANSWER),
    "judge asked backwards": (
        change("obj_spatial_relation_oo", "judge", question="Is the lamp (blue bbox) below the table (red bbox)?"),
        Kind.ANSWER,
    ),
    "judge about an empty slot": (judge_empty_slot, Kind.RULE),
    "a side that is not seen": (hide_side, Kind.RULE),
    "wrong rule for an empty slot": (
        reword("obj_spatial_relation_oo", "select", "question", "?", "? Empty means less than 0.2 meters."),
        Kind.QUESTION,
    ),
    # view change
    "move_back": (reword("view_change_infer", "fill", "answer", "move_forward", "move_back"), Kind.ANSWER),
    "wrong sign": (reword("view_change_infer", "fill", "answer", "move_forward", "move_backward"), Kind.ANSWER),
    "space": (reword("view_change_infer", "fill", "answer", ",", ", "), Kind.ANSWER),
    "degrees not in steps of five": (
        reword("view_change_infer", "fill", "answer", "right:20", "right:21"),
        Kind.ANSWER,
    ),
    "wrong step in the sentence": (reword("view_change_infer", "sentence", "answer", "0.2", "0.3"), Kind.ANSWER),
    "step left out": (reword("view_change_infer", "sentence", "answer", "Go up by 0.2 meters. ", ""), Kind.ANSWER),
    "wrong turn in the sentence": (
        reword("view_change_infer", "sentence", "answer", "Rotate up", "Rotate down"),
        Kind.ANSWER,
    ),
    "views swapped": (swap_frames, Kind.ANSWER),
    "rolled camera": (roll_camera, Kind.RULE),
    "half a turn": (turn_by_half, Kind.RULE),
    "no common object": (no_shared_object, Kind.RULE),
    "the same view twice": (stand_still, Kind.RULE),
    "landmark named ambiguously": (ambiguous_landmark, Kind.MENTION),
    # marks, objects, images
    "swapped marks": (swap_marks, Kind.MARK),
    "swapped places of marks": (swap_mark_places, Kind.MARK),
    "mark off the object": (move_point, Kind.MARK),
    "box mark off the box": (shrink_box, Kind.MARK),
    "label mismatch": (change("distance_prediction_oc", "fill", labels=["desk"]), Kind.OBJECT),
    "label changed in the records": (relabel, Kind.OBJECT),
    "mentions swapped": (
        reword("depth_prediction_oc", "fill", "question", "lamp (blue point)", "lamp (red point)"),
        Kind.MENTION,
    ),
    "mark not mentioned": (reword("depth_prediction_oc", "fill", "question", "lamp (blue point)", "it"), Kind.MENTION),
    "colour of no mark": (
        reword("depth_prediction_oc", "sentence", "answer", "lamp", "lamp (yellow point)"),
        Kind.MENTION,
    ),
    "wrong image": (swap_images, Kind.IMAGE),
    "unknown frame": (unknown_frame, Kind.MISSING),
    "unknown object": (unknown_object, Kind.MISSING),
    "not a keyframe": (drop_keyframe, Kind.IMAGE),
    "structural subject": (ask_about(6), Kind.OBJECT),
    "truncated object": (ask_about(7), Kind.VISIBILITY),
    "hidden object": (change_record("10", 3, visible_fraction=0.29), Kind.VISIBILITY),
    "sliver of an object": (change_record("10", 3, pixel_count=799), Kind.VISIBILITY),
    "tiny object": (change_record("10", 3, box=[560, 650, 565, 660], point=[562, 656]), Kind.VISIBILITY),
    # rules and margins
    "overlapping boxes": (ask_pair("distance_prediction_oo", 9, "0.2", (0.2**2 + 0.1**2) ** 0.5), Kind.RULE),
    "depths that agree": (ask_pair("depth_prediction_oc", 9, "2.5", 2.5), Kind.RULE),
    "margin too small": (narrow_margin, Kind.MARGIN),
    "wrong margin": (change("depth_prediction_oo", "fill", margin=30.0), Kind.MARGIN),
    "margin of a number": (change("depth_prediction_oc", "fill", margin=5.0), Kind.MARGIN),
    "no margin": (change("distance_infer_center_oo", "fill", margin=None), Kind.MARGIN),
    # records
    "box off its object": (change_record("10", 4, box=[700, 600, 800, 700], point=[750, 650]), Kind.RECORD),
    "centre in another camera": (change_record("10", 4, center_camera=[-1.2, -0.7, 3.6]), Kind.RECORD),
    "point off its box": (change_record("10", 4, point=[900, 100]), Kind.RECORD),
    "inverted camera": (invert_camera, Kind.RECORD),
    "moved object": (change_object(4, center=[-1.2, 3.7, 0.8]), Kind.RECORD),
    "skewed box": (change_object(4, rotation=[1.0, 0.1, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]), Kind.RECORD),
    # rows
    "unsorted": (unsort, Kind.ORDER),
    "duplicate row": (repeat_row, Kind.DUPLICATE_ROW),
    "duplicate id": (repeat_id, Kind.DUPLICATE_ID),
    "wrong split": (change("depth_prediction_oc", "fill", split="val"), Kind.METADATA),
    "wrong level": (change("depth_prediction_oc", "fill", level="high"), Kind.METADATA),
    "wrong unit": (change("depth_prediction_oc", "fill", unit="cm"), Kind.METADATA),
    "format that the task has not": (change("view_change_infer", "fill", format="judge"), Kind.METADATA),
    "unknown task": (change("depth_prediction_oc", "fill", task="depth_prediction_video"), Kind.UNKNOWN_TASK),
    "empty answer": (change("depth_prediction_oc", "fill", answer=""), Kind.SCHEMA),
    "missing list": (change("depth_prediction_oc", "fill", marks=None), Kind.SCHEMA),
}


def test_a_clean_scene_is_clean() -> None:
    world = clean_world()
    report = report_scene(*world.tables())
    assert report.findings == []
    assert report.checked == report.rows
    assert report.checked.total() == len(world.rows)
    asked = {(row["task"], row["format"]) for row in world.rows}
    assert asked == {(task, form) for task in TASKS for form in AUDITS[task].formats}


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_corruption_is_found(name: str) -> None:
    mutate, kind = MUTATIONS[name]
    world = clean_world()
    mutate(world)
    assert kind in kinds(world)


def test_only_the_corrupted_row_is_wrong() -> None:
    world = clean_world()
    change("depth_prediction_oc", "fill", answer="3.1")(world)
    findings = audit_scene(*world.tables())
    row = world.row("depth_prediction_oc", "fill")
    assert [(f.kind, f.item, f.stored, f.derived) for f in findings] == [(Kind.ANSWER, row["qa_id"], "3.1", "3.0")]


def test_an_unknown_task_is_not_counted_as_checked() -> None:
    world = clean_world()
    change("depth_prediction_oc", "fill", task="depth_prediction_video")(world)
    report = report_scene(*world.tables())
    assert (report.rows["depth_prediction_video"], report.checked["depth_prediction_video"]) == (1, 0)
    assert any("no audit for task depth_prediction_video" in f.derived for f in report.findings)


@pytest.mark.parametrize("table", [0, 1, 2, 3])
def test_a_foreign_column_is_found(table: int) -> None:
    tables = list(clean_world().tables())
    tables[table] = tables[table].rename_columns(["origin", *tables[table].column_names[1:]])
    assert {finding.kind for finding in audit_scene(*tables)} == {Kind.SCHEMA}


def test_true_statements_in_other_words_pass() -> None:
    world = clean_world()
    world.row("distance_infer_center_oo", "sentence")["answer"] = (
        "With distances of 0.9 meters (table (blue point)) and 1.8 meters (lamp (green point)), the one nearer to the"
        " towel is the table."
    )
    world.row("obj_spatial_relation_oo", "sentence")["answer"] = (
        "The lamp (blue bbox) is right of the table (red bbox), and the table is lower and nearer to the camera than"
        " the lamp."
    )
    world.row("depth_prediction_oo", "sentence")["answer"] = "Lamp (blue point) is deeper than table by 0.6 meters."
    assert audit_scene(*world.tables()) == []
