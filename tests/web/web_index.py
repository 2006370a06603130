"""Rows of `web_index` from what a test cares about."""

from collections.abc import Iterable, Mapping

import pyarrow as pa

from factory.store.lake import TABLES


def index_table(shard: str, rows: Iterable[Mapping[str, object]]) -> pa.Table:
    plain = {"source": "web", "shard_id": shard, "image": "a.jpg", "width": 640, "height": 480, "reason": ""}
    return pa.Table.from_pylist([{**plain, **row} for row in rows], schema=TABLES["web_index"])
