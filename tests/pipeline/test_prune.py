"""What leaves the lake, and in which order."""

from pathlib import Path

import pytest

from factory.pipeline.attempts import Attempt
from factory.pipeline.prune import prune
from factory.store.lake import SCENE_TABLES, TABLES, UPSTREAM, WEB_TABLES, Lake
from factory.store.storage import Storage
from tests.building import contents


@pytest.mark.parametrize("tables", [SCENE_TABLES, WEB_TABLES], ids=["scenes", "shards"])
def test_nothing_stays_and_no_table_outlives_what_it_belongs_to(
    tmp_path: Path, tables: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lake(Storage(tmp_path))
    for scene in ("gone", "kept"):
        for table in tables:
            lake.write(table, "d", scene, TABLES[table].empty_table(), versions={}, counts={})
    before = {path for path in contents(tmp_path) if "=kept/" in path}
    Attempt(lake, "d", "gone", "records", next(iter(tables)), "killed").begin()
    removed: list[str] = []
    delete = lake.delete
    monkeypatch.setattr(lake, "delete", lambda table, *key: (removed.append(table), delete(table, *key)))
    prune(lake, "d", tables, ["gone"])
    assert set(contents(tmp_path)) == before
    for table in tables:
        for upstream in UPSTREAM.get(table, ()):
            assert removed.index(table) < removed.index(upstream)
