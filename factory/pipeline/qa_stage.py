"""Second stage: a scene's records -> its `qa` partition."""

from collections import Counter
from dataclasses import replace

import pyarrow as pa

from factory.pipeline.config import BuildConfig
from factory.pipeline.quotas import facts_needed, quota_text
from factory.pipeline.reasons import meta_or_none
from factory.pipeline.result import StageResult, run_stage
from factory.store.footers import Identity
from factory.store.lake import TABLES, UPSTREAM, Lake, PartitionMeta, fingerprint
from factory.store.storage import Storage
from factory.tasks import all_tasks
from factory.tasks.eligibility import screen
from factory.tasks.engine import make_facts
from factory.tasks.parameters import DEFAULTS
from factory.tasks.records import SceneRecords
from factory.wording.renderer import render_task
from factory.wording.templates import digest

VERSION = 1


def qa_versions(upstream: dict[str, str], config: BuildConfig) -> dict[str, str]:
    """Everything the questions of a scene depend on, by name; `upstream` holds the records' content digests."""
    versions = {"qa": str(VERSION), "seed": str(config.seed)}
    versions |= upstream_versions(upstream)
    for task in all_tasks():
        name = task.spec.name
        if config.quotas.get(name):
            versions[f"task {name}"] = f"v{task.spec.version}"
            versions[f"wording {name}"] = digest(name)
            versions[f"quota {name}"] = quota_text(task.spec, config.quotas[name])
            if task.spec.answer == "instruction":
                versions[f"languages {name}"] = ", ".join(config.instruction_languages)
    return versions


def upstream_versions(upstream: dict[str, str]) -> dict[str, str]:
    """The part of `qa_versions` that differs from scene to scene."""
    return {f"records {table}": content_digest for table, content_digest in upstream.items()}


def records_digests(views: PartitionMeta | Identity) -> dict[str, str]:
    """Content digests of the three tables that a `views` partition commits."""
    return {**views.upstream, "views": views.content_digest}


class QaStage:
    """Writes the questions of one scene at a time."""

    def __init__(self, config: BuildConfig) -> None:
        self._config = config
        self._lake = Lake(Storage(config.root))

    def run(self, scene_id: str) -> StageResult:
        """Builds and commits, leaves alone what is up to date, or quarantines."""
        lake, source = self._lake, self._config.source
        views = meta_or_none(lake, "views", source, scene_id)
        versions = qa_versions(records_digests(views), self._config) if views else {}
        committed = meta_or_none(lake, "qa", source, scene_id)
        if views and committed and committed.fingerprint == fingerprint(versions):
            lake.delete("quarantine", source, scene_id)
            return StageResult(scene_id=scene_id, stage="qa", status="unchanged", counts=committed.counts)
        result = run_stage(lake, self._config, scene_id, "qa", lambda: self._build(scene_id, versions))
        if result.status == "built":
            lake.delete("quarantine", source, scene_id)
        return result

    def _build(self, scene_id: str, versions: dict[str, str]) -> dict[str, int]:
        source = self._config.source
        tables = self._lake.read_records(source, scene_id)
        records = SceneRecords.from_tables(*tables)
        parameters = replace(DEFAULTS, instruction_languages=tuple(self._config.instruction_languages))
        unfit = screen(records, parameters).rejects
        counts = Counter({f"rejected: object in a view: {reason}": count for reason, count in unfit.items()})
        parts = [TABLES["qa"].empty_table()]
        for task in all_tasks(parameters):
            name = task.spec.name
            quota = self._config.quotas.get(name)
            if not quota:
                continue
            facts, rejected = make_facts(task, records, facts_needed(quota), self._config.seed)
            rendered = render_task(
                task.spec,
                facts,
                quota,
                source=source,
                scene_id=scene_id,
                split=records.split,
                seed=self._config.seed,
            )
            parts.append(rendered.table)
            for item in rendered.table.column("format").value_counts():
                counts[f"rows: {name} {item['values']}"] += item["counts"].as_py()
            for reason, count in (rejected + rendered.rejected).items():
                counts[f"rejected: {name}: {reason}"] += count
        upstream = {table: versions[f"records {table}"] for table in UPSTREAM["qa"]}
        self._lake.write(
            "qa",
            source,
            scene_id,
            pa.concat_tables(parts),
            versions=versions,
            counts=dict(counts),
            upstream=upstream,
        )
        return dict(counts)
