"""From a web task and a picture to facts."""

import math
from collections import Counter

from factory.tasks.rng import rng_for
from factory.web.picture import Picture
from factory.web.tasks.spec import WebFact
from factory.web.tasks.task import WebTask


def make_facts(task: WebTask, picture: Picture, seed: int) -> tuple[list[WebFact], Counter[str]]:
    """At most `items` facts of one picture, and how many candidates were ruled out, by reason.

    They depend on the seed, the picture's source, shard and id, the task and its version, and the picture alone.
    """
    spec = task.spec
    rng = rng_for(seed, picture.source, picture.shard_id, picture.image_id, spec.name, spec.version)
    proposal = task.propose(picture, rng, task.parameters.items)
    candidates = proposal.candidates
    if not len(candidates):
        return [], proposal.rejects
    answers = task.solve(picture, candidates)
    ids = picture.object_ids.tolist()
    values = answers.values if isinstance(answers.values, list) else answers.values.tolist()
    margins = [math.nan] * len(candidates) if answers.margin is None else answers.margin.tolist()
    numbers = {name: column.tolist() for name, column in answers.numbers.items()}
    words = {name: column.tolist() for name, column in answers.words.items()}
    pixels = [()] * len(candidates) if candidates.pixels is None else candidates.pixels.tolist()
    facts = []
    for n, (rows, choice, places) in enumerate(
        zip(candidates.rows.tolist(), candidates.choice.tolist(), pixels, strict=True)
    ):
        named = tuple(row for row in rows if row >= 0)
        of_pixels = tuple(place for place in places if place >= 0)
        asked = task.choices[choice]
        facts.append(
            WebFact(
                task=spec.name,
                candidate=f"{','.join(str(ids[row]) for row in named)}|{asked}|{','.join(map(str, of_pixels))}",
                asked=asked,
                rows=named,
                numbers={name: column[n] for name, column in numbers.items()},
                words={name: column[n] for name, column in words.items()},
                values=tuple(values[n]),
                margin=None if math.isnan(margins[n]) else margins[n],
                pixels=of_pixels,
            )
        )
    return facts, proposal.rejects
