"""The index stage and the duplicates over pictures of every kind, in every container, to the exact count."""

import io
import tarfile
import time
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from factory.store.lake import TABLES
from factory.store.storage import Storage
from factory.web.duplicates import find_duplicates
from factory.web.index import IndexLimits, index_shard
from factory.web.inputs.base import WebInput
from factory.web.inputs.opening import open_input
from tests.web.distorted_pictures import DUPLICATE, KEPT, DistortedPictures, distorted_pictures
from tests.web.inputs.tiny_inputs import jpeg, write_tar

LIMITS = IndexLimits()


def write_as(kind: str, root: Path, files: dict[str, bytes]) -> None:
    """All files as one kind of input, in several shards."""
    names = sorted(files)
    root.mkdir(parents=True, exist_ok=True)
    if kind == "folder":
        for name in names:
            path = root / name[:3] / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(files[name])
    elif kind == "tar":
        for number, some in enumerate(names[at : at + 300] for at in range(0, len(names), 300)):
            with tarfile.open(root / f"{number:05d}.tar", "w") as archive:
                for name in some:
                    for member, data in (
                        (name, files[name]),
                        (f"{name[:5]}.txt", b"a caption"),
                        (f"{name[:5]}.json", b"{}"),
                    ):
                        info = tarfile.TarInfo(member)
                        info.size = len(data)
                        archive.addfile(info, io.BytesIO(data))
    else:
        table = pa.table({"jpg": [files[name] for name in names], "caption": names})
        pq.write_table(table, root / "part-0.parquet", row_group_size=64)


def outcome(pictures: WebInput) -> tuple[Counter[str], Counter[str], list[dict[str, object]]]:
    """Pictures by reason, notes, and all rows, as the pipeline has them."""
    rows, counts, tables = [], Counter[str](), {}
    for shard in pictures.list_shards():
        index = index_shard("web", pictures, shard, LIMITS)
        dumped = [row.model_dump() for row in index.rows]
        assert len({row["image_id"] for row in dumped}) == len(dumped)
        counts += index.counts
        tables[shard] = pa.Table.from_pylist(dumped, schema=TABLES["web_index"])
        rows += dumped
    reasons = Counter(str(row["reason"]) for row in rows)
    assert counts["kept: pictures"] == reasons.pop("", 0)
    assert {k.removeprefix("rejected: "): n for k, n in counts.items() if k.startswith("rejected: ")} == reasons
    duplicates = sum(len(found.image_ids) for found in find_duplicates(tables.items()).values())
    total = reasons + Counter({DUPLICATE: duplicates, KEPT: counts["kept: pictures"] - duplicates})
    notes = Counter({k.removeprefix("note: "): n for k, n in counts.items() if k.startswith("note: ")})
    return total, notes, rows


def check(made: DistortedPictures, pictures: WebInput) -> None:
    started = time.process_time()
    total, notes, rows = outcome(pictures)
    print(pictures.kind, f"{len(rows) / (time.process_time() - started):.0f} pictures per CPU second")
    assert total == made.expected
    assert notes == made.notes
    assert len(rows) == len(made.files)


@pytest.fixture(scope="module")
def few() -> DistortedPictures:
    return distorted_pictures(150, seed=1)


@pytest.mark.parametrize("kind", ["folder", "tar", "parquet"])
def test_every_reason_is_counted(few: DistortedPictures, tmp_path: Path, kind: str) -> None:
    write_as(kind, tmp_path / kind, few.files)
    check(few, open_input(str(tmp_path / kind)))


def test_every_reason_is_counted_from_a_bucket(few: DistortedPictures, tmp_path: Path, s3_endpoint: str) -> None:
    write_as("tar", tmp_path / "tars", few.files)
    for name in Storage(tmp_path / "tars").find():
        Storage(s3_endpoint).write_atomic(name, (tmp_path / "tars" / name).read_bytes())
    there = open_input(s3_endpoint)
    check(few, there)
    assert outcome(there)[2] == outcome(open_input(str(tmp_path / "tars")))[2], "the same rows as from the disk"


@pytest.fixture(scope="module")
def many() -> DistortedPictures:
    return distorted_pictures(2000)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", ["folder", "tar", "parquet"])
def test_thousands_of_distorted_pictures(many: DistortedPictures, tmp_path: Path, kind: str) -> None:
    write_as(kind, tmp_path / kind, many.files)
    check(many, open_input(str(tmp_path / kind)))


def test_rows_say_where_the_picture_is_and_what_it_holds(tmp_path: Path) -> None:
    import hashlib

    write_tar(tmp_path / "0.tar", {"a.jpg": jpeg(1, (400, 300)), "b.jpg": jpeg(2, (100, 90)), "c.cls": b"1"})
    rows = index_shard("web", open_input(str(tmp_path)), "0", LIMITS).rows
    assert [(r.image_id, r.image, r.width, r.height, r.reason) for r in rows] == [
        ("0__a", "0.tar!/a.jpg", 400, 300, ""),
        ("0__b", "0.tar!/b.jpg", 100, 90, "too small"),
        ("0__c", "0.tar!/c", 0, 0, "no picture"),
    ]
    assert [r.sha256 for r in rows[:2]] == [
        hashlib.sha256(d).hexdigest() for d in (jpeg(1, (400, 300)), jpeg(2, (100, 90)))
    ]
    assert len(rows[0].phash) == 16 and [r.phash for r in rows[1:]] == ["", ""] and rows[2].sha256 == ""
    assert {r.source for r in rows} == {"web"} and {r.shard_id for r in rows} == {"0"}


def test_limits_are_named_for_fingerprints() -> None:
    versions = LIMITS.versions()
    assert versions["min_side"] == "224" and versions["max_colors"] == "128" and len(versions) == 10
