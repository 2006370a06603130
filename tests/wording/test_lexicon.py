"""Lexicons: alternatives, defects, and their part in the digest of a task."""

import shutil
from pathlib import Path

import pytest

from factory.errors import DataError
from factory.wording.lexicon import expanded, lexicon, read_lexicon
from factory.wording.templates import FOLDER, load


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("past", ["past"]),
        ("(go|walk) up", ["go up", "walk up"]),
        ("turn (slightly|) (left|right)", ["turn slightly left", "turn slightly right", "turn left", "turn right"]),
        ("stair(s|)", ["stairs", "stair"]),
    ],
)
def test_alternatives_are_written_out(text: str, phrases: list[str]) -> None:
    assert list(expanded(text)) == phrases


def test_no_phrase_has_stray_signs() -> None:
    for name in ("action_words", "plurals"):
        for phrases in lexicon(name).values():
            assert phrases
            assert all(phrase == phrase.lower().strip() and not set(phrase) & set("()|") for phrase in phrases)


def test_no_list_of_plurals_repeats_a_word() -> None:
    for name, words in lexicon("plurals").items():
        assert len(set(words)) == len(words), name


@pytest.mark.parametrize(("text", "message"), [("[broken", "expected a TOML file"), ("turns = 'left'", "turns: ")])
def test_broken_files_are_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "words.toml").write_text(text)
    with pytest.raises(DataError, match=rf"words\.toml: .*{message}|words\.toml: {message}"):
        read_lexicon("words", tmp_path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"lexicon smells: expected a file smells\.toml"):
        read_lexicon("smells", tmp_path)


def test_digest_covers_the_lexicon(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "templates"))
    before = load(folder)
    file = folder / "lexicons" / "plurals.toml"
    file.write_text(file.read_text().replace('"mouse mice"', '"mouse mouses"'))
    after = load(folder)
    assert {task for task in before if before[task].digest != after[task].digest} == {"obj_count"}
