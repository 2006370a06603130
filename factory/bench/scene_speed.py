"""Speed and memory of the line from annotated scenes to questions, on one scene."""

import tempfile
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa

from factory.audit.lake import audit_lake
from factory.bench.speed import Figure, best, best_cpu, peak_memory_mb
from factory.errors import DataError
from factory.geometry.cameras import scale_intrinsics
from factory.pipeline.config import BuildConfig
from factory.pipeline.qa_stage import QaStage
from factory.pipeline.quotas import Quota, even_quotas, facts_needed
from factory.pipeline.records_stage import RecordsStage, records_versions
from factory.sources.registry import open_source
from factory.store.hashing import CachedHasher
from factory.store.lake import Lake
from factory.store.storage import Storage
from factory.tasks import all_tasks
from factory.tasks.engine import make_facts
from factory.tasks.records import SceneRecords
from factory.tasks.task import Task
from factory.visibility.rasterizer import Raster, Rasterizer
from factory.visibility.records import RecordParams, build_records
from factory.visibility.select import open_rasterizer, resolve_rasterizer
from factory.wording.renderer import render_task
from schemas.scene import Scene

WIDTH, HEIGHT, FRAMES = 640, 480, 60
TASK_REPEATS = 15  # of a few milliseconds each
MEMORY_SCENES = 8


class SceneSpeed:
    """The scene that is measured, loaded once; every part yields figures. CPU seconds are user and system."""

    def __init__(self, scans: Path, facts: int) -> None:
        self.scans, self.facts = scans, facts
        self.source = open_source("scannet", Storage(scans))
        self.scene_id = self.source.list_scenes()[0]

    @cached_property
    def scene(self) -> Scene:
        return self.source.load(self.scene_id)

    @property
    def faces(self) -> str:
        assert self.scene.mesh is not None
        return f"{len(self.scene.mesh.faces):,} faces"

    def config(self, root: Path) -> BuildConfig:
        name = resolve_rasterizer("auto")
        return BuildConfig(
            source="scannet", input=str(self.scans), root=str(root), quotas=even_quotas(self.facts), rasterizer=name
        )

    def load(self) -> Iterator[Figure]:
        """Files on disk -> Scene."""
        seconds = best(lambda: self.source.load(self.scene_id))
        yield Figure("scene load", seconds, "s", f"{self.faces}, {len(self.scene.frames)} frames")
        hasher = CachedHasher(Storage(self.scans), None)
        cold = best(lambda: self.source.input_digests(self.scene_id, hasher), 1)
        warm = best(lambda: self.source.input_digests(self.scene_id, hasher))
        yield Figure("input digests, cold", cold, "s", f"{len(self.scene.frames)} frames")
        yield Figure("input digests, warm", warm, "s", f"{len(self.scene.frames)} frames")

    def rasterize(self) -> Iterator[Figure]:
        """Face id and depth of 640x480 images."""
        assert self.scene.mesh is not None
        frames = self.scene.frames[:FRAMES]
        for name in ("egl", "embree"):
            try:
                rasterizer = open_rasterizer(name)
            except Exception as error:
                yield Figure(f"rasterize, {name}", 0.0, "frames/s", f"not available here: {error}")
                continue
            rasterizer.load(self.scene.mesh.vertices, self.scene.mesh.faces)

            def run(rasterizer: Rasterizer = rasterizer) -> None:
                for frame in frames:
                    scale = (WIDTH / frame.width, HEIGHT / frame.height)
                    intrinsics = scale_intrinsics(frame.intrinsics, *scale)
                    rasterizer.render(frame.world_from_camera, intrinsics, WIDTH, HEIGHT)

            seconds = best_cpu(run)
            conditions = f"per core, {self.faces}, {WIDTH}x{HEIGHT}"
            yield Figure(f"rasterize, {name}", len(frames) / seconds, "frames/s", conditions)
            rasterizer.close()

    def views(self) -> Iterator[Figure]:
        """Rasterized frame -> view record with all its objects."""
        for name in ("egl", "embree"):
            try:
                rasterizer = Stopwatch(open_rasterizer(name))
            except Exception as error:
                yield Figure(f"view record, {name}", 0.0, "ms", f"not available here: {error}")
                continue
            kept = 0

            def run(rasterizer: Stopwatch = rasterizer, name: str = name) -> None:
                nonlocal kept
                rasterizer.cpu_seconds = 0.0
                kept = len(build_records(self.scene, rasterizer, RecordParams(rasterizer=name), []).views)

            seconds = best_cpu(run, 1)
            conditions = f"CPU per frame, {self.faces}, {len(self.scene.objects)} objects, {kept} kept frames"
            without = (seconds - rasterizer.cpu_seconds) / kept
            yield Figure(f"view record without rasterizing, {name}", without * 1e3, "ms", conditions)
            yield Figure(f"view record with rasterizing, {name}", seconds / kept * 1e3, "ms", conditions)
            rasterizer.close()

    def rows(self) -> Iterator[Figure]:
        """Records -> validated rows in Parquet."""
        with tempfile.TemporaryDirectory() as folder:
            config = self.config(Path(folder) / "lake")
            self.write_records(config)
            lake = Lake(Storage(config.root))

            def run() -> None:
                lake.delete("qa", "scannet", self.scene_id)
                QaStage(config).run(self.scene_id)

            seconds = best_cpu(run)
            rows, keyframes = self._size(lake)
            yield Figure(
                "rows from records to Parquet", rows / seconds, "rows/CPU s", f"{rows} rows, {keyframes} keyframes"
            )

    def tasks(self) -> Iterator[Figure]:
        """Records -> facts -> validated rows of each task, in memory; what tasks share is there already."""
        with tempfile.TemporaryDirectory() as folder:
            config = self.config(Path(folder) / "lake")
            self.write_records(config)
            lake = Lake(Storage(config.root))
            records = SceneRecords.from_tables(*lake.read_records("scannet", self.scene_id))
        for task in all_tasks():
            quota = config.quotas[task.spec.name]

            def run(task: Task = task, quota: Quota = quota) -> pa.Table:
                facts, _ = make_facts(task, records, facts_needed(quota), config.seed)
                key = {"source": "scannet", "scene_id": self.scene_id, "split": records.split, "seed": config.seed}
                return render_task(task.spec, facts, quota, **key).table

            rows = run().num_rows
            conditions = f"{rows} rows" if rows else "the scene offers no question"
            yield Figure(f"task {task.spec.name}", rows / best_cpu(run, TASK_REPEATS), "rows/CPU s", conditions)

    def line(self) -> Iterator[Figure]:
        """Scene on disk -> Parquet, all stages."""
        with tempfile.TemporaryDirectory() as folder:
            config = self.config(Path(folder) / "lake")

            def run() -> None:
                self.write_records(config)
                QaStage(config).run(self.scene_id)

            seconds = best_cpu(run, 1)
            rows, keyframes = self._size(Lake(Storage(config.root)))
            conditions = f"{rows} rows, {keyframes} keyframes, {seconds:.1f} CPU s, {self.faces}, {config.rasterizer}"
            yield Figure("scene on disk to Parquet", rows / seconds, "rows/CPU s", conditions)

    def audit(self) -> Iterator[Figure]:
        """Rows in Parquet -> every answer derived a second time."""
        with tempfile.TemporaryDirectory() as folder:
            config = self.config(Path(folder) / "lake")
            self.write_records(config)
            QaStage(config).run(self.scene_id)
            seconds = best_cpu(lambda: audit_lake(config.root))
            rows, _ = self._size(Lake(Storage(config.root)))
            yield Figure("audit", rows / seconds, "rows/CPU s", f"{rows} rows")

    def memory(self) -> Iterator[Figure]:
        """Peak resident memory after one scene and after several: it must not grow with their number."""
        with tempfile.TemporaryDirectory() as folder:
            config = self.config(Path(folder) / "lake")
            for scenes in (1, MEMORY_SCENES):
                for _ in range(scenes):
                    self.write_records(config)
                    QaStage(config).run(self.scene_id)
                peak = peak_memory_mb()
                conditions = f"{self.faces}, libraries included"
                yield Figure(f"peak memory of a worker after {scenes} scenes", peak, "MB", conditions)

    def write_records(self, config: BuildConfig) -> None:
        """The records of the scene, in the lake of that configuration. Raises DataError where the build fails."""
        hasher = CachedHasher(Storage(self.scans), None)
        stage = RecordsStage(config)
        result = stage.run(self.scene_id, records_versions(self.source, self.scene_id, hasher, config))
        stage.close()
        if result.status != "built":
            raise DataError(f"{self.scene_id}: {result.message}")

    def _size(self, lake: Lake) -> tuple[int, int]:
        views = lake.read("views", "scannet", self.scene_id)
        return lake.read("qa", "scannet", self.scene_id).num_rows, sum(views["is_keyframe"].to_pylist())


class Stopwatch:
    """A rasterizer that adds up the CPU time of its own work."""

    def __init__(self, inner: Rasterizer) -> None:
        self.inner, self.cpu_seconds = inner, 0.0

    def load(self, vertices: np.ndarray, faces: np.ndarray) -> None:
        started = time.process_time()
        self.inner.load(vertices, faces)
        self.cpu_seconds += time.process_time() - started

    def render(self, world_from_camera: np.ndarray, intrinsics: np.ndarray, width: int, height: int) -> Raster:
        started = time.process_time()
        raster = self.inner.render(world_from_camera, intrinsics, width, height)
        self.cpu_seconds += time.process_time() - started
        return raster

    def close(self) -> None:
        self.inner.close()
