"""A task whose facts change must say so: its version is what makes a build renew the questions.

After a change that is meant, raise the `version` in the task's spec and run `python -m tests.tasks.test_versions`.
"""

import hashlib
import json
from pathlib import Path

import pytest

from factory.tasks import all_tasks, get_task
from factory.tasks.engine import make_facts
from tests.tasks.symmetry_rules import RULES

LOCK = Path(__file__).parent / "facts_lock.json"
SEEDS = (1, 2, 3)
QUOTA = 20


def state_of(name: str) -> dict[str, object]:
    """The version of a task and a digest of what it asks and answers in three rooms, numbers to a micrometre."""
    digest = hashlib.blake2b(digest_size=16)
    for seed in SEEDS:
        facts, _ = make_facts(get_task(name), RULES[name].room(seed), QUOTA, seed=0)
        assert facts, f"{name} asks nothing in room {seed}"
        for fact in facts:
            values = [f"{value:.6f}" for value in fact.values or ()]
            margin = "" if fact.margin is None else f"{fact.margin:.3f}"
            marks = [(mark.kind, mark.color, mark.coords) for mark in fact.marks]
            digest.update(repr((fact.candidate, values, margin, marks, sorted(fact.words.items()))).encode())
    return {"version": get_task(name).spec.version, "facts": digest.hexdigest()}


@pytest.mark.parametrize("name", [task.spec.name for task in all_tasks()])
def test_other_facts_need_another_version(name: str) -> None:
    locked = json.loads(LOCK.read_text()).get(name)
    assert state_of(name) == locked, (
        f"{name} gives other facts than before: raise its version (or take the change back), "
        "then run python -m tests.tasks.test_versions"
    )


if __name__ == "__main__":
    states = {task.spec.name: state_of(task.spec.name) for task in all_tasks()}
    LOCK.write_text(json.dumps(states, indent=1) + "\n")
