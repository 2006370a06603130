"""How many facts of each task a scene gives, and in which formats they are worded."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from factory.errors import DataError
from factory.tasks import all_tasks
from factory.tasks.spec import TaskSpec
from schemas.qa import Format

Quota = dict[Format, int]


def even_quotas(
    facts: int, specs: Iterable[TaskSpec] | None = None, *, extra_formats: bool = False
) -> dict[str, Quota]:
    """As many facts of each task (all of them if not given), worded in every format of theirs."""
    specs = [task.spec for task in all_tasks()] if specs is None else specs
    return {spec.name: dict.fromkeys(_formats(spec, extra_formats), facts) for spec in specs}


def preset_quotas(
    file: Path, preset: str, source: str, specs: Iterable[TaskSpec], *, extra_formats: bool = False
) -> dict[str, Quota]:
    """The quotas that a preset of a TOML file means for a source.

    A preset holds either `facts`, as many for every task, or a table per source: `scenes`, the number of scenes of
    the whole data set, and `thousands`, the thousands of rows in it per task and format. Extra formats come as often
    as the most frequent format of their task.
    """
    presets = tomllib.loads(file.read_text(encoding="utf-8"))
    if preset not in presets:
        raise DataError(f"--preset {preset}: no such preset, there are {', '.join(sorted(presets))}")
    table = presets[preset]
    if "facts" in table:
        return even_quotas(table["facts"], specs, extra_formats=extra_formats)
    if source not in table:
        raise DataError(f"--preset {preset}: knows no counts for source {source}, it has {', '.join(sorted(table))}")
    rows, scenes = table[source]["thousands"], table[source]["scenes"]
    quotas: dict[str, Quota] = {}
    for spec in specs:
        thousands = rows.get(spec.name, {})
        if strangers := sorted(set(thousands) - set(spec.formats)):
            raise DataError(
                f"{file.name}: {preset}.{source}.{spec.name} has format {strangers[0]!r}, the task has not"
            )
        most = max(thousands.values(), default=0)
        counts = {f: most if f in spec.extra_formats else thousands.get(f, 0) for f in _formats(spec, extra_formats)}
        quotas[spec.name] = {f: max(round(1000 * count / scenes), 1) for f, count in counts.items() if count}
    return quotas


def facts_needed(quota: Mapping[Format, int]) -> int:
    """How many facts serve all formats."""
    return max(quota.values(), default=0)


def quota_text(spec: TaskSpec, quota: Mapping[Format, int]) -> str:
    """A quota as a plan shows it: one number where it says all."""
    if len(set(quota.values())) == 1 and set(quota) == set(spec.formats):
        return str(facts_needed(quota))
    return ", ".join(f"{format_} {quota[format_]}" for format_ in sorted(quota))


def _formats(spec: TaskSpec, extra: bool) -> tuple[Format, ...]:
    return spec.formats + (spec.extra_formats if extra else ())
