"""Duplicates against the obvious loop, and inputs made to be slow."""

import time

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory.store.lake import TABLES
from factory.web import hamming
from factory.web.duplicates import find_duplicates
from factory.web.hamming import have_neighbor, keep_first
from tests.web.web_index import index_table


def obvious(hashes: list[int], radius: int) -> list[bool]:
    kept: list[int] = []
    result = []
    for value in hashes:
        result.append(all((value ^ other).bit_count() > radius for other in kept))
        if result[-1]:
            kept.append(value)
    return result


def clustered(seed: int, count: int, free_bits: int) -> np.ndarray:
    """Distinct hashes that lie close to one another: few bits are free, the same ones for all."""
    rng = np.random.default_rng(seed)
    places = rng.permutation(64)[:free_bits].astype(np.uint64)
    bits = rng.integers(0, 2, size=(count, free_bits), dtype=np.uint64)
    values = (bits << places).sum(axis=1, dtype=np.uint64) ^ rng.integers(0, 2**64, dtype=np.uint64)
    different, first = np.unique(values, return_index=True)
    return different[np.argsort(first)]


@given(
    st.integers(0, 10**6), st.integers(0, 300), st.integers(1, 64), st.integers(0, 8), st.sampled_from([2, 30, 9999])
)
@settings(max_examples=150, deadline=None)
def test_the_choice_is_that_of_the_obvious_loop(seed: int, count: int, free: int, radius: int, large: int) -> None:
    hashes = clustered(seed, count, free)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hamming, "_LARGE", large)
        patch.setattr(hamming, "_PAIRS_AT_ONCE", 50)
        assert keep_first(hashes, radius).tolist() == obvious(hashes.tolist(), radius)
        near = [any(0 < (a ^ b).bit_count() <= radius for b in hashes.tolist()) for a in hashes.tolist()]
        assert have_neighbor(hashes, radius).tolist() == near


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["00", "01", "a"]), st.integers(0, 40), st.integers(0, 6), st.integers(0, 63), st.booleans()
    ),
    max_size=60,
    unique_by=lambda row: row[:2],
)


@given(ROWS, st.integers(0, 10**6))
@settings(max_examples=150, deadline=None)
def test_shards_and_orders(rows: list[tuple[str, int, int, int, bool]], seed: int) -> None:
    """Any order of shards and rows gives the same, and it is the first by shard and id that stays."""
    tables: dict[str, list[dict[str, object]]] = {"empty": []}
    for shard, number, content, bit, used in rows:
        phash = (content * 0x0F0F_3333_5555_1234) % 2**64 ^ (1 << bit if bit > 40 else 0)
        sha256 = f"{content * 100 + max(bit, 40):064x}"
        row = {"image_id": f"i{number:02d}", "sha256": sha256, "phash": f"{phash:016x}", "reason": ""}
        if not used:  # as rows of pictures that are left out look
            row |= {"phash": "", "reason": "too small"}
        tables.setdefault(shard, []).append(row)
    listed = []
    for shard in sorted(tables):
        listed += [
            (shard, row) for row in sorted(tables[shard], key=lambda r: str(r["image_id"])) if not row["reason"]
        ]
    kept = obvious([int(str(row["phash"]), 16) for _, row in listed], 3)
    expected: dict[str, list[object]] = {shard: [] for shard in tables}
    for (shard, row), keep in zip(listed, kept, strict=True):
        if not keep:
            expected[shard].append(row["image_id"])
    index = [(shard, index_table(shard, some)) for shard, some in tables.items()]
    found = find_duplicates(index)
    assert {shard: list(f.image_ids) for shard, f in found.items()} == expected
    rng = np.random.default_rng(seed)
    again = find_duplicates(
        (index[i][0], index[i][1].take(rng.permutation(len(index[i][1])))) for i in rng.permutation(len(index))
    )
    assert again == found


def test_equal_bytes_are_duplicates_whatever_their_hash() -> None:
    rows = [{"image_id": f"{i}", "sha256": f"{i // 2:064x}", "phash": f"{(1 << 16 * i) - 1:016x}"} for i in range(4)]
    found = find_duplicates([("s", index_table("s", rows))], max_distance=0)
    assert found["s"].image_ids == ("1", "3")


def test_a_chain_of_likenesses_is_cut_by_what_stays() -> None:
    # each is near the one before: the first stays, the next two are near it, the fourth is near none that stays
    values = [0, 0b11, 0b1111, 0b111111, 0b11111111, 0b1111111111]
    rows = [{"image_id": f"{i}", "sha256": f"{i:064x}", "phash": f"{v:016x}"} for i, v in enumerate(values)]
    assert find_duplicates([("s", index_table("s", rows))])["s"].image_ids == ("1", "3", "5")


def test_the_digest_of_a_shard_is_of_its_own_decisions() -> None:
    def digests(*extra: str) -> dict[str, str]:
        tables = {
            shard: [{"image_id": f"{shard}{i}", "sha256": f"{i:064x}", "phash": f"{i * 0x1234567:016x}"} for i in some]
            for shard, some in (("a", range(5)), ("b", range(4, 8)), ("c", range(20, 24)))
        }
        tables["c"] += [{"image_id": "z", "sha256": f"{21:064x}", "phash": f"{21 * 0x1234567:016x}"}] * bool(extra)
        return {s: f.digest for s, f in find_duplicates((s, index_table(s, t)) for s, t in tables.items()).items()}

    before, after = digests(), digests("more")
    assert before["b"] != before["a"] == before["c"]
    assert {s for s in before if before[s] != after[s]} == {"c"}


def test_no_shards_and_bad_distances() -> None:
    assert find_duplicates([]) == {}
    with pytest.raises(ValueError, match="0 to 8"):
        find_duplicates([], max_distance=9)


@pytest.mark.parametrize(
    "kind", ["equal", pytest.param("dense", marks=pytest.mark.slow), pytest.param("crowded", marks=pytest.mark.slow)]
)
def test_a_million_alike_are_done_soon(kind: str) -> None:
    rng = np.random.default_rng(0)
    count = 1_000_000
    if kind == "equal":
        hashes = np.full(count, 0x8000_0000_0000_0000, dtype=np.uint64)
    elif kind == "dense":  # as a film that changes little: every hash has hundreds near it
        hashes = rng.permutation(count).astype(np.uint64)
    else:
        hashes = rng.integers(0, 2**26, size=count, dtype=np.uint64) << np.uint64(38)
    contents = pa.array([f"{i:064x}" for i in range(count)])
    table = pa.table(
        {
            "image_id": pa.array([f"{i:07d}" for i in range(count)]),
            "sha256": contents,
            "phash": pa.array([f"{value:016x}" for value in hashes.tolist()]),
            "reason": pa.array([""] * count),
        }
    )
    started = time.process_time()
    found = find_duplicates([("s", table)])["s"]
    print(kind, len(found.image_ids), f"{time.process_time() - started:.1f} s")
    assert time.process_time() - started < 120
    assert len(found.image_ids) == count - 1 if kind == "equal" else len(found.image_ids) > count // 2


def test_the_columns_are_those_of_the_index() -> None:
    assert {"image_id", "sha256", "phash", "reason"} <= set(TABLES["web_index"].names)
