"""The strict reader finds every kind of damage, also where checksums were made to fit."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from factory.errors import DataError
from factory.exports.release.manifest import MANIFEST, Manifest
from factory.exports.release.verify import verify_release
from factory.store.lake import TABLES
from factory.store.storage import Storage
from tests.exports.release.releasing import read_manifest, release, sign_again, write_scenes

SPLITS = {"scene0001_00": "train", "scene0002_00": "train", "scene0003_00": "val"}
TRAIN = "data/position_matching/train-00000-of-00001.parquet"
VAL = "data/position_matching/val-00000-of-00001.parquet"
JUDGE = "data/obj_spatial_relation_oo/train-00000-of-00001.parquet"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release; read only."""
    folder = tmp_path_factory.mktemp("whole")
    return Path(release(write_scenes(folder / "lake", SPLITS), folder / "out")[0].url)


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    """One to be damaged."""
    return Path(shutil.copytree(whole, tmp_path / "v000001"))


def findings(folder: Path, rows: bool = True) -> list[str]:
    return [f"{one.path}: {one.message}" for one in verify_release(Storage(folder), rows=rows)[1]]


def change_rows(folder: Path, path: str, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> None:
    """Rewrites a shard with other rows."""
    rows = change(pq.read_table(folder / path, partitioning=None).to_pylist())
    pq.write_table(pa.Table.from_pylist(rows, TABLES["qa"]), folder / path, compression="zstd")


def set_first(column: str, value: Any, where: Callable[[dict[str, Any]], bool] = lambda row: True) -> Any:
    """A change of one row."""

    def change(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        next(row for row in rows if where(row))[column] = value
        return rows

    return change


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1))

    return damage


def flip(folder: Path) -> None:
    data = bytearray((folder / TRAIN).read_bytes())
    data[len(data) // 3] ^= 1
    (folder / TRAIN).write_bytes(data)


def swap(folder: Path) -> None:
    one, other = (folder / TRAIN).read_bytes(), (folder / VAL).read_bytes()
    (folder / TRAIN).write_bytes(other)
    (folder / VAL).write_bytes(one)


def swap_and_sign(folder: Path) -> None:
    swap(folder)
    sign_again(folder)


def drop_a_column(folder: Path) -> None:
    rows = pq.read_table(folder / TRAIN, partitioning=None)
    pq.write_table(rows.drop_columns("margin"), folder / TRAIN)
    sign_again(folder)


def cut_short(folder: Path) -> None:
    (folder / TRAIN).write_bytes((folder / TRAIN).read_bytes()[:-40])


def add_a_file(folder: Path) -> None:
    shutil.copy(folder / TRAIN, folder / "data" / "extra.parquet")


def in_manifest(**changes: Any) -> Callable[[Path], None]:
    """Another word in the manifest, with files that fit."""

    def damage(folder: Path) -> None:
        sign_again(folder, read_manifest(folder).model_copy(update=changes))

    return damage


def signed(path: str, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Callable[[Path], None]:
    """Other rows, with checksums that fit."""

    def damage(folder: Path) -> None:
        change_rows(folder, path, change)
        sign_again(folder)

    return damage


def rename_shard(folder: Path) -> None:
    manifest = read_manifest(folder)
    other = TRAIN.replace("00000-of-00001", "00001-of-00002")
    (folder / TRAIN).rename(folder / other)
    files = [file.model_copy(update={"path": other}) if file.path == TRAIN else file for file in manifest.files]
    sign_again(folder, manifest.model_copy(update={"files": files}))


def same_id_in_two_tasks(folder: Path) -> None:
    first = pq.read_table(folder / TRAIN, partitioning=None)["qa_id"][0].as_py()
    change_rows(folder, JUDGE, lambda rows: sorted([rows[0] | {"qa_id": first}, *rows[1:]], key=lambda r: r["qa_id"]))
    sign_again(folder)


def is_select(row: dict[str, Any]) -> bool:
    return row["format"] == "select"


DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "a byte": (flip, f"{TRAIN}: the sha256 is not that of the manifest"),
    "cut short": (cut_short, f"{TRAIN}: not readable as Parquet"),
    "a shard is gone": (lambda folder: (folder / TRAIN).unlink(), f"{TRAIN}: is missing"),
    "a file too many": (add_a_file, "data/extra.parquet: does not belong to the release"),
    "splits swapped": (swap, f"{TRAIN}: holds rows of the split val"),
    "splits swapped, signed": (swap_and_sign, f"{VAL}: holds rows of the split train"),
    "a row dropped": (lambda folder: change_rows(folder, TRAIN, lambda rows: rows[1:]), f"{TRAIN}: 18 rows were"),
    "a row dropped, signed": (signed(TRAIN, lambda rows: rows[1:]), f"{MANIFEST}: counts: "),
    "a row twice": (signed(TRAIN, lambda rows: [rows[0], *rows]), "data: the id "),
    "an id in two tasks": (same_id_in_two_tasks, " is there twice"),
    "order": (signed(TRAIN, lambda rows: rows[::-1]), f"{TRAIN}: the rows are not in the order of their ids"),
    "a scene of the other split": (
        signed(TRAIN, set_first("scene_id", "scene0003_00")),
        "data: scannet/scene0003_00 is in train and val",
    ),
    "another task": (signed(TRAIN, set_first("task", "room_size")), f"{TRAIN}: holds rows of the task room_size"),
    "a value that cannot be": (signed(TRAIN, set_first("unit", "miles")), ": unit: Input should be"),
    "an empty question": (signed(TRAIN, set_first("question", "")), ": question: String should have"),
    "a letter without option": (
        signed(TRAIN, set_first("answer", "E", is_select)),
        ": the answer 'E' is no letter of its options",
    ),
    "another answer": (signed(TRAIN, set_first("answer", "D", is_select)), f"{MANIFEST}: answers: "),
    "columns": (drop_a_column, f"{TRAIN}: the columns are not those of qa"),
    "numbers of shards": (rename_shard, "are not numbered in order"),
    "card": (edit("README.md", "| scannet |", "| scannet2 |"), "README.md: does not say what the manifest says"),
    "licences": (edit("LICENSES.md", "Terms of Use", "Apache-2.0"), "LICENSES.md: does not say"),
    "card gone": (lambda folder: (folder / "README.md").unlink(), "README.md: is missing"),
    "checksums": (edit("SHA256SUMS", "a", "b"), "SHA256SUMS: does not hold the checksums"),
    "manifest": (edit(MANIFEST, '"layout"', ' "layout"'), "SHA256SUMS: does not hold the checksums"),
    "no licence": (in_manifest(sources={}), f"{MANIFEST}: no word about the licence of scannet"),
    "limit": (in_manifest(shard_bytes=1000), "are more than the limit of 1,000"),
}


def test_a_whole_release_has_no_findings(whole: Path) -> None:
    assert findings(whole) == findings(whole, rows=False) == []


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_found(copy: Path, name: str) -> None:
    damage, expected = DAMAGE[name]
    damage(copy)
    found = findings(copy)
    assert any(expected in one for one in found), found


def test_a_room_in_two_splits_is_found(copy: Path) -> None:
    manifest = read_manifest(copy)
    places = [place.model_copy(update={"rooms": ["scannet/scene0001"]}) for place in manifest.places]
    sign_again(copy, manifest.model_copy(update={"places": places}))
    assert findings(copy) == [
        "data: the room scannet/scene0001 is in train (scannet/scene0001_00) and val (scannet/scene0003_00)"
    ]


def test_a_scene_without_a_room_is_found(copy: Path) -> None:
    manifest = read_manifest(copy)
    places = [place.model_copy(update={"rooms": []}) for place in manifest.places]
    sign_again(copy, manifest.model_copy(update={"places": places}))
    assert findings(copy)[0] == f"{MANIFEST}: no word about the room of scannet/scene0001_00"


def test_without_rows_only_what_a_row_says_of_itself_is_not_seen(copy: Path) -> None:
    change_rows(copy, TRAIN, set_first("unit", "miles"))
    sign_again(copy)
    assert findings(copy, rows=False) == [] != findings(copy)


def test_marks_are_on_images_of_the_row(copy: Path) -> None:
    def change(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        rows[0]["marks"][0]["image_index"] = 9
        return rows

    change_rows(copy, TRAIN, change)
    sign_again(copy)
    assert "a mark is on an image that is not there" in findings(copy)[0]


def test_what_has_no_manifest_is_no_release(copy: Path) -> None:
    manifest = (copy / MANIFEST).read_bytes()
    (copy / MANIFEST).unlink()
    with pytest.raises(DataError, match="no release here"):
        verify_release(Storage(copy))
    (copy / MANIFEST).write_bytes(manifest[:100])
    with pytest.raises(DataError, match=r"manifest.json: not readable"):
        verify_release(Storage(copy))
    assert Manifest.model_validate_json(manifest).to_bytes() == manifest
