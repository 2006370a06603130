"""The shards of a lake: their places, their bytes, what they hold."""

import io
import json
import tarfile
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from factory.errors import DataError
from factory.exports.hispatial.pt_file import read_pt
from factory.exports.hispatial.qa_types import WILD_LISTS
from factory.exports.hispatial.reader import check_export
from factory.exports.hispatial.tree import export_hispatial
from factory.store.lake import Lake
from factory.web.depth_png import decode_depth
from tests.building import contents
from tests.exports.hispatial.sample_lake import (
    CHAIN,
    CX,
    FX,
    FY,
    GRAY,
    HEIGHT,
    MAP,
    TASKS,
    WIDTH,
    picture,
    read_picture,
    sample_image,
    sample_objects,
    sample_rows,
    write_sample_lake,
    write_shard,
)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("inputs")


@pytest.fixture(scope="module")
def lake(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return write_sample_lake(tmp_path_factory.mktemp("lake"), inputs)


@pytest.fixture(scope="module")
def out(lake: Lake, inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    export_hispatial(lake, folder, partial(read_picture, inputs))
    return folder


def members(path: Path) -> dict[str, bytes]:
    with tarfile.open(path, "r:") as shard:
        return {member.name: shard.extractfile(member).read() for member in shard}  # type: ignore[union-attr]


def test_every_picture_and_question_is_there(lake: Lake, inputs: Path, tmp_path: Path) -> None:
    summary = export_hispatial(lake, tmp_path, partial(read_picture, inputs))
    assert summary.pictures == {
        ("train", "wild", "photos"): 8,
        ("val", "wild", "photos"): 2,
        ("train", "ca1m", "scannet"): 8,
        ("val", "ca1m", "scannet"): 2,
    }
    assert set(contents(tmp_path)) == {
        "README.txt",
        *(f"{split}/wild/photos/{shard}.tar" for split in ("train", "val") for shard in ("00000", "00001")),
        *(f"{split}/ca1m/scannet+scene{n}_00.tar" for split in ("train", "val") for n in ("0000", "0001")),
    }
    # problems do not go into the wild layout; switches not into the other
    assert summary.left_out == {
        "problem_solving: the wild layout has no such type": 16,
        "vqa_object_relation_multi: y_overlap_tf only is a switch of the wild layout": 10,
        "vqa_object_relation_multi_world: y_overlap_tf only is a switch of the wild layout": 10,
    }
    report = check_export(tmp_path)
    assert not report.findings
    assert report.samples == {"wild": 10, "ca1m": 10}
    rows = sample_rows(sample_image("photos", "0", "a", b""))
    expected = Counter(dict.fromkeys(WILD_LISTS, 0))
    for task, _ in {(row.task, row.item_id) for row in rows}:
        expected[task] += 8  # of ten pictures, two have no questions
    del expected["problem_solving"]
    assert {name: count for (layout, name), count in report.items.items() if layout == "wild"} == expected
    ca1m = sum(count for (layout, _), count in report.items.items() if layout == "ca1m")
    assert ca1m == 10 * sum(row.pair_type != "y_overlap_tf" for row in rows)


def test_the_same_lake_gives_the_same_bytes(lake: Lake, inputs: Path, out: Path, tmp_path: Path) -> None:
    export_hispatial(lake, tmp_path, partial(read_picture, inputs))
    assert contents(tmp_path) == contents(out)
    with tarfile.open(out / "train/wild/photos/00000.tar", "r:") as shard:
        headers = {(m.mtime, m.uid, m.gid, m.uname, m.gname, m.mode) for m in shard}
    assert headers == {(0, 0, 0, "", "", 0o644)}


def test_the_files_of_a_wild_sample(out: Path, inputs: Path) -> None:
    files = members(out / "train/wild/photos/00000.tar")
    endings = [".jpg", ".png", ".intrinsics.pt", ".pt"]
    keys = list(dict.fromkeys(name.partition(".")[0] for name in files))
    assert list(files) == [key + ending for key in keys for ending in endings]
    assert keys[:2] == ["a-jpg", "c-jpg"]
    # upright JPEGs are copied, others encoded
    assert files["a-jpg.jpg"] == (inputs / "photos/00000/a.jpg").read_bytes()
    for key in keys:
        image = Image.open(io.BytesIO(files[f"{key}.jpg"]))
        assert image.size == (WIDTH, HEIGHT) and image.mode == "RGB" and not image.getexif()
        pixels = np.asarray(image).astype(int)
        assert np.abs(pixels[200:280, 100:500] - GRAY).max() < 6
        assert np.abs(pixels[2:12] - 60).max() < 6, f"{key}: the top is elsewhere"
    assert decode_depth(files["a-jpg.png"]).shape == MAP
    matrix = read_pt(files["a-jpg.intrinsics.pt"])
    assert matrix.dtype == np.float32
    np.testing.assert_allclose(matrix[[0, 1, 0], [0, 1, 2]], [FX / WIDTH, FY / HEIGHT, (CX + 0.5) / WIDTH], rtol=1e-6)


def test_an_item_holds_all_formats_of_its_fact(out: Path) -> None:
    qa = read_pt(members(out / "train/wild/photos/00000.tar")["a-jpg.pt"])
    assert qa.pop("metadata")["image_id"] == "a.jpg"
    (distance,) = qa["level1_distance_list"]
    assert distance["qa_type"] == "vqa_distance_single"
    text, mcq, claim = distance["qa_pairs"]
    assert text["answer"] == "2.64m" and text["options"] is None and text["format"] == "text"
    assert mcq["answer"] == ["2.64 meters"] and mcq["options"] == ["1.32 meters", "2.64 meters", "5.10 meters"]
    # the question itself asks for yes or no, so that the loader must not do it again
    assert claim["answer"] == "No" and claim["qa_type"] == "vqa_distance_single"
    assert qa["level1_size_list"][1]["qa_pairs"][0]["answer"] == "False"
    assert distance["object"]["referring"] == "the chair (highlighted by the red box)"
    assert distance["object"]["raw"]["raw_bbox"] == [40.0, 200.0, 160.5, 420.0]
    relation = qa["level2_relation_list"][0]
    assert [pair["qa_type"] for pair in relation["qa_pairs"] if pair["format"] == "true_false"] == [
        "x_left_tf",
        "x_right_tf",
        "z_front_tf",
        "z_behind_tf",
        "y_overlap_tf",
    ]
    assert list(relation["object"]) == ["referring_i", "raw_i", "referring_j", "raw_j"]
    assert relation["object"]["referring_j"] == "the table"
    ranked = qa["level2_comparison_list"][2]
    assert list(ranked["object"])[-1] == "raw_n" and "yellow" not in str(ranked["object"])


def test_counted_objects_are_not_named(out: Path) -> None:
    qa = read_pt(members(out / "train/wild/photos/00000.tar")["a-jpg.pt"])
    of_anchor, of_all = qa["level3_counting_list"]
    assert of_anchor["object"]["referring"] == "the table"
    assert of_all["object"] is None


def test_the_files_of_a_ca1m_sample(out: Path) -> None:
    files = members(out / "train/ca1m/scannet+scene0000_00.tar")
    endings = ["_image.jpg", "_depth.npy", "_intrinsics.pt", "_qa.pt", "_meta.json"]
    keys = [name.removesuffix("_image.jpg") for name in files if name.endswith("_image.jpg")]
    assert list(files) == [key + ending for key in keys for ending in endings]
    assert len({key.lower() for key in keys}) == len(keys) == 4
    depth = np.load(io.BytesIO(files["a-jpg_depth.npy"]))
    assert depth.dtype == np.float32 and depth.shape == MAP
    assert (depth[:12, 30:90] == 0).all() and (depth[60:64, 20:50] == 0).all() and (depth > 0).mean() > 0.9
    camera = read_pt(files["a-jpg_intrinsics.pt"])["K"]
    # a quarter of the picture's size: pixel 0 of the map covers pixels 0 to 3, whose middle is at 1.5
    np.testing.assert_allclose(camera[0], [FX / 4, 0, (CX - 1.5) / 4], rtol=1e-6)
    assert json.loads(files["a-jpg_meta.json"])["depth_source"] == "sensor"


def test_ca1m_items_are_finished_texts(out: Path) -> None:
    items = read_pt(members(out / "train/ca1m/scannet+scene0000_00.tar")["a-jpg_qa.pt"])
    by_task: dict[str, list[dict]] = {}
    for item in items:
        by_task.setdefault(item["meta"]["task"], []).append(item)
    assert set(by_task) == set(TASKS)
    _, mcq, claim = by_task["vqa_distance_single"]
    assert mcq["prefix"].endswith("camera?\nA. 1.32 meters\nB. 2.64 meters\nC. 5.10 meters") and mcq["suffix"] == "B"
    assert claim["prefix"].endswith("away? Answer yes or no.") and claim["suffix"] == "No"
    (alike,) = by_task["vqa_orientation_comparison_two_objects"]
    assert alike["prefix"].endswith("face the same way? Answer with Yes or No.") and alike["suffix"] == "Yes"
    names = {task: [item["qa_type"] for item in found] for task, found in by_task.items()}
    assert names["vqa_object_size_single"] == ["object_width", "object_height"]
    assert names["vqa_comparison_multiple_objects"] == [
        "object_depth_comparison_rank",
        "object_height_rank",
        "object_width_rank",
        "spatial_relation_rank",
    ]
    assert names["vqa_most_objects_in_class"] == ["object_depth_comparison_in_class", "object_volume_in_class"]
    short, steps = by_task["problem_solving"]
    assert short["qa_type"] == "problem_solving_answer" and short["suffix"] == "1.31 meters."
    assert steps["qa_type"] == "problem_solving" and steps["suffix"] == "1.31 meters."
    solution = json.loads(steps["meta"]["student_cot"])["cot_simple"]
    assert [step.partition("\n")[0] for step in solution] == [
        "Step1: Plan",
        "Step2: Facts",
        "Step3: Reasoning with facts",
        "Step4: Final answer",
    ]
    assert "\n".join(solution) == CHAIN


def test_a_layout_can_be_chosen(lake: Lake, inputs: Path, tmp_path: Path) -> None:
    read = partial(read_picture, inputs)
    summary = export_hispatial(lake, tmp_path / "wild", read, layout="wild")
    assert {layout for _, layout, _ in summary.pictures} == {"wild"} and summary.pictures.total() == 20
    assert not check_export(tmp_path / "wild").findings
    summary = export_hispatial(lake, tmp_path / "ca1m", read, layout="ca1m")
    assert {source for _, _, source in summary.pictures} == {"scannet"}
    assert summary.left_out["picture: its depth is not measured"] == 10
    summary = export_hispatial(lake, tmp_path / "photos", read, source="photos")
    assert {source for _, _, source in summary.pictures} == {"photos"}
    with pytest.raises(DataError, match="no questions of 'photo'"):
        export_hispatial(lake, tmp_path / "none", read, source="photo")


def one_picture(folder: Path, data: bytes = b"", **changes: object) -> Lake:
    lake = write_sample_lake(folder / "lake", folder / "inputs")
    image = sample_image("photos", "00000", "a.jpg", data or picture(), **changes)
    write_shard(lake, [image], sample_objects(image), sample_rows(image))
    return lake


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"is_data": False}, "a model of its stack has random weights"),
        (
            {"intrinsics": [4000.0, 0, 320, 0, 4000, 240, 0, 0, 1]},
            "focal length outside 0.2 to 5.0 of the picture's side",
        ),
    ],
)
def test_pictures_that_train_nothing_are_counted(tmp_path: Path, changes: dict, reason: str) -> None:
    lake = one_picture(tmp_path, **changes)
    summary = export_hispatial(lake, tmp_path / "out", partial(read_picture, tmp_path / "inputs"))
    assert summary.left_out[f"picture: {reason}"] == 1
    if "is_data" in changes:
        both = export_hispatial(lake, tmp_path / "out", partial(read_picture, tmp_path / "inputs"), stand_ins=True)
        assert both.pictures.total() == summary.pictures.total() + 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sha256": "0" * 64}, "not the file that the lake was built from"),
        ({"width": 600, "sha256": ""}, "640 x 480 pixels, but 600 x 480"),
        ({"data": b"no picture", "sha256": ""}, "a picture was expected, found: not an image"),
    ],
)
def test_another_picture_than_was_lifted_is_refused(tmp_path: Path, changes: dict, words: str) -> None:
    data = changes.pop("data", b"")
    lake = one_picture(tmp_path, **changes)
    good = tmp_path / "out"
    (good / "train").mkdir(parents=True)
    (good / "README.txt").write_text("HiSpatial export\n")
    with pytest.raises(DataError, match=words):
        export_hispatial(lake, good, lambda image: data or read_picture(tmp_path / "inputs", image))
    assert [path.name for path in sorted(good.iterdir())] == ["README.txt", "train"]  # the earlier one stays


def test_rows_of_a_contradictory_item_are_refused(tmp_path: Path) -> None:
    image = sample_image("photos", "00000", "a.jpg", picture())
    rows = sample_rows(image)
    place = next(n for n, row in enumerate(rows) if row.task == "vqa_distance_single")
    for change, words in (
        ({"box_colors": ["blue"]}, "is red and blue"),
        ({"object_ids": [1]}, "differ in their task or objects"),
        ({"box_colors": ["red", "blue"]}, "2 box colours of 1 objects"),
    ):
        lake = write_sample_lake(tmp_path / words / "lake", tmp_path / words / "inputs")
        changed = [*rows[: place + 1], rows[place + 1].model_copy(update=change), *rows[place + 2 :]]
        write_shard(lake, [image], sample_objects(image), changed)
        with pytest.raises(DataError, match=words):
            export_hispatial(lake, tmp_path / "out", partial(read_picture, tmp_path / words / "inputs"))


def test_too_long_items_are_left_out_whole(tmp_path: Path) -> None:
    lake = write_sample_lake(tmp_path / "lake", tmp_path / "inputs")
    image = sample_image("photos", "00000", "a.jpg", picture())
    rows = sample_rows(image)
    place = next(n for n, row in enumerate(rows) if row.pair_type == "x_left_tf")
    rows[place] = rows[place].model_copy(update={"question": rows[place].question + " Really?" * 300})
    write_shard(lake, [image], sample_objects(image), rows)
    summary = export_hispatial(lake, tmp_path / "out", partial(read_picture, tmp_path / "inputs"))
    assert summary.left_out["vqa_object_relation_multi: longer than 470 tokens"] == 7
    assert not check_export(tmp_path / "out").findings
