"""The exported tree: its rows, files, media, and what happens to the tree that was there before."""

import json
import os
from collections import Counter
from io import BytesIO
from pathlib import Path

import datasets
import numpy as np
import pytest
from PIL import Image

from factory.errors import DataError
from factory.exports.spar import official_row, question_text
from factory.exports.spar_media import SparMedia
from factory.exports.spar_reader import read_export
from factory.exports.spar_tree import export_spar
from factory.exports.spar_types import TYPES
from factory.sources.registry import open_source
from factory.store.lake import Lake
from factory.store.storage import Storage
from schemas.qa import Mark, QARow
from tests.exports.sample_rows import (
    FRAMES,
    GOLD_TASKS,
    SCENES,
    sample_rows,
    write_lake,
    write_sample_lake,
    write_scans,
)
from tests.sources.scannet.sens_writer import StreamFrame, sens_bytes


def media(scans: Path, mode: str) -> SparMedia:
    return SparMedia(mode, {"scannet": scans}, lambda name: open_source(name, Storage(scans)))


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    write_scans(tmp_path / "scans")
    return tmp_path / "scans"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return write_sample_lake(tmp_path / "lake")


def tree(folder: Path) -> dict[str, bytes | str]:
    return {
        path.relative_to(folder).as_posix(): os.readlink(path) if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def by_key(rows: list[QARow]) -> dict[tuple[str, str], QARow]:
    return {(row.task, row.format): row for row in rows}


def test_a_row_has_the_documented_fields_in_their_order() -> None:
    row = by_key(sample_rows("scene0261_00"))["depth_prediction_oc", "sentence"]
    assert json.dumps(official_row(row, "scene0261_00_16", depth=True)) == json.dumps(
        {
            "id": "scene0261_00_16",
            "conversations": [{"from": "human", "value": row.question}, {"from": "gpt", "value": row.answer}],
            "image": ["scene0261_00/image_color/543.jpg"],
            "type": "depth_prediction_oc",
            "depth": ["scene0261_00/image_depth/543.png"],
            "red_point": [[553, 397]],
            "blue_point": [[641, 838]],
        }
    )
    assert "depth" not in official_row(row, "scene0261_00_16", depth=False)


@pytest.mark.parametrize(
    ("task", "form", "keys"),
    [
        ("depth_prediction_oo", "fill", ["red_point", "blue_point", "green_point"]),
        ("distance_prediction_oc", "fill", ["red_point"]),
        ("distance_infer_center_oo", "fill", ["red_point", "green_point", "blue_point"]),
        ("obj_spatial_relation_oo", "judge", ["red_bbox", "blue_bbox"]),
        ("position_matching", "fill", ["red_bbox"]),
        ("view_change_infer", "fill", []),
    ],
)
def test_markers_stand_in_the_order_of_the_type_whatever_the_order_of_the_marks(
    task: str, form: str, keys: list[str]
) -> None:
    row = by_key(sample_rows("s"))[task, form]
    for marks in (row.marks, row.marks[::-1]):
        official = official_row(row.model_copy(update={"marks": marks}), "s_0", depth=False)
        assert list(official)[4:] == keys
        assert all(len(official[key]) == 1 for key in keys)


def test_options_follow_the_question_one_per_line() -> None:
    rows = by_key(sample_rows("s"))
    assert question_text(rows["depth_prediction_oc", "select"]).split("\n")[1:] == [
        "A. 0.9",
        "B. 1.5",
        "C. 2.2",
        "D. 3.1",
        "Your answer can only include one of options A, B, C or D.",
    ]
    assert question_text(rows["distance_infer_center_oo", "select"]).split("\n")[1:] == [
        "A. refrigerator (green point)",
        "B. counter (blue point)",
        "Your answer can only include one of options A, B.",
    ]
    relation = question_text(rows["obj_spatial_relation_oo", "select"])
    assert "\nB. right, , farther\nC. left, below, \n" in relation


def test_multi_view_marks_get_image_indices_in_the_order_of_their_keys() -> None:
    rows = by_key(sample_rows("s"))
    row = rows["depth_prediction_oo", "fill"]
    places = {"red": 0, "blue": 2, "green": 1}
    marks = [mark.model_copy(update={"image_index": places[mark.color]}) for mark in row.marks]
    update = {"task": "depth_prediction_oo_mv", "frame_ids": list(FRAMES), "images": list(FRAMES), "marks": marks}
    official = official_row(row.model_copy(update=update), "s_0", depth=False)
    assert list(official)[4:] == ["red_point", "blue_point", "green_point", "point_img_idx"]
    assert official["point_img_idx"] == [[0, 2, 1]]


def test_listed_marks_share_one_key() -> None:
    row = by_key(sample_rows("s"))["position_matching", "sentence"]
    marks = [
        Mark(kind="bbox", color=f"object{i}", image_index=i % 3, object_id=i, label="x", coords=[1, 2, 30 + i, 40])
        for i in range(4)
    ]
    update = {"task": "spatial_imagination_map_mv", "frame_ids": list(FRAMES), "images": list(FRAMES), "marks": marks}
    official = official_row(row.model_copy(update=update), "s_0", depth=False)
    assert official["bbox_list"] == [[[1, 2, 30, 40], [1, 2, 31, 40], [1, 2, 32, 40], [1, 2, 33, 40]]]
    assert official["bbox_img_idx"] == [[0, 1, 2, 0]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"task": "depth_guess"}, "no task 'depth_guess'"),
        ({"marks": []}, "none"),
        ({"images": ["a", "b"], "frame_ids": ["1", "2"]}, "found 2"),
    ],
)
def test_a_row_that_loaders_could_not_draw_is_refused(change: dict, message: str) -> None:
    row = by_key(sample_rows("s"))["depth_prediction_oc", "fill"]
    with pytest.raises(DataError, match=message):
        official_row(row.model_copy(update=change), "s_0", depth=False)


def test_a_mark_of_the_wrong_kind_or_image_is_refused() -> None:
    row = by_key(sample_rows("s"))["distance_prediction_oc", "fill"]
    elsewhere = row.marks[0].model_copy(update={"image_index": 1})
    box = row.marks[0].model_copy(update={"kind": "bbox", "coords": [1, 2, 3, 4]})
    twice = [row.marks[0], row.marks[0]]
    for marks in ([elsewhere], [box], twice):
        with pytest.raises(DataError, match="not those of a SPAR row"):
            official_row(row.model_copy(update={"marks": marks}), "s_0", depth=False)


def test_every_row_comes_out_and_reads_back(lake: Lake, scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    summary = export_spar(lake, out, media(scans, "link"))
    items = list(read_export(out))
    rows = [row for scene, split in zip(SCENES, ("train", "val"), strict=True) for row in sample_rows(scene, split)]
    assert len(items) == len(rows) == summary.questions.total() == 46
    assert Counter((item.split, item.task, item.format) for item in items) == Counter(
        (row.split, row.task, row.format) for row in rows
    )
    assert {item.task for item in items} == set(GOLD_TASKS)
    assert len({item.row["id"] for item in items}) == len(items)
    assert summary.scenes["scannet"] == 2 and summary.images["scannet"] == 4
    for item in items:
        assert [path.read_bytes() for path in item.images] == [
            (scans / path.parts[-3] / "color" / path.name).read_bytes() for path in item.images
        ]


def test_files_stand_where_spar_has_them(lake: Lake, scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export_spar(lake, out, media(scans, "none"))
    index = json.loads((out / "data_jsons" / "scannet_0k.json").read_text())
    assert index["scannet_obj_spatial_relation_oo_judge"] == {
        "root": "spar/scannet/images",
        "annotation": "spar/scannet/qa_jsonl/train/obj_spatial_relation_oo/judge/judge_1.jsonl",
        "repeat_time": 1,
        "length": 1,
    }
    assert set(index) == {f"scannet_{task}_{form}" for task in GOLD_TASKS for form in TYPES[task].formats}
    assert (out / "data_jsons" / "scannet_val_0k.json").is_file()
    assert not (out / "spar" / "scannet" / "images").exists()
    assert sorted(path.name for path in out.iterdir()) == ["README.txt", "data_jsons", "spar"]


def test_the_same_lake_gives_the_same_tree(lake: Lake, scans: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for mode in ("copy", "none"):
        export_spar(lake, first, media(scans, mode), rgbd=True)
        before = tree(first)
        export_spar(lake, first, media(scans, mode), rgbd=True)
        export_spar(lake, second, media(scans, mode), rgbd=True)
        assert tree(first) == before == tree(second)


def test_lines_mix_the_scenes(tmp_path: Path) -> None:
    scenes = [f"scene{i:04d}_00" for i in range(30)]
    lake = write_lake(tmp_path / "lake", {scene: sample_rows(scene) for scene in scenes})
    out = tmp_path / "out"
    export_spar(lake, out, media(tmp_path, "none"))
    files = [path.read_text().splitlines() for path in sorted(out.glob("spar/**/*.jsonl"))]
    orders = [tuple(json.loads(line)["image"][0][:12] for line in lines) for lines in files]
    assert all(sorted(order) == scenes for order in orders)
    assert len(set(orders)) == len(orders) == 23
    heads = Counter(scene for order in orders for scene in order[:3])
    assert len(heads) > 20 and max(heads.values()) < 10


def test_links_are_relative_and_survive_moving_both_folders(lake: Lake, scans: Path, tmp_path: Path) -> None:
    export_spar(lake, tmp_path / "a" / "out", media(scans, "link"))
    assert all(not os.path.isabs(os.readlink(p)) for p in (tmp_path / "a").rglob("*.jpg"))
    (tmp_path / "moved").mkdir()
    for name in ("scans", "a"):
        (tmp_path / name).rename(tmp_path / "moved" / name)
    assert len(list(read_export(tmp_path / "moved" / "a" / "out"))) == 46


def test_frames_inside_containers_are_copied_and_never_linked(tmp_path: Path) -> None:
    scene = "scene0000_00"
    encoded = []
    for value in (40, 200):
        sink = BytesIO()
        Image.new("RGB", (64, 48), (value, 90, 90)).save(sink, format="JPEG")
        encoded.append(sink.getvalue())
    frames = [StreamFrame(np.eye(4), color, np.zeros((24, 32), np.uint16)) for color in encoded]
    (tmp_path / "scans" / scene).mkdir(parents=True)
    stream = sens_bytes(frames, np.eye(3), np.eye(3), (64, 48))
    (tmp_path / "scans" / scene / f"{scene}.sens").write_bytes(stream)
    change = {"images": [f"{scene}/{scene}.sens#frame=1"], "frame_ids": ["1"]}
    rows = [row.model_copy(update=change) for row in sample_rows(scene) if row.view == "single"]
    lake = write_lake(tmp_path / "lake", {scene: rows})
    export_spar(lake, tmp_path / "out", media(tmp_path / "scans", "copy"))
    (image,) = (tmp_path / "out").rglob("*.jpg")
    assert image.relative_to(tmp_path / "out").as_posix() == f"spar/scannet/images/{scene}/image_color/1.jpg"
    assert image.read_bytes() == encoded[1]
    with pytest.raises(DataError, match="--images copy"):
        export_spar(lake, tmp_path / "linked", media(tmp_path / "scans", "link"))


def test_rgbd_adds_depth_and_cameras(lake: Lake, scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export_spar(lake, out, media(scans, "copy"), rgbd=True)
    for item in read_export(out):
        assert [path.name for path in item.depth] == [f"{path.stem}.png" for path in item.images]
        assert [int(np.asarray(Image.open(path)).max()) for path in item.depth] == [
            1500 + 100 * FRAMES.index(path.stem) for path in item.images
        ]
    scene = out / "spar" / "scannet" / "images" / SCENES[0]
    views = lake.read("views", "scannet", SCENES[0]).to_pylist()
    camera = np.loadtxt(scene / "pose" / "543.txt")
    assert np.allclose(camera.ravel(), next(v["world_from_camera"] for v in views if v["frame_id"] == "543"))
    assert sorted(path.name for path in (scene / "pose").iterdir()) == ["12.txt", "543.txt"]
    color = np.loadtxt(scene / "intrinsic" / "intrinsic_color.txt")
    depth = np.loadtxt(scene / "intrinsic" / "intrinsic_depth.txt")
    # The corner of the image, half a pixel outside the first pixel's centre, is the same ray in both.
    corner = np.array([-0.5, -0.5])
    focal, centre = color[[0, 1], [0, 1]], color[:2, 2]
    assert np.allclose((corner - centre) / focal, (corner - depth[:2, 2]) / depth[[0, 1], [0, 1]])
    assert np.allclose(depth[[0, 1], [0, 1]], focal / 2)
    assert "again" in (out / "README.txt").read_text()


def test_an_export_replaces_the_one_before_and_nothing_else(lake: Lake, scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export_spar(lake, out, media(scans, "copy"))
    (out / "notes.txt").write_text("mine")
    smaller = write_lake(tmp_path / "smaller", {SCENES[0]: sample_rows(SCENES[0])[:3]})
    export_spar(smaller, out, media(scans, "none"))
    assert len(list(read_export(out, check_images=False))) == 3
    assert sorted(path.name for path in out.iterdir()) == ["README.txt", "data_jsons", "notes.txt", "spar"]
    assert not list(out.rglob("*.jpg"))


def test_a_failing_export_leaves_the_old_one(lake: Lake, scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export_spar(lake, out, media(scans, "copy"))
    before = tree(out)
    (scans / SCENES[1] / "color" / "543.jpg").unlink()
    for mode in ("copy", "link"):
        with pytest.raises(DataError, match=r"543\.jpg.*--input"):
            export_spar(lake, out, media(scans, mode))
        assert tree(out) == before
        assert sorted(path.name for path in out.iterdir()) == ["README.txt", "data_jsons", "spar"]


def test_what_somebody_else_made_is_not_replaced(lake: Lake, scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "spar" / "scannet").mkdir(parents=True)
    (out / "spar" / "scannet" / "precious.tar").write_text("x")
    with pytest.raises(DataError, match="choose another --out"):
        export_spar(lake, out, media(scans, "none"))
    assert (out / "spar" / "scannet" / "precious.tar").read_text() == "x"


def test_questions_of_another_build_are_refused(lake: Lake, scans: Path, tmp_path: Path) -> None:
    views = lake.read("views", "scannet", SCENES[1])
    meta = lake.meta("views", "scannet", SCENES[1])
    lake.write(
        "views", "scannet", SCENES[1], views.slice(0, 2), versions={"records": "2"}, counts={}, upstream=meta.upstream
    )
    with pytest.raises(DataError, match="another build of 'views'"):
        export_spar(lake, tmp_path / "out", media(scans, "none"))


def test_an_empty_lake_is_an_error(scans: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="without questions"):
        export_spar(write_lake(tmp_path / "empty", {}), tmp_path / "out", media(scans, "none"))
    assert not (tmp_path / "out").exists()


def test_hugging_face_datasets_reads_a_file(lake: Lake, scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export_spar(lake, out, media(scans, "none"))
    path = next(out.glob("spar/scannet/qa_jsonl/train/distance_infer_center_oo/select/*.jsonl"))
    loaded = datasets.load_dataset("json", data_files=str(path), split="train", cache_dir=str(tmp_path / "cache"))
    assert loaded.num_rows == 1
    assert loaded[0] == json.loads(path.read_text())
