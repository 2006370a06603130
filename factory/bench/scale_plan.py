"""Time of a plan when nothing changed: what every build pays before it does anything."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from factory.bench.scale_copies import RECORDS, fill_lake, make_scans
from factory.bench.speed import REPEATS, Figure
from factory.errors import DataError
from factory.pipeline.config import BuildConfig
from factory.pipeline.plan import Plan, make_plan
from factory.pipeline.quotas import even_quotas
from factory.sources.registry import open_source
from factory.store.hashing import CachedHasher
from factory.store.lake import Lake
from factory.store.storage import Storage

FRAMES = 100
_SMALL = {"faces": 4_000, "frame_count": FRAMES, "width": 64, "height": 48, "rooms": 1}


def plan_speed(scenes: int, root: str | None = None) -> Iterator[Figure]:
    """Makes scans and their lake, and plans them again from scratch, digests of the inputs remembered.

    root : folder or URL of an empty lake, by default beside the scans on this machine's disk.
    """
    with tempfile.TemporaryDirectory() as folder:
        config = BuildConfig(
            source="scannet",
            input=f"{folder}/scans",
            root=root or f"{folder}/lake",
            quotas=even_quotas(1),
            rasterizer="embree",
        )
        cache = Path(folder) / "digests.sqlite"
        names = make_scans(Path(config.input), scenes, [0], **_SMALL)
        fill_lake(config, names, 1, (*RECORDS, "qa"), cache)
        files = sum(1 for path in Path(config.input, names[0]).rglob("*") if path.is_file())
        conditions = f"{files} files per scene of the input, {len(RECORDS) + 1} of the lake, digest cache warm"
        wall, cpu = [], []
        for _ in range(REPEATS):
            clocks = time.perf_counter(), time.process_time()
            if undone := plan_anew(config, cache).to_build:
                raise DataError(f"{undone[0].scene_id}: to be built although nothing changed")
            wall.append(time.perf_counter() - clocks[0])
            cpu.append(time.process_time() - clocks[1])
        name = f"plan of {scenes:,} unchanged scenes, lake {'on disk' if root is None else 'at ' + root}"
        yield Figure(name, min(wall), "s", conditions)
        yield Figure(f"{name}, CPU", min(cpu), "s", conditions)


def plan_anew(config: BuildConfig, cache: Path) -> Plan:
    """A plan as a job makes it: everything is opened anew, the digests are loaded and saved."""
    source, lake = open_source(config.source, Storage(config.input)), Lake(Storage(config.root))
    inputs, footers = (CachedHasher(Storage(url), cache) for url in (config.input, config.root))
    plan = make_plan(config, source, lake, inputs, footers)
    inputs.save()
    footers.save()
    return plan
