"""Last stage for web images: a shard's pictures -> lifted objects and questions, no model and no GPU."""

from collections import Counter

import pyarrow as pa

from factory.errors import DataError
from factory.pipeline.bad_pictures import BadPictures
from factory.pipeline.problems_stage import stored_problems
from factory.pipeline.reasons import meta_or_none
from factory.pipeline.result import StageResult, run_stage
from factory.pipeline.watchdog import still_going
from factory.pipeline.web_config import WebBuildConfig
from factory.store.lake import TABLES, Lake, PartitionMeta, fingerprint
from factory.store.storage import Storage
from factory.web.lifting.lift import VERSION as LIFTING_VERSION
from factory.web.lifting.lift import lift
from factory.web.lifting.parameters import DEFAULTS as LIFTING
from factory.web.picture import Picture
from factory.web.problems.composer import VERSION as PROBLEMS_VERSION
from factory.web.problems.composer import compose, problems_digest
from factory.web.references.refer import VERSION as REFERENCES_VERSION
from factory.web.references.refer import refer
from factory.web.tasks import web_tasks
from factory.web.tasks.engine import make_facts
from factory.web.tasks.parameters import WebParameters
from factory.web.tasks.task import WebTask
from factory.wording.web.problem_rows import PROBLEM_TASK, problem_rows
from factory.wording.web.renderer import render_picture, web_digest
from factory.wording.web.rows import RenderedWeb, to_web_table
from schemas.web import WebImageRecord, WebObjectRecord, WebProblemRecord

VERSION = 1
PICTURES_PER_GROUP = 64


def geometric_tasks(config: WebBuildConfig) -> tuple[WebTask, ...]:
    """The tasks of a build but for problems of several steps. Raises DataError for one that nobody knows."""
    names = None if config.tasks is None else [name for name in config.tasks if name != PROBLEM_TASK]
    return web_tasks(WebParameters(items=config.items), names)


def questions_versions(
    images: PartitionMeta, problems: PartitionMeta | None, config: WebBuildConfig
) -> dict[str, str]:
    """Everything that the objects and questions of a shard depend on, by name; `problems` are those that a language
    model wrote, where there are any."""
    parameters = WebParameters(items=config.items)
    versions = {
        "questions": str(VERSION),
        "seed": str(config.seed),
        "lifting": f"v{LIFTING_VERSION}",
        "references": f"v{REFERENCES_VERSION}",
        "records web_images": images.content_digest,
        **{f"parameter lifting {name}": value for name, value in LIFTING.versions().items()},
        **{f"parameter {name}": value for name, value in parameters.versions().items()},
    }
    for task in geometric_tasks(config):
        versions[f"task {task.spec.name}"] = f"v{task.spec.version}"
        versions[f"wording {task.spec.name}"] = web_digest(task.spec.name)
    if config.tasks is None or PROBLEM_TASK in config.tasks:
        versions[f"task {PROBLEM_TASK}"] = f"v{PROBLEMS_VERSION}"
        versions[f"wording {PROBLEM_TASK}"] = problems_digest()
        if problems is not None:
            versions["records web_problems"] = problems.content_digest
    return versions


class QuestionsStage:
    """Writes the objects and questions of one shard at a time, a few pictures in memory."""

    def __init__(self, config: WebBuildConfig) -> None:
        self._config = config
        self._lake = Lake(Storage(config.root))
        self._tasks = geometric_tasks(config)
        self._problems = config.tasks is None or PROBLEM_TASK in config.tasks

    def run(self, shard_id: str) -> StageResult:
        """Builds and commits, leaves alone what is up to date, or quarantines."""
        lake, source = self._lake, self._config.source
        images, problems, committed, objects = (
            meta_or_none(lake, table, source, shard_id)
            for table in ("web_images", "web_problems", "web_qa", "web_objects")
        )
        versions = questions_versions(images, problems, self._config) if images else {}
        whole = committed and objects and committed.upstream["web_objects"] == objects.content_digest
        if images and committed and whole and committed.fingerprint == fingerprint(versions):
            return StageResult(scene_id=shard_id, stage="questions", status="unchanged", counts=committed.counts)
        return run_stage(lake, self._config, shard_id, "questions", lambda: self._build(shard_id, images, versions))

    def _build(self, shard_id: str, images: PartitionMeta | None, versions: dict[str, str]) -> dict[str, int]:
        lake, source = self._lake, self._config.source
        if images is None:
            raise DataError(f"{lake.path('web_images', source, shard_id)}: no pictures to ask about; build them again")
        counts: Counter[str] = Counter()
        bad = BadPictures(source, shard_id, "questions")
        written = self._written(shard_id)
        with (
            lake.writer("web_objects", source, shard_id) as objects_writer,
            lake.writer("web_qa", source, shard_id) as qa_writer,
        ):
            for group in lake.read_groups("web_images", source, shard_id):
                objects: list[WebObjectRecord] = []
                rendered: list[RenderedWeb] = []
                for row in group.to_pylist():
                    try:
                        of_picture, worded = self._picture(
                            WebImageRecord.model_validate(row), written.get(row["image_id"], []), counts
                        )
                    except Exception as error:  # one bad picture must not stop the others
                        bad.add(row["image_id"], error)
                        continue
                    objects += of_picture
                    rendered += worded
                still_going()
                objects_writer.add(_objects_table(objects))
                qa_writer.add(to_web_table(rendered))
            counts += bad.counts()
            of_objects = objects_writer.commit(
                versions=versions, counts={}, upstream={"web_images": images.content_digest}
            )
            upstream = {"web_images": images.content_digest, "web_objects": of_objects.content_digest}
            qa_writer.commit(versions=versions, counts=counts, upstream=upstream)
        bad.settle(lake)
        return dict(counts)

    def _written(self, shard_id: str) -> dict[str, list[WebProblemRecord]]:
        """Problems that a language model wrote, by picture."""
        key = "web_problems", self._config.source, shard_id
        found: dict[str, list[WebProblemRecord]] = {}
        if self._problems and self._lake.meta(*key) is not None:
            for row in self._lake.read(*key).to_pylist():
                found.setdefault(row["image_id"], []).append(WebProblemRecord.model_validate(row))
        return found

    def _picture(
        self, image: WebImageRecord, written: list[WebProblemRecord], counts: Counter[str]
    ) -> tuple[list[WebObjectRecord], list[RenderedWeb]]:
        """Objects and worded rows of one picture; counts only what comes through whole."""
        lifted, rejected = lift(image, LIFTING)
        objects = refer(image, lifted)
        picture = Picture.of(image, objects)
        own: Counter[str] = Counter({f"rejected: object: {reason}": n for reason, n in rejected.items()})
        facts = []
        for task in self._tasks:
            made, rejects = make_facts(task, picture, self._config.seed)
            facts.append((task.spec, made))
            own.update({f"rejected: {task.spec.name}: {reason}": n for reason, n in rejects.items()})
        rendered = [render_picture(picture, facts, seed=self._config.seed)]
        if self._problems:
            problems, rejects = compose(picture, self._config.seed, self._config.items)
            of_model, stale = stored_problems(picture, written)
            rendered.append(problem_rows(picture, problems + of_model))
            own.update({f"rejected: {PROBLEM_TASK}: {reason}": n for reason, n in (rejects + stale).items()})
        for worded in rendered:
            own.update({f"rejected: {reason}": n for reason, n in worded.rejected.items()})
            own.update(Counter(f"rows: {worded.items[row.item]['task']} {row.format}" for row in worded.rows))
        own["kept: pictures"] += 1
        own["kept: objects"] += len(objects)
        counts.update(own)
        return objects, rendered


def _objects_table(objects: list[WebObjectRecord]) -> pa.Table:
    return pa.Table.from_pylist([record.model_dump() for record in objects], schema=TABLES["web_objects"])
