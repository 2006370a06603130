"""Composed problems: every answer worked out again from the picture, every line of arithmetic checked."""

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from factory.web.picture import Picture
from factory.web.problems.arithmetic import equations_in, numbers_in
from factory.web.problems.composer import compose, problems_digest
from factory.web.problems.facts import scene_facts
from factory.web.problems.kinds import KINDS
from factory.web.problems.problem import Problem
from factory.web.tasks.parameters import DEFAULTS
from factory.wording.web.problem_rows import problem_rows
from tests.web.problems.things import room
from tests.web.tasks.changed_pictures import scaled, without_gravity

HEADINGS = ("Step1: Plan", "Step2: Facts", "Step3: Reasoning with facts", "Step4: Final answer")


def size(picture: Picture, row: int, axis: int) -> float:
    return float(picture.gravity_max[row, axis] - picture.gravity_min[row, axis])


def apart(picture: Picture, one: int, other: int) -> float:
    return float(np.sqrt(((picture.centers[one] - picture.centers[other]) ** 2).sum()))


def away(picture: Picture, row: int) -> float:
    return float(np.sqrt((picture.centers[row] ** 2).sum()))


def gap(picture: Picture, one: int, other: int) -> float:
    """Between the facing sides of two boxes, along x."""
    return float(
        max(
            picture.gravity_min[one, 0] - picture.gravity_max[other, 0],
            picture.gravity_min[other, 0] - picture.gravity_max[one, 0],
        )
    )


def to_middle(picture: Picture, one: int, other: int, row: int) -> float:
    middle = (picture.gravity_centers[one] + picture.gravity_centers[other]) / 2
    return float(np.linalg.norm(picture.gravity_centers[row] - middle))


# The exact answer from the picture, for the objects in the order of the slots.
ANSWERS: dict[str, Callable[..., float]] = {
    "free_gap": lambda p, a, b: gap(p, a, b),
    "fits_in_gap": lambda p, a, b, c: gap(p, a, b) - size(p, c, 0),
    "how_many_fit": lambda p, a, b, c: float(int(gap(p, a, b) / size(p, c, 0))),
    "stack_taller": lambda p, a, b, c: size(p, a, 1) + size(p, b, 1) - size(p, c, 1),
    "stack_short": lambda p, a, b, c: size(p, c, 1) - size(p, a, 1) - size(p, b, 1),
    "detour": lambda p, a, b: away(p, a) + apart(p, a, b) - away(p, b),
    "round_trip": lambda p, a, b, c: apart(p, a, b) + apart(p, b, c) + apart(p, c, a),
    "travel_time": lambda p, a, b: away(p, a) + apart(p, a, b),
    "shorter_route": lambda p, a, b, c, d: apart(p, a, c) + apart(p, c, d) - apart(p, a, b) - apart(p, b, d),
    "nearer_to_midpoint": lambda p, a, b, c, d: to_middle(p, a, b, d) - to_middle(p, a, b, c),
    "larger_front": lambda p, a, b: size(p, a, 0) * size(p, a, 1) / (size(p, b, 0) * size(p, b, 1)),
    "scaled_width": lambda p, a, b: size(p, a, 0) * size(p, b, 1) / size(p, a, 1),
}
NAMED = {"shorter_route": ("b", "c"), "nearer_to_midpoint": ("c", "d"), "larger_front": ("a", "b")}


def slots(picture: Picture, problem: Problem) -> list[int]:
    ids = problem.candidate.split("|")[0].split(",")
    return [picture.object_ids.tolist().index(int(number)) for number in ids]


def all_problems(pictures: int, objects: int = 12) -> list[tuple[Picture, Problem]]:
    return [(room(s, objects), problem) for s in range(pictures) for problem in compose(room(s, objects), 0)[0]]


PROBLEMS = all_problems(150)


def test_every_answer_from_the_picture() -> None:
    seen = Counter()
    for picture, problem in PROBLEMS:
        rows = slots(picture, problem)
        exact = ANSWERS[problem.kind](picture, *rows)
        (value,) = problem.values
        if problem.kind == "travel_time":
            (speed,) = numbers_in(problem.question)
            exact /= float(speed)
        told = [float(number) for number in numbers_in(problem.answer)]
        if problem.kind in NAMED:
            first = exact > 1 if problem.kind == "larger_front" else exact > 0
            winner, loser = (rows["abcd".index(slot)] for slot in NAMED[problem.kind][:: 1 if first else -1])
            assert picture.references[winner] in problem.answer
            assert picture.references[loser] not in problem.answer
            assert value == pytest.approx(exact if problem.kind == "larger_front" else abs(exact))
        elif problem.kind == "fits_in_gap":
            assert problem.answer.startswith("Yes" if exact > 0 else "No")
            assert value == pytest.approx(exact)
        else:
            assert value == pytest.approx(exact)
            assert len(told) == 1
            assert told[0] == (value if problem.unit == "count" else pytest.approx(value, abs=0.01 + 1e-9))
        assert (problem.margin is not None) == (problem.kind in (*NAMED, "fits_in_gap", "how_many_fit"))
        assert problem.margin is None or problem.margin >= 1.0
        seen[problem.kind] += 1
    assert set(seen) == set(ANSWERS) == {kind.name for kind in KINDS}
    assert min(seen.values()) >= 20


def test_every_line_of_arithmetic() -> None:
    """Numbers come from the cited facts, the question, or an equation before."""
    constants = {Decimal(2)}
    for picture, problem in PROBLEMS:
        plan, facts, reasoning, final = problem.chain
        assert tuple(part.split("\n")[0] for part in problem.chain) == HEADINGS
        offered = {fact.text for fact in scene_facts(picture)}
        mirrored = {f"{t.split(': ')[0]}: {m[2]} and {m[1]} are {m[3]}" for t in offered if (m := _two_names(t))}
        cited = facts.split("\n")[1:]
        assert cited
        assert set(cited) <= offered | mirrored
        known = constants | set(numbers_in(problem.question))
        known |= {number for line in cited for number in numbers_in(line)}
        operations = 0
        assert not numbers_in(plan.split("\n", 1)[1])
        for line in reasoning.split("\n")[1:]:
            for equation in equations_in(line):
                assert equation.holds()
                assert set(numbers_in(equation.left)) <= known
                known.add(abs(equation.result))
                operations += equation.operations
            for first, sign, second in re.findall(r"([\d.]+\d) ([<>]) ([\d.]+\d)", line):
                assert (Decimal(first) < Decimal(second)) == (sign == "<")
            assert set(numbers_in(line)) <= known
        assert operations >= 2
        assert set(numbers_in(final.split("\n", 1)[1])) <= known
        assert final.split("\n", 1)[1] == problem.answer


def _two_names(text: str) -> re.Match[str] | None:
    return re.fullmatch(r"object_\w+_distance: (.+) and (.+) are (.+)", text)


def test_facts_are_cited_because_they_are_used() -> None:
    for _, problem in PROBLEMS:
        used = numbers_in(problem.chain[2])
        for line in problem.chain[1].split("\n")[1:]:
            assert set(numbers_in(line)) <= set(used), (line, problem.chain[2])


def test_questions_name_their_objects_in_order_and_no_other() -> None:
    for picture, problem in PROBLEMS:
        places = [problem.question.casefold().index(picture.references[row]) for row in problem.rows]
        assert places == sorted(places)
        assert sorted(problem.rows) == sorted(slots(picture, problem))
        assert all(picture.reference_kinds[row] != "box" for row in problem.rows)
        assert problem.question[0].isupper()
        assert problem.answer[0].isupper() or problem.answer[0].isdigit()
        assert not re.search(r"[{}]|\s\s|\bnan\b|-0\.00", problem.question + "\n".join(problem.chain))
    texts = Counter(problem.question for _, problem in PROBLEMS)
    assert texts.most_common(1)[0][1] <= 2


def test_rows_are_made_of_them() -> None:
    for seed in range(20):
        picture = room(seed)
        problems, _ = compose(picture, 0)
        rendered = problem_rows(picture, problems)
        assert len(rendered.items) == len(problems)
        assert not rendered.rejected


def test_same_seed_same_problems() -> None:
    for seed in range(5):
        assert compose(room(seed), 3) == compose(room(seed), 3)
    assert any(compose(room(seed), 3)[0] != compose(room(seed), 4)[0] for seed in range(5))
    assert problems_digest() == problems_digest()


def test_one_of_each_kind_within_the_quota() -> None:
    for seed in range(30):
        for quota in (0, 3, DEFAULTS.items, 40):
            problems, _ = compose(room(seed, 16), 0, quota)
            kinds = [problem.kind for problem in problems]
            assert len(kinds) == len(set(kinds)) <= quota
            assert len({problem.candidate for problem in problems}) == len(problems)


def test_both_answers_come_alike() -> None:
    first: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for seed in range(250):
        picture = room(seed, 8)
        for problem in compose(picture, 1, 12)[0]:
            if problem.kind in NAMED or problem.kind == "fits_in_gap":
                exact = ANSWERS[problem.kind](picture, *slots(picture, problem))
                first[problem.kind] += exact > (1 if problem.kind == "larger_front" else 0)
                total[problem.kind] += 1
    assert len(total) == 4
    for kind, count in total.items():
        assert count > 40
        assert abs(first[kind] / count - 0.5) < 0.02 + 1.3 / math.sqrt(count)


@pytest.mark.parametrize("objects", [0, 1, 2, 3, 4])
def test_small_pictures(objects: int) -> None:
    for seed in range(20):
        for problem in compose(room(seed, objects), 0)[0]:
            assert len(problem.rows) <= objects
    assert compose(room(0, 0), 0) == ([], {})


def test_without_gravity_only_ways_are_asked_about() -> None:
    kinds = {problem.kind for seed in range(20) for problem in compose(without_gravity(room(seed)), 0, 12)[0]}
    assert kinds == {"detour", "round_trip", "travel_time", "shorter_route"}


def test_two_detections_of_one_thing_are_not_compared() -> None:
    picture = room(3, 4)
    together = replace(picture, centers=np.tile(picture.centers[:1], (4, 1)))
    problems, rejects = compose(together, 0)
    assert problems == []
    assert all(reason.endswith("same thing") for reason in rejects)


def test_a_larger_world_has_larger_answers() -> None:
    """What does not hang on rounding scales along."""
    compared = 0
    for seed in range(20):
        small, large = room(seed), scaled(room(seed), 4.0)
        ours = {problem.candidate: problem for problem in compose(small, 0, 12)[0]}
        theirs = {problem.candidate: problem for problem in compose(large, 0, 12)[0]}
        for candidate in ours.keys() & theirs.keys():
            one, other = ours[candidate], theirs[candidate]
            factor = 1.0 if one.kind in ("how_many_fit", "larger_front") else 4.0
            compared += 1
            if one.kind != "travel_time":
                assert other.values[0] == pytest.approx(factor * one.values[0])
    assert compared > 20


def test_lengths_too_small_to_round_are_not_asked_for() -> None:
    kinds = {"free_gap", "stack_taller", "stack_short", "detour", "scaled_width"}
    seen = set()
    for seed in range(60):
        for problem in compose(scaled(room(seed, 12), 0.3), 0, len(KINDS))[0]:
            if problem.kind in kinds:
                assert problem.values[0] >= 0.1
                seen.add(problem.kind)
    assert seen == kinds
