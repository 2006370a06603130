"""What a build would do, and why: fingerprints of the inputs against those in the partitions' footers."""

from concurrent.futures import ThreadPoolExecutor
from typing import Literal

from pydantic import Field

from factory.errors import DataError
from factory.pipeline.attempts import marked_scenes
from factory.pipeline.config import BuildConfig
from factory.pipeline.qa_stage import qa_versions, records_digests, upstream_versions
from factory.pipeline.reasons import meta_or_none, records_complete, why
from factory.pipeline.records_stage import records_versions
from factory.sources.base import FileHasher, Source
from factory.store.lake import SCENE_TABLES, Lake, PartitionMeta
from factory.wording.templates import digest
from schemas.base import Record

_READERS = 16


class Step(Record):
    """What is planned for one scene. A reason is empty where nothing is to do. `remove` is done by `--prune` alone.

    records_versions : what the records would be built from, as the planner read it.
    """

    scene_id: str
    action: Literal["build", "remove", "none"]
    records_reason: str = ""
    qa_reason: str = ""
    records_versions: dict[str, str] = Field(default_factory=dict)


class Plan(Record):
    """All steps, one per scene, sorted by scene. refused : scenes whose room is on the exclusion list; those of them
    that were built before are to be removed."""

    steps: list[Step]
    refused: list[str] = Field(default_factory=list)

    @property
    def to_build(self) -> list[Step]:
        return [step for step in self.steps if step.action == "build"]

    @property
    def to_remove(self) -> list[Step]:
        return [step for step in self.steps if step.action == "remove"]

    def reasons(self) -> dict[tuple[str, str], list[str]]:
        """The scenes per (stage, reason), sorted."""
        found: dict[tuple[str, str], list[str]] = {}
        for scene_id in self.refused:
            found.setdefault(("all", "refused: on the exclusion list"), []).append(scene_id)
        for step in self.steps:
            if step.action == "remove":
                found.setdefault(("all", "removed"), []).append(step.scene_id)
            for stage, reason in (("records", step.records_reason), ("qa", step.qa_reason)):
                if reason:
                    found.setdefault((stage, reason), []).append(step.scene_id)
        return dict(sorted(found.items()))


def make_plan(config: BuildConfig, source: Source, lake: Lake, hasher: FileHasher) -> Plan:
    """Compares every scene of the input (or those asked for) with the lake.

    Scenes of excluded rooms are refused, whichever scan of the room the list names.

    Raises DataError for an input without scenes, for a scene that was asked for by name and is not there, and for
    templates that cannot be used: before anything is built, not in the middle.
    """
    for task in config.quotas:
        digest(task)
    present = source.list_scenes()
    if not present:
        raise DataError(
            f"{config.input}: no {source.name} scene below it; give the folder that holds the scene folders"
        )
    wanted = present if config.scenes is None else config.scenes
    missing = sorted(set(wanted) - set(present))
    if missing:
        raise DataError(
            f"no scene {', '.join(missing)} under {config.input}; it holds {len(present)} scenes"
            + (f" such as {present[0]}" if present else "")
        )
    rooms = {source.room_of(scene_id) for scene_id in config.excluded}
    refused = [scene_id for scene_id in wanted if source.room_of(scene_id) in rooms]
    kept = [scene_id for scene_id in wanted if scene_id not in set(refused)]
    questions = qa_versions({}, config)
    in_quarantine = {scene_id for dataset, scene_id in lake.partitions("quarantine") if dataset == config.source}

    def step(scene_id: str) -> Step:
        failed = meta_or_none(lake, "quarantine", config.source, scene_id) if scene_id in in_quarantine else None
        return _step(config, source, lake, hasher, scene_id, questions, failed)

    with ThreadPoolExecutor(_READERS) as pool:
        steps = list(pool.map(step, kept))
    if refused or config.scenes is None:
        traces = _traces(config.source, lake)
        gone = traces & set(refused) | (traces - set(present) if config.scenes is None else set())
        steps += [Step(scene_id=scene_id, action="remove") for scene_id in gone]
    return Plan(steps=sorted(steps, key=lambda step: step.scene_id), refused=refused)


def _traces(source: str, lake: Lake) -> set[str]:
    """The scenes that anything in the lake is of, whole or interrupted."""
    with ThreadPoolExecutor(len(SCENE_TABLES)) as pool:
        partitions = pool.map(lake.partitions, SCENE_TABLES)
        found = {scene for of_table in partitions for dataset, scene in of_table if dataset == source}
    return found.union(marked_scenes(lake, source))


def _step(
    config: BuildConfig,
    source: Source,
    lake: Lake,
    hasher: FileHasher,
    scene_id: str,
    questions: dict[str, str],
    quarantined: PartitionMeta | None,
) -> Step:
    versions = records_versions(source, scene_id, hasher, config)
    views = meta_or_none(lake, "views", config.source, scene_id)
    reason = why(views, versions)
    if not reason and not records_complete(lake, config.source, scene_id, views):
        reason = "interrupted"
    if reason or views is None:
        failed_before = quarantined is not None and quarantined.versions.get("stage") == "records"
        reason = "in quarantine" if failed_before and reason == "new" else reason
        return Step(
            scene_id=scene_id,
            action="build",
            records_reason=reason,
            qa_reason="records change",
            records_versions=versions,
        )
    qa_reason = why(
        meta_or_none(lake, "qa", config.source, scene_id), questions | upstream_versions(records_digests(views))
    )
    if not qa_reason and quarantined is not None:
        qa_reason = "in quarantine"
    return Step(scene_id=scene_id, action="build" if qa_reason else "none", qa_reason=qa_reason)
