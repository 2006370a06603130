"""How many things of a class there are, in all or on one side of another object."""

import re

from factory.audit.findings import Kind
from factory.audit.web import limits
from factory.audit.web.case import WebCase
from factory.audit.web.reading import matching, numbers, tokens, words

_WHERE = words(
    nearer=r"(?:closer|nearer) to the camera than|smaller depth than",
    farther=r"farther (?:away )?from the camera than|greater depth than",
    left=r"left (?:side )?of",
    right=r"right (?:side )?of",
)
_ATTRIBUTE = {"nearer": ("distance", False), "farther": ("distance", True), "left": ("x", False), "right": ("x", True)}
_IRREGULAR = {"person": "people", "man": "men", "woman": "women", "child": "children", "mouse": "mice", "foot": "feet"}


def named(case: WebCase) -> int:
    """The anchor is named, if there is one; what is counted is not."""
    return 0 if str(case.row["pair_type"]).startswith("count_all") else 1


def plurals(label: str) -> set[str]:
    """The ways to write a label for several of its things."""
    head, *rest = re.split(r"(?= (?:of|with|in|on|for|under|from|without) )", label, maxsplit=1)
    start, space, noun = head.rpartition(" ")
    nouns = {f"{noun}s", f"{noun}es", re.sub(r"y$", "ies", noun), re.sub(r"fe?$", "ves", noun)}
    nouns |= {_IRREGULAR[end] for end in _IRREGULAR if noun == end} | {
        noun.removesuffix(end) + several for end, several in _IRREGULAR.items() if noun.endswith(end)
    }
    return {start + space + one + "".join(rest) for one in nouns - {noun}}


def check_count(case: WebCase) -> None:
    """All instances of the class, counted where the question says."""
    anchored = named(case)
    anchor, counted = (case.things[0] if anchored else None), case.things[anchored:]
    where = matching(_WHERE, case.question)
    if len(where) != anchored or (anchored and 0 not in tokens(case.question)):
        return case.unreadable("where to count, and of what" if anchored else "all of a class")
    labels = {thing.label for thing in counted}
    if not case.expect(len(labels) == 1, Kind.OBJECT, f"labels {labels}", "objects of one class after the anchor"):
        return None
    label = labels.pop()
    said = [one for one in plurals(label) if re.search(rf"(?<![\w-]){re.escape(one)}(?![\w-])", case.question)]
    case.expect(bool(said), Kind.MENTION, case.row["question"], f"the class {label!r} in the plural")
    case.expect(label in case.scenery.closed, Kind.RULE, label, "a class of which all are known")
    case.expect(anchor is None or anchor.label != label, Kind.RULE, label, "an anchor of another class")
    right = []
    for thing in case.scenery.of_label(label):
        if anchor is not None:
            attribute, larger = _ATTRIBUTE[where[0]]
            pair = (thing, anchor) if larger else (anchor, thing)
            inside = case.scenery.exceeds(*pair, attribute)
            outside = case.scenery.exceeds(*pair[::-1], attribute)
            clear = max(inside, outside) >= 1.0 - limits.TOLERANCE
            case.expect(clear, Kind.RULE, f"object {thing.object_id}", f"clearly {where[0]} or not")
            if inside < 1.0 - limits.TOLERANCE:
                continue
        right.append(thing.object_id)
    case.expect(
        sorted(thing.object_id for thing in counted) == sorted(right), Kind.OBJECT, case.row["object_ids"], right
    )
    kind = f"count_{where[0] if anchored else 'all'}_{case.format}"
    case.expect(case.row["pair_type"] == kind, Kind.METADATA, case.row["pair_type"], kind)
    _check_number(case, len(right), label, where)
    return None


def _check_number(case: WebCase, count: int, label: str, where: list[str]) -> None:
    case.check_values([float(count)])
    case.check_margin(None)
    low, high = limits.COUNTS
    case.expect(low <= count <= high, Kind.RULE, f"{count} things", f"{low} to {high}")
    if case.format == "mcq":
        well = all(re.fullmatch(r"\d+", text) for text in case.options)
        case.expect(well, Kind.OPTIONS, case.options, "whole numbers")
        return case.check_choice([text == str(count) for text in case.options])
    answer = case.read(case.answer)
    case.expect(numbers(answer.rstrip(".")) == [str(count)], Kind.ANSWER, case.answer, count)
    if not re.fullmatch(r"\d+\.", case.answer):
        things = {label} if count == 1 else plurals(label)
        named_right = any(f"{count} {one}" in answer for one in things)
        case.expect(named_right, Kind.ANSWER, case.answer, f"{count} of {sorted(things)}")
        repeats = matching(_WHERE, answer) == where and (not where or tokens(answer) == [0])
        case.expect(repeats, Kind.ANSWER, case.answer, where or case.row["question"])
    return None
