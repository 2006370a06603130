"""Relations: sentences about filled slots only, options that are safely wrong, yes and no."""

import re
import tomllib
from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.wording.relations import SLOT_WORDS, wrong_triples
from factory.wording.templates import FOLDER
from tests.wording.fact_parts import SLOTS
from tests.wording.sample_facts import make_fact, render, rows_of, spec_of

TASK = "obj_spatial_relation_oo"
TASKS = (TASK, "obj_spatial_relation_oo_mv")
OBSERVER_TASK = "obj_spatial_relation_oc_mv"
OBSERVER_SLOTS = ("left_right", "above_below", "front_behind")
SIDES = {slot: (first, "", second) for slot, (first, second) in SLOT_WORDS.items()}
SLOTS_OF = {task: tuple(SLOTS) for task in TASKS} | {OBSERVER_TASK: OBSERVER_SLOTS}
TRIPLES = {slots: [t for t in product(*(SIDES[s] for s in slots)) if any(t)] for slots in set(SLOTS_OF.values())}
SYNONYMS = {
    "left": r"\bleft\b",
    "right": r"\bright\b",
    "above": r"\babove\b|\bhigher\b",
    "below": r"\bbelow\b|\blower\b",
    "closer": r"\bcloser\b|\bnearer\b",
    "farther": r"\bfarther\b",
    "front": r"\bfront\b|\bahead\b",
    "behind": r"\bbehind\b",
}
unit = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize("slots", TRIPLES)
@given(data=st.data(), draws=st.tuples(unit, unit, unit, unit, unit))
def test_wrong_triples_deny_something_sure(
    slots: tuple[str, ...], data: st.DataObject, draws: tuple[float, ...]
) -> None:
    truth = data.draw(st.sampled_from(TRIPLES[slots]))
    wrong = wrong_triples(truth, [SLOT_WORDS[slot] for slot in slots], draws)
    assert len({truth, *wrong}) == 4
    for triple in wrong:
        assert all(word in SIDES[slot] for word, slot in zip(triple, slots, strict=True))
        assert any(triple)
        # what a threshold would decide, an empty slot of the truth, is never all that is wrong
        assert any(mine and mine != word for mine, word in zip(truth, triple, strict=True))


@pytest.mark.parametrize("filled", [3, 2, 1])
def test_options_alone_do_not_tell_the_right_one(filled: int) -> None:
    """Guessing the option that agrees most with the others is right as often as chance."""
    rng = np.random.default_rng(1)
    words = [SLOT_WORDS[slot] for slot in SLOTS]
    truths = [t for t in TRIPLES[tuple(SLOTS)] if sum(map(bool, t)) == filled]
    hits, count = 0.0, 4000
    for row in rng.random((count, 6)).tolist():
        truth = truths[int(row[5] * len(truths))]
        options = [truth, *wrong_triples(truth, words, row[:5])]
        votes = [sum(a == b for other in options for a, b in zip(o, other, strict=True)) for o in options]
        best = [i for i, vote in enumerate(votes) if vote == max(votes)]
        hits += (0 in best) / len(best)
    assert abs(hits / count - 0.25) < 0.03


@pytest.mark.parametrize("task", SLOTS_OF)
def test_options_of_a_row_keep_empty_slots(task: str) -> None:
    grammar = ", ".join("({}|{}|)".format(*SLOT_WORDS[slot]) for slot in SLOTS_OF[task])
    empty = 0
    for fact, row in rows_of(task, 300, "select"):
        assert all(re.fullmatch(grammar, option) for option in row["options"])
        right = row["options"]["ABCD".index(row["answer"])]
        assert right == ", ".join(fact.words[slot] for slot in SLOTS_OF[task])
        empty += ", ," in right or right.startswith(", ") or right.endswith(", ")
    assert empty


def said(text: str) -> set[str]:
    return {word for word, pattern in SYNONYMS.items() if re.search(pattern, text)}


@pytest.mark.parametrize("task", SLOTS_OF)
def test_sentence_says_the_filled_slots_and_no_more(task: str) -> None:
    lists = Counter()
    for fact, row in rows_of(task, 500, "sentence"):
        aside = re.sub(r"(person|somebody) behind the", "", row["answer"], flags=re.IGNORECASE)
        assert said(aside) == {fact.words[slot] for slot in SLOTS_OF[task]} - {""}
        lists[row["template_id"].split("/")[-1][:-2]] += 1
    assert set(lists) == {"a_place", "a_range", "a_both"}


@pytest.mark.parametrize(("task", "rule_list"), zip(TASKS, ("relation_rule", "main_relation_rule"), strict=True))
def test_judge_asks_about_the_claim_and_answers_in_one_word(task: str, rule_list: str) -> None:
    answers = Counter()
    rules = tomllib.loads((FOLDER / "shared.toml").read_text())[rule_list]["text"]
    for fact, row in rows_of(task, 600, "judge"):
        # the rule that follows the question may name all six words
        asked = next(row["question"].partition(rule)[0] for rule in rules if rule in row["question"])
        asked = re.sub(r"(person|somebody) behind the", "", asked, flags=re.IGNORECASE)
        assert said(asked) == {fact.words["claim"]}
        assert row["answer"] == fact.words["answer"]
        assert row["options"] is None
        answers[row["answer"]] += 1
    assert set(answers) == {"Yes", "No"}
    assert answers.total() == 600


@pytest.mark.parametrize("task", SLOTS_OF)
def test_no_relation_is_rejected(task: str) -> None:
    fact = make_fact(task, 0, np.random.default_rng(0))
    fact.words.update(dict.fromkeys(SLOTS_OF[task], ""))
    rendered = render(task, [fact])
    assert rendered.table.num_rows == 0
    assert rendered.rejected == {"no relation to state": len(spec_of(task).formats)}


@pytest.mark.parametrize("task", SLOTS_OF)
def test_all_pairs_of_places_are_composed(task: str) -> None:
    found = {row["answer"] for _, row in rows_of(task, 600, "sentence")}
    for side, height in product(("left of", "right of"), ("above", "below")):
        assert any(f"{side} and {height} " in text for text in found)
