"""VG-LLM's form: as many placeholders as images, and a string that holds what the drawing of marks needs."""

import json
from pathlib import Path

import pytest

from factory.exports.spar_markers import row_marks
from factory.exports.spar_media import SparMedia
from factory.exports.spar_reader import placeholders, read_export
from factory.exports.spar_tree import export_spar
from tests.exports.sample_rows import write_sample_lake

MEDIA = SparMedia("none", {}, lambda name: pytest.fail("questions alone need no source"))


@pytest.fixture
def export(tmp_path: Path) -> Path:
    export_spar(write_sample_lake(tmp_path / "lake"), tmp_path / "out", MEDIA, vgllm=True)
    return tmp_path / "out"


def test_every_question_is_there_with_its_images_and_marks(export: Path) -> None:
    rows = {row["id"]: row for path in (export / "vgllm").iterdir() for row in map(json.loads, path.open())}
    items = list(read_export(export, check_images=False))
    assert len(rows) == len(items) > 40
    for item in items:
        row = rows[item.row["id"]]
        human, gpt = row["conversations"]
        # its loader takes the line break after a placeholder away and asks for a placeholder per image
        assert human["value"].replace("<image>\n", "<image>").count("<image>") == len(row["images"])
        assert human["value"].endswith(item.row["conversations"][0]["value"]) and gpt["value"] == item.answer
        assert row["images"] == [path.relative_to(export).as_posix() for path in item.images]
        info = json.loads(row["spar_info"])
        assert info["type"] == item.row["type"]
        assert row_marks(info) == row_marks(item.row)
        assert not {"id", "image", "conversations"} & set(info)


def test_splits_have_their_own_files(export: Path) -> None:
    assert sorted(path.name for path in (export / "vgllm").iterdir()) == ["train.jsonl", "val.jsonl"]


def test_without_it_an_earlier_one_goes(export: Path) -> None:
    export_spar(write_sample_lake(export.parent / "lake"), export, MEDIA)
    assert not (export / "vgllm").exists()


def test_frames_of_a_video_are_counted_from_0() -> None:
    assert placeholders("depth_prediction_oc_mv", 3, first=0) == "<image>\n" * 3
    assert placeholders("room_size", 32, first=0).splitlines()[::31] == ["Frame-0: <image>", "Frame-31: <image>"]
    assert placeholders("nav", 4, first=0).startswith("Frame-0: <image>\n")
