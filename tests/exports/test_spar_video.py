"""Videos in the exported tree: named by place and frame, listed once per scene."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from factory.errors import DataError
from factory.exports.spar import official_row
from factory.exports.spar_media import SparMedia
from factory.exports.spar_reader import read_export, row_fault
from factory.exports.spar_tree import export_spar
from factory.sources.registry import open_source
from factory.store.lake import Lake
from factory.store.storage import Storage
from schemas.qa import QARow
from tests.exports.sample_rows import FRAMES, SCENES, sample_rows, write_lake, write_scans

SCENE = SCENES[0]
VIDEO = [FRAMES[i % 3] for i in range(32)]
NAMES = [f"frame{i}_{frame}" for i, frame in enumerate(VIDEO)]


def shown(row: QARow, frames: list[str], **changes: Any) -> QARow:
    images = [f"{row.scene_id}/color/{frame}.jpg" for frame in frames]
    return row.model_copy(update={"view": "video", "frame_ids": frames, "images": images, **changes})


def video_rows() -> list[QARow]:
    """Distances in a video, a room, and a walk of three frames."""
    rows = {(row.task, row.format): row for row in sample_rows(SCENE)}
    found = []
    for form in ("fill", "select", "sentence"):
        row = rows["distance_prediction_oo", form]
        marks = [mark.model_copy(update={"image_index": i}) for mark, i in zip(row.marks, (31, 7), strict=True)]
        found.append(shown(row, VIDEO, task="distance_prediction_oo_video", marks=marks))
    room = rows["distance_prediction_oc", "fill"]
    found.append(shown(room, VIDEO, task="room_size", marks=[], answer="23.4", qa_id="room"))
    walk = rows["distance_prediction_oc", "sentence"]
    words = {"question": "Fill in: turn ___ at the door.", "answer": "The missing words are: left."}
    found.append(shown(walk, list(FRAMES), task="nav_video", marks=[], qa_id="walk", **words))
    return found


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    write_scans(tmp_path / "scans")
    return tmp_path / "scans"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return write_lake(tmp_path / "lake", {SCENE: [*sample_rows(SCENE)[:4], *video_rows()]})


def media(scans: Path, mode: str) -> SparMedia:
    return SparMedia(mode, {"scannet": scans}, lambda name: open_source(name, Storage(scans)))


def test_a_row_names_the_frames_of_the_video_by_place_and_frame() -> None:
    distance, *_, walk = video_rows()
    official = official_row(distance, f"{SCENE}_0", depth=True)
    assert official["image"] == [f"{SCENE}/video_color/{name}.jpg" for name in NAMES]
    assert official["depth"] == [f"{SCENE}/video_depth/{name}.png" for name in NAMES]
    assert official["point_img_idx"] == [[31, 7]]
    official = official_row(walk, f"{SCENE}_1", depth=False)
    assert official["image"] == [f"{SCENE}/image_color/{frame}.jpg" for frame in FRAMES]
    assert official["type"] == "nav"


@pytest.mark.parametrize("mode", ["link", "copy"])
def test_the_video_stands_beside_the_images_and_reads_back(lake: Lake, scans: Path, tmp_path: Path, mode: str) -> None:
    summary = export_spar(lake, tmp_path / "out", media(scans, mode), rgbd=True)
    scene = tmp_path / "out" / "spar" / "scannet" / "images" / SCENE
    assert sorted(path.name for path in scene.iterdir()) == [
        *("image_color", "image_depth", "intrinsic", "pose"),
        *("video_color", "video_depth", "video_idx.txt", "video_pose"),
    ]
    assert (scene / "video_idx.txt").read_text() == ",".join(VIDEO)
    for folder, suffix in (("video_color", ".jpg"), ("video_depth", ".png"), ("video_pose", ".txt")):
        assert {path.name for path in (scene / folder).iterdir()} == {name + suffix for name in NAMES}
    for name, frame in zip(NAMES, VIDEO, strict=True):
        assert (scene / "video_color" / f"{name}.jpg").read_bytes() == (
            scans / SCENE / "color" / f"{frame}.jpg"
        ).read_bytes()
    camera = np.loadtxt(scene / "video_pose" / f"{NAMES[7]}.txt")
    assert np.array_equal(camera, np.loadtxt(scene / "pose" / f"{VIDEO[7]}.txt"))
    items = list(read_export(tmp_path / "out"))
    assert summary.images["scannet"] == 32 + 3
    by_task = {item.task: item for item in items}
    assert len(by_task["room_size"].images) == len(by_task["room_size"].depth) == 32
    assert by_task["room_size"].question.startswith("Frame-1: <image>\n")
    assert [path.parent.name for path in by_task["nav_video"].images] == ["image_color"] * 3


def test_the_list_of_frames_is_there_without_images(lake: Lake, scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export_spar(lake, out, media(scans, "none"))
    images = out / "spar" / "scannet" / "images"
    assert [path.relative_to(images).as_posix() for path in images.rglob("*") if path.is_file()] == [
        f"{SCENE}/video_idx.txt"
    ]
    assert len(list(read_export(out, check_images=False))) == 9


def test_questions_about_two_videos_are_refused(scans: Path, tmp_path: Path) -> None:
    first, second, *_ = video_rows()
    rows = [first, shown(second, VIDEO[::-1])]
    with pytest.raises(DataError, match=f"scannet/{SCENE}.*2 different videos.*again"):
        export_spar(write_lake(tmp_path / "lake", {SCENE: rows}), tmp_path / "out", media(scans, "none"))


@pytest.mark.parametrize("content", [None, ",".join(VIDEO[::-1])])
def test_the_reader_refuses_a_video_without_its_list(
    lake: Lake, scans: Path, tmp_path: Path, content: str | None
) -> None:
    export_spar(lake, tmp_path / "out", media(scans, "link"))
    path = tmp_path / "out" / "spar" / "scannet" / "images" / SCENE / "video_idx.txt"
    path.unlink() if content is None else path.write_text(content)
    with pytest.raises(DataError, match=r"video_idx\.txt"):
        list(read_export(tmp_path / "out"))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda names: [name.replace("video_color", "image_color") for name in names],
        lambda names: [*names[1:], names[0]],
        lambda names: [f"{SCENE}/video_color/{frame}.jpg" for frame in VIDEO],
        lambda names: [name.replace("frame", "frame0") for name in names],
    ],
)
def test_other_names_of_video_frames_are_faults(spoil: Any) -> None:
    row = json.loads(json.dumps(official_row(video_rows()[0], f"{SCENE}_4", depth=False)))
    assert row_fault("distance_prediction_oo_video", "fill", row) is None
    assert row_fault("distance_prediction_oo_video", "fill", row | {"image": spoil(row["image"])})


def test_a_video_frame_is_no_image_of_another_task() -> None:
    walk = official_row(video_rows()[-1], f"{SCENE}_4", depth=True)
    assert row_fault("nav_video", "sentence", walk) is None
    assert row_fault("nav_video", "sentence", walk | {"image": [f"{SCENE}/video_color/{n}.jpg" for n in NAMES[:3]]})
    assert row_fault("nav_video", "sentence", walk | {"depth": walk["depth"][::-1]})
