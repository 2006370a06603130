"""A data set and its lake of any number of scenes, made quickly: a few procedural scans under many ids."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pyarrow as pa

from factory.errors import DataError
from factory.pipeline.config import BuildConfig
from factory.pipeline.qa_stage import QaStage, qa_versions
from factory.pipeline.records_stage import RecordsStage, records_versions
from factory.sources.procedural.scene import build_scene
from factory.sources.procedural.writers.scannet import write_scannet
from factory.sources.procedural.writers.scannet_labels import write_label_table
from factory.sources.registry import open_source
from factory.store.hashing import CachedHasher, digest_of
from factory.store.lake import UPSTREAM, Lake
from factory.store.storage import Storage

RECORDS = ("scenes", "objects", "views")
_MOST = 10_000  # the number in an id has four digits, so that all ids are equally long
_WRITERS = 8


def scene_name(number: int) -> str:
    """`scene0012_00`."""
    return f"scene{number:04d}_00"


def make_scans(root: Path, scenes: int, seeds: Sequence[int], **settings: int) -> list[str]:
    """Writes a procedural scan per seed and hard-links their files under further ids; all ids, sorted.

    settings : of `build_scene`. Raises ValueError for more scenes than there are ids.
    """
    if scenes > _MOST:
        raise ValueError(f"{scenes} scenes: there are ids for {_MOST}")
    names = [scene_name(number) for number in range(scenes)]
    for seed, name in zip(seeds, names, strict=False):
        write_scannet(build_scene(seed, **settings), root, name)
    write_label_table(root)
    for number in range(len(seeds), scenes):
        _link(root / names[number % len(seeds)], root / names[number])
    return names


def _link(scene: Path, target: Path) -> None:
    for folder, _, files in os.walk(scene):
        below = target / Path(folder).relative_to(scene)
        below.mkdir()
        for name in files:  # a million and more: strings, since paths as objects take twice as long
            os.link(f"{folder}/{name}", f"{below}/{name.replace(scene.name, target.name)}")


def fill_lake(config: BuildConfig, names: Sequence[str], seeds: int, tables: Sequence[str], cache: Path) -> None:
    """Builds the first `seeds` scenes and writes their partitions under the ids of all, with footers that fit.

    tables : `RECORDS`, or with `qa`; cache : where the digests of the inputs are remembered.
    Raises DataError when a scene cannot be built.
    """
    source, hasher = open_source(config.source, Storage(config.input)), CachedHasher(Storage(config.input), cache)
    copies = [_Copy(config, name, records_versions(source, name, hasher, config), tables) for name in names[:seeds]]

    def write(number: int) -> None:
        versions = records_versions(source, names[number], hasher, config)
        copies[number % seeds].write(names[number], versions)

    with ThreadPoolExecutor(_WRITERS) as pool:
        list(pool.map(write, range(seeds, len(names))))
    hasher.save()


class _Copy:
    """The partitions of a built scene, to be written again under other ids of the same length."""

    def __init__(self, config: BuildConfig, scene_id: str, versions: dict[str, str], tables: Sequence[str]) -> None:
        self._config, self._scene_id = config, scene_id
        self._lake = Lake(Storage(config.root))
        records = RecordsStage(config)
        results = [partial(records.run, scene_id, versions), partial(QaStage(config).run, scene_id)]
        for run in results[: 2 if "qa" in tables else 1]:
            if (result := run()).status != "built":
                raise DataError(f"{scene_id}: {result.message}")
        records.close()
        self._rows = {table: _to_bytes(self._lake.read(table, config.source, scene_id)) for table in tables}
        self._counts = {}
        for table in tables:
            meta = self._lake.meta(table, config.source, scene_id)
            assert meta is not None
            self._counts[table] = meta.counts

    def write(self, scene_id: str, versions: dict[str, str]) -> None:
        """`versions` : what the records of the new scene depend on."""
        written: dict[str, str] = {}
        for table, rows in self._rows.items():
            # Paths of images hold the id, too; in Arrow's buffers a string of equal length is put in its place.
            data = pa.ipc.open_stream(rows.replace(self._scene_id.encode(), scene_id.encode())).read_all()
            if table == "qa":
                versions = qa_versions(written, self._config)
                data = _with_own_ids(data, scene_id)
            meta = self._lake.write(
                table,
                self._config.source,
                scene_id,
                data,
                versions=versions,
                counts=self._counts[table],
                upstream={name: written[name] for name in UPSTREAM.get(table, ())},
            )
            written[table] = meta.content_digest


def _with_own_ids(rows: pa.Table, scene_id: str) -> pa.Table:
    ids = [digest_of((scene_id, qa_id)) for qa_id in rows["qa_id"].to_pylist()]
    place = rows.schema.get_field_index("qa_id")
    return rows.set_column(place, rows.schema.field(place), pa.array(ids, rows.schema.field(place).type))


def _to_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue().to_pybytes()
