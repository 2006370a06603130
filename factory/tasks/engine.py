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
    object_ids = records.object_ids.tolist()
    labels = records.labels.tolist()
    named = bool(task.marks) or task.names_frames
    choices = task.choice_names(records)
    columns = zip(
        _frames(records.frame_ids, candidates.views),
        _frames(records.images, candidates.views),
        candidates.objects.tolist(),
        candidates.images.tolist(),
        candidates.choice.tolist(),
        _coordinates(task, records, candidates),
        answers.values if isinstance(answers.values, list) else answers.values.tolist(),
        _rows(answers.numbers, len(candidates)),
        _rows(answers.words, len(candidates)),
        [None] * len(candidates) if answers.margin is None else answers.margin.tolist(),
        answers.alternatives or [()] * len(candidates),
        strict=True,
    )
    for frames, uris, objects, places, choice, coordinates, values, numbers, words, margin, alternatives in columns:
        objects = [row for row in objects if row >= 0]
        ids = tuple(object_ids[row] for row in objects)
        names = tuple(labels[row] for row in objects)
        marks = tuple(
            Mark(kind=role.kind, color=role.color, image_index=place, object_id=object_id, label=label, coords=coords)
            for role, place, object_id, label, coords in zip(task.marks, places, ids, names, coordinates, strict=False)
        )
        if len(set(names)) < len(names):
            words["name_marks"] = "yes"
        yield Fact(
            task=task.spec.name,
            candidate=_canonical(frames, ids, places[: len(ids)], choices[choice]),
            images=uris,
            frame_ids=frames,
            marks=marks,
            object_ids=ids,
            labels=names,
            shown_in=tuple(places[: len(ids)]) if named else (),
            values=tuple(values),
            unit=task.unit,
            margin=margin,
            numbers=numbers,
            words=words,
            alternatives=alternatives,
        )


def _canonical(frames: tuple[str, ...], ids: tuple[int, ...], places: list[int], choice: str) -> str:
    """The candidate as text; the images of the objects are named only where they are not all the first."""
    shown = f"@{','.join(map(str, places))}" if any(places) else ""
    return f"{','.join(frames)}|{','.join(map(str, ids))}{shown}|{choice}"


def _frames(names: Array, views: Array) -> list[tuple[str, ...]]:
    """Names of the views (n, V) of every candidate; -1 is no view. Rows of one video share one tuple."""
    rows, of_candidate = np.unique(views, axis=0, return_inverse=True)
    known = [tuple(names[row[row >= 0]].tolist()) for row in rows]
    return [known[place] for place in of_candidate.reshape(-1).tolist()]


def _coordinates(task: Task, records: SceneRecords, candidates: Candidates) -> list[list[list[int]]]:
    """Coordinates of every mark of every candidate, on its image."""
    per_mark = []
    for column, role in enumerate(task.marks):
        views = np.take_along_axis(candidates.views, candidates.images[:, column : column + 1], axis=1)[:, 0]
        rows = records.sighting_of[views, candidates.objects[:, column]]
        per_mark.append((records.points if role.kind == "point" else records.boxes)[rows].tolist())
    return [list(of_candidate) for of_candidate in zip(*per_mark, strict=True)] or [[]] * len(candidates)


def _rows(columns: dict[str, Array], count: int) -> list[dict[str, Any]]:
    if not columns:
        return [{} for _ in range(count)]
    values = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [dict(zip(columns, row, strict=True)) for row in values]
