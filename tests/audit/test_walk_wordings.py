"""The templates of imagined moves, maps and videos: what they say passes when true, and is found when false."""

from itertools import cycle, product
from typing import Any

import pytest

from factory.audit.findings import Kind
from factory.audit.imagined_text import split_times
from tests.audit.walk_world import (
    ON_IMAGES,
    PATH,
    ROLES,
    clean_walk,
    mention,
)
from tests.audit.wordings import audit_rows, check, shared_rules, table

OC, OO = "spatial_imagination_oc", "spatial_imagination_oo"
NAMES = {"green_name": "sofa", "blue_name": "clock", "red_name": "lamp", "yellow_name": "table"}
SHORT = {role: NAMES[f"{role}_name"] for role in ROLES}
# What holds in the clean walk. The sides are those of the lamp and of the table for the moved observer.
TRUTH = {
    OC: (("left", "below", "front"), ("right", "above", "behind")),
    OO: (("left", "above", "closer"), ("right", "above", "farther")),
}
SIDES = ("behind", "front")
OPPOSITE = {
    "left": "right",
    "above": "below",
    "front": "behind",
    "closer": "farther",
}
OPPOSITE |= {b: a for a, b in OPPOSITE.items()}
MENTION = frozenset({Kind.MENTION})
Words = tuple[str, ...]


def endings(closings: list[str]) -> list[str]:
    """Every sentence of the shared lists once, in full ends of a question."""
    lists = [shared_rules()[name] for name in closings]
    return [" ".join(texts[k % len(texts)] for texts in lists) for k in range(max(map(len, lists), default=1))]


def clause(words: Words, phrase: dict[str, str], relation: str) -> str:
    """What is said of one time."""
    placed = [phrase[word] for word in (words if relation == OC else words[:2])]
    place = f"{', '.join(placed[:-1])} and {placed[-1]}"
    text = phrase["place" if relation == OC else "both"]
    return text.format(place=place, range="" if relation == OC else phrase[words[2]], **SHORT)


def side_clause(sides: Words, phrase: dict[str, str]) -> str:
    red, yellow = sides
    text = phrase["same" if red == yellow else "different"]
    return text.format(red_side=phrase[red], yellow_side=phrase[yellow], **SHORT)


def flipped(words: Words) -> list[Words]:
    """One word at a time is the opposite."""
    return [(*words[:k], OPPOSITE[words[k]], *words[k + 1 :]) for k in range(len(words))]


@pytest.mark.parametrize("task", [OC, OO, f"{OO}_video_hard"])
def test_imagined_sentences(task: str) -> None:
    relation = OC if task.startswith(OC) else OO
    entry = table("imagination", task)
    texts = entry["answer_change"]["text"]
    befores, afters = (entry["phrases"][time] for time in ("before", "after"))
    before, after = TRUTH[relation]
    wrong = [(b, after, SIDES) for b in flipped(before)] + [(before, a, SIDES) for a in flipped(after)]
    wrong += [(after, before, SIDES)]
    if "hard" in task:
        wrong += [(before, after, sides) for sides in flipped(SIDES)]
    lies = cycle(wrong)
    true, false = [], []
    pairs = [(b, afters[0]) for b in befores] + [(befores[0], a) for a in afters]
    for text, (b, a) in product(texts, pairs):
        for (first, then, sides), said in (((before, after, SIDES), true), (next(lies), false), (next(lies), false)):
            parts = {"before": clause(first, b, relation), "after": clause(then, a, relation)}
            if relation == OO:
                parts["sides"] = side_clause(sides, a)
            said.append(text.format(**NAMES, **parts))
    check(task, "sentence", true, false, clean=clean_walk)


@pytest.mark.parametrize("task", [OC, OO, f"{OO}_video_hard"])
def test_no_change_is_told_where_nothing_changes(task: str) -> None:
    """In the clean walk, the move changes something."""
    relation = OC if task.startswith(OC) else OO
    entry = table("imagination", task)
    before, after = TRUTH[relation]
    parts = {"before": clause(before, entry["phrases"]["before"][0], relation)}
    parts["after"] = clause(after, entry["phrases"]["after"][0], relation)
    if relation == OO:
        parts["sides"] = side_clause(SIDES, entry["phrases"]["after"][0])
    true, false = (
        [t.format(**NAMES, **parts) for t in entry[f"answer_{kind}"]["text"]] for kind in ("change", "same")
    )
    check(task, "sentence", true, false, clean=clean_walk)


@pytest.mark.parametrize("task", [OC, OO, f"{OO}_video_hard"])
@pytest.mark.parametrize("kind", ["answer_change", "answer_same"])
def test_times_are_told_apart(task: str, kind: str) -> None:
    for text in table("imagination", task)[kind]["text"]:
        parts = split_times(text.format(**NAMES, before="(x)", after="(y)", sides="(z)").lower())
        told = "(y)(z)" if "{sides}" in text else "(y)"
        assert [mark for mark in ("(x)", "(y)", "(z)") if mark in parts["before"]] == ["(x)"], text
        assert "".join(mark for mark in ("(x)", "(y)", "(z)") if mark in parts["after"]) == told, text


@pytest.mark.parametrize("ending", ON_IMAGES)
@pytest.mark.parametrize("relation", [OC, OO])
@pytest.mark.parametrize("form", ["select", "sentence"])
def test_imagined_questions(relation: str, ending: str, form: str) -> None:
    task = relation + ending
    texts = table("imagination", relation)["question_after" if form == "select" else "question"]["text"]
    said = {role: mention(role, ending) for role in ROLES}
    swapped = said | {"green": said["blue"], "blue": said["green"]}
    turned = said | {"red": said["yellow"], "yellow": said["red"]}
    ends = cycle(endings(table("imagination", task)["closings"][form]))
    asked = [f"{text} {next(ends)}" for text in texts]
    true = [text.format(**said) for text in asked]
    false = [text.format(**swapped) for text in asked]
    if relation == OO:
        false += [text.format(**turned) for text in asked]
    check(task, form, true, false, "question", found_as=MENTION, clean=clean_walk)


def entry_of(family: str, task: str) -> tuple[list[str], list[str]]:
    """Questions and answers of a task as they are written."""
    entry = table(family, task)
    return entry["question"]["text"], entry["answer"]["text"]


def check_family(
    family: str, task: str, question: dict[str, str], answer: dict[str, str], *lies: dict[str, str]
) -> None:
    """All questions, with all that may follow them, and all answers; `lies` are slots of false answers."""
    questions, answers = entry_of(family, task)
    ends = cycle(endings(table(family, task)["closings"]["sentence"]))
    asked = [f"{text} {next(ends)}".format(**question) for text in questions]
    told = [text.format(**answer) for text in answers]
    false = [text.format(**answer | lie) for text in answers for lie in lies]
    check(task, "sentence", told, false, clean=clean_walk)
    for text, kinds in zip(asked, audit_rows(task, "sentence", "question", asked, 0, clean_walk), strict=True):
        assert kinds == set(), text


def test_maps() -> None:
    objects = "the sofa (object0), the clock (object1) and the table (object2)"
    right = "Object0 :(-2.0,3.0). Object1 :(0.0,3.0). Object2 :(-1.5,3.3)"
    lies = [{"map": right.replace(old, new)} for old, new in (("-2.0", "-2.1"), ("(0.0", "(-0.0"), (". Object2", ""))]
    check_family("imagination", "spatial_imagination_map_mv", {"objects": objects}, {"map": right}, *lies)


def frames(numbers: list[int]) -> str:
    names = [f"Frame-{number}" for number in numbers]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def test_frames() -> None:
    others = [3, 4, *range(6, 14)]
    answer = {"frames": frames(others), "red_name": "desk"}
    lies = [{"frames": frames(numbers)} for numbers in (others[1:], [*others, 14], [k + 1 for k in others])]
    check_family("appearance", "obj_frame_locate", {"red": "desk (red bbox in Frame-5)"}, answer, *lies)


def test_orders() -> None:
    places = ("first", "second", "third", "fourth")
    labels, firsts = ("lamp", "desk", "shelf", "bed"), (0, 3, 7, 13)
    answer = dict(zip(places, labels, strict=True))
    answer |= {f"{place}_frame": f"Frame-{frame}" for place, frame in zip(places, firsts, strict=True)}
    lies = [{"second": "shelf", "third": "desk"}, {"first_frame": "Frame-1"}, {"fourth_frame": "Frame-14"}]
    asked = {"listed": "bed, lamp, shelf and desk", "the_listed": "the bed, the lamp, the shelf and the desk"}
    check_family("appearance", "appearance_order", asked, answer, *lies)


def test_counts() -> None:
    named = {"plural": "stools"}
    check_family("counting", "obj_count", named, named | {"answer": "2"}, {"answer": "3"}, {"answer": "20"})


def test_room_size() -> None:
    check_family("room", "room_size", {}, {"answer": "23.4"}, {"answer": "23.5"}, {"answer": "32.4"})


def test_walks() -> None:
    text = "[__1__] at the sofa, walk [__2__] the desk and go [__3__]. Stop [__4__] the bed."
    removed = ("Turn left", "past", "right", "in front of")
    assert PATH["text"] == text.replace("[__1__]", removed[0]).replace("[__2__]", removed[1]).replace(
        "[__3__]", removed[2]
    ).replace("[__4__]", removed[3])

    def told(words: tuple[str, ...]) -> dict[str, str]:
        return {"removed": ", ".join(f"({place}) {said}" for place, said in enumerate(words, 1))}

    lies: list[dict[str, Any]] = [told((*removed[:2], "left", removed[3])), told(removed[:3]), told(removed[::-1])]
    check_family("navigation", "nav_video", {"text": text}, told(removed), *lies)
