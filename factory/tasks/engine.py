"""From a task and a scene's records to facts."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from factory.tasks.records import SceneRecords
from factory.tasks.rng import rng_for
from factory.tasks.task import Answers, Candidates, Task
from schemas.qa import Fact, Mark

Array = np.ndarray

_MARKS = TypeAdapter(list[tuple[Mark, ...]])


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
    objects_of = [[row for row in rows if row >= 0] for rows in candidates.objects.tolist()]
    places_of = candidates.images.tolist()
    marks_of = [
        [
            {
                "kind": role.kind,
                "color": role.color,
                "image_index": place,
                "object_id": object_ids[row],
                "label": labels[row],
                "coords": coords,
            }
            for role, place, row, coords in zip(task.marks, places, rows, coordinates, strict=False)
        ]
        for places, rows, coordinates in zip(
            places_of, objects_of, _coordinates(task, records, candidates), strict=True
        )
    ]
    columns = zip(
        _images(records, candidates.views),
        objects_of,
        places_of,
        candidates.choice.tolist(),
        _MARKS.validate_python(marks_of),
        answers.values if isinstance(answers.values, list) else answers.values.tolist(),
        _rows(answers.numbers, len(candidates)),
        _rows(answers.words, len(candidates)),
        [None] * len(candidates) if answers.margin is None else answers.margin.tolist(),
        answers.alternatives or [()] * len(candidates),
        strict=True,
    )
    for (frames, uris, views), objects, places, choice, marks, values, numbers, words, margin, alternatives in columns:
        ids = tuple(object_ids[row] for row in objects)
        names = tuple(labels[row] for row in objects)
        if len(set(names)) < len(names):
            words["name_marks"] = "yes"
        yield Fact(
            task=task.spec.name,
            candidate=_canonical(views, ids, places[: len(ids)], choices[choice]),
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


def _canonical(views: str, ids: tuple[int, ...], places: list[int], choice: str) -> str:
    """The candidate as text; the images of the objects are named only where they are not all the first."""
    shown = f"@{','.join(map(str, places))}" if any(places) else ""
    return f"{views}|{','.join(map(str, ids))}{shown}|{choice}"


def _images(records: SceneRecords, views: Array) -> list[tuple[tuple[str, ...], tuple[str, ...], str]]:
    """Frames, images, and the frames as text, of the views (n, V) of every candidate; -1 is no view.

    Candidates with the same views share them: most of those about a video have.
    """
    frame_ids, images = records.frame_ids.tolist(), records.images.tolist()
    rows = [tuple(row) for row in views.tolist()]
    known = {}
    for row in dict.fromkeys(rows):
        shown = [view for view in row if view >= 0]
        frames = tuple([frame_ids[view] for view in shown])
        known[row] = frames, tuple([images[view] for view in shown]), ",".join(frames)
    return [known[row] for row in rows]


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
