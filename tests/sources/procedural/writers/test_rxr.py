"""Walks that are written in RxR's layout: their words are true, their files complete and the same each time."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from factory.sources.procedural.writers.rxr import Graph, read_graph, turns_of, write_rxr
from factory.sources.procedural.writers.rxr_words import LANGUAGES, Hop, instruction
from factory.wording.instructions import blanked
from tests.building import contents

SCAN = "17DRP5sb8fy"


class Home:
    """What the writer needs of a scene: its seed and its rooms."""

    class _Room:
        def __init__(self, kind: str, x0: float, x1: float) -> None:
            self.kind, self.x0, self.x1, self.y0, self.y1 = kind, x0, x1, 0.0, 6.0

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rooms = [self._Room("kitchen", 0.0, 3.0), self._Room("bedroom", 3.2, 6.0)]


PLACES = {"a": (1.0, 1.0), "b": (2.0, 4.0), "c": (4.0, 4.5), "d": (5.0, 1.5), "alone": (9.0, 9.0)}
FREE = {("a", "b"), ("b", "c"), ("c", "d"), ("a", "c")}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A graph, nothing else."""
    names = list(PLACES)
    clear = [[(a, b) in FREE or (b, a) in FREE for b in names] for a in names]
    viewpoints = [
        {
            "image_id": name,
            "pose": [1, 0, 0, x, 0, 0, 1, y, 0, -1, 0, 1.5, 0, 0, 0, 1],
            "included": name != "alone",
            "visible": clear[place],
            "unobstructed": clear[place],
            "height": 1.5,
        }
        for place, (name, (x, y)) in enumerate(PLACES.items())
    ]
    (tmp_path / "connectivity").mkdir()
    (tmp_path / "connectivity" / f"{SCAN}_connectivity.json").write_text(json.dumps(viewpoints))
    return tmp_path


def read(root: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress((root / "rxr-data" / name).read_bytes()).splitlines()]


def test_paths_are_walkable_and_rooms_are_named(root: Path) -> None:
    rows = write_rxr(Home(1), root, SCAN, walks=20)
    assert [row["language"] for row in rows[:4]] == [LANGUAGES[n % 4] for n in range(1, 5)]
    for row in rows:
        assert all((a, b) in FREE or (b, a) in FREE for a, b in zip(row["path"], row["path"][1:], strict=False))
        assert len(row["path"]) >= 2 and "alone" not in row["path"]
        if row["language"].startswith("en"):
            kind = "kitchen" if row["path"][0] in "ab" else "bedroom"
            assert row["instruction"].startswith(f"You are standing in the {kind}.")


def test_turns_are_those_of_the_ground(root: Path) -> None:
    """By the cross product of the directions before and after, seen from above."""
    checked = 0
    for row in write_rxr(Home(2), root, SCAN, walks=40):
        if not row["language"].startswith("en"):
            continue
        before = np.array([np.sin(row["heading"]), np.cos(row["heading"])])
        sentences = re.findall(r"[^.]+\.", row["instruction"])[1:-1]
        for sentence, start, end in zip(sentences, row["path"], row["path"][1:], strict=False):
            after = np.subtract(PLACES[end], PLACES[start])
            after /= np.linalg.norm(after)
            left = before[0] * after[1] - before[1] * after[0]
            side = re.search(r"left|right", sentence)
            if side:
                assert side[0] == ("left" if left > 0 else "right")
                checked += 1
            elif "around" in sentence:
                assert before @ after < -0.86
            else:
                assert "straight" in sentence and before @ after > 0.93
            before = after
    assert checked > 20


@pytest.mark.parametrize(
    ("turn", "words"), [(90, "right"), (-30, "slightly to your left"), (5, "straight"), (-170, "around")]
)
def test_turns_in_words(turn: float, words: str) -> None:
    assert words in instruction("en-IN", [Hop(turn, "kitchen", "kitchen")])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("turn", [0.0, 40.0, -100.0, 175.0])
def test_each_hop_has_a_word_to_ask_for(language: str, turn: float) -> None:
    assert len(blanked(instruction(language, [Hop(turn, "kitchen", "bedroom")]))[1]) == 1


def test_headings_are_clockwise_from_y() -> None:
    square = np.array([[0, 0, 0], [0, 1, 0], [1, 1, 0], [1, 0, 0], [0, 0, 0.0]])
    assert np.allclose(turns_of(square, np.radians(-90)), 90)
    assert np.allclose(turns_of(square[::-1], np.radians(90)), [0, -90, -90, -90])


def test_rows_have_every_field_and_words_without_times(root: Path) -> None:
    write_rxr(Home(1), root, SCAN, walks=4)
    for row in read(root, "rxr_train_guide.jsonl.gz"):
        assert list(row) == [
            "split",
            "instruction_id",
            "annotator_id",
            "language",
            "path_id",
            "scan",
            "path",
            "heading",
            "instruction",
            "timed_instruction",
            "edit_distance",
        ]
        assert " ".join(word["word"] for word in row["timed_instruction"]) == row["instruction"]
        assert "start_time" not in row["timed_instruction"][0] and "end_time" not in row["timed_instruction"][-1]
        assert any("start_time" in word for word in row["timed_instruction"])
    assert {len(row["path"]) for row in read(root, "rxr_test_standard_public_guide.jsonl.gz")} == {1}


def test_other_homes_add_to_the_lists(root: Path) -> None:
    first = write_rxr(Home(1), root, SCAN, walks=3)
    second = write_rxr(Home(1), root, SCAN, walks=2, first_id=10)
    assert read(root, "rxr_train_guide.jsonl.gz") == first + second
    assert [row["instruction_id"] for row in second] == [10, 11]
    assert len(read(root, "rxr_train_follower.jsonl.gz")) == 5


def test_the_same_files_each_time(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("again")
    (other / "connectivity").mkdir()
    graph = f"connectivity/{SCAN}_connectivity.json"
    (other / graph).write_bytes((root / graph).read_bytes())
    write_rxr(Home(5), root, SCAN, "val_unseen")
    write_rxr(Home(5), other, SCAN, "val_unseen")
    files = contents(root / "rxr-data")
    assert files == contents(other / "rxr-data")
    guides = [name for name in files if name.endswith("_guide_pose_trace.npz")]
    assert sorted(guides) == [f"pose_traces/rxr_val_unseen/{n:06}_guide_pose_trace.npz" for n in (1, 3, 5, 7)]


def test_names_in_traces_are_objects_in_some(root: Path) -> None:
    rows = write_rxr(Home(1), root, SCAN, walks=4)
    folder = root / "rxr-data/pose_traces/rxr_train"
    with np.load(folder / "000003_guide_pose_trace.npz") as trace:
        assert list(dict.fromkeys(trace["pano"].ravel().tolist())) == rows[2]["path"]
        count = len(trace["time"])
        assert trace["time"].shape == (count, 1) and trace["time"][0] > 0
        assert trace["extrinsic_matrix"].shape == trace["intrinsic_matrix"].shape == (count, 16)
        assert trace["image_mask"].shape[1:] == (128, 256)
    with np.load(folder / "000001_guide_pose_trace.npz") as trace, pytest.raises(ValueError, match="allow_pickle"):
        trace["pano"]


def test_a_home_without_ways_is_refused(root: Path) -> None:
    path = root / "connectivity" / f"{SCAN}_connectivity.json"
    viewpoints = json.loads(path.read_text())
    path.write_text(json.dumps([viewpoint | {"included": viewpoint["image_id"] == "a"} for viewpoint in viewpoints]))
    with pytest.raises(ValueError, match="no viewpoint can be reached from another"):
        write_rxr(Home(1), root, SCAN)


def test_the_graph_is_that_of_the_included_viewpoints(root: Path) -> None:
    graph: Graph = read_graph(root, SCAN)
    assert graph.panos == ["a", "b", "c", "d"] and graph.free.sum() == 8
    np.testing.assert_allclose(graph.positions[2], [4.0, 4.5, 1.5])
