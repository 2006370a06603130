"""Problems from a language model: only those that follow from the facts are taken."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from factory.errors import DataError
from factory.language_model import LanguageModel
from factory.web.problems.checker import ObjectionError, check, parse_written
from factory.web.problems.composer import compose
from factory.web.problems.facts import FactLine, SceneFacts, scene_facts
from factory.web.problems.writer import write_problem
from factory.wording.web.problem_rows import problem_rows
from tests.fake_model import FakeModel, serve
from tests.web.problems.things import room

PICTURE = room(4, 6)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def fake() -> Iterator[FakeModel]:
    with serve(FakeModel()) as model:
        yield model


def facts_of(type_: str) -> list[FactLine]:
    return [fact for fact in scene_facts(PICTURE) if fact.type == type_]


def shown(fact: FactLine) -> Decimal:
    return round(Decimal(fact.values[0]), 2)


def good() -> dict[str, Any]:
    """Half the way from the camera to one thing and on to another."""
    leg, *_ = facts_of("object_center_distance")
    first, second = leg.rows
    to_first = next(fact for fact in facts_of("object_camera_distance") if fact.rows == (first,))
    total = shown(to_first) + shown(leg)
    half = round(total / 2, 2)
    return {
        "question": f"How far is it halfway from the camera to {PICTURE.references[first]} and on to "
        f"{PICTURE.references[second]}?",
        "plan": "Add both legs, then take half of the sum.",
        "facts": [to_first.text, leg.text],
        "reasoning": [
            f"The whole way: {shown(to_first)}m + {shown(leg)}m = {total}m.",
            f"Half of it: {total} / 2 = {half}m.",
        ],
        "final": f"Halfway it is {half} meters.",
    }


def objection_to(**changes: Any) -> str:
    with pytest.raises(ObjectionError) as caught:
        check(parse_written(json.dumps({**good(), **changes})), SceneFacts(PICTURE), scene_facts(PICTURE))
    return str(caught.value)


def test_a_good_problem_is_taken_whole(fake: FakeModel) -> None:
    fake.says("Here you are:\n```json\n" + json.dumps(good(), indent=1) + "\n```")
    problem, rejects = write_problem(LanguageModel(fake.url, "m"), PICTURE, 0)
    assert problem is not None
    assert not rejects
    leg, *_ = facts_of("object_center_distance")
    camera = {fact.rows[0]: fact.values[0] for fact in facts_of("object_camera_distance")}
    assert problem.rows == leg.rows
    assert problem.values[0] == pytest.approx((camera[leg.rows[0]] + leg.values[0]) / 2)
    assert (problem.unit, problem.kind, problem.margin) == ("m", "written", None)
    assert problem.question == good()["question"]
    assert problem.answer == good()["final"]
    assert problem.chain[0] == f"Step1: Plan\n{good()['plan']}"
    assert problem.chain[1].split("\n")[1:] == good()["facts"]
    assert problem.chain[3] == f"Step4: Final answer\n{problem.answer}"
    composed, _ = compose(PICTURE, 0)
    assert len(problem_rows(PICTURE, [*composed, problem]).items) == len(composed) + 1
    ((_, _, body),) = fake.requests
    prompt = body["messages"][1]["content"]
    assert all(fact.text in prompt for fact in scene_facts(PICTURE))


def test_the_same_picture_is_asked_about_in_the_same_words(fake: FakeModel) -> None:
    fake.says(json.dumps(good()))
    large = room(5, 20)
    for seed in (1, 1, 2):
        write_problem(LanguageModel(fake.url, "m"), large, seed, attempts=1)
    first, again, other = (body["messages"] for _, _, body in fake.requests)
    assert first == again != other
    lines = [line for line in first[1]["content"].split("\n") if line.startswith("object_camera_distance")]
    assert len(lines) == 6


def test_bad_answers_are_counted_and_told_to_the_model_a_few_times(fake: FakeModel) -> None:
    fake.says("I would rather not.")
    problem, rejects = write_problem(LanguageModel(fake.url, "m"), PICTURE, 0, attempts=3)
    assert problem is None
    assert rejects == {"no JSON object": 3}
    prompts = [body["messages"][1]["content"] for _, _, body in fake.requests]
    assert len(prompts) == 3
    assert "refused" not in prompts[0]
    assert all(prompt.endswith("refused: no JSON object.") for prompt in prompts[1:])


def test_a_model_that_cannot_be_reached_is_an_error(fake: FakeModel) -> None:
    fake.status = 500
    with pytest.raises(DataError, match="HTTP status 500"):
        write_problem(LanguageModel(fake.url, "m"), PICTURE, 0)


def test_pictures_without_two_named_things_are_not_asked_about(fake: FakeModel) -> None:
    problem, rejects = write_problem(LanguageModel(fake.url, "m"), room(0, 1), 0)
    assert problem is None
    assert rejects == {"too few objects": 1}
    assert not fake.requests


def test_arithmetic_must_be_right() -> None:
    first, second = good()["reasoning"]
    wrong = second.replace("/ 2 = ", "/ 2 = 1")
    assert "an equation is wrong" in objection_to(reasoning=[first, wrong])
    assert "an equation is wrong" in objection_to(reasoning=[first, second.replace(" / 2", " + 2")])
    assert "neither a cited fact's nor" in objection_to(reasoning=[second, first])
    assert "less than two operations" in objection_to(
        reasoning=[first], final=f"It is {good()['reasoning'][0].split('= ')[1][:-2]} meters."
    )
    assert "a comparison is wrong" in objection_to(reasoning=[first, second, "So 3 < 2."])
    assert "cannot be read" in objection_to(reasoning=[first, second, "Also 2 ^ 3 = 8."])


def test_numbers_must_be_known() -> None:
    first, second = good()["reasoning"]
    assert "neither a cited fact's nor" in objection_to(reasoning=[first, second, "It has 77.70 meters."])
    assert "neither a cited fact's nor" in objection_to(facts=good()["facts"][:1])
    assert "the plan says a number" in objection_to(plan="Add 1.23 and 4.56.")
    number = shown(facts_of("object_camera_distance")[0])
    assert "the question tells a fact's number" in objection_to(question=f"{good()['question']} It is {number}m.")
    assert "too many numbers" in objection_to(question=f"{good()['question']} With 71, 72 and 73.")


def test_facts_must_be_those_of_the_list() -> None:
    facts = good()["facts"]
    assert "cites what is no fact" in objection_to(facts=[*facts, "object_size_width: moon is 0.70m wide"])
    changed = facts[0].replace("m from", "5m from")
    assert "cites what is no fact" in objection_to(facts=[changed, facts[1]])
    named = set(facts_of("object_center_distance")[0].rows)
    other = next(fact for fact in facts_of("object_camera_distance") if not set(fact.rows) & named)
    assert "does not name" in objection_to(facts=[*facts, other.text])


def test_the_final_answer_must_be_a_result() -> None:
    last = good()["final"].split()[3]
    assert "must tell one number" in objection_to(final="It is the first one.")
    assert "must tell one number" in objection_to(final=f"It is {last} or 3 meters.")
    assert "is not the result" in objection_to(final="It is 123.45 meters.")
    of_a_fact = shown(facts_of("object_center_distance")[0])
    assert "is not the result" in objection_to(final=f"It is {of_a_fact} meters.")


def test_the_question_must_name_things() -> None:
    assert "names no object" in objection_to(question="How far is it all together?")
    boxed = room(0, 20)
    double = next(label for label in boxed.labels if boxed.labels.count(label) > 1)
    single = boxed.references[int(SceneFacts(boxed).rows[0])]
    facts = scene_facts(boxed)
    changed = {**good(), "facts": [facts[0].text]}
    with pytest.raises(ObjectionError, match="does not name one object"):
        check(
            parse_written(json.dumps({**changed, "question": f"How far from {single} to the {double}?"})),
            SceneFacts(boxed),
            facts,
        )


@pytest.mark.parametrize("part", ["question", "plan", "facts", "reasoning", "final"])
def test_every_part_must_be_there(part: str) -> None:
    for value in ("", [], None, 3, [1, 2], {"a": "b"}):
        assert objection_to(**{part: value}) == "a part is missing"


@pytest.mark.parametrize("part", ["question", "plan", "reasoning", "final"])
def test_long_winded_problems_are_refused(part: str) -> None:
    text = good()[part]
    longer = [*text, "So it goes on." * 100] if isinstance(text, list) else text + " and so on" * 100
    assert objection_to(**{part: longer}) == f"the {part} is too long"


def test_counts_are_rounded_down_and_do_not_hang_on_rounding() -> None:
    leg, *_ = facts_of("object_center_distance")
    first = leg.rows[0]
    to_first = next(fact for fact in facts_of("object_camera_distance") if fact.rows == (first,))
    total = shown(to_first) + shown(leg)
    step = round(total / Decimal("7.5"), 2) + Decimal("0.01")
    ratio = round(total / step, 2)
    changes = {
        "question": good()["question"].replace("?", f", in steps of {step} meters?"),
        "reasoning": [good()["reasoning"][0], f"{total} / {step} = {ratio}", f"floor({ratio}) = {int(ratio)}"],
        "final": f"It takes {int(ratio)} whole steps.",
    }
    checked = check(parse_written(json.dumps({**good(), **changes})), SceneFacts(PICTURE), scene_facts(PICTURE))
    assert (checked.exact, checked.unit) == (float(int(ratio)), "count")


def test_composed_problems_pass_the_same_check() -> None:
    passed = 0
    for seed in range(30):
        picture = room(seed)
        scene = SceneFacts(picture)
        for problem in compose(picture, 0, 12)[0]:
            if problem.kind not in ("how_many_fit", "detour", "round_trip", "stack_taller", "travel_time"):
                continue
            plan, facts, reasoning, final = (part.split("\n", 1)[1] for part in problem.chain)
            offered = [FactLine("", "", problem.rows)] + [
                FactLine(*line.split(": ", 1), problem.rows, _values(line)) for line in facts.split("\n")
            ]
            written = {
                "question": problem.question,
                "plan": plan,
                "facts": facts.split("\n"),
                "reasoning": reasoning.split("\n"),
                "final": final,
            }
            try:
                checked = check(parse_written(json.dumps(written)), scene, offered)
            except ObjectionError as objection:
                # a result or a speed may happen to be a fact's number
                assert objection.reason in (
                    "the final answer is not the result of an equation",
                    "the question tells a fact's number",
                )
                continue
            assert checked.rows == problem.rows
            assert checked.exact == pytest.approx(problem.values[0], abs=0.03)
            passed += 1
    assert passed > 60


def _values(line: str) -> tuple[float, ...]:
    return tuple(float(part.rstrip("m")) for part in line.split() if part.rstrip("m").replace(".", "").isdigit())
