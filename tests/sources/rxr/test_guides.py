"""Lists of guides: what is read of a row, what is left out, what is never read."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from factory.errors import DataError
from factory.sources.rxr.guides import canonical_text, index_guides, read_guides
from factory.store.storage import Storage

HOUSE = "17DRP5sb8fy"


def row(number: int = 1, **change: Any) -> dict[str, Any]:
    return {
        "split": "train",
        "instruction_id": number,
        "annotator_id": 3,
        "language": "en-IN",
        "path_id": 7,
        "scan": HOUSE,
        "path": ["aa", "bb", "cc"],
        "heading": 3.105,
        "instruction": "Turn left and walk to the door.",
        "timed_instruction": [{"word": "Turn"}, {"word": "left", "start_time": 0.5, "end_time": 0.8}, {"word": "."}],
        "edit_distance": 0.1,
    } | change


def write(root: Path, rows: list[Any], name: str = "rxr_train_guide.jsonl.gz") -> Storage:
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in rows).encode()
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    return Storage(root)


def test_a_row_is_read_without_the_times_of_its_words(tmp_path: Path) -> None:
    (guide,), counts = read_guides(write(tmp_path, [row()]), HOUSE)
    assert (guide.instruction_id, guide.language, guide.list_name) == (1, "en-IN", "train")
    assert (guide.path, guide.heading) == (("aa", "bb", "cc"), 3.105)
    assert guide.text == "Turn left and walk to the door."
    assert counts == {}


@pytest.mark.parametrize("change", [{"timed_instruction": []}, {"timed_instruction": None}])
def test_words_without_times_are_no_reason_to_leave_a_row_out(tmp_path: Path, change: dict[str, Any]) -> None:
    without = {key: value for key, value in row().items() if key != "timed_instruction"}
    for guide in (row(**change), without):
        assert len(read_guides(write(tmp_path, [guide]), HOUSE)[0]) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"path": ["aa"]}, "path: only its start is told"),
        ({"path": None}, "path: guide row malformed"),
        ({"path": ["aa", 7]}, "path: guide row malformed"),
        ({"heading": None}, "path: guide row malformed"),
        ({"heading": float("nan")}, "path: guide row malformed"),
        ({"instruction": 5}, "path: guide row malformed"),
        ({"language": None}, "path: guide row malformed"),
        ({"instruction_id": "2"}, "path: guide row malformed"),
        ({}, "path: instruction id comes twice"),
    ],
)
def test_rows_that_are_no_walk_are_counted(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    number = 1 if not change else 2
    guides, counts = read_guides(write(tmp_path, [row(), {**row(number), **change}]), HOUSE)
    assert [guide.instruction_id for guide in guides] == [1]
    assert counts == {reason: 1}


def test_followers_and_test_lists_are_not_read(tmp_path: Path) -> None:
    write(tmp_path, [row()])
    for name in ("rxr_train_follower", "rxr_test_standard_public_guide", "rxr_test_challenge_public_guide"):
        write(tmp_path, [row(2, scan="2azQ1b91cZZ"), "no JSON at all"], f"{name}.jsonl.gz")
    assert list(index_guides(Storage(tmp_path))) == [HOUSE]
    assert [guide.instruction_id for guide in read_guides(Storage(tmp_path), HOUSE)[0]] == [1]


def test_all_languages_are_read_in_order_of_their_ids(tmp_path: Path) -> None:
    languages = ["te-IN", "hi-IN", "en-US", "en-IN"]
    rows = [row(9 - place, language=language) for place, language in enumerate(languages)]
    guides, _ = read_guides(write(tmp_path, rows), HOUSE)
    assert [guide.language for guide in guides] == languages[::-1]


def test_a_house_is_held_out_by_the_list_of_unseen_houses_alone(tmp_path: Path) -> None:
    write(tmp_path, [row(1), row(2, scan="other")])
    write(tmp_path, [row(3)], "rxr_val_seen_guide.jsonl.gz")
    write(tmp_path, [row(4, scan="unseen")], "rxr_val_unseen_guide.jsonl.gz")
    index = index_guides(Storage(tmp_path))
    assert {house: guides.held_out for house, guides in index.items()} == {
        HOUSE: False,
        "other": False,
        "unseen": True,
    }
    assert index[HOUSE].ids == (("train", 1), ("val_seen", 3))


@pytest.mark.parametrize("place", ["", "rxr-data/", "rxr/", "../", "../rxr-data/"])
@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.gz"])
def test_where_lists_may_lie(tmp_path: Path, place: str, ending: str) -> None:
    root = tmp_path / "scans"
    root.mkdir()
    write(tmp_path / "scans" / place, [row()], f"rxr_val_unseen_guide{ending}")
    assert len(read_guides(Storage(root), HOUSE)[0]) == 1


def test_the_digest_is_that_of_the_rows_of_a_house(tmp_path: Path) -> None:
    before = index_guides(write(tmp_path, [row(1), row(2, scan="other")]))
    other = index_guides(write(tmp_path, [row(1), row(2, scan="other", instruction="Go right.")]))
    assert before[HOUSE].digest == other[HOUSE].digest
    assert before["other"].digest != other["other"].digest


def test_damaged_lists_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"expected rxr_train_guide\.jsonl\.gz .* found none"):
        index_guides(Storage(tmp_path))
    storage = write(tmp_path, [row()])
    file = tmp_path / "rxr_train_guide.jsonl.gz"
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(DataError, match=r"rxr_train_guide\.jsonl\.gz: damaged .* download it again"):
        index_guides(storage)
    for bad in ("{", "[1]", '{"path": []}'):
        with pytest.raises(
            DataError, match=r"rxr_train_guide\.jsonl\.gz: expected a JSON object with a scan per line"
        ):
            index_guides(write(tmp_path, [row(), bad]))


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("  Turn\u00a0left,\n go  on. ", "Turn left, go on."),
        ('A sign says "exit".', "A sign says 'exit'."),
        ("cafe\u0301", "caf\u00e9"),
        ("\u092e\u0941\u095c\u0947\u0902", "\u092e\u0941\u0921\u093c\u0947\u0902"),  # nukta apart, as NFC has it
        (
            "\u0c32\u0c46\u0c2b\u0c4d\u0c1f\u0c4d\u200c\u0c15\u0c3f",
            "\u0c32\u0c46\u0c2b\u0c4d\u0c1f\u0c4d\u200c\u0c15\u0c3f",
        ),
    ],
)
def test_texts_are_canonical(raw: str, text: str) -> None:
    assert canonical_text(raw) == text
