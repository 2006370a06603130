"""A build over pictures, stage by stage: only what changed, one put per partition, bad pictures named and left out."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from factory.pipeline import questions_stage
from factory.pipeline.web_config import WebBuildConfig
from factory.store.lake import WEB_TABLES, Lake
from factory.store.storage import Storage
from factory.web.depth_png import decode_depth
from factory.web.inputs.opening import open_input
from factory.web.reading import PictureReader
from factory.web.sensors import SensorPhoto
from schemas.web import WebImageRecord
from tests.building import build_web, contents, web_config_for, web_plan_for
from tests.web.painted_pictures import write_pictures
from tests.web.tiny_models import tiny_stack


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pictures(tmp_path_factory.mktemp("web") / "photos", 24)


@pytest.fixture
def config(pictures: Path, tmp_path: Path) -> WebBuildConfig:
    return web_config_for(pictures, tmp_path / "lake", stack=tiny_stack())


def reasons(config: WebBuildConfig, **options: bool) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for stage, reason in web_plan_for(config, **options).reasons():
        found.setdefault(stage, set()).add(reason)
    return found


def rows_of(config: WebBuildConfig, table: str) -> list[dict[str, object]]:
    lake = Lake(Storage(config.root))
    return [row for key in lake.partitions(table) for row in lake.read_verified(table, *key).to_pylist()]


def test_a_build_holds_pictures_objects_and_questions_and_then_nothing_is_to_do(config: WebBuildConfig) -> None:
    assert reasons(config, run_index=False)["estimate"] == {"index changes"}
    results = build_web(config)
    assert {result.status for result in results} == {"built"}
    images, questions = rows_of(config, "web_images"), rows_of(config, "web_qa")
    assert len(images) == 24 and len(rows_of(config, "web_objects")) > 60
    assert len({row["qa_id"] for row in questions}) == len(questions) > 1000
    assert {row["task"] for row in questions} >= {"level0", "vqa_distance_single", "vqa_object_relation_multi_world"}
    assert reasons(config) == {} and build_web(config) == []


def test_the_same_pictures_give_the_same_bytes_wherever_and_in_whatever_order(
    config: WebBuildConfig, pictures: Path, tmp_path: Path
) -> None:
    build_web(config)
    other = web_config_for(pictures, tmp_path / "other", stack=tiny_stack(batch_size=3))
    shards = open_input(str(pictures)).list_shards()
    for shard in reversed(shards):
        build_web(other.model_copy(update={"shards": [shard]}))
    assert contents(tmp_path / "lake") == contents(tmp_path / "other")


def test_new_words_and_tasks_touch_no_model(config: WebBuildConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    build_web(config)
    monkeypatch.setattr(questions_stage, "web_digest", lambda task: "another")
    assert set(reasons(config)) == {"questions"}
    monkeypatch.undo()
    assert set(reasons(config.model_copy(update={"seed": 1}))) == {"questions"}
    assert reasons(config.model_copy(update={"items": 3}))["questions"] == {"parameter items 8 -> 3"}


def test_another_model_makes_pictures_and_questions_anew(config: WebBuildConfig) -> None:
    build_web(config)
    changed = type(config.stack).model_validate(tiny_stack("FailingDepth"))
    found = reasons(config.model_copy(update={"stack": changed}))
    assert found == {"estimate": {"model changed: depth"}, "questions": {"pictures change"}}


def test_one_more_picture_touches_its_shard_alone(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "photos", 24)
    config = web_config_for(folder, tmp_path / "lake", stack=tiny_stack())
    build_web(config)
    before = contents(tmp_path / "lake")
    write_pictures(folder, 1, first=100)
    steps = web_plan_for(config).to_build
    assert len(steps) == 1
    build_web(config)
    after = contents(tmp_path / "lake")
    changed = {path for path in after if before.get(path) != after[path]}
    assert changed and all(f"shard={steps[0].shard_id}/" in path for path in changed)


def test_a_picture_that_breaks_a_model_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "photos", 10)
    write_pictures(folder, 1, first=50, width=322)
    config = web_config_for(folder, tmp_path / "lake", stack=tiny_stack("FailingDepth"))
    results = build_web(config)
    assert {result.status for result in results} == {"built"}
    assert len(rows_of(config, "web_images")) == 10
    (row,) = rows_of(config, "web_quarantine")
    assert row["stage"] == "estimate" and "p50" in str(row["image_id"]) and "out of memory" in str(row["message"])
    counts = sum((Counter(result.counts) for result in results), Counter())
    assert [count for name, count in counts.items() if name.startswith("in quarantine: ")] == [1]
    build_web(config.model_copy(update={"stack": type(config.stack).model_validate(tiny_stack())}))
    assert len(rows_of(config, "web_images")) == 11 and rows_of(config, "web_quarantine") == []


def test_duplicates_are_dropped_once_wherever_they_lie(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "photos", 6)
    for number in range(6):
        Image.open(folder / f"p{number}.png").convert("RGB").save(folder / f"again{number}.jpg", quality=93)
    config = web_config_for(folder, tmp_path / "lake", stack=tiny_stack())
    results = build_web(config)
    assert len(rows_of(config, "web_images")) == 6
    assert sum(result.counts.get("rejected: picture: duplicate", 0) for result in results) == 6


def test_every_picture_that_is_left_out_is_counted(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "photos", 2)
    for number in range(40):  # several in each shard
        Image.new("RGB", (60 + number, 50)).save(folder / f"small{number}.png")
    config = web_config_for(folder, tmp_path / "lake", stack=tiny_stack())
    results = build_web(config)
    assert sum(result.counts.get("rejected: picture: too small", 0) for result in results) == 40


def test_problems_alone_and_tasks_without_them(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "photos", 6)
    for names in (["problem_solving"], ["problem_solving", "vqa_distance_multi"], ["vqa_distance_multi"]):
        config = web_config_for(folder, tmp_path / "lake", stack=tiny_stack(), tasks=names)
        build_web(config)
        assert {row["task"] for row in rows_of(config, "web_qa")} == set(names)
    few = config.model_copy(update={"tasks": ["problem_solving"], "items": 1})
    build_web(few)
    items = {(row["image_id"], row["item_id"]) for row in rows_of(few, "web_qa")}
    assert set(Counter(image_id for image_id, _ in items).values()) == {1}


def test_a_build_that_stopped_between_two_partitions_is_finished(config: WebBuildConfig) -> None:
    build_web(config)
    lake = Lake(Storage(config.root))
    before = contents(Path(config.root))
    dataset, shard = lake.partitions("web_qa")[0]
    lake.delete("web_objects", dataset, shard)
    assert reasons(config)["questions"] == {"interrupted"}
    build_web(config)
    assert contents(Path(config.root)) == before


def test_a_shard_that_is_gone_is_reported(config: WebBuildConfig, pictures: Path, tmp_path: Path) -> None:
    build_web(config)
    few = write_pictures(tmp_path / "few", 1)
    gone = [
        step for step in web_plan_for(config.model_copy(update={"input": str(few)})).steps if step.action == "remove"
    ]
    assert gone and {step.shard_id for step in gone} < set(open_input(str(pictures)).list_shards())


def test_pictures_and_lake_in_a_bucket(config: WebBuildConfig, pictures: Path, s3_endpoint: str) -> None:
    build_web(config)
    bucket = Storage(f"{s3_endpoint}/photos")
    for path in sorted(pictures.iterdir()):
        bucket.write_atomic(path.name, path.read_bytes())
    there = web_config_for(bucket.url, f"{s3_endpoint}/lake", stack=tiny_stack())
    assert {result.status for result in build_web(there)} == {"built"}
    root = Storage(f"{s3_endpoint}/lake")
    assert {path: root.read_bytes(path) for path in root.find()} == contents(Path(config.root))


def test_every_table_is_read_by_anyone(config: WebBuildConfig) -> None:
    import duckdb

    build_web(config)
    for table in ("web_index", "web_images", "web_objects", "web_qa"):
        assert table in WEB_TABLES
        query = f"select count(*), count(distinct shard) from read_parquet('{config.root}/{table}/*/*/*.parquet')"
        ((rows, shards),) = duckdb.sql(query).fetchall()
        assert rows >= 24 and shards > 1


def test_measured_depth_takes_the_place_of_the_models(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "photos", 3)
    units = np.full((240, 320), 1500, dtype=np.uint16)
    units[:20] = 0
    (folder / "depth").mkdir()
    Image.fromarray(units).save(folder / "depth" / "p1.pgm")
    photo = SensorPhoto(
        color="p1.png", depth="depth/p1.pgm", units_per_meter=500, intrinsics=[300.0, 310.0, 159.5, 119.5]
    )
    config = web_config_for(folder, tmp_path / "lake", stack=tiny_stack(), sensors=[photo])
    assert {result.status for result in build_web(config)} == {"built"}
    rows = {row["image"]: row for row in rows_of(config, "web_images")}
    one = rows["p1.png"]
    assert (one["depth_source"], one["intrinsics_source"]) == ("sensor", "sensor")
    assert one["intrinsics"] == [300.0, 0.0, 159.5, 0.0, 310.0, 119.5, 0.0, 0.0, 1.0]
    depth = decode_depth(one["depth"])
    assert np.isnan(depth[:20]).all() and np.allclose(depth[21:], 3.0, atol=1e-3)
    assert {row["depth_source"] for name, row in rows.items() if name != "p1.png"} == {"model"}
    objects = [row for row in rows_of(config, "web_objects") if row["image_id"] == one["image_id"]]
    assert objects and all(2.9 < row["center"][2] < 3.3 for row in objects)
    moved = config.model_copy(update={"sensors": [photo.model_copy(update={"units_per_meter": 1000.0})]})
    assert reasons(moved)["estimate"] == {"input changed: sensors"}
    reader = PictureReader({"photos": str(folder)})
    assert reader(WebImageRecord.model_validate(one)) == (folder / "p1.png").read_bytes()


def test_a_depth_image_of_another_size_is_told_of_its_picture(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "photos", 3)
    (folder / "depth").mkdir()
    Image.fromarray(np.full((24, 32), 900, dtype=np.uint16)).save(folder / "depth" / "p1.pgm")
    photo = SensorPhoto(color="p1.png", depth="depth/p1.pgm", units_per_meter=1000, intrinsics=[300, 300, 160, 120])
    config = web_config_for(folder, tmp_path / "lake", stack=tiny_stack(), sensors=[photo])
    build_web(config)
    (row,) = rows_of(config, "web_quarantine")
    assert "one channel of 320 x 240 pixels" in str(row["message"]) and len(rows_of(config, "web_images")) == 2


def labelled_config(scans: Path, scenes: Lake, root: Path) -> WebBuildConfig:
    return web_config_for(scans, root, source="scannet", records=scenes.storage.url)


def test_labelled_scenes_are_shards(four_scans: Path, lake_of_scans: Lake, tmp_path: Path) -> None:
    config = labelled_config(four_scans, lake_of_scans, tmp_path / "lake")
    config = config.model_copy(update={"shards": ["scene0003_00", "scene0004_00"]})
    results = build_web(config)
    assert {result.status for result in results} == {"built"}
    images = rows_of(config, "web_images")
    assert {row["shard_id"] for row in images} == {"scene0003_00", "scene0004_00"}
    keyframes = [
        (row["scene_id"], row["frame_id"])
        for scene in ("scene0003_00", "scene0004_00")
        for row in lake_of_scans.read("views", "scannet", scene).to_pylist()
        if row["is_keyframe"]
    ]
    found = {(row["scene_id"], row["frame_id"]) for row in images}
    blurred = sum(result.counts.get("rejected: picture: blurred", 0) for result in results)
    assert found <= set(keyframes) and len(found) + blurred == len(keyframes)
    assert len(rows_of(config, "web_qa")) > 1000
    assert build_web(config) == []
