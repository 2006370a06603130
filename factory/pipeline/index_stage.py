"""First stage for web images: a shard's pictures -> what each is, and whether it can be used. No model."""

import pyarrow as pa

from factory.pipeline.result import StageResult, run_stage
from factory.pipeline.web_config import WebBuildConfig
from factory.sources.base import FileHasher
from factory.store.lake import TABLES, Lake
from factory.store.storage import Storage
from factory.web.index import VERSION, IndexLimits, index_shard
from factory.web.inputs.base import WebInput
from factory.web.inputs.opening import open_input

LIMITS = IndexLimits()


def index_versions(pictures: WebInput, shard_id: str, hasher: FileHasher) -> dict[str, str]:
    """Everything that the index of a shard depends on, by name."""
    return {
        "index": f"v{VERSION}",
        f"source {pictures.kind}": str(pictures.version),
        **{f"parameter {name}": value for name, value in LIMITS.versions().items()},
        **{f"input {name}": digest for name, digest in pictures.input_digest(shard_id, hasher).items()},
    }


class IndexStage:
    """Writes `web_index` of one shard at a time."""

    def __init__(self, config: WebBuildConfig) -> None:
        self._config = config
        self._pictures = open_input(config.input, config.buckets)
        self._lake = Lake(Storage(config.root))

    def run(self, shard_id: str, versions: dict[str, str]) -> StageResult:
        """Builds and commits, or quarantines."""
        return run_stage(self._lake, self._config, shard_id, "index", lambda: self._build(shard_id, versions))

    def _build(self, shard_id: str, versions: dict[str, str]) -> dict[str, int]:
        source = self._config.source
        rows, counts = index_shard(source, self._pictures, shard_id, LIMITS)
        table = pa.Table.from_pylist([row.model_dump() for row in rows], schema=TABLES["web_index"])
        self._lake.write("web_index", source, shard_id, table, versions=versions, counts=counts)
        return dict(counts)
