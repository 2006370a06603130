"""Imagined moves: both times in the sentence, the time after the move in the options, every slot and no other."""

import re
from collections import Counter
from itertools import product

import numpy as np
import pytest

from factory.wording.imagined import ImaginedSpeaker
from factory.wording.renderer import render_task
from factory.wording.speaker import mention
from factory.wording.templates import wording
from schemas.qa import Fact
from tests.wording.facts_imag import SAMPLES
from tests.wording.sample_facts import make_fact, make_facts, render, rows_of, spec_of

TASKS = [task for task in SAMPLES if spec_of(task).answer == "imagined_relation"]
WORDS = {
    "left": r"\bleft\b",
    "right": r"\bright\b",
    "above": r"\babove\b|\bhigher\b",
    "below": r"\bbelow\b|\blower\b",
    "closer": r"\bcloser\b|\bnearer\b",
    "farther": r"\bfarther\b",
    "front": r"\bfront\b",
    "behind": r"\bbehind\b",
}
THIRD = {"distance": ("closer", "", "farther"), "front_behind": ("front", "", "behind")}
ROLES = ("green", "blue", "red", "yellow")


def third_slot(fact: Fact) -> str:
    return "distance" if "distance" in fact.words else "front_behind"


def state(fact: Fact, time: str = "") -> list[str]:
    return [fact.words[f"{time}{slot}"] for slot in ("left_right", "above_below", third_slot(fact))]


def said(text: str) -> set[str]:
    return {word for word, pattern in WORDS.items() if re.search(pattern, text)}


def with_state(fact: Fact, before: tuple[str, ...], after: tuple[str, ...]) -> Fact:
    slots = "left_right", "above_below", third_slot(fact)
    fact.words.update(zip([f"before_{slot}" for slot in slots], before, strict=True))
    fact.words.update(zip(slots, after, strict=True))
    return fact


def clauses(task: str, fact: Fact, table: int) -> dict[str, str]:
    """What the speaker says of the fact with one table of each group of phrases."""
    phrases = {group: tables[table % len(tables)] for group, tables in wording(task).phrases.items()}
    return ImaginedSpeaker().slots(fact, phrases)


@pytest.mark.parametrize("task", ["spatial_imagination_oc", "spatial_imagination_oo"])
def test_every_state_is_said_in_full_by_every_phrase(task: str) -> None:
    fact = make_fact(task, 0, np.random.default_rng(4))
    states = list(product(("left", "", "right"), ("above", "", "below"), THIRD[third_slot(fact)]))
    for table, before in product(range(8), states):
        after = before if any(before) else ("left", "", "")
        slots = clauses(task, with_state(fact, before, after), table)
        assert said(slots["before"]) == set(before) - {""}
        assert said(slots["after"]) == set(after) - {""}
        assert not re.search(r"[{}]|  |, ,|\band and\b", slots["before"] + slots["after"])


@pytest.mark.parametrize("task", TASKS)
def test_sentence_tells_before_then_after(task: str) -> None:
    lists = Counter()
    for fact, row in rows_of(task, 300, "sentence"):
        name = row["template_id"].split("/")[-1]
        lists[name[:-2]] += 1
        template = next(t for t in wording(task).lists[name.replace("a_", "answer_")[:-2]] if t.id == name)
        order = [slot for slot, _ in template.slots if slot in ("before", "after", "sides")]
        assert order == ["before", "after", *["sides"] * ("sides" in order)]
        found = said(row["answer"])
        fronts = {fact.words[key] for key in ("red_front_behind", "yellow_front_behind") if key in fact.words}
        assert found == {*state(fact), *state(fact, "before_"), *fronts} - {""}
    assert set(lists) == {"a_change", "a_same"}


@pytest.mark.parametrize("task", TASKS)
def test_the_two_times_are_said_to_differ_only_where_they_do(task: str) -> None:
    stays = re.compile(r"\bsame\b|\bstill\b|\bstays\b|\bunchanged\b|\bnot (?:alter|change|depend)\b|\bonce more\b")
    differs = re.compile(
        r"\bnot the same\b|\bno longer\b|\balters this\b|\bthis changes\b|\bIt depends\b|\ba different\b"
    )
    for fact, row in rows_of(task, 300, "sentence"):
        # a clause may itself say that two objects are at the same place
        if not any(state(fact, "before_")):
            continue
        if state(fact) == state(fact, "before_"):
            assert not differs.search(row["answer"])
        else:
            assert not stays.search(differs.sub(" ", row["answer"]))


def test_nothing_clear_before_the_move_is_said() -> None:
    for task in ("spatial_imagination_oc", "spatial_imagination_oo"):
        fact = with_state(make_fact(task, 0, np.random.default_rng(1)), ("", "", ""), ("left", "", ""))
        for table in range(8):
            before = clauses(task, fact, table)["before"]
            assert said(before) == set()
            assert re.search(r"\bplaces?\b|\bspot\b|\bwhere\b|\bno\b|\bhardly\b", before)


def test_fronts_of_both_objects_are_told_apart() -> None:
    task = "spatial_imagination_oo_video_hard"
    fact = make_fact(task, 0, np.random.default_rng(2))
    red, yellow = fact.labels[2:]
    for table, (of_red, of_yellow) in product(range(6), product(("front", "behind"), repeat=2)):
        fact.words.update(red_front_behind=of_red, yellow_front_behind=of_yellow)
        text = clauses(task, fact, table)["sides"]
        start = text.index(yellow)
        assert text.index(red) < start
        assert said(text[:start]) == {of_red}
        assert said(text[start:]) == {of_yellow}


@pytest.mark.parametrize("task", TASKS)
def test_options_are_states_after_the_move(task: str) -> None:
    spec = spec_of(task)
    facts = {fact.frame_ids: fact for fact in make_facts(task, 200)}
    rows = render_task(
        spec, list(facts.values()), {"select": 200}, source="scannet", scene_id="s", split="train", seed=0
    ).table.to_pylist()
    assert len(rows) == 200
    for row in rows:
        fact = facts[tuple(row["frame_ids"])]
        words = [("left", "", "right"), ("above", "", "below"), THIRD[third_slot(fact)]]
        options = [option.split(", ") for option in row["options"]]
        assert all(part in slot for option in options for part, slot in zip(option, words, strict=True))
        assert options["ABCD".index(row["answer"])] == state(fact)
        assert len(set(row["options"])) == 4
        for option in options:
            denied = [mine for mine, part in zip(state(fact), option, strict=True) if mine and mine != part]
            assert option == state(fact) or denied
        assert re.search(r"\bafter the move\b|\bnew position\b|\bmoved observer\b", row["question"])
        assert "0.1 meters" in row["question"]


@pytest.mark.parametrize("task", TASKS)
def test_question_names_every_object_by_its_part(task: str) -> None:
    hard = task.endswith("_hard")
    for format_ in spec_of(task).formats:
        for fact, row in rows_of(task, 60, format_):
            if hard:
                names = [f"{label} (in Frame-{k})" for label, k in zip(fact.labels, fact.shown_in, strict=True)]
                assert not re.search(r"\b(?:red|green|blue|yellow|bbox)\b", row["question"] + row["answer"])
            else:
                names = [mention(mark) for mark in fact.marks]
                if spec_of(task).view == "video":  # with the name that loaders draw beside the box
                    names = [
                        f"{mark.label} (object{i}, {mark.color} bbox in Frame-{mark.image_index})"
                        for i, mark in enumerate(fact.marks)
                    ]
            assert len(names) == (4 if third_slot(fact) == "distance" else 3)
            assert all(name in row["question"] for name in names)


@pytest.mark.parametrize(
    ("view", "start"),
    [("single", r"image|camera"), ("multi", r"first image|image one|first one"), ("video", r"Frame-0\b")],
)
def test_question_tells_where_the_observer_starts(view: str, start: str) -> None:
    for task in TASKS:
        if spec_of(task).view == view:
            for template in wording(task).closings["sentence"][0]:
                assert re.search(start, template.literals[0])


def test_no_relation_after_the_move_is_rejected() -> None:
    fact = with_state(make_fact(TASKS[0], 0, np.random.default_rng(0)), ("left", "", ""), ("", "", ""))
    rendered = render(TASKS[0], [fact])
    assert rendered.table.num_rows == 0
    assert rendered.rejected == {"no relation to state after the move": 2}
