"""The strict reader: what it yields, and that it refuses every departure from the format."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from factory.errors import DataError
from factory.exports.spar import official_row
from factory.exports.spar_answers import answer_fault, split_options
from factory.exports.spar_media import SparMedia
from factory.exports.spar_reader import placeholders, read_export, row_fault
from factory.exports.spar_tree import export_spar
from factory.exports.spar_types import TYPES, row_type
from schemas.qa import QARow
from tests.exports.sample_rows import sample_rows, write_sample_lake

ROWS = sample_rows("scene0261_00")


def source_of(name: str) -> Any:
    raise AssertionError("an export without images opens no source")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    export_spar(write_sample_lake(tmp_path / "lake"), tmp_path / "out", SparMedia("none", {}, source_of))
    return tmp_path / "out"


def raw(task: str, form: str) -> dict[str, Any]:
    row = next(row for row in ROWS if (row.task, row.format) == (task, form))
    return json.loads(json.dumps(official_row(row, "scene0261_00_4", depth=False)))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.task}-{row.format}")
def test_a_good_row_has_no_fault(row: QARow) -> None:
    for depth in (False, True):
        assert row_fault(row.task, row.format, official_row(row, "scene0261_00_0", depth=depth)) is None


def test_the_real_row_of_the_data_set_reads() -> None:
    row = {
        "id": "scene0261_00_16",
        "conversations": [
            {"from": "human", "value": "How deep is the towel (blue point)?"},
            {"from": "gpt", "value": "towel's central depth is estimated to be about 1.5 meters."},
        ],
        "image": ["scene0261_00/image_color/543.jpg"],
        "type": "depth_prediction_oc",
        "depth": ["scene0261_00/image_depth/543.png"],
        "red_point": [[553, 397]],
        "blue_point": [[641, 838]],
    }
    assert row_fault("depth_prediction_oc", "sentence", row) is None


def test_items_carry_what_a_loader_hands_to_a_model(out: Path) -> None:
    items = list(read_export(out, check_images=False))
    item = next(item for item in items if (item.task, item.format) == ("position_matching", "fill"))
    assert item.question.startswith("<image>\n<image>\nThe towel")
    assert item.answer == "[330, 548, 387, 710]"
    assert item.images[0] == out / "spar/scannet/images/scene0261_00/image_color/12.jpg"
    assert (item.source, item.split) == ("scannet", "train")


def test_many_images_and_navigation_are_numbered_from_one() -> None:
    assert placeholders("room_size", 32).splitlines()[::31] == ["Frame-1: <image>", "Frame-32: <image>"]
    assert placeholders("nav", 2) == "Frame-1: <image>\nFrame-2: <image>\n"
    assert placeholders("depth_prediction_oo_mv", 3) == "<image>\n<image>\n<image>\n"


def test_the_table_has_all_types() -> None:
    assert len(TYPES) == 35
    assert row_type("nav_video") == "nav"
    assert sum("judge" in rules.formats for rules in TYPES.values()) == 2


def change(**values: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda row: row.update(values)


def turn(index: int, value: str) -> Callable[[dict[str, Any]], Any]:
    return lambda row: row["conversations"][index].update(value=value)


def swap_keys(row: dict[str, Any]) -> None:
    row["red_point"] = row.pop("red_point")


BAD_ROWS = {
    "no id": lambda row: row.pop("id"),
    "id of another scene": change(id="scene0000_00_4"),
    "id without a number": change(id="scene0261_00_x"),
    "wrong type": change(type="depth_prediction_oo"),
    "extra key": change(format="fill"),
    "image is a string": change(image="scene0261_00/image_color/543.jpg"),
    "two images": change(image=["scene0261_00/image_color/543.jpg"] * 2),
    "image outside the scene": change(image=["scene0261_00/../x/543.jpg"]),
    "no image": change(image=[]),
    "one turn": lambda row: row["conversations"].pop(),
    "turns swapped": lambda row: row["conversations"].reverse(),
    "turn with another key": lambda row: row["conversations"][0].update(text="x"),
    "placeholder in the text": turn(0, "<image>\nHow deep is it?"),
    "empty question": turn(0, " "),
    "empty answer": turn(1, ""),
    "answer with a unit": turn(1, "1.5 meters"),
    "answer with two decimals": turn(1, "1.52"),
    "negative answer": turn(1, "-1.5"),
    "answer padded": turn(1, "1.5 "),
    "marker missing": lambda row: row.pop("blue_point"),
    "marker added": change(green_point=[[1, 2]]),
    "marker of another kind": change(blue_point=[[1, 2, 3, 4]]),
    "marker keys swapped": swap_keys,
    "marker not nested": change(blue_point=[641, 838]),
    "two points in a marker": change(blue_point=[[1, 2], [3, 4]]),
    "marker out of range": change(blue_point=[[641, 1001]]),
    "marker not an integer": change(blue_point=[[641.0, 838]]),
    "marker a boolean": change(blue_point=[[True, 838]]),
    "indices on a single view": change(point_img_idx=[[0, 0]]),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_row_has_a_fault(name: str) -> None:
    row = raw("depth_prediction_oc", "fill")
    assert row_fault("depth_prediction_oc", "fill", row) is None
    BAD_ROWS[name](row)
    assert row_fault("depth_prediction_oc", "fill", row)


def test_depth_must_be_parallel_to_image() -> None:
    row = raw("view_change_infer", "fill")
    markers = {key: row.pop(key) for key in list(row)[4:]}
    good = row | {"depth": ["scene0261_00/image_depth/12.png", "scene0261_00/image_depth/543.png"]} | markers
    assert row_fault("view_change_infer", "fill", good) is None
    assert row_fault("view_change_infer", "fill", good | {"depth": good["depth"][:1]})


def test_image_indices_are_checked() -> None:
    row = raw("depth_prediction_oo", "fill")
    row |= {
        "type": "depth_prediction_oo_mv",
        "image": [f"scene0261_00/image_color/{i}.jpg" for i in range(3)],
        "point_img_idx": [[0, 2, 1]],
    }
    assert row_fault("depth_prediction_oo_mv", "fill", row) is None
    for bad in ([[0, 2, 3]], [[0, 2]], [[0, 2, -1]], [0, 2, 1], [[0, 2, True]]):
        assert row_fault("depth_prediction_oo_mv", "fill", row | {"point_img_idx": bad})
    del row["point_img_idx"]
    assert row_fault("depth_prediction_oo_mv", "fill", row)


def test_a_relation_between_views_has_exactly_two_boxes() -> None:
    base = raw("obj_spatial_relation_oo", "judge")
    base |= {
        "type": "obj_spatial_relation_oo_mv",
        "image": [f"scene0261_00/image_color/{i}.jpg" for i in range(3)],
    }
    head = {key: base[key] for key in ("id", "conversations", "image", "type")}
    red, blue, green = ({f"{color}_bbox": [[1, 2, 3, 4]]} for color in ("red", "blue", "green"))
    two, one, three = ({"bbox_img_idx": [list(range(n))]} for n in (2, 1, 3))
    judge = ("obj_spatial_relation_oo_mv", "judge")
    for good in (red | blue | two, blue | green | two, red | green | two):
        assert row_fault(*judge, head | good) is None
    for bad in (red | one, red | blue | green | three, green | blue | two):
        assert row_fault(*judge, head | bad)


@pytest.mark.parametrize(
    ("task", "form", "answers", "bad"),
    [
        (
            "position_matching",
            "fill",
            ["[0, 1, 2, 1000]"],
            ["[0,1,2,3]", "[2, 1, 1, 3]", "[0, 1, 2, 1001]", "0, 1, 2, 3"],
        ),
        (
            "view_change_infer",
            "fill",
            ["move_left:0,move_down:0,move_backward:0.1,rotate_up:10,rotate_right:15"],
            [
                "move_left:0, move_down:0, move_forward:0, rotate_up:10, rotate_right:15",
                "move_left:0,move_down:0,move_back:1.0,rotate_up:10,rotate_right:15",
                "move_down:0,move_left:0,move_forward:0,rotate_up:10,rotate_right:15",
                "move_left:0,move_down:0,move_forward:-0.4,rotate_up:10,rotate_right:15",
                "move_left:0,move_down:0,rotate_up:10,rotate_right:15",
            ],
        ),
        ("obj_spatial_relation_oo", "judge", ["Yes", "No"], ["yes", "No.", "above"]),
        ("distance_infer_center_oo", "fill", ["Counter", "counter (blue point)"], ["bathtub"]),
        ("depth_prediction_oc", "sentence", ["It is at 2.0 meters."], ["It is at 2 meters.", "At 2.0 meters"]),
        ("position_matching", "sentence", ["It is at [1, 2, 3, 4]."], ["It is on the left."]),
        ("distance_prediction_oo", "select", ["A", "D"], ["E", "b", "A.", "0.7"]),
        ("distance_infer_center_oo", "select", ["B"], ["C"]),
    ],
)
def test_answers_have_the_grammar_that_clients_parse(task: str, form: str, answers: list[str], bad: list[str]) -> None:
    question = raw(task, form)["conversations"][0]["value"]
    assert [answer_fault(task, form, question, answer) for answer in answers] == [None] * len(answers)
    assert all(answer_fault(task, form, question, answer) for answer in bad)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\nB. ", " B. "),
        ("\nB. ", "\nB "),
        ("options A, B, C or D.", "the options A, B, C, or D."),
        ("\nD. 3.1", ""),
        ("D. 3.1", "D. 1.5"),
        ("D. 3.1", "D. 3.1 meters"),
        ("C. 2.2", "D. 2.2"),
    ],
)
def test_options_have_the_form_that_clients_split(old: str, new: str) -> None:
    question = raw("depth_prediction_oc", "select")["conversations"][0]["value"]
    assert split_options(question) == ["0.9", "1.5", "2.2", "3.1"]
    assert old in question
    assert answer_fault("depth_prediction_oc", "select", question.replace(old, new), "B")


def test_relation_options_keep_their_empty_slots() -> None:
    question = raw("obj_spatial_relation_oo", "select")["conversations"][0]["value"]
    assert split_options(question) == ["left, above, closer", "right, , farther", "left, below, ", ", above, farther"]
    for bad in ("left, below", "left,below,closer", "left, below, front", "left, below, closer, x"):
        assert answer_fault("obj_spatial_relation_oo", "select", question.replace("left, below, ", bad), "A")


def edit_index(out: Path, edit: Callable[[dict[str, Any]], Any]) -> None:
    path = out / "data_jsons" / "scannet_0k.json"
    index = json.loads(path.read_text())
    edit(index)
    path.write_text(json.dumps(index))


KEY = "scannet_depth_prediction_oc_fill"
BAD_INDICES = {
    "length": lambda index: index[KEY].update(length=2),
    "repeat_time": lambda index: index[KEY].update(repeat_time=0.1),
    "root": lambda index: index[KEY].update(root="spar/scannet"),
    "key": lambda index: index.update(scannet_depth_prediction_oc_select=index.pop(KEY)),
    "extra": lambda index: index[KEY].update(note="x"),
    "outside": lambda index: index[KEY].update(annotation="qa/fill_1.jsonl"),
    "unlisted file": lambda index: index.pop(KEY),
    "unknown task": lambda index: index[KEY].update(
        annotation=index[KEY]["annotation"].replace("depth_prediction_oc", "depth_guess")
    ),
}


@pytest.mark.parametrize("name", BAD_INDICES)
def test_a_bad_index_is_refused(out: Path, name: str) -> None:
    edit_index(out, BAD_INDICES[name])
    with pytest.raises(DataError):
        list(read_export(out, check_images=False))


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_text(path.read_text() * 2),
        lambda path: path.write_text(""),
        lambda path: path.write_text(path.read_text()[:-20]),
        lambda path: path.rename(path.with_name("fill_7.jsonl")),
        lambda path: path.unlink(),
    ],
    ids=["more lines", "no lines", "cut off", "renamed", "gone"],
)
def test_a_bad_file_is_refused(out: Path, damage: Callable[[Path], Any]) -> None:
    damage(out / "spar/scannet/qa_jsonl/train/depth_prediction_oc/fill/fill_1.jsonl")
    with pytest.raises(DataError):
        list(read_export(out, check_images=False))


def test_faults_name_the_file_and_the_line(out: Path) -> None:
    path = out / "spar/scannet/qa_jsonl/val/depth_prediction_oc/fill/fill_1.jsonl"
    path.write_text(path.read_text().replace("red_point", "pink_point"))
    with pytest.raises(
        DataError, match=r"val/depth_prediction_oc/fill/fill_1\.jsonl, line 1: expected the marker keys"
    ):
        list(read_export(out, check_images=False))


def test_images_must_be_there_when_asked_for(out: Path) -> None:
    with pytest.raises(DataError, match="image_color"):
        list(read_export(out))


def test_without_an_index_there_is_no_export(out: Path) -> None:
    (out / "data_jsons").rename(out / "gone")
    with pytest.raises(DataError, match="interrupted"):
        list(read_export(out, check_images=False))
