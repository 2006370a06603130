"""Pictures that one stage could not do: counted, written down, and the others go on."""

from collections import Counter

import pyarrow as pa

from factory.errors import of_environment
from factory.pipeline.result import describe
from factory.store.lake import TABLES, Lake
from schemas.web import WebQuarantineRecord


class BadPictures:
    """What went wrong with pictures of one shard in one stage."""

    def __init__(self, source: str, shard_id: str, stage: str) -> None:
        self._key = {"source": source, "shard_id": shard_id, "stage": stage}
        self._rows: list[WebQuarantineRecord] = []

    def add(self, image_id: str, error: Exception) -> None:
        """Takes note of a picture. Raises EnvironmentFailure when it is the machine that fails."""
        if failure := of_environment(error):
            raise failure from error
        self._rows.append(
            WebQuarantineRecord(**self._key, image_id=image_id, error=type(error).__name__, message=describe(error))
        )

    def counts(self) -> Counter[str]:
        """How many, by reason."""
        return Counter(f"in quarantine: {row.message}" for row in self._rows)

    def settle(self, lake: Lake) -> None:
        """Writes them to the shard's quarantine, beside those of other stages; none at all clears it."""
        source, shard, stage = self._key["source"], self._key["shard_id"], self._key["stage"]
        kept = []
        if lake.meta("web_quarantine", source, shard) is not None:
            kept = [
                row
                for row in lake.read("web_quarantine", source, shard).to_pylist()
                if row["stage"] != stage and row["image_id"]
            ]
        rows = [*kept, *(row.model_dump() for row in self._rows)]
        if not rows:
            lake.delete("web_quarantine", source, shard)
            return
        table = pa.Table.from_pylist(rows, schema=TABLES["web_quarantine"])
        lake.write("web_quarantine", source, shard, table, versions={"stage": "pictures"}, counts={})
