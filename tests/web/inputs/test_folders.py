"""Plain folders: stable buckets, captions beside pictures, files that come and go."""

import pickle
from pathlib import Path

import pytest

from factory.store.hashing import CachedHasher
from factory.store.storage import Storage
from factory.web.inputs.base import FILE_TOO_LARGE, MISSING, NAME_NOT_UTF8, RawPicture
from factory.web.inputs.folders import FolderInput


def fill(root: Path, names: list[str]) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())


def all_pictures(folder: FolderInput) -> list[RawPicture]:
    return [picture for shard in folder.list_shards() for picture in folder.read(shard)]


def test_pictures_however_deep_and_nothing_else(tmp_path: Path) -> None:
    names = ["a.jpg", "b/c.PNG", "b/d/_DSC1.jpeg", "b/d/e.webp", "Ä ö.gif"]
    fill(tmp_path, [*names, "notes.md", "b/.hidden.jpg", ".cache/x.jpg", "__MACOSX/a.jpg", "b/readme"])
    folder = pickle.loads(pickle.dumps(FolderInput(Storage(tmp_path), buckets=3)))
    found = all_pictures(folder)
    assert sorted(p.uri for p in found) == sorted(names)
    assert all(p.data == p.uri.encode() == folder.read_one(p.uri) for p in found)
    assert len({p.image_id for p in found}) == 5 and "a" in {p.image_id for p in found}
    assert all(shard.endswith("-of-3") for shard in folder.list_shards())


def test_captions_beside_pictures(tmp_path: Path) -> None:
    fill(tmp_path, ["a.jpg", "a.txt", "b.jpg", "c.jpg"])
    (tmp_path / "b.json").write_text('{"caption": "from json"}')
    captions = {p.uri: p.caption for p in all_pictures(FolderInput(Storage(tmp_path)))}
    assert captions == {"a.jpg": "a.txt", "b.jpg": "from json", "c.jpg": None}


def test_one_more_file_restales_one_shard(tmp_path: Path) -> None:
    fill(tmp_path, [f"{i}.jpg" for i in range(200)])

    def digests() -> dict[str, str]:
        folder = FolderInput(Storage(tmp_path))
        hasher = CachedHasher(folder.storage)
        return {shard: folder.input_digest(shard, hasher)["files"] for shard in folder.list_shards()}

    before = digests()
    assert len(before) == 16
    for change in ("new.jpg", "7.txt", "7.jpg"):
        (tmp_path / change).write_bytes(b"something longer")
        after = digests()
        assert sum(after[shard] != before[shard] for shard in before) == 1
        before = after


def test_some_of_a_shard_in_the_same_order(tmp_path: Path) -> None:
    fill(tmp_path, [f"{i}.jpg" for i in range(20)])
    folder = FolderInput(Storage(tmp_path), buckets=1)
    found = all_pictures(folder)
    wanted = {found[3].image_id, found[11].image_id}
    assert list(folder.read("0-of-1", wanted)) == [found[3], found[11]]


def test_what_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("factory.web.inputs.folders.MAX_FILE_BYTES", 10)
    fill(tmp_path, ["a.jpg", "b.jpg", "much too long.jpg"])
    (tmp_path / "c\udcff.jpg").write_bytes(b"x")
    (tmp_path / "dangling.jpg").symlink_to("nowhere")
    folder = FolderInput(Storage(tmp_path), buckets=1)
    assert folder.list_shards() == ["0-of-1"]
    (tmp_path / "b.jpg").unlink()
    assert [(p.uri, p.reason) for p in folder.read("0-of-1")] == [
        ("a.jpg", ""),
        ("b.jpg", MISSING),
        ("c\\udcff.jpg", NAME_NOT_UTF8),
        ("much too long.jpg", FILE_TOO_LARGE),
    ]


def test_buckets_are_counted() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        FolderInput(Storage("/nowhere"), buckets=0)
