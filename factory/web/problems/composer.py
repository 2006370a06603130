"""Problems of several steps, composed of a picture's facts: what is asked, how it is worked out, what comes out."""

import hashlib
from collections import Counter
from itertools import combinations
from typing import TypeVar

import numpy as np

from factory.tasks.rng import rng_for
from factory.tasks.sampling import different_numbers
from factory.web.picture import Picture
from factory.web.problems.facts import FactLine, SceneFacts
from factory.web.problems.kinds import KINDS
from factory.web.problems.problem import Problem
from factory.web.problems.solution import Kind, Rows, Solution, UnfitError, require
from factory.web.problems.templates import PATH, templates_of
from factory.web.tasks.parameters import DEFAULTS

T = TypeVar("T")

VERSION = 2
"""Raised when the same picture would give other problems."""

_TRIES = 24  # sets of objects per kind
_STEPS = ("Step1: Plan", "Step2: Facts", "Step3: Reasoning with facts", "Step4: Final answer")


def problems_digest() -> str:
    """Of the sentences that problems are made of."""
    return hashlib.blake2b(PATH.read_bytes(), digest_size=16).hexdigest()


def compose(picture: Picture, seed: int, quota: int = DEFAULTS.items) -> tuple[list[Problem], Counter[str]]:
    """At most `quota` problems of a picture, each of another kind, and how many tries came to nothing, by reason.

    They depend on the seed, the picture's source, shard and id, and the picture alone.
    """
    scene = SceneFacts(picture)
    rng = rng_for(seed, picture.source, picture.shard_id, picture.image_id, "problem_solving", VERSION)
    rejects: Counter[str] = Counter()
    problems: list[Problem] = []
    for place in rng.permutation(len(KINDS)).tolist():
        if len(problems) == quota:
            break
        drawn = _draw(KINDS[place], scene, rng, rejects)
        if drawn is not None:
            problems.append(_in_words(KINDS[place], scene, *drawn, rng))
    return problems, rejects


def _draw(
    kind: Kind, scene: SceneFacts, rng: np.random.Generator, rejects: Counter[str]
) -> tuple[Rows, Solution] | None:
    """Objects and their solution; of the two outcomes of a kind either, where the picture offers both."""
    objects = scene.sized if kind.sized else scene.rows
    if len(objects) < kind.slots:
        return None
    found: dict[str, tuple[Rows, Solution]] = {}
    wanted = kind.outcomes or ("",)
    for places in different_numbers(_TRIES, kind.slots, len(objects), rng).tolist():
        rows = tuple(objects[places].tolist())
        try:
            require(all(scene.apart[pair] for pair in combinations(rows, 2)), "same thing")
            solution = kind.solve(scene, rows)
        except UnfitError as reason:
            rejects[f"{kind.name}: {reason}"] += 1
            continue
        found.setdefault(solution.outcome, (rows, solution))
        if len(found) == len(wanted):
            return found[wanted[int(rng.integers(len(wanted)))]]
    if found:
        rejects[f"{kind.name}: one answer only"] += 1
    return None


def _in_words(kind: Kind, scene: SceneFacts, rows: Rows, solution: Solution, rng: np.random.Generator) -> Problem:
    sentences = templates_of(kind.name)
    letters = "abcd"[: kind.slots]
    names = {letter: scene.picture.references[row] for letter, row in zip(letters, rows, strict=True)}
    said = {**names, **solution.said, **{name: made.text for name, made in solution.equations.items()}}
    question = _one_of(sentences.question, rng)
    answer = _sentence(_one_of(sentences.answers[solution.outcome], rng), said)
    reasoning = [_sentence(line, said) for line in _one_of(sentences.reasoning, rng)]
    plan = _sentence(_one_of(sentences.plan, rng), said)
    order = sorted(range(kind.slots), key=lambda slot: question.index(f"{{{letters[slot]}}}"))
    ids = scene.picture.object_ids
    return Problem(
        kind=kind.name,
        candidate=f"{','.join(str(ids[row]) for row in rows)}|{kind.name}",
        question=_sentence(question, said),
        answer=answer,
        chain=steps(plan, solution.facts, reasoning, answer),
        rows=tuple(rows[slot] for slot in order),
        values=(solution.exact,),
        unit=kind.unit,
        margin=solution.margin,
    )


def steps(plan: str, facts: tuple[FactLine, ...], reasoning: list[str], final: str) -> tuple[str, ...]:
    """The four steps of a solution, each under its heading."""
    bodies = (plan, "\n".join(fact.text for fact in facts), "\n".join(reasoning), final)
    return tuple(f"{heading}\n{body}" for heading, body in zip(_STEPS, bodies, strict=True))


def _one_of(choices: list[T], rng: np.random.Generator) -> T:
    return choices[int(rng.integers(len(choices)))]


def _sentence(template: str, said: dict[str, str]) -> str:
    text = template.format(**said)
    return text[0].upper() + text[1:]
