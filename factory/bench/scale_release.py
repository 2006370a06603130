"""A release of a lake of any number of scenes: its time and its memory."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from factory.bench.scale_copies import RECORDS, fill_lake, make_scans
from factory.bench.scale_progress import in_new_process
from factory.bench.speed import Figure, peak_memory_mb
from factory.errors import DataError
from factory.exports.release.build import ReleaseOptions, make_release
from factory.exports.release.licences import load_licences
from factory.exports.release.manifest import Selection
from factory.exports.release.verify import verify_release
from factory.pipeline.config import BuildConfig
from factory.pipeline.quotas import even_quotas
from factory.store.lake import Lake
from factory.store.storage import Storage

SEEDS = (3, 4, 5)
_SMALL = {"faces": 30_000, "frame_count": 40, "width": 320, "height": 240, "rooms": 3}
_SHARD_BYTES = 192 << 20


def release_speed(scenes: int, facts: int) -> Iterator[Figure]:
    """Releases the lake of a few procedural scenes under many ids, and checks the release without its single rows.

    facts : per task of a scene.
    """
    with tempfile.TemporaryDirectory() as folder:
        config = BuildConfig(
            source="scannet",
            input=f"{folder}/scans",
            root=f"{folder}/lake",
            quotas=even_quotas(facts),
            rasterizer="embree",
        )
        names = make_scans(Path(config.input), scenes, SEEDS[:scenes], **_SMALL)
        fill_lake(config, names, len(SEEDS[:scenes]), (*RECORDS, "qa"), Path(folder) / "digests.sqlite")
        place, rows, seconds, memory = in_new_process(_release, config.root, f"{folder}/releases")
        name, conditions = f"release of {rows:,} rows", f"{scenes:,} scenes; lake and release on disk"
        yield Figure(name, seconds, "s", conditions)
        yield Figure(f"{name}: peak memory", memory, "MB", conditions)
        seconds, memory = in_new_process(_check, place)
        yield Figure(f"check of {rows:,} rows", seconds, "s", "without validating each row")
        yield Figure(f"check of {rows:,} rows: peak memory", memory, "MB", "without validating each row")


def _release(root: str, out: str) -> tuple[str, int, float, float]:
    started = time.perf_counter()
    options = ReleaseOptions(
        name="bench",
        notes="",
        selection=Selection(),
        licences=load_licences(None),
        inputs={},
        shard_bytes=_SHARD_BYTES,
        allow_incomplete=False,
    )
    place, manifest = make_release(Lake(Storage(root)), Storage(out), options, lambda partitions: partitions)
    rows = sum(file.rows for file in manifest.files)
    return place, rows, time.perf_counter() - started, peak_memory_mb()


def _check(place: str) -> tuple[float, float]:
    started = time.perf_counter()
    if found := verify_release(Storage(place), rows=False)[1]:
        raise DataError(f"{found[0].path}: {found[0].message}")
    return time.perf_counter() - started, peak_memory_mb()
