"""What turning, scaling, mirroring, renaming and reordering the world do to facts: no more than they must."""

from dataclasses import fields, replace

import numpy as np
import pytest

from factory.tasks import all_tasks
from factory.tasks.engine import make_facts
from factory.tasks.parameters import DEFAULTS, Parameters
from factory.tasks.records import SceneRecords
from factory.tasks.task import Task
from schemas.qa import Fact
from tests.tasks.symmetry_rules import RULES, mirrored_coords, unchanged
from tests.tasks.synthetic_records import LABELS, mirrored, moved, scaled, to_tables

TASKS = all_tasks()
SEEDS = (0, 1, 2)
QUOTA = 40


def facts_of(task: Task, records: SceneRecords) -> list[Fact]:
    facts, _ = make_facts(task, records, QUOTA, seed=7)
    assert len(facts) >= RULES[task.spec.name].facts
    return facts


def assert_close(first: Fact, second: Fact, **expected: object) -> None:
    """The facts agree, numbers up to rounding noise; `expected` are columns that differ on purpose."""
    for column in fields(Fact):
        name = column.name
        ours, theirs = expected.get(name, getattr(first, name)), getattr(second, name)
        if name == "numbers":
            assert theirs == pytest.approx(ours, abs=1e-6)
        elif name in ("values", "margin"):
            assert theirs == pytest.approx(ours, abs=1e-6), name
        else:
            assert theirs == ours, name


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.spec.name)
@pytest.mark.parametrize("seed", SEEDS)
def test_turning_and_shifting_the_world_changes_nothing(task: Task, seed: int) -> None:
    records = RULES[task.spec.name].room(seed)
    elsewhere = moved(records, turn_rad=2.1 + seed, shift=np.array([3.0, -8.0, 1.5]))
    for first, second in zip(facts_of(task, records), facts_of(task, elsewhere), strict=True):
        assert_close(first, second)


def times(value: float | tuple[float, ...], factor: float) -> float | tuple[float, ...]:
    return value * factor if isinstance(value, float) else tuple(one * factor for one in value)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.spec.name)
@pytest.mark.parametrize("factor", [0.25, 3.7])
def test_scaling_the_world_and_the_thresholds_scales_metres(task: Task, factor: float) -> None:
    records = RULES[task.spec.name].room(0)
    sizes = {
        f.name: times(getattr(DEFAULTS, f.name), factor**power)
        for f in fields(Parameters)
        for unit, power in (("_m", 1), ("_m2", 2))
        if f.name.endswith(unit)
    }
    large_task = type(task)(replace(DEFAULTS, **sizes))
    rule = RULES[task.spec.name]
    for first, second in zip(facts_of(task, records), facts_of(large_task, scaled(records, factor)), strict=True):
        values = [v * factor**power for v, power in zip(first.values, rule.value_powers(first), strict=True)]
        numbers = {name: n * factor ** rule.number_powers.get(name, 1) for name, n in first.numbers.items()}
        assert_close(first, second, values=tuple(values), numbers=numbers)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.spec.name)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_mirror_swaps_left_and_right_and_nothing_else(task: Task, seed: int) -> None:
    records = RULES[task.spec.name].room(seed)
    rule = RULES[task.spec.name]
    swaps = 0
    for first, second in zip(facts_of(task, records), facts_of(task, mirrored(records)), strict=True):
        marks = tuple(mark.model_copy(update={"coords": mirrored_coords(mark.coords)}) for mark in first.marks)
        changes = rule.mirrored(first)
        swaps += any(getattr(first, name) != value for name, value in changes.items())
        assert_close(first, second, marks=marks, **changes)
    assert bool(swaps) == (rule.mirrored is not unchanged)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.spec.name)
def test_other_names_change_names_alone(task: Task) -> None:
    records = RULES[task.spec.name].room(1)
    other = dict(zip(LABELS, [f"thing {name[::-1]}" for name in LABELS], strict=True)) | {"": "", "wall": "side"}
    renamed = replace(records, labels=np.array([other[label] for label in records.labels], dtype=object))
    for first, second in zip(facts_of(task, records), facts_of(task, renamed), strict=True):
        words = dict(first.words)
        if "landmark" in words:
            words["landmark"] = other[words["landmark"]]
        marks = tuple(mark.model_copy(update={"label": other[mark.label]}) for mark in first.marks)
        assert_close(first, second, words=words, marks=marks, labels=tuple(other[label] for label in first.labels))


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.spec.name)
def test_the_order_in_which_records_are_stored_changes_nothing(task: Task) -> None:
    records = RULES[task.spec.name].room(2)
    rng = np.random.default_rng(0)
    tables = to_tables(records, rng.permutation(len(records.object_ids)), rng.permutation(len(records.frame_ids)))
    assert make_facts(task, SceneRecords.from_tables(*tables), QUOTA, 7) == make_facts(task, records, QUOTA, 7)
