"""What a build over web images would do, and why."""

from concurrent.futures import ThreadPoolExecutor
from typing import Literal

from pydantic import Field

from factory.errors import DataError
from factory.pipeline.attempts import marked_scenes
from factory.pipeline.index_stage import index_versions
from factory.pipeline.questions_stage import questions_versions
from factory.pipeline.reasons import meta_or_none, why
from factory.pipeline.web_config import WebBuildConfig
from factory.sources.base import FileHasher
from factory.store.hashing import digest_of
from factory.store.lake import UPSTREAM, WEB_TABLES, Lake, PartitionMeta
from factory.store.storage import Storage
from factory.web.duplicates import VERSION as DUPLICATES_VERSION
from factory.web.duplicates import find_duplicates
from factory.web.estimate import VERSION as ESTIMATE_VERSION
from factory.web.estimate import EstimateParameters
from factory.web.estimators.stack import ROLES, stack_digest
from factory.web.inputs.base import WebInput
from factory.web.labelled import VERSION as LABELLED_VERSION
from factory.web.references.colors import VERSION as COLORS_VERSION
from factory.web.sharpness import MIN_VARIANCE
from schemas.base import Record

_READERS = 16
_INDEX_CHANGES = "index changes"


class WebStep(Record):
    """What is planned for one shard. A reason is empty where nothing is to do; versions : what the stage that runs
    first would build from; dropped : pictures that repeat others."""

    shard_id: str
    action: Literal["build", "remove", "none"] = "build"
    index_reason: str = ""
    images_reason: str = ""
    questions_reason: str = ""
    versions: dict[str, str] = Field(default_factory=dict)
    dropped: list[str] = Field(default_factory=list)


class WebPlan(Record):
    """All steps, one per shard, sorted by shard."""

    steps: list[WebStep]

    @property
    def to_build(self) -> list[WebStep]:
        return [step for step in self.steps if step.action == "build"]

    @property
    def to_remove(self) -> list[WebStep]:
        return [step for step in self.steps if step.action == "remove"]

    def reasons(self) -> dict[tuple[str, str], list[str]]:
        """The shards per (stage, reason), sorted."""
        found: dict[tuple[str, str], list[str]] = {}
        for step in self.steps:
            if step.action == "remove":
                found.setdefault(("all", "removed"), []).append(step.shard_id)
            for stage, reason in (
                ("index", step.index_reason),
                ("estimate", step.images_reason),
                ("questions", step.questions_reason),
            ):
                if reason:
                    found.setdefault((stage, reason), []).append(step.shard_id)
        return dict(sorted(found.items()))


def plan_index(config: WebBuildConfig, pictures: WebInput, lake: Lake, hasher: FileHasher) -> WebPlan:
    """The shards whose pictures are to be looked at (again), the first pass of a build."""
    shards = _wanted(config, pictures.list_shards())

    def step(shard_id: str) -> WebStep:
        versions = index_versions(pictures, shard_id, hasher)
        reason = why(meta_or_none(lake, "web_index", config.source, shard_id), versions)
        return WebStep(shard_id=shard_id, action="build" if reason else "none", index_reason=reason, versions=versions)

    with ThreadPoolExecutor(_READERS) as pool:
        return WebPlan(steps=list(pool.map(step, shards)))


def plan_pictures(config: WebBuildConfig, lake: Lake, index: WebPlan) -> WebPlan:
    """What follows the index: models and questions. Shards whose index is still to be made are planned whole."""
    shards = [step.shard_id for step in index.steps]
    stale = {step.shard_id for step in index.to_build}
    stored = {shard for dataset, shard in lake.partitions("web_index") if dataset == config.source}
    indexed = [shard for shard in shards if shard in stored - stale]
    decisions = find_duplicates((shard, lake.read("web_index", config.source, shard)) for shard in indexed)
    shared = estimate_versions(config)

    def step(shard_id: str) -> WebStep:
        if shard_id in stale:
            return WebStep(shard_id=shard_id, images_reason=_INDEX_CHANGES, questions_reason=_INDEX_CHANGES)
        of_index = meta_or_none(lake, "web_index", config.source, shard_id)
        if of_index is None:  # in quarantine since the pass before
            return WebStep(shard_id=shard_id, action="none")
        duplicates = decisions[shard_id]
        versions = {
            **shared,
            "records web_index": of_index.content_digest,
            "duplicates": f"v{DUPLICATES_VERSION} {duplicates.digest}",
        }
        return _step(config, lake, shard_id, versions, list(duplicates.image_ids))

    return _with_removed(config, lake, shards, [step(shard) for shard in shards])


def plan_labelled(config: WebBuildConfig, lake: Lake, records: Lake) -> WebPlan:
    """What a build over the keyframes of a lake of scenes would do."""
    scenes = [scene for dataset, scene in records.partitions("views") if dataset == config.source]
    if not scenes:
        raise DataError(f"{config.records}: holds no scene of {config.source}; build it first with build_spar7m.py")

    def step(scene_id: str) -> WebStep:
        views = meta_or_none(records, "views", config.source, scene_id)
        if views is None:
            raise DataError(f"{config.records}: the views of {scene_id} cannot be read; build the scene again")
        versions = {
            "labelled": f"v{LABELLED_VERSION}",
            "colors": f"v{COLORS_VERSION}",
            "parameter min_variance": repr(MIN_VARIANCE),
            "rasterizer": config.rasterizer,
            "input records": views.fingerprint,
            "records views": views.content_digest,
            **{f"records {table}": digest for table, digest in views.upstream.items()},
        }
        return _step(config, lake, scene_id, versions, [])

    wanted = _wanted(config, scenes)
    with ThreadPoolExecutor(_READERS) as pool:
        return _with_removed(config, lake, scenes, list(pool.map(step, wanted)))


def estimate_versions(config: WebBuildConfig) -> dict[str, str]:
    """What the `web_images` of every shard depend on besides its own pictures, by name."""
    versions = {
        "estimate": f"v{ESTIMATE_VERSION}",
        "colors": f"v{COLORS_VERSION}",
        **{f"parameter {name}": value for name, value in EstimateParameters.of(config.stack).versions().items()},
        "stack": config.stack.name,
        **{f"model {role}": stack_digest(config.stack, (role,)) for role in ROLES},
    }
    if config.sensors:
        storage = Storage(config.input)
        parts = [f"{photo.model_dump_json()} {storage.size(photo.depth)}" for photo in config.sensors]
        versions["input sensors"] = digest_of(parts)
    if config.captioner is not None:
        versions["captioner"] = config.captioner.model
    return versions


def _wanted(config: WebBuildConfig, present: list[str]) -> list[str]:
    wanted = present if config.shards is None else config.shards
    missing = sorted(set(wanted) - set(present))
    if missing:
        raise DataError(
            f"no shard {', '.join(missing)} under {config.input}; it holds {len(present)} shards, such as {present[0]}"
        )
    return wanted


def _step(config: WebBuildConfig, lake: Lake, shard_id: str, versions: dict[str, str], dropped: list[str]) -> WebStep:
    images = meta_or_none(lake, "web_images", config.source, shard_id)
    reason = why(images, versions)
    if reason or images is None:
        return WebStep(
            shard_id=shard_id,
            images_reason=reason,
            questions_reason="pictures change",
            versions=versions,
            dropped=dropped,
        )
    qa = meta_or_none(lake, "web_qa", config.source, shard_id)
    problems = meta_or_none(lake, "web_problems", config.source, shard_id)
    reason = why(qa, questions_versions(images, problems, config))
    if not reason and qa is not None and not _complete(lake, config.source, shard_id, qa):
        reason = "interrupted"
    return WebStep(shard_id=shard_id, action="build" if reason else "none", questions_reason=reason)


def _complete(lake: Lake, dataset: str, shard_id: str, qa: PartitionMeta) -> bool:
    found = {table: meta_or_none(lake, table, dataset, shard_id) for table in UPSTREAM["web_qa"]}
    return all(meta is not None and meta.content_digest == qa.upstream.get(table) for table, meta in found.items())


def _with_removed(config: WebBuildConfig, lake: Lake, present: list[str], steps: list[WebStep]) -> WebPlan:
    if config.shards is None:
        stored = {
            shard for table in WEB_TABLES for dataset, shard in lake.partitions(table) if dataset == config.source
        }
        stored.update(marked_scenes(lake, config.source))
        steps = steps + [WebStep(shard_id=shard, action="remove") for shard in stored - set(present)]
    return WebPlan(steps=sorted(steps, key=lambda step: step.shard_id))
