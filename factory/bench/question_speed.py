"""Speed of the stage from stored pictures to questions, step by step, on labelled pictures of a scene."""

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa

from factory.bench.scene_speed import SceneSpeed
from factory.bench.speed import Figure, Laps, best_cpu
from factory.errors import DataError
from factory.pipeline.images_stage import LabelStage
from factory.pipeline.questions_stage import QuestionsStage
from factory.pipeline.web_config import WebBuildConfig
from factory.store.lake import TABLES, Lake
from factory.store.storage import Storage
from factory.web.lifting.lift import lift
from factory.web.picture import Picture
from factory.web.problems.composer import compose
from factory.web.references.refer import refer
from factory.web.tasks import web_tasks
from factory.web.tasks.engine import make_facts
from factory.web.tasks.parameters import WebParameters
from factory.web.tasks.task import WebTask
from factory.wording.web.problem_rows import problem_rows
from factory.wording.web.renderer import render_picture
from factory.wording.web.rows import RenderedWeb, to_web_table
from schemas.web import WebImageRecord, WebObjectRecord

OBJECTS, PICTURES = 10, 24
ITEMS = (2, 8)  # per task and picture: some more than a hundred rows, and what builds do by default
_SHARD = "chosen"


def question_speed(scenes: SceneSpeed) -> Iterator[Figure]:
    """Stored pictures of about ten objects -> validated rows in Parquet, and what each step takes of it."""
    with tempfile.TemporaryDirectory() as folder:
        config = _labelled(scenes, Path(folder))
        lake = Lake(Storage(config.root))
        images = _choose(lake, config.source, scenes.scene_id)
        table = pa.Table.from_pylist([image.model_dump() for image in images], schema=TABLES["web_images"])
        lake.write("web_images", config.source, _SHARD, table, versions={}, counts={})
        for items in ITEMS:
            yield from _figures(config.model_copy(update={"items": items}), lake, images)


def _labelled(scenes: SceneSpeed, folder: Path) -> WebBuildConfig:
    """Builds the records of the scene and its labelled pictures."""
    of_scenes = scenes.config(folder / "scenes")
    scenes.write_records(of_scenes)
    config = WebBuildConfig(
        source=of_scenes.source,
        input=of_scenes.input,
        records=of_scenes.root,
        root=str(folder / "lake"),
        rasterizer=of_scenes.rasterizer,
    )
    stage = LabelStage(config, lambda count: None)
    result = stage.run(scenes.scene_id, {}, frozenset())
    stage.close()
    if result.status != "built":
        raise DataError(f"{scenes.scene_id}: {result.message}")
    return config


def _choose(lake: Lake, source: str, scene_id: str) -> list[WebImageRecord]:
    """The pictures whose numbers of objects are nearest to the wanted one, in the order of the table."""
    images = [WebImageRecord.model_validate(row) for row in lake.read("web_images", source, scene_id).to_pylist()]
    off = [abs(len(lift(image)[0]) - OBJECTS) for image in images]
    chosen = sorted(sorted(range(len(images)), key=off.__getitem__)[:PICTURES])
    return [images[place] for place in chosen]


def _figures(config: WebBuildConfig, lake: Lake, images: list[WebImageRecord]) -> Iterator[Figure]:
    stage = QuestionsStage(config)

    def run() -> None:
        lake.delete("web_qa", config.source, _SHARD)
        result = stage.run(_SHARD)
        if result.status != "built":
            raise DataError(f"questions: {result.message}")

    seconds = best_cpu(run)
    rows, objects = (lake.read(table, config.source, _SHARD).num_rows for table in ("web_qa", "web_objects"))
    count = len(images)
    conditions = (
        f"{count} pictures, {objects / count:.1f} objects and {rows / count:.0f} rows each, {config.items} items"
    )
    yield Figure("questions from stored pictures to Parquet", count / seconds, "pictures/CPU s", conditions)
    yield Figure("questions from stored pictures to Parquet", rows / seconds, "rows/CPU s", conditions)
    for name, spent in _steps(config, lake, images).items():
        yield Figure(f"questions: {name}", spent / count * 1e3, "ms of CPU", f"per picture, {conditions}")


def _steps(config: WebBuildConfig, lake: Lake, images: list[WebImageRecord]) -> dict[str, float]:
    """CPU seconds by step."""
    laps = Laps()
    tasks = web_tasks(WebParameters(items=config.items))
    objects: list[WebObjectRecord] = []
    rendered: list[RenderedWeb] = []
    for image in images:
        lifted, _ = laps.of("lifting", lift, image)
        named = laps.of("references", refer, image, lifted)
        picture = laps.of("tasks", Picture.of, image, named)
        facts = [(task.spec, laps.of("tasks", _facts, task, picture, config.seed)) for task in tasks]
        rendered.append(laps.of("wording", partial(render_picture, picture, facts, seed=config.seed)))
        problems, _ = laps.of("problems", compose, picture, config.seed, config.items)
        rendered.append(laps.of("problems", problem_rows, picture, problems))
        objects += named
    laps.of("tables and writing", _write, lake, config.source, objects, rendered)
    return laps.seconds


def _facts(task: WebTask, picture: Picture, seed: int) -> list:
    return make_facts(task, picture, seed)[0]


def _write(lake: Lake, source: str, objects: list[WebObjectRecord], rendered: list[RenderedWeb]) -> None:
    table = pa.Table.from_pylist([one.model_dump() for one in objects], schema=TABLES["web_objects"])
    for name, rows in (("web_objects", table), ("web_qa", to_web_table(rendered))):
        lake.write(name, source, "again", rows, versions={}, counts={}, upstream={})
