"""Rules for the questions of a wild sample: each of them must survive the loader, and none may be answered wrongly."""

from collections.abc import Iterator
from typing import Any

from factory.exports.hispatial.faults import Fault
from factory.exports.hispatial.media_checks import Size
from factory.exports.hispatial.qa_types import (
    COUPLES,
    METADATA,
    MOST_OPTIONS,
    NEVER_ASKED,
    OVERLAPS,
    WILD_LISTS,
)
from factory.exports.hispatial.text_checks import box_faults, object_faults, text_faults
from factory.exports.hispatial.tokens import BUDGET, pair_tokens

# What an item holds, in the order in which the loader looks for it.
_FORMS = (("qa_pairs",), ("question", "answer"), ("prefix", "suffix"))
_SWITCHED_OFF = {
    "x_overlap_tf": ("left_tf", "right_tf"),
    "y_overlap_tf": ("above_tf", "below_tf"),
    "z_overlap_tf": ("front", "behind"),
}
_YES, _NO = ("true", "yes"), ("false", "no")


def wild_items(qa: Any, faults: list[Fault]) -> list[tuple[str, Any]]:
    """The items of a sample by place; `faults` gets what is wrong above them."""
    if not isinstance(qa, dict):
        faults.append(Fault("qa", f"expected a dict of lists, found {type(qa).__name__}"))
        return []
    items = []
    for name, values in qa.items():
        if METADATA in name:
            continue
        if isinstance(values, list):
            items += [(f"{name}[{n}]", item) for n, item in enumerate(values)]
        else:
            faults.append(Fault("qa", f"{name} is no list"))
    return items


def item_faults(item: Any, size: Size | None) -> Iterator[Fault]:
    """Of one item of a picture of that width and height."""
    if not isinstance(item, dict) or item.get("qa_type") not in WILD_LISTS:
        yield Fault("qa_type", f"never drawn: {item.get('qa_type') if isinstance(item, dict) else item!r}")
        return
    forms = [form for form in _FORMS if all(key in item for key in form)]
    if len(forms) != 1:
        yield Fault("qa", f"expected qa_pairs, or question and answer, or prefix and suffix; found {list(item)}")
        return
    yield from object_faults(item.get("object"), size)
    if forms == [("qa_pairs",)]:
        pairs = item["qa_pairs"]
        if not isinstance(pairs, list) or not pairs or not all(isinstance(pair, dict) for pair in pairs):
            yield Fault("qa", "qa_pairs is no list of dicts")
            return
    else:
        # such an item has no format: the loader takes both texts as they are
        question, answer = (item[key] for key in forms[0])
        pairs = [
            {"question": question, "answer": answer, "options": None, "format": "text", "qa_type": item["qa_type"]}
        ]
        if item.get("options") is not None:
            yield Fault("options", "options outside a pair are never shown")
    wrong = [fault for pair in pairs for fault in _pair_faults(pair)]
    yield from wrong
    if not wrong:  # the rest takes the types for granted
        yield from couple_faults(pairs)
        yield from box_faults(item.get("object"), [_texts(pair) for pair in pairs])
        if (longest := max(map(pair_tokens, map(_longest, pairs)))) > BUDGET:
            yield Fault("tokens", f"about {longest}, the loader cuts after {BUDGET}")


def _pair_faults(pair: dict[str, Any]) -> Iterator[Fault]:
    keys = {"question", "answer", "options", "format", "qa_type"}
    if set(pair) != keys:
        yield Fault("pair", f"the keys are {sorted(pair)}: expected {sorted(keys)}")
        return
    name, form = pair["qa_type"], pair["format"]
    if not isinstance(name, str) or name in NEVER_ASKED or (form == "mcq" and "relation_3choice" in name):
        yield Fault("pair", f"the loader leaves out pairs called {name!r}")
    yield from _rephrasing_faults(pair["question"], "question")
    if form == "mcq":
        yield from _option_faults(pair["options"], pair["answer"])
    elif form in ("text", "true_false"):
        if pair["options"] is not None:
            yield Fault("options", f"a pair of format {form!r} has options, which are not shown")
        yield from _answer_faults(form, pair["answer"])
    else:
        yield Fault("pair", f"the loader leaves out pairs of format {form!r}")


def _rephrasing_faults(value: Any, what: str) -> Iterator[Fault]:
    """Of a text or a list of texts that say the same."""
    texts = value if isinstance(value, list) else [value]
    if not texts:
        yield Fault("text", f"{what} is an empty list")
    for text in texts:
        yield from text_faults(text, what)


def _answer_faults(form: str, answer: Any) -> Iterator[Fault]:
    if form == "text":
        yield from _rephrasing_faults(answer, "answer")
        if any(str(text).lower() in ("true", "false") for text in (answer if isinstance(answer, list) else [answer])):
            yield Fault("answer", f"the loader turns the answer {answer!r} into yes or no")
    elif not isinstance(answer, str) or answer not in ("True", "False", "Yes", "No"):
        yield Fault("answer", f"a claim is answered {answer!r}: expected True, False, Yes or No as a text")


def _option_faults(options: Any, answer: Any) -> Iterator[Fault]:
    if not isinstance(options, list) or not 2 <= len(options) <= MOST_OPTIONS:
        yield Fault("options", f"expected 2 to {MOST_OPTIONS} options, found {options!r}")
        return
    groups = [option if isinstance(option, list) else [option] for option in options]
    texts = [text for group in groups for text in group]
    wrong = [fault for text in texts for fault in text_faults(text, "option")]
    yield from wrong
    if wrong or not all(groups) or len({isinstance(option, list) for option in options}) > 1:
        yield Fault("options", f"{options!r} are neither texts nor lists of synonyms")
        return
    if len({text.strip().casefold() for text in texts}) < len(texts) or any("\n" in text for text in texts):
        yield Fault("options", f"{options!r}: two are the same, or one has several lines")
    if not isinstance(answer, list) or not all(isinstance(text, str) for text in answer):
        # in a text, the loader finds the first option that is part of it
        yield Fault("answer", f"the right option must be a list of texts, found {answer!r}")
        return
    right = [group for group in groups if set(group) & set(answer)]
    if len(right) != 1 or not set(right[0]) <= set(answer):
        yield Fault("answer", f"{answer!r} is not exactly one of the options {options!r}")


def couple_faults(pairs: list[dict[str, Any]]) -> Iterator[Fault]:
    """Of claims along the axes, which the loader deletes unless both halves of a couple are there."""
    claims = [pair for pair in pairs if pair["format"] == "true_false"]
    for couple, overlap in zip(COUPLES, OVERLAPS, strict=True):
        halves = [pair for pair in claims if pair["qa_type"] in couple]
        switches = [pair for pair in claims if pair["qa_type"] == overlap]
        truths = [pair["answer"].lower() in _YES for pair in halves]
        if any(pair["answer"].lower() in _NO for pair in switches):
            yield Fault("couple", f"{overlap} is false: it is only a switch, and says nothing then")
        if halves and switches:
            yield Fault("couple", f"{overlap} switches off {', '.join(pair['qa_type'] for pair in halves)}")
        elif halves and (sorted(pair["qa_type"] for pair in halves) != sorted(couple) or sum(truths) != 1):
            said = {pair["qa_type"]: pair["answer"] for pair in halves}
            yield Fault("couple", f"expected both of {couple}, one true and one false; found {said}")
    yield from _mistaken_faults(claims)
    if all(pair["qa_type"] in OVERLAPS for pair in pairs):
        yield Fault("couple", "nothing but switches: the loader asks nothing")


def _mistaken_faults(claims: list[dict[str, Any]]) -> Iterator[Fault]:
    """Of claims with names of their own that hold words by which the loader deletes those along an axis."""
    known = {name for couple in COUPLES for name in couple} | set(OVERLAPS)
    switched = {pair["qa_type"] for pair in claims if pair["answer"].lower() in _YES}
    words = {"overlap"}.union(*(_SWITCHED_OFF[name] for name in OVERLAPS if name in switched))
    for pair in claims:
        if pair["qa_type"] not in known and any(word in pair["qa_type"] for word in words):
            yield Fault("couple", f"the loader takes {pair['qa_type']!r} for a claim along an axis and deletes it")


def _texts(pair: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for value in (pair["question"], pair["answer"], *(pair["options"] or ())):
        found += value if isinstance(value, list) else [value]
    return found


def _longest(pair: dict[str, Any]) -> dict[str, Any]:
    """The pair with the longest of each text's wordings."""

    def longest(value: Any) -> Any:
        return max(value, key=len) if isinstance(value, list) else value

    options = pair["options"] and [longest(option) for option in pair["options"]]
    return pair | {"question": longest(pair["question"]), "answer": longest(pair["answer"]), "options": options}
