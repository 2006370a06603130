"""Rules for the questions of a CA-1M sample: finished texts that the loader hands on as they are."""

import json
import re
from collections.abc import Iterator
from typing import Any

from factory.exports.hispatial.ca1m_types import CA1M_NAMES
from factory.exports.hispatial.faults import Fault
from factory.exports.hispatial.media_checks import Size
from factory.exports.hispatial.qa_types import PROBLEM
from factory.exports.hispatial.text_checks import box_faults, object_faults, text_faults
from factory.exports.hispatial.tokens import BUDGET, item_tokens

_OPTION = re.compile(r"^([A-J])\. (.+)$", re.MULTILINE)
_STEPS = 4
_RED = "(highlighted by a red box)"


def ca1m_items(qa: Any, faults: list[Fault]) -> list[tuple[str, Any]]:
    """The items of a sample by place; `faults` gets what is wrong above them."""
    if not isinstance(qa, list):
        faults.append(Fault("qa", f"expected a list, found {type(qa).__name__}"))
        return []
    return [(f"[{n}]", item) for n, item in enumerate(qa)]


def item_faults(item: Any, size: Size | None) -> Iterator[Fault]:
    """Of one item of a picture of that width and height."""
    if not isinstance(item, dict) or set(item) != {"qa_type", "prefix", "suffix", "meta", "object"}:
        yield Fault("qa", f"expected qa_type, prefix, suffix, meta and object; found {item!r}")
        return
    if item["qa_type"] not in CA1M_NAMES:
        yield Fault("qa_type", f"{item['qa_type']!r} is none of the known names")
    if not isinstance(item["meta"], dict):
        yield Fault("qa", "meta is no dict")
        return
    wrong = [*text_faults(item["prefix"], "prefix"), *text_faults(item["suffix"], "suffix")]
    yield from wrong
    yield from object_faults(item["object"], size)
    if wrong:
        return
    yield from _choice_faults(item["prefix"], item["suffix"])
    shown = [item["prefix"], item["suffix"]]
    if item["qa_type"] == PROBLEM:
        steps, faults = _steps(item["meta"])
        yield from faults
        shown += steps
    if _RED in item["prefix"]:
        yield Fault("box", f"{item['prefix']!r}: the loader draws a second box for {_RED!r}")
    yield from box_faults(item["object"], [shown])
    if not (item["qa_type"] == PROBLEM and faults) and (tokens := item_tokens(item)) > BUDGET:
        yield Fault("tokens", f"about {tokens}, the loader cuts after {BUDGET}")


def _choice_faults(prefix: str, suffix: str) -> Iterator[Fault]:
    options = _OPTION.findall(prefix)
    if options:
        letters = [letter for letter, _ in options]
        texts = {text.strip().casefold() for _, text in options}
        if letters != list("ABCDEFGHIJ"[: len(letters)]) or len(letters) < 2 or len(texts) < len(letters):
            yield Fault("options", f"{prefix!r}: expected two or more different options, A first")
        if suffix not in letters:
            yield Fault("answer", f"{suffix!r} is none of the letters {letters}")
    elif prefix.endswith("Answer with Yes or No.") and suffix not in ("Yes", "No"):
        yield Fault("answer", f"{suffix!r} where yes or no was asked for")


def _steps(meta: dict[str, Any]) -> tuple[list[str], list[Fault]]:
    """The worked solution as the loader reads it; without one, it asks for steps and trains on the short answer."""
    try:
        steps = json.loads(meta["student_cot"])["cot_simple"]
    except (KeyError, TypeError, ValueError) as error:
        return [], [Fault("solution", f"meta.student_cot has no cot_simple in JSON ({error!r})")]
    if not isinstance(steps, list) or len(steps) != _STEPS:
        return [], [Fault("solution", f"expected a list of {_STEPS} steps, found {steps!r}")]
    faults = [fault for step in steps for fault in text_faults(step, "step")]
    faults += [
        Fault("solution", f"step {n} is headed {str(step)[:30]!r}")
        for n, step in enumerate(steps, start=1)
        if not str(step).startswith(f"Step{n}:")
    ]
    return [str(step) for step in steps], faults
