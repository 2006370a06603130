"""From the files of two homes to questions in SPAR's tree, and the audit over them."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from factory.audit.scene import audit_scene
from factory.exports.spar_media import SparMedia
from factory.exports.spar_reader import SparItem, placeholders, read_export
from factory.exports.spar_tree import export_spar
from factory.pipeline.quotas import even_quotas
from factory.sources.procedural.writers.rxr import turns_of
from factory.sources.rxr.source import RxRSource
from factory.store.lake import Lake
from factory.store.storage import Storage
from factory.tasks import get_task
from tests.building import build, config_for, plan_for
from tests.exports import test_spar_official as spar
from tests.sources.rxr.conftest import HOME, UNSEEN, Walks

official = spar.official

TASKS = ("nav_video", "distance_prediction_oo")
BLANK = re.compile(r"\[__(\d+)__\]")


@pytest.fixture(scope="module")
def lake(walks: Walks, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Walks in all languages."""
    root = tmp_path_factory.mktemp("rxr") / "lake"
    config = config_of(walks, root, instruction_languages=["en", "hi", "te"])
    assert {(result.scene_id, result.stage, result.status) for result in build(config)} == {
        (house, stage, "built") for house in (HOME, UNSEEN) for stage in ("records", "qa")
    }
    return Lake(Storage(root))


@pytest.fixture(scope="module")
def items(walks: Walks, lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> list[SparItem]:
    out = tmp_path_factory.mktemp("rxr") / "spar"
    export_spar(lake, out, SparMedia("copy", {"rxr": walks.root}, lambda name: walks.source))
    return list(read_export(out))


def config_of(walks: Walks, root: Path, **change: Any) -> Any:
    quotas = even_quotas(20, [get_task(name).spec for name in TASKS])
    return config_for(walks.root, root, source="rxr", quotas=quotas, **change)


def rows_of(lake: Lake, house: str) -> list[dict[str, Any]]:
    return [row for row in lake.read("qa", "rxr", house).to_pylist() if row["task"] == "nav_video"]


def filled(row: dict[str, Any]) -> str:
    """The instruction of a question with the words of its answer in place of the blanks."""
    listed = row["answer"][row["answer"].index("(1) ") :].removesuffix(".")
    words = dict(re.findall(r"\((\d+)\) (.*?)(?=, \(\d+\) |$)", listed))
    quoted = re.search(r'"(.*)"', row["question"])
    assert quoted is not None
    return BLANK.sub(lambda match: words[match[1]], quoted[1])


@pytest.mark.parametrize("house", [HOME, UNSEEN])
def test_every_walk_is_a_question_whose_answer_gives_the_instruction(walks: Walks, lake: Lake, house: str) -> None:
    told = {row["instruction"] for rows in walks.rows.values() for row in rows if row["scan"] == house}
    assert {filled(row) for row in rows_of(lake, house)} == told
    assert {row["split"] for row in rows_of(lake, house)} == {"train" if house == HOME else "val"}


def test_the_audit_agrees(lake: Lake) -> None:
    for house in (HOME, UNSEEN):
        assert audit_scene(*lake.read_records("rxr", house), lake.read("qa", "rxr", house)) == []


def test_a_house_with_a_mesh_is_asked_about_its_things_too(lake: Lake) -> None:
    asked = {house: set(lake.read("qa", "rxr", house)["task"].to_pylist()) for house in (HOME, UNSEEN)}
    assert asked[HOME] > {"nav_video"} and asked[UNSEEN] == {"nav_video"}


def test_without_being_asked_only_english_is(walks: Walks, lake: Lake, tmp_path: Path) -> None:
    config = config_of(walks, tmp_path / "lake", scenes=[UNSEEN])
    build(config)
    rows = rows_of(Lake(Storage(config.root)), UNSEEN)
    english = {r["instruction"] for r in walks.rows["val_unseen"] if r["language"].startswith("en")}
    assert {filled(row) for row in rows} == english
    (records,) = Lake(Storage(config.root)).read("scenes", "rxr", UNSEEN).to_pylist()
    assert {path["language"] for path in records["paths"]} == {"en-IN", "en-US", "hi-IN", "te-IN"}
    more = config.model_copy(update={"instruction_languages": ["en", "te"]})
    assert [(step.records_reason, step.qa_reason) for step in plan_for(more).to_build] == [
        ("", "languages nav_video en -> en, te")
    ]


def test_the_words_of_the_answer_are_what_the_frames_show(walks: Walks, lake: Lake) -> None:
    """A turn to the left is one in the views that the question shows."""
    checked = 0
    by_text = {row["instruction"]: row for row in walks.rows["train"] + walks.rows["val_seen"]}
    cameras = {view["frame_id"]: view["world_from_camera"] for view in lake.read("views", "rxr", HOME).to_pylist()}
    for row in rows_of(lake, HOME):
        guide = by_text[filled(row)]
        if not guide["language"].startswith("en"):
            continue
        turns = turns_of(np.stack([position_of(walks, pano) for pano in guide["path"]]), guide["heading"])
        views = list(row["frame_ids"])
        for pano, turn in zip(guide["path"], turns, strict=False):
            at_pano = []
            while views and views[0].startswith(pano):
                at_pano.append(heading_of(cameras[views.pop(0)]))
            seen = float(np.sum([(b - a + 180) % 360 - 180 for a, b in pairwise(at_pano)]))
            assert abs(seen - turn) <= 61  # images are 60 degrees apart
            if abs(turn) > 61:
                assert np.sign(seen) == np.sign(turn)
                checked += 1
    assert checked >= 4


def position_of(walks: Walks, pano: str) -> np.ndarray:
    return walks.graph.positions[walks.graph.panos.index(pano)]


def heading_of(world_from_camera: list[float]) -> float:
    matrix = np.reshape(world_from_camera, (4, 4))
    return float(np.degrees(np.arctan2(matrix[0, 2], matrix[1, 2])))


def test_rows_of_the_export(walks: Walks, lake: Lake, items: list[SparItem]) -> None:
    walked = [item for item in items if item.task == "nav_video"]
    assert len(walked) == len(rows_of(lake, HOME)) + len(rows_of(lake, UNSEEN)) == 14
    for item in walked:
        assert list(item.row) == ["id", "conversations", "image", "type"]
        assert item.row["type"] == "nav"
        assert 2 <= len(item.row["image"]) <= 32
        assert placeholders("nav", 2) == "Frame-1: <image>\nFrame-2: <image>\n"
    assert {item.row["id"].rpartition("_")[0] for item in walked} == {HOME, UNSEEN}


def test_images_of_the_export_are_those_of_the_house(walks: Walks, lake: Lake, tmp_path: Path) -> None:
    export_spar(lake, tmp_path / "spar", SparMedia("copy", {"rxr": walks.root}, lambda name: walks.source))
    source = RxRSource(Storage(walks.root))
    (row, *_) = rows_of(lake, UNSEEN)
    for frame, image in zip(row["frame_ids"], row["images"], strict=True):
        stored = tmp_path / "spar" / "spar" / "rxr" / "images" / UNSEEN / "image_color" / f"{frame}.jpg"
        assert stored.read_bytes() == source.read_media(image)[0]


def test_spars_own_loader_reads_the_walks(official: spar.Run, walks: Walks, lake: Lake, tmp_path: Path) -> None:
    out = tmp_path / "spar"
    export_spar(lake, out, SparMedia("link", {"rxr": walks.root}, lambda name: walks.source))
    loaded: dict[str, list[str]] = {}
    for index in sorted((out / "data_jsons").iterdir()):
        official("datasets", spar.LOADER, f"data_jsons/{index.name}", str(tmp_path / "items.json"), cwd=out)
        loaded |= {row[0]: row[1:3] for row in json.loads((tmp_path / "items.json").read_text())}
    told = [item for item in read_export(out) if item.task == "nav_video"]
    assert len(told) == 14
    assert [loaded[item.row["id"]] for item in told] == [[item.question, item.answer] for item in told]
