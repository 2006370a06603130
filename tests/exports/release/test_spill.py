"""The external sort: order, ranges and bounded memory."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from factory.errors import DataError
from factory.exports.release.spill import Group, Spill
from factory.tasks.rng import rng_for

GROUP, OTHER = Group("qa", "position_matching", "train"), Group("qa", "position_matching", "val")


def rows_of(ids: list[str]) -> pa.Table:
    """Rows of about 1 KB."""
    return pa.table({"qa_id": ids, "text": [one * 32 for one in ids]})


def some_ids(count: int, name: str) -> list[str]:
    return [part.tobytes().hex() for part in rng_for(0, name).integers(0, 256, (count, 16), dtype=np.uint8)]


def test_many_partitions_come_back_sorted_in_little_memory(tmp_path: Path) -> None:
    memory = 256 << 10
    spill = Spill(tmp_path, memory)
    given: list[str] = []
    before = pa.total_allocated_bytes()
    held = 0
    for n in range(200):
        ids = some_ids(40, f"partition {n}")
        given += ids
        spill.add(GROUP, rows_of(ids))
        held = max(held, pa.total_allocated_bytes() - before)
    sizes = []
    found = []
    for rows in spill.read(GROUP):
        sizes.append(rows.nbytes)
        found += rows["qa_id"].to_pylist()
        held = max(held, pa.total_allocated_bytes() - before)
    assert found == sorted(given) and spill.count(GROUP) == len(given) == 8000
    assert len(sizes) > 20 and max(sizes) < 1.5 * memory
    assert held < 8 * memory < sum(sizes)


def test_groups_are_apart_and_columns_are_chosen(tmp_path: Path) -> None:
    spill = Spill(tmp_path, 4 << 10)
    one, other = some_ids(30, "one"), some_ids(20, "other")
    for ids, group in ((one[:15], GROUP), (other, OTHER), (one[15:], GROUP)):
        spill.add(group, rows_of(ids))
    assert spill.groups() == [GROUP, OTHER]
    tables = list(spill.read(OTHER, ["text"]))
    assert tables[0].column_names == ["qa_id", "text"]
    assert [one for table in tables for one in table["qa_id"].to_pylist()] == sorted(other)


def test_what_is_not_kept_is_gone(tmp_path: Path) -> None:
    spill = Spill(tmp_path, 4 << 10)
    ids = some_ids(30, "one")
    spill.add(GROUP, rows_of(ids))
    spill.keep(GROUP, ids[:4])
    assert spill.count(GROUP) == 4
    assert [one for table in spill.read(GROUP) for one in table["qa_id"].to_pylist()] == sorted(ids[:4])
    spill.keep(GROUP, [])
    assert spill.groups() == [] and list(spill.read(GROUP)) == []


@pytest.mark.parametrize("memory", [1 << 20, 2 << 10])
def test_an_id_that_comes_twice_is_found(tmp_path: Path, memory: int) -> None:
    spill = Spill(tmp_path, memory)
    ids = some_ids(30, "one")
    spill.add(GROUP, rows_of(ids))
    spill.add(GROUP, rows_of(ids[7:8]))
    with pytest.raises(DataError, match=f"two questions of the lake have the id {ids[7]}"):
        list(spill.read(GROUP))
