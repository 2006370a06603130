"""From a lake to a release: what is in it, who can read it, and that it is the same every time."""

import subprocess
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from datasets import load_dataset

from factory.errors import DataError
from factory.exports.release.manifest import Manifest
from factory.exports.release.verify import verify_release
from factory.store.lake import TABLES, Lake
from factory.store.storage import Storage
from tests.building import contents
from tests.exports.hispatial.sample_lake import sample_image, write_shard
from tests.exports.hispatial.sample_lake import sample_rows as picture_rows
from tests.exports.hispatial.sample_lake import write_sample_lake as write_pictures
from tests.exports.release.releasing import many_rows, release, write_scenes
from tests.exports.sample_rows import GOLD_TASKS, sample_rows, write_lake, write_quarantine

SPLITS = {"scene0001_00": "train", "scene0002_00": "train", "scene0003_00": "val", "scene0004_00": "train"}


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    """The release of a lake of four scenes; read only."""
    folder = tmp_path_factory.mktemp("released")
    where, manifest = release(write_scenes(folder / "lake", SPLITS), folder / "out")
    return Path(where.url), manifest


def rows_of(folder: Path, glob: str = "data/*/*.parquet") -> list[dict]:
    return [row for path in sorted(folder.glob(glob)) for row in pq.read_table(path, partitioning=None).to_pylist()]


def nothing_wrong(where: Storage) -> None:
    assert verify_release(where)[1] == []


def test_every_row_of_the_lake_is_in_a_shard_of_its_task_and_split(released: tuple[Path, Manifest]) -> None:
    folder, manifest = released
    given = {row.qa_id: row.model_dump() for scene, split in SPLITS.items() for row in many_rows(scene, split, 3)}
    found = rows_of(folder)
    assert len(found) == len(given) and {row["qa_id"]: row for row in found} == given
    for file in manifest.files:
        table = pq.read_table(folder / file.path, partitioning=None)
        assert table.schema == TABLES["qa"] and len(table) == file.rows
        assert set(table["task"].to_pylist()) == {file.task} and set(table["split"].to_pylist()) == {file.split}
    nothing_wrong(Storage(folder))


def test_the_head_of_a_shard_shows_all_scenes(tmp_path: Path) -> None:
    splits = {f"scene{n:04d}_00": "train" for n in range(8)}
    where, _ = release(
        write_scenes(tmp_path / "lake", splits, facts=12), tmp_path / "out", tasks=["depth_prediction_oo"]
    )
    rows = rows_of(Path(where.url))
    assert [row["qa_id"] for row in rows] == sorted(row["qa_id"] for row in rows)
    assert len({row["scene_id"] for row in rows[:60]}) == 8


def test_hugging_face_reads_every_configuration_and_split(released: tuple[Path, Manifest], tmp_path: Path) -> None:
    folder, manifest = released
    for config in ("all", *GOLD_TASKS):
        loaded = load_dataset(str(folder), config, cache_dir=str(tmp_path))
        for split, name in (("train", "train"), ("val", "validation")):
            expected = sum(
                count.rows for count in manifest.counts if count.split == split and config in ("all", count.task)
            )
            assert len(loaded[name]) == expected > 0
            assert set(loaded[name].unique("split")) == {split}
    default = load_dataset(str(folder), cache_dir=str(tmp_path))
    assert len(default["train"]) == sum(count.rows for count in manifest.counts if count.split == "train")


def test_duckdb_and_arrow_read_the_files(released: tuple[Path, Manifest]) -> None:
    folder, manifest = released
    expected = {
        task: sum(count.rows for count in manifest.counts if (count.task, count.split) == (task, "train"))
        for task in GOLD_TASKS
    }
    query = f"SELECT task, count(*), count(DISTINCT qa_id) FROM '{folder}/data/*/train-*.parquet' GROUP BY task"
    assert {task: (rows, ids) for task, rows, ids in duckdb.sql(query).fetchall()} == {
        task: (rows, rows) for task, rows in expected.items()
    }
    assert pq.read_table(folder / "data").num_rows == sum(count.rows for count in manifest.counts)


def test_sha256sum_accepts_the_checksums(released: tuple[Path, Manifest]) -> None:
    folder, manifest = released
    done = subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": OK") == len(manifest.files) + 3


def test_the_same_rows_give_the_same_bytes_and_another_number(tmp_path: Path) -> None:
    first = write_scenes(tmp_path / "first", SPLITS)
    second = write_scenes(tmp_path / "second", dict(reversed(SPLITS.items())))
    one, _ = release(first, tmp_path / "out")
    before = contents(Path(one.url))
    other, _ = release(second, tmp_path / "out")
    assert (Path(one.url).name, Path(other.url).name) == ("v000001", "v000002")
    assert contents(Path(one.url)) == before == contents(Path(other.url))


def test_a_real_lake(lake_of_scans: Lake, tmp_path: Path) -> None:
    # Copies of a scene are other rooms only by name, which is all that a lake knows.
    where, manifest = release(lake_of_scans, tmp_path, shard_bytes=1 << 20)
    rows = sum(lake_of_scans.read("qa", *place).num_rows for place in lake_of_scans.partitions("qa"))
    assert sum(count.rows for count in manifest.counts) == rows > 1000
    assert manifest.versions["seed"] == ["0"] and "wording nav_video" in manifest.versions
    assert not [name for name in manifest.versions if name.startswith(("input ", "records "))]
    nothing_wrong(where)


def test_shards_are_no_larger_than_the_limit(tmp_path: Path) -> None:
    lake = write_scenes(tmp_path / "lake", {f"scene{n:04d}_00": "train" for n in range(30)}, facts=30)
    limit = 24 << 10
    where, manifest = release(lake, tmp_path / "out", shard_bytes=limit, tasks=["depth_prediction_oo"])
    sizes = [file.rows for file in manifest.files]
    assert len(sizes) > 3 and sum(sizes) == 2700 and max(sizes) - min(sizes) <= 1
    assert all(limit / 2 < file.size <= limit for file in manifest.files)
    last = len(sizes) - 1
    assert manifest.files[-1].path == f"data/depth_prediction_oo/train-{last:05d}-of-{len(sizes):05d}.parquet"
    ids = [row["qa_id"] for row in rows_of(Path(where.url))]
    assert ids == sorted(ids)
    nothing_wrong(where)


def test_a_row_that_is_larger_than_the_limit_has_a_shard_of_its_own(tmp_path: Path) -> None:
    lake = write_scenes(tmp_path / "lake", {"scene0000_00": "train"}, facts=2)
    where, manifest = release(lake, tmp_path / "out", shard_bytes=100, tasks=["position_matching"])
    assert [file.rows for file in manifest.files] == [1] * 6
    nothing_wrong(where)


def test_a_limit_keeps_answers_even(tmp_path: Path) -> None:
    lake = write_scenes(tmp_path / "lake", {}, facts=1)
    rows = many_rows("scene0000_00", "train", 40)
    skewed = [
        row.model_copy(update={"answer": "Yes" if n % 5 == 0 else "No"}) if row.format == "judge" else row
        for n, row in enumerate(rows)
    ]
    write_lake(tmp_path / "lake", {"scene0000_00": skewed})
    where, manifest = release(lake, tmp_path / "out", limit=8)
    assert {count.rows for count in manifest.counts} == {8}
    answers = [row["answer"] for row in rows_of(Path(where.url)) if row["format"] == "judge"]
    assert sorted(answers) == ["No"] * 4 + ["Yes"] * 4
    gone = len(rows) - 8 * len(manifest.counts)
    assert manifest.left_out == {"rows over the limit of each task, format and split": gone}
    nothing_wrong(where)


def test_what_is_selected(tmp_path: Path) -> None:
    lake = write_scenes(tmp_path / "lake", SPLITS)
    write_scenes(tmp_path / "lake", {"aakXD000000": "train"}, source="matterport3d")
    where, manifest = release(
        lake, tmp_path / "out", tasks=["position_matching"], sources=["scannet"], splits=["train"]
    )
    assert {(count.source, count.task, count.split) for count in manifest.counts} == {
        ("scannet", "position_matching", "train")
    }
    assert list(manifest.sources) == list(manifest.data_sets) == ["scannet"]
    nothing_wrong(where)
    for wrong, message in (
        ({"tasks": ["depth"]}, "no questions of the task depth"),
        ({"sources": ["coyo"]}, "no questions of the source coyo"),
        ({"splits": ["test"]}, "no questions of the split test"),
        ({"name": "../homes"}, "letters, digits"),
    ):
        with pytest.raises(DataError, match=message):
            release(lake, tmp_path / "out", **wrong)


def test_an_empty_lake_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="it has none; build it first"):
        release(Lake(Storage(tmp_path / "lake")), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_failed_or_waits_is_refused_or_named(tmp_path: Path) -> None:
    lake = write_scenes(tmp_path / "lake", SPLITS)
    write_quarantine(lake, "scene0007_00")
    write_quarantine(lake, "scene0002_00")  # its questions are of an earlier build
    lake.delete("qa", "scannet", "scene0004_00")
    with pytest.raises(DataError, match=r"3 scenes are not in order, such as scannet/scene0002_00 \(DataError"):
        release(lake, tmp_path / "out")
    where, manifest = release(lake, tmp_path / "out", allow_incomplete=True)
    assert [(one.scene, one.reason[:16]) for one in manifest.missing] == [
        ("scene0002_00", "DataError in rec"),
        ("scene0004_00", "no questions yet"),
        ("scene0007_00", "DataError in rec"),
    ]
    assert [place.scene for place in manifest.places] == ["scene0001_00", "scene0003_00"]
    card = where.read_bytes("README.md").decode()
    assert "- `scannet/scene0004_00`: no questions yet" in card and "scene0007_00_vh_clean_2.ply" in card
    nothing_wrong(where)


def test_a_damaged_or_mixed_partition_is_refused(tmp_path: Path) -> None:
    lake = write_scenes(tmp_path / "lake", SPLITS)
    path = tmp_path / "lake" / lake.path("qa", "scannet", "scene0002_00")
    good = path.read_bytes()
    path.write_bytes(good[:200] + bytes([good[200] ^ 1]) + good[201:])
    with pytest.raises(DataError, match=r"scene0002_00.*do not match the digest"):
        release(lake, tmp_path / "out")
    path.write_bytes(good)
    objects = lake.read("objects", "scannet", "scene0002_00")
    lake.write("objects", "scannet", "scene0002_00", objects.slice(1), versions={"records": "2"}, counts={})
    with pytest.raises(DataError, match=r"scene0002_00.*another build of 'objects'"):
        release(lake, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_rows_are_of_the_split_of_their_scene(tmp_path: Path) -> None:
    rows = many_rows("scene0001_00", "val", 1)
    rows[1:3] = [row.model_copy(update={"split": "train"}) for row in rows[1:3]]
    with pytest.raises(DataError, match="2 rows are for train, the scene is for val"):
        release(write_lake(tmp_path / "lake", {"scene0001_00": rows}), tmp_path / "out")


def test_a_room_is_in_one_split(tmp_path: Path) -> None:
    rescans = write_scenes(tmp_path / "rescans", {"scene0001_00": "train", "scene0001_01": "val"})
    with pytest.raises(DataError, match=r"the room scannet/scene0001 is in train .*_00. and val .*_01.; a room"):
        release(rescans, tmp_path / "out")
    walked = write_scenes(tmp_path / "walked", {"aakXD000000": "train"}, source="matterport3d")
    write_scenes(tmp_path / "walked", {"aakXD000000": "val"}, source="rxr")
    with pytest.raises(DataError, match="the room matterport3d/aakXD000000 is in train"):
        release(walked, tmp_path / "out")
    named = write_scenes(tmp_path / "named", {"a": "train", "b": "val"}, source="rgbd")
    nothing_wrong(release(named, tmp_path / "out")[0])
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "rooms.txt").write_text("a kitchen\nb kitchen\n")
    with pytest.raises(DataError, match="the room rgbd/kitchen is in train"):
        release(named, tmp_path / "out", inputs={"rgbd": Storage(tmp_path / "scans")})


def test_two_rows_with_one_id_are_refused(tmp_path: Path) -> None:
    rows = sample_rows("scene0001_00")
    twice = [row.model_copy(update={"scene_id": "scene0002_00"}) for row in rows]
    lake = write_lake(tmp_path / "lake", {"scene0001_00": rows, "scene0002_00": twice})
    with pytest.raises(DataError, match="two questions of the lake have the id"):
        release(lake, tmp_path / "out")


def test_an_id_that_is_no_digest_is_refused(tmp_path: Path) -> None:
    rows = sample_rows("scene0001_00")
    rows[0] = rows[0].model_copy(update={"qa_id": "first"})
    with pytest.raises(DataError, match="no digest of 32 hexadecimal digits"):
        release(write_lake(tmp_path / "lake", {"scene0001_00": rows}), tmp_path / "out")


def test_questions_about_pictures(tmp_path: Path) -> None:
    lake = write_pictures(tmp_path / "lake", tmp_path / "inputs")
    with pytest.raises(DataError, match="scannet/scene0000_00 is in train and val"):
        release(lake, tmp_path / "out")
    where, manifest = release(lake, tmp_path / "out", sources=["photos"])
    nothing_wrong(where)
    assert {file.table for file in manifest.files} == {"web_qa"}
    assert [(use.name, use.licence) for use in manifest.models] == [("d", "MIT")]
    assert manifest.sources == {"photos": []}
    assert b"| depth | d | MIT |" in where.read_bytes("LICENSES.md")
    assert b"| photos | unknown | unknown" in where.read_bytes("README.md")
    loaded = load_dataset(where.url, "all_web", cache_dir=str(tmp_path / "cache"))
    for split, name in (("train", "train"), ("val", "validation")):
        assert len(loaded[name]) == sum(count.rows for count in manifest.counts if count.split == split)
    assert "depth" not in loaded["train"].column_names  # pictures are referred to
    tables = [lake.read("web_qa", *place) for place in lake.partitions("web_qa") if place[0] == "photos"]
    assert sum(count.rows for count in manifest.counts) == sum(map(len, tables))


def test_scenes_and_pictures_of_one_lake(tmp_path: Path) -> None:
    lake = write_pictures(tmp_path / "lake", tmp_path / "inputs")
    write_scenes(tmp_path / "lake", {"home": "train"}, source="rgbd")
    where, manifest = release(lake, tmp_path / "out", sources=["photos", "rgbd"])
    nothing_wrong(where)
    for config, table in (("all", "qa"), ("all_web", "web_qa")):
        loaded = load_dataset(where.url, config, split="train", cache_dir=str(tmp_path / "cache"))
        assert len(loaded) == sum(c.rows for c in manifest.counts if (c.table, c.split) == (table, "train"))


def test_pictures_of_random_weights_are_left_out(tmp_path: Path) -> None:
    lake = Lake(Storage(tmp_path / "lake"))
    images = [sample_image("photos", "00000", f"{n}.jpg", b"", is_data=n > 0) for n in range(2)]
    rows = [row for image in images for row in picture_rows(image)]
    write_shard(lake, images, [], rows)
    where, manifest = release(lake, tmp_path / "out")
    assert manifest.left_out == {"rows of models with random stand-in weights": len(rows) // 2}
    assert {row["image_id"] for row in rows_of(Path(where.url))} == {"1.jpg"}
    random = Lake(Storage(tmp_path / "random"))
    write_shard(random, images[:1], [], picture_rows(images[0]))
    with pytest.raises(DataError, match="no questions that may be released"):
        release(random, tmp_path / "out")


def test_single_pictures_in_quarantine_are_counted(tmp_path: Path) -> None:
    lake = Lake(Storage(tmp_path / "lake"))
    image = sample_image("photos", "00000", "0.jpg", b"")
    write_shard(lake, [image], [], picture_rows(image))
    record = {"source": "photos", "shard_id": "00000", "image_id": "1.jpg", "stage": "images"}
    bad = pa.Table.from_pylist([record | {"error": "DataError", "message": "torn"}], TABLES["web_quarantine"])
    lake.write("web_quarantine", "photos", "00000", bad, versions={}, counts={})
    where, manifest = release(lake, tmp_path / "out")
    assert manifest.missing == [] and manifest.left_out == {"pictures in quarantine": 1}
    nothing_wrong(where)
    bad = pa.Table.from_pylist([record | {"image_id": "", "error": "DataError", "message": "torn"}], bad.schema)
    lake.write("web_quarantine", "photos", "00000", bad, versions={}, counts={})
    with pytest.raises(DataError, match="it has none; build it first"):
        release(lake, tmp_path / "out")


def test_chance_levels_follow_the_format(released: tuple[Path, Manifest]) -> None:
    levels = {(one.task, one.format): one for one in released[1].answers}
    letters = levels["depth_prediction_oc", "select"]
    assert (letters.balance, letters.random, letters.frequent) == ("B 100%", 25.0, 100.0)
    assert levels["depth_prediction_oc", "fill"].constant == 100.0
    assert levels["depth_prediction_oc", "sentence"].frequent is None
    assert pc.sum(pa.array([one.rows for one in levels.values()])).as_py() == sum(c.rows for c in released[1].counts)
