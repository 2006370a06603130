"""The registry refuses collisions, suggests on a miss and freezes."""

import numpy as np
import pytest

import factory.tasks
from factory.errors import DataError
from factory.registry import Registry
from factory.tasks.records import SceneRecords
from factory.tasks.registry import tasks
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, Proposal, Task


def spec(name: str) -> TaskSpec:
    return TaskSpec(name, "depth", "low", "single", "oc", ("fill",), "number", 1)


class Silent(Task):
    unit = "m"

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        raise NotImplementedError

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        raise NotImplementedError


class Loud(Silent):
    spec = spec("loudness")


class Louder(Silent):
    spec = spec("loudness")


class Softness(Silent):
    spec = spec("softness")


def test_a_collision_names_both_classes() -> None:
    registry: Registry[type[Task]] = Registry(Task, "factory/tasks/__init__.py")
    assert registry.register(Loud) is Loud
    with pytest.raises(ValueError, match=r"loudness is declared twice: by .*Loud and .*Louder"):
        registry.register(Louder)


def test_all_is_ordered_by_name() -> None:
    registry: Registry[type[Task]] = Registry(Task, "factory/tasks/__init__.py")
    registry.register(Softness)
    registry.register(Loud)
    assert registry.all() == (Loud, Softness)


def test_a_miss_suggests() -> None:
    registry: Registry[type[Task]] = Registry(Task, "factory/tasks/__init__.py")
    registry.register(Loud)
    registry.register(Softness)
    assert registry.get("softness") is Softness
    with pytest.raises(
        DataError, match=r"no task is called 'softnes'; did you mean softness\? there are loudness, softn"
    ):
        registry.get("softnes")
    with pytest.raises(DataError, match=r"no task is called 'x'; there are"):
        registry.get("x")


def test_a_frozen_registry_takes_nothing_more() -> None:
    registry: Registry[type[Task]] = Registry(Task, "factory/tasks/__init__.py")
    registry.freeze()
    with pytest.raises(RuntimeError, match="loudness comes too late"):
        registry.register(Loud)
    with pytest.raises(RuntimeError, match="loudness comes too late"):
        tasks.register(Loud)


@pytest.mark.parametrize("thing", [Silent, Loud(), int, "loudness"])
def test_only_task_classes_with_a_spec_enter(thing: object) -> None:
    with pytest.raises(TypeError, match="is not a Task class with a spec"):
        Registry(Task, "factory/tasks/__init__.py").register(thing)  # type: ignore[type-var]


def test_all_tasks_are_known_by_their_names() -> None:
    names = [task.spec.name for task in factory.tasks.all_tasks()]
    assert names == sorted(names)
    assert set(names) >= {
        "depth_prediction_oc",
        "depth_prediction_oo",
        "distance_prediction_oc",
        "distance_prediction_oo",
        "distance_infer_center_oo",
        "obj_spatial_relation_oo",
        "position_matching",
        "view_change_infer",
    }
    for name in names:
        assert factory.tasks.get_task(name).spec.name == name


def test_every_family_has_a_module_of_its_name_and_shares_none() -> None:
    families: dict[str, set[str]] = {}
    for task in factory.tasks.all_tasks():
        families.setdefault(type(task).__module__.removeprefix("factory.tasks."), set()).add(task.spec.family)
    assert all(len(of_module) == 1 for of_module in families.values())
    assert {family for of_module in families.values() for family in of_module} <= set(families)
