"""Pictures that an input holds more than once, decided over the index rows of all its shards.

In the order of shard and id, a picture is left out when its bytes are those of an earlier one, or when its perceptual
hash lies near that of an earlier one that stays. Decisions depend on the index alone; a shard's are part of what its
later stages depend on.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from factory.store.hashing import digest_of
from factory.web.hamming import keep_first

DUPLICATE = "duplicate"
VERSION = 1  # raised when the same index would give other decisions
MAX_DISTANCE = 3  # bits of 64


@dataclass(frozen=True)
class ShardDuplicates:
    """image_ids : what a shard leaves out, sorted; digest : of these."""

    image_ids: tuple[str, ...]
    digest: str


def find_duplicates(
    index: Iterable[tuple[str, pa.Table]], max_distance: int = MAX_DISTANCE
) -> dict[str, ShardDuplicates]:
    """What each shard leaves out. index : shard ids with their `web_index` rows (columns image_id, sha256, phash,
    reason; others are not read), in any order; rows that have a reason take no part.

    Memory grows by about 200 bytes per picture. Raises ValueError for a distance beyond 0..8.
    """
    if not 0 <= max_distance <= 8:
        raise ValueError(f"a distance of {max_distance} bits: 0 to 8 are supported")
    shards, ids, contents, hashes = _collect(index)
    dropped = np.ones(len(ids), dtype=bool)
    dropped[np.unique(contents, return_index=True)[1]] = False
    left = np.flatnonzero(~dropped)
    different, first = np.unique(hashes[left], return_index=True)
    order = np.argsort(first)  # distinct hashes as they come first
    kept = keep_first(different[order], max_distance)
    dropped[left] = True
    dropped[left[first[order[kept]]]] = False
    places = np.flatnonzero(dropped)
    runs = np.split(places, np.searchsorted(places, shards.ends[:-1]))
    names = [tuple(ids.take(pa.array(run, pa.int64())).to_pylist()) for run in runs]
    return {
        shard: ShardDuplicates(left_out, digest_of(left_out))
        for shard, left_out in zip(shards.names, names, strict=False)  # one run where there are no shards
    }


@dataclass(frozen=True)
class _Shards:
    """names : sorted; ends : the place after the last picture of each."""

    names: list[str]
    ends: np.ndarray


def _collect(index: Iterable[tuple[str, pa.Table]]) -> tuple[_Shards, pa.ChunkedArray, np.ndarray, np.ndarray]:
    """Of the pictures that are left, by shard and id: ids, sha256 (n,) S32, perceptual hashes (n,) uint64."""
    found = {}
    for shard, table in index:
        used = table.select(["image_id", "sha256", "phash"]).filter(pc.equal(table["reason"], ""))
        used = used.sort_by("image_id")
        contents = bytes.fromhex("".join(used["sha256"].to_pylist()))
        hashes = bytes.fromhex("".join(used["phash"].to_pylist()))
        found[shard] = used["image_id"], np.frombuffer(contents, dtype="S32"), np.frombuffer(hashes, dtype=">u8")
    names = sorted(found)
    columns = [found[name] for name in names]
    return (
        _Shards(names, np.cumsum([len(ids) for ids, _, _ in columns])),
        pa.chunked_array([chunk for ids, _, _ in columns for chunk in ids.chunks], type=pa.string()),
        np.concatenate([contents for _, contents, _ in columns] or [np.zeros(0, dtype="S32")]),
        np.concatenate([hashes for _, _, hashes in columns] or [np.zeros(0)]).astype(np.uint64),
    )
