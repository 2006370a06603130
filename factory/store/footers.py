"""What the footers of a lake say, of every partition at once: those that were read before are not read again."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from factory.errors import DataError
from factory.store.hashing import CachedHasher
from factory.store.lake import Lake, PartitionMeta


class Identity(NamedTuple):
    """What a partition was built from, what it holds, and the tables that it belongs to; see `PartitionMeta`."""

    fingerprint: str
    content_digest: str
    upstream: dict[str, str]


class Footers:
    """The partitions of one dataset as the tables were listed, which happens when this is made.

    hasher : remembers identities by the file's size and stamp; of the lake's root.
    """

    def __init__(self, lake: Lake, dataset: str, tables: Sequence[str], hasher: CachedHasher) -> None:
        self._lake, self._dataset, self._hasher = lake, dataset, hasher
        with ThreadPoolExecutor(len(tables)) as pool:
            listed = dict(zip(tables, pool.map(lake.partition_files, tables), strict=True))
        self._files = {
            table: {scene: file for (source, scene), file in files.items() if source == dataset}
            for table, files in listed.items()
        }

    def scenes(self) -> set[str]:
        """The scenes that have a partition in any of the tables."""
        return set().union(*self._files.values())

    def identity(self, table: str, scene: str) -> Identity | None:
        """What the footer says; None where there is no partition, or one whose footer cannot be read."""
        file = self._files[table].get(scene)
        if file is None:
            return None

        def read() -> str:
            meta = self.meta(table, scene)
            return json.dumps(meta and (meta.fingerprint, meta.content_digest, meta.upstream))

        known = json.loads(self._hasher.derived(file.name, "footer 1", read, [file]))
        return None if known is None else Identity(*known)

    def meta(self, table: str, scene: str) -> PartitionMeta | None:
        """The whole account, read now; None as for `identity`."""
        if scene not in self._files[table]:
            return None
        try:
            return self._lake.meta(table, self._dataset, scene)
        except DataError:
            return None
