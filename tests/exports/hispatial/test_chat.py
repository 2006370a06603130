"""Conversations and their pictures."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from factory.exports.hispatial.qa_types import COLORS
from factory.exports.hispatial.tree import export_hispatial
from tests.building import contents
from tests.exports.hispatial.sample_lake import CHAIN, HEIGHT, OBJECTS, TASKS, WIDTH, read_picture, write_sample_lake


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chat")
    lake = write_sample_lake(folder / "lake", folder / "inputs")
    summary = export_hispatial(lake, folder / "out", partial(read_picture, folder / "inputs"), chat=True)
    assert set(summary.left_out_of_chat) == {
        "level0: pixels have no names in a chat",
        "vqa_object_relation_multi: y_overlap_tf has no place in a chat",
        "vqa_object_relation_multi_world: y_overlap_tf has no place in a chat",
    }
    export_hispatial(lake, folder / "again", partial(read_picture, folder / "inputs"), chat=True)
    assert contents(folder / "again") == contents(folder / "out")
    return folder / "out" / "chat"


def rows(chat: Path, split: str) -> list[dict]:
    return [json.loads(line) for line in (chat / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()]


def test_every_row_is_a_conversation_about_a_picture(chat: Path) -> None:
    found = rows(chat, "train") + rows(chat, "val")
    assert len({row["id"] for row in found}) == len(found) > 18 * (len(TASKS) - 1)
    for row in found:
        assert list(row) == ["id", "image", "conversations"]
        human, gpt = row["conversations"]
        assert human["from"] == "human" and gpt["from"] == "gpt" and gpt["value"]
        assert human["value"].startswith("<image>\n") and human["value"].count("<image>") == 1
        assert Image.open(chat / row["image"]).size == (WIDTH, HEIGHT)
    named = {row["image"] for row in found}
    assert named == {path.relative_to(chat).as_posix() for path in chat.glob("images/**/*.jpg")}


def test_solutions_are_asked_for(chat: Path) -> None:
    problems = [row for row in rows(chat, "train") if "wider than" in row["conversations"][0]["value"]]
    short, steps = problems[:2]
    assert short["conversations"][1]["value"] == "1.31 meters."
    assert steps["conversations"][1]["value"] == CHAIN
    assert steps["conversations"][0]["value"].endswith("? Explain your reasoning step by step.")


def test_boxes_stand_in_the_pictures_that_need_them(chat: Path) -> None:
    edges = {"red": OBJECTS[0][1], "blue": OBJECTS[1][1]}
    seen = set()
    for row in rows(chat, "train"):
        text = " ".join(turn["value"] for turn in row["conversations"])
        pixels = np.asarray(Image.open(chat / row["image"])).astype(int)
        for color, (x1, y1, x2, y2) in edges.items():
            asked = f"(highlighted by the {color} box)" in text
            drawn = [pixels[int(y1 + y2) // 2, int(x)] for x in (x1 + 1, x2 - 2)] + [
                pixels[int(y), int(x1 + x2) // 2] for y in (y1 + 1, y2 - 2)
            ]
            off = np.abs(np.array(drawn) - COLORS[color]).max()
            assert (off < 60) == asked, row
            seen.add((color, asked))
    assert len(seen) == 4
