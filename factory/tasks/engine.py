"""From a task and a scene's records to facts."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from factory.tasks.records import SceneRecords
from factory.tasks.rng import rng_for
from factory.tasks.task import Answers, Candidates, Task
from schemas.qa import Fact, Mark

Array = np.ndarray


def make_facts(task: Task, records: SceneRecords, quota: int, seed: int) -> tuple[list[Fact], Counter[str]]:
    """At most `quota` facts of one scene, and how many candidates were ruled out, by reason."""
    rng = rng_for(seed, records.source, records.scene_id, task.spec.name, task.spec.version)
    proposal = task.propose(records, rng, quota)
    answers = task.solve(records, proposal.candidates)
    return list(_facts(task, records, proposal.candidates, answers)), proposal.rejects


def _facts(task: Task, records: SceneRecords, candidates: Candidates, answers: Answers) -> Iterator[Fact]:
    frame_ids = records.frame_ids[candidates.views].tolist()
    images = records.images[candidates.views].tolist()
    object_ids = records.object_ids[candidates.objects].tolist()
    labels = records.labels[candidates.objects].tolist()
    columns = zip(
        frame_ids,
        images,
        object_ids,
        labels,
        candidates.choice.tolist(),
        _coordinates(task, records, candidates),
        answers.values.tolist(),
        _rows(answers.numbers, len(candidates)),
        _rows(answers.words, len(candidates)),
        [None] * len(candidates) if answers.margin is None else answers.margin.tolist(),
        answers.alternatives or [()] * len(candidates),
        strict=True,
    )
    for frames, uris, ids, names, choice, coordinates, values, numbers, words, margin, alternatives in columns:
        marks = tuple(
            Mark(kind=role.kind, color=role.color, image_index=0, object_id=object_id, label=label, coords=coords)
            for role, object_id, label, coords in zip(task.marks, ids, names, coordinates, strict=False)
        )
        if len(set(names)) < len(names):
            words["name_marks"] = "yes"
        yield Fact(
            task=task.spec.name,
            candidate=f"{','.join(frames)}|{','.join(map(str, ids))}|{task.choices[choice]}",
            images=tuple(uris),
            frame_ids=tuple(frames),
            marks=marks,
            object_ids=tuple(ids),
            labels=tuple(names),
            values=tuple(values),
            unit=task.unit,
            margin=margin,
            numbers=numbers,
            words=words,
            alternatives=alternatives,
        )


def _coordinates(task: Task, records: SceneRecords, candidates: Candidates) -> list[list[list[int]]]:
    """Coordinates of every mark of every candidate, on the first image."""
    per_mark = []
    for column, role in enumerate(task.marks):
        rows = records.sighting_of[candidates.views[:, 0], candidates.objects[:, column]]
        per_mark.append((records.points if role.kind == "point" else records.boxes)[rows].tolist())
    return [list(of_candidate) for of_candidate in zip(*per_mark, strict=True)] or [[]] * len(candidates)


def _rows(columns: dict[str, Array], count: int) -> list[dict[str, Any]]:
    if not columns:
        return [{} for _ in range(count)]
    values = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [dict(zip(columns, row, strict=True)) for row in values]
