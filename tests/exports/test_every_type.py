"""All task folders of an export of real builds: what every client of the data set relies on."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from factory.exports.spar_markers import row_marks
from factory.exports.spar_media import SparMedia
from factory.exports.spar_reader import SparItem, read_export
from factory.exports.spar_scorer import CHOICE_TASKS, NUMERIC_TASKS, TASKS, score
from factory.exports.spar_tree import export_spar
from factory.exports.spar_types import TYPES
from factory.store.lake import Lake

MEDIA = SparMedia("none", {}, lambda name: pytest.fail("questions alone need no source"))


@pytest.fixture(scope="module")
def export(lake_of_scans: Lake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("every") / "spar"
    export_spar(lake_of_scans, out, MEDIA, vgllm=True)
    return out


@pytest.fixture(scope="module")
def items(export: Path) -> list[SparItem]:
    return list(read_export(export, check_images=False))


def test_every_folder_is_there_with_every_format(items: list[SparItem]) -> None:
    found = {(item.task, item.format) for item in items}
    assert found == {(task, form) for task, rules in TYPES.items() for form in rules.formats} - {
        ("nav_video", "sentence")
    }


def test_marker_keys_stand_in_the_order_of_their_places(items: list[SparItem]) -> None:
    """Some clients pair `*_img_idx` with the keys in the order of the row, others draw in a fixed order."""
    seen = set()
    for item in items:
        rules, row = TYPES[item.task], item.row
        if not rules.indexed or rules.listed:
            continue
        keys = [key for key in row if key.endswith(("_point", "_bbox"))]
        by_order = {(place, row[key][0][0]) for place, key in zip(row[rules.index_key][0], keys, strict=True)}
        drawn = {(mark.image_index, mark.coords[0]) for mark in row_marks(row)}
        assert by_order == drawn
        seen.add(item.task)
    assert len(seen) >= 11


def test_frames_named_in_the_text_are_those_of_the_marks(items: list[SparItem]) -> None:
    tasks = set()
    for item in items:
        rules = TYPES[item.task]
        if rules.images == 32 and rules.indexed:
            places = item.row[rules.index_key][0]
            assert all(f"Frame-{place})" in item.row["conversations"][0]["value"] for place in places)
            tasks.add(item.task)
    assert len(tasks) == 5


def test_right_answers_get_the_full_score(items: list[SparItem]) -> None:
    scored = set()
    for item in items:
        scored_format = "select" if item.task in CHOICE_TASKS else "fill"
        if item.task in TASKS and item.format == scored_format:
            assert score(item.task, item.answer, item.answer) == 1.0
            scored.add(item.task)
    assert scored == TASKS
    negative = [item for item in items if item.task in NUMERIC_TASKS and item.format == "fill" and "-" in item.answer]
    assert negative == []  # the scorer would drop the sign


def test_vgllm_finds_an_image_for_each_placeholder(export: Path, items: list[SparItem]) -> None:
    counts: dict[str, set[int]] = defaultdict(set)
    lines = [json.loads(line) for path in sorted((export / "vgllm").iterdir()) for line in path.open()]
    assert len(lines) == len(items)
    for row in lines:
        info = json.loads(row["spar_info"])
        text = row["conversations"][0]["value"]
        assert text.count("<image>") == len(row["images"])
        assert all(0 <= mark.image_index < len(row["images"]) for mark in row_marks(info))
        counts[info["type"]].add(len(row["images"]))
    assert {task: sizes for task, sizes in counts.items() if sizes != {TYPES[task].images}} == {}
