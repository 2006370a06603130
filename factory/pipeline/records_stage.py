"""First stage: a scene's files -> its `scenes`, `objects` and `views` partitions."""

import pyarrow as pa

from factory.errors import DataError, EnvironmentFailure
from factory.pipeline.config import BuildConfig
from factory.pipeline.reasons import meta_or_none, records_complete
from factory.pipeline.result import StageResult, run_stage
from factory.selfcheck.check import require_good
from factory.sources.base import FileHasher, Source
from factory.sources.frame_images import FrameImages
from factory.sources.registry import open_source
from factory.store.lake import TABLES, Lake, fingerprint
from factory.store.storage import Storage
from factory.visibility.records import VERSION, RecordParams, build_records
from factory.visibility.select import RasterizerOnDemand
from schemas.base import Record
from schemas.records import InputDigest

_INPUT = "input "


def records_versions(source: Source, scene_id: str, hasher: FileHasher, config: BuildConfig) -> dict[str, str]:
    """Everything the records of a scene depend on, by name."""
    params = RecordParams(rasterizer=config.rasterizer).model_dump()
    return {
        "records": str(VERSION),
        f"source {source.name}": str(source.version),
        **{f"parameter {name}": repr(value) for name, value in params.items()},
        **{_INPUT + name: digest for name, digest in source.input_digests(scene_id, hasher).items()},
    }


class RecordsStage:
    """Builds the records of one scene at a time; holds the rasterizer between scenes."""

    def __init__(self, config: BuildConfig) -> None:
        self._config = config
        self._source = open_source(config.source, Storage(config.input))
        self._lake = Lake(Storage(config.root))
        self._params = RecordParams(rasterizer=config.rasterizer)
        self._rasterizer = RasterizerOnDemand(config.rasterizer)

    def run(self, scene_id: str, versions: dict[str, str]) -> StageResult:
        """Builds and commits, leaves alone what is up to date (a row that is tried again, another build), or
        quarantines."""
        source = self._config.source
        views = meta_or_none(self._lake, "views", source, scene_id)
        if (
            views
            and views.fingerprint == fingerprint(versions)
            and records_complete(views, lambda table: meta_or_none(self._lake, table, source, scene_id))
        ):
            return StageResult(scene_id=scene_id, stage="records", status="unchanged", counts=views.counts)
        return run_stage(self._lake, self._config, scene_id, "records", lambda: self._build(scene_id, versions))

    def close(self) -> None:
        """Frees the rasterizer."""
        self._rasterizer.close()

    def _build(self, scene_id: str, versions: dict[str, str]) -> dict[str, int]:
        try:
            scene = self._source.load(scene_id)
            images = FrameImages(self._source)
            require_good(scene, images)  # decides whether there are records, not what is in them
        except DataError:
            self._require_input()
            raise
        inputs = [
            InputDigest(name=name.removeprefix(_INPUT), digest=digest)
            for name, digest in sorted(versions.items())
            if name.startswith(_INPUT)
        ]
        records = build_records(scene, self._rasterizer, self._params, inputs, images)
        upstream = {}
        for table, rows in (("scenes", [records.scene]), ("objects", records.objects)):
            meta = self._write(table, scene_id, rows, versions, {})
            upstream[table] = meta.content_digest
        counts = {"kept: frames": len(records.views), "kept: objects": len(records.objects)}
        counts |= {f"rejected: {reason}": count for reason, count in records.counts.items()}
        self._write("views", scene_id, records.views, versions, counts, upstream)
        return counts

    def _require_input(self) -> None:
        """Raises EnvironmentFailure where no scene is to be seen any more: else a mount that went away would put all
        that are left into quarantine."""
        try:
            there = self._source.list_scenes()
        except DataError:
            there = []
        if not there:
            raise EnvironmentFailure(
                f"{self._config.input}: no scene is to be seen there any more; mount it again, then run the same "
                "command again, it goes on where it stopped"
            )

    def _write(self, table, scene_id, rows: list[Record], versions, counts, upstream=None):
        data = pa.Table.from_pylist([row.model_dump() for row in rows], schema=TABLES[table])
        return self._lake.write(
            table, self._source.name, scene_id, data, versions=versions, counts=counts, upstream=upstream
        )
