"""Rules for texts and objects, common to both layouts."""

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from factory.exports.hispatial.faults import Fault
from factory.exports.hispatial.media_checks import Size
from factory.exports.hispatial.qa_types import COLORS, LATTICE, LOC_STEPS, SLOTS, box_phrase, slots

_HIGHLIGHTED = re.compile(r"\([^()]*highlighted[^()]*\)|highlighted", re.IGNORECASE)
_LOC = re.compile(r"<loc([^<>]*)>")
_LOC_GROUP = re.compile(r"(?:<loc[^<>]*>)+")
_ON_LATTICE = frozenset(f"{round(place / LATTICE * LOC_STEPS):04d}" for place in range(LATTICE))
_PHRASES = {box_phrase(color): color for color in COLORS}


def text_faults(text: Any, what: str) -> Iterator[Fault]:
    """Of one text that the loader hands on as it is."""
    if not isinstance(text, str) or not text.strip():
        yield Fault("text", f"{what} is {text!r} instead of a text")
        return
    if text != text.strip():
        yield Fault("text", f"{what} {text!r} begins or ends with white space")
    if "<image>" in text:
        yield Fault("text", f"{what} {text!r} holds the placeholder that the loader adds")
    for group in _LOC_GROUP.findall(text):
        places = _LOC.findall(group)
        if len(places) != 4:
            yield Fault("location", f"{what}: {group} has {len(places)} tokens instead of y x y x")
        elif not _ON_LATTICE.issuperset(places):
            yield Fault("location", f"{what}: {group} is not on the lattice of {LATTICE} pixels")
        elif places[:2] > places[2:] or places[1] > places[3]:
            yield Fault("location", f"{what}: {group} ends before it begins")


def phrases(text: str) -> tuple[set[str], list[str]]:
    """The colours of the boxes that a text speaks of, and words about boxes that the loader does not understand."""
    found = _HIGHLIGHTED.findall(text)
    return {_PHRASES[words] for words in found if words in _PHRASES}, [
        words for words in found if words not in _PHRASES
    ]


def object_faults(field: Any, size: Size | None) -> Iterator[Fault]:
    """Of an item's objects; `size` is that of the picture."""
    if field is None:
        return
    if not isinstance(field, dict):
        yield Fault("object", f"{field!r} instead of a dict")
        return
    count = len(field) // 2
    expected = [prefix + suffix for suffix in slots(count) for prefix in ("referring", "raw")]
    if not 1 <= count <= len(SLOTS) or list(field) != expected:
        yield Fault(
            "object", f"the keys are {list(field)}: expected referring and raw, or those of two to six objects"
        )
        return
    seen: set[str] = set()
    for suffix in slots(count):
        referring, raw = field["referring" + suffix], field["raw" + suffix]
        yield from text_faults(referring, "referring" + suffix)
        colors, odd = phrases(str(referring))
        if odd or len(colors) > 1:
            yield Fault("box", f"referring{suffix} {referring!r}: one box in one of the loader's colors is expected")
        if colors & seen:
            yield Fault("box", f"two objects have a {min(colors & seen)} box")
        seen |= colors
        box = raw.get("raw_bbox") if isinstance(raw, dict) else None
        if box is None or not _is_box(box):
            yield Fault("object", f"raw{suffix} has no raw_bbox of four numbers, found {box!r}")
        elif size and not (0 <= box[0] < box[2] <= size[0] and 0 <= box[1] < box[3] <= size[1]):
            yield Fault("object", f"raw_bbox {box} is not inside the picture of {size[0]} x {size[1]}")


def _is_box(box: Any) -> bool:
    return (
        isinstance(box, list)
        and len(box) == 4
        and all(type(edge) in (int, float) and math.isfinite(edge) for edge in box)
    )


def box_faults(field: Any, texts: Sequence[Sequence[str]]) -> Iterator[Fault]:
    """Whether the boxes that an item's texts speak of are those that are drawn; `texts` per question what it shows."""
    drawn: set[str] = set()
    if isinstance(field, dict):
        for key, referring in field.items():
            if key.startswith("referring"):
                drawn |= phrases(str(referring))[0]
    spoken: set[str] = set()
    for of_question in texts:
        for text in of_question:
            colors, odd = phrases(text)
            spoken |= colors
            if odd:
                yield Fault("box", f"{text!r}: the loader draws nothing for {odd[0]!r}")
            if colors - drawn:
                yield Fault("box", f"{text!r}: no object has a {min(colors - drawn)} box")
    if drawn - spoken:
        yield Fault("box", f"a {min(drawn - spoken)} box is drawn that no text speaks of")
