"""What a build would do, and why: fingerprints of the inputs against those in the partitions' footers."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

from pydantic import Field

from factory.errors import DataError
from factory.pipeline.attempts import marked_scenes
from factory.pipeline.config import BuildConfig
from factory.pipeline.qa_stage import qa_versions, records_digests, upstream_versions
from factory.pipeline.reasons import records_complete, why
from factory.pipeline.records_stage import records_versions
from factory.sources.base import FileHasher, Source
from factory.store.footers import Footers
from factory.store.hashing import CachedHasher
from factory.store.lake import SCENE_TABLES, Lake, fingerprint
from factory.wording.templates import digest
from schemas.base import Record

_READERS = 16
_SAMPLE = 8  # scenes


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


def make_plan(
    config: BuildConfig, source: Source, lake: Lake, hasher: FileHasher, footer_hasher: CachedHasher
) -> Plan:
    """Compares every scene of the input (or those asked for) with the lake.

    hasher : of the input's files; footer_hasher : of the lake's root, it remembers footers between runs.
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
    footers = Footers(lake, config.source, SCENE_TABLES, footer_hasher)

    def step(scene_id: str) -> Step:
        return _step(config, source, footers, hasher, scene_id, questions)

    steps = _each(step, kept)
    if refused or config.scenes is None:
        traces = footers.scenes().union(marked_scenes(lake, config.source))
        gone = traces & set(refused) | (traces - set(present) if config.scenes is None else set())
        steps += [Step(scene_id=scene_id, action="remove") for scene_id in gone]
    return Plan(steps=sorted(steps, key=lambda step: step.scene_id), refused=refused)


def _each(step: Callable[[str], Step], scenes: Sequence[str]) -> list[Step]:
    """The steps in order: by many threads where storage lets wait, else by one, as they would wait for each other."""
    clock, first = (time.perf_counter(), time.process_time()), scenes[:_SAMPLE]
    steps = [step(scene_id) for scene_id in first]
    waiting = time.perf_counter() - clock[0] > 2 * (time.process_time() - clock[1])
    with ThreadPoolExecutor(_READERS if waiting else 1) as pool:
        return [*steps, *pool.map(step, scenes[_SAMPLE:])]


def _step(
    config: BuildConfig,
    source: Source,
    footers: Footers,
    hasher: FileHasher,
    scene_id: str,
    questions: dict[str, str],
) -> Step:
    versions = records_versions(source, scene_id, hasher, config)
    views = footers.identity("views", scene_id)
    reason = _reason(footers, "views", scene_id, versions)
    if not reason and not records_complete(views, lambda table: footers.identity(table, scene_id)):
        reason = "interrupted"
    quarantined = footers.meta("quarantine", scene_id)
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
    qa_reason = _reason(footers, "qa", scene_id, questions | upstream_versions(records_digests(views)))
    if not qa_reason and quarantined is not None:
        qa_reason = "in quarantine"
    return Step(scene_id=scene_id, action="build" if qa_reason else "none", qa_reason=qa_reason)


def _reason(footers: Footers, table: str, scene_id: str, versions: dict[str, str]) -> str:
    known = footers.identity(table, scene_id)
    if known is not None and known.fingerprint == fingerprint(versions):
        return ""
    return why(footers.meta(table, scene_id), versions) or "new"  # another build may have put it since the listing
