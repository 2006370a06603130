"""Footers of a whole lake: as the lake has them, and read once."""

import uuid
from pathlib import Path

import pytest

from factory.store.footers import Footers, Identity
from factory.store.hashing import CachedHasher
from factory.store.lake import SCENE_TABLES, TABLES, Lake
from factory.store.storage import Storage

SCENES = ("scene0000_00", "scene with spaces, ünd = signs")


@pytest.fixture(params=["local", "s3"])
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Lake:
    root = tmp_path / "lake"
    lake = Lake(
        Storage(root if request.param == "local" else f"{request.getfixturevalue('s3_bucket')}/{uuid.uuid4().hex}")
    )
    for scene in SCENES:
        write(lake, "views", scene, "1")
    write(lake, "qa", SCENES[0], "1")
    write(lake, "views", SCENES[0], "1", dataset="other")
    return lake


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "digests.sqlite"


def write(lake: Lake, table: str, scene: str, version: str, dataset: str = "scannet") -> None:
    empty = TABLES[table].empty_table()
    lake.write(table, dataset, scene, empty, versions={"v": version}, counts={}, upstream={"scenes": version})


def identities(lake: Lake, cache: Path) -> dict[tuple[str, str], Identity | None]:
    hasher = CachedHasher(lake.storage, cache)
    footers = Footers(lake, "scannet", SCENE_TABLES, hasher)
    found = {(table, scene): footers.identity(table, scene) for table in SCENE_TABLES for scene in SCENES}
    hasher.save()
    return found


def test_identities_are_those_of_the_footers(lake: Lake, cache: Path) -> None:
    for _ in range(2):  # read, and remembered
        for (table, scene), identity in identities(lake, cache).items():
            meta = lake.meta(table, "scannet", scene)
            assert identity == (meta and (meta.fingerprint, meta.content_digest, meta.upstream))
    footers = Footers(lake, "scannet", SCENE_TABLES, CachedHasher(lake.storage))
    assert footers.scenes() == set(SCENES)
    assert footers.meta("qa", SCENES[0]) == lake.meta("qa", "scannet", SCENES[0])
    assert footers.meta("qa", SCENES[1]) is None


def test_only_what_changed_is_read_again(lake: Lake, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = identities(lake, cache)
    write(lake, "views", SCENES[1], "2, longer")
    lake.delete("qa", "scannet", SCENES[0])
    read, meta = [], Lake.meta
    monkeypatch.setattr(Lake, "meta", lambda self, *key: read.append(key) or meta(self, *key))
    after = identities(lake, cache)
    assert read == [("views", "scannet", SCENES[1])]
    assert {key for key in after if after[key] != before[key]} == {("views", SCENES[1]), ("qa", SCENES[0])}
    assert after["qa", SCENES[0]] is None


def test_footers_that_cannot_be_read_count_as_absent(lake: Lake, cache: Path) -> None:
    lake.storage.write_atomic(lake.path("views", "scannet", SCENES[0]), b"PAR1 nonsense")
    assert identities(lake, cache)["views", SCENES[0]] is None
    footers = Footers(lake, "scannet", SCENE_TABLES, CachedHasher(lake.storage))
    assert footers.meta("views", SCENES[0]) is None
    lake.delete("views", "scannet", SCENES[1])  # since the listing
    assert footers.identity("views", SCENES[1]) is None and footers.meta("views", SCENES[1]) is None
