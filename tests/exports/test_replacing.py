"""The swap of a folder's contents."""

from pathlib import Path

import pytest

from factory.errors import DataError
from factory.exports.replacing import replacing

ENTRIES = ("index", "data", "README")


def fill(out: Path, text: str) -> None:
    with replacing(out, ENTRIES, signed="README", signature="ours") as new:
        (new / "data").mkdir()
        (new / "data" / "a").write_text(text)
        (new / "index").write_text(text)
        (new / "README").write_text(f"ours\n{text}")


def contents(out: Path) -> dict[str, str]:
    return {path.relative_to(out).as_posix(): path.read_text() for path in out.rglob("*") if path.is_file()}


def test_new_contents_take_the_place_of_the_old(tmp_path: Path) -> None:
    fill(tmp_path / "deep" / "out", "1")
    (tmp_path / "deep" / "out" / "other").write_text("kept")
    fill(tmp_path / "deep" / "out", "2")
    assert contents(tmp_path / "deep" / "out") == {"data/a": "2", "index": "2", "README": "ours\n2", "other": "kept"}


def test_an_exception_leaves_the_old_contents(tmp_path: Path) -> None:
    fill(tmp_path, "1")
    with (
        pytest.raises(KeyboardInterrupt),
        replacing(tmp_path, ENTRIES, signed="README", signature="ours") as new,
    ):
        (new / "index").write_text("half")
        raise KeyboardInterrupt
    assert contents(tmp_path) == {"data/a": "1", "index": "1", "README": "ours\n1"}


def test_an_entry_that_is_not_made_again_goes(tmp_path: Path) -> None:
    fill(tmp_path, "1")
    with replacing(tmp_path, ENTRIES, signed="README", signature="ours") as new:
        (new / "README").write_text("ours")
    assert contents(tmp_path) == {"README": "ours"}


@pytest.mark.parametrize("name", ["index", "data", "README"])
def test_what_is_not_signed_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("theirs")
    with pytest.raises(DataError, match=f"'{name}'"):
        fill(tmp_path, "1")
    assert contents(tmp_path) == {name: "theirs"}


def test_a_link_into_nowhere_is_somebody_elses_too(tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(tmp_path / "missing")
    with pytest.raises(DataError, match="'data'"):
        fill(tmp_path, "1")


def test_a_run_that_was_killed_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    fill(tmp_path, "1")
    for leftover in (".new", ".old"):
        (tmp_path / leftover / "data").mkdir(parents=True)
    (tmp_path / "index").rename(tmp_path / ".old" / "index")  # killed between taking away and putting back
    fill(tmp_path, "2")
    assert contents(tmp_path) == {"data/a": "2", "index": "2", "README": "ours\n2"}
