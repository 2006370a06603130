"""Imagined moves to green, facing blue: where red is, for the observer or relative to yellow, before and after."""

import re
from dataclasses import replace

from factory.audit.case import Case, Placing, TaskAudit
from factory.audit.common import check_subject, check_unique_name
from factory.audit.evidence import Thing
from factory.audit.findings import Kind
from factory.audit.imagined import (
    after_to_observer,
    after_to_other,
    before_to_observer,
    before_to_other,
    sides_seen,
    tilt_deg,
)
from factory.audit.imagined_text import Slots, check_change, check_parts, check_sentence
from factory.audit.numeric import check_values
from factory.audit.readings import FRONT, HEIGHT, RANGE, SIDE, SLOT, check_triples, least_margin, settle
from factory.audit.rules import check_margin
from factory.audit.text import Named

MAX_TILT_DEG, MIN_MOVE_M = 60.0, 0.8
ROLES = ("green", "blue", "red", "yellow")
THIRD = {"oc": FRONT, "oo": RANGE}


def check_imagination(case: Case) -> None:
    """All slots before and after the move."""
    things = {role: case.evidence.things[i] for role, i in zip(ROLES, case.row["object_ids"], strict=False)}
    relation, hard = case.audit.relation, case.audit.name.endswith("_hard")
    count = 4 if relation == "oo" else 3
    if not case.expect(len(case.row["object_ids"]) == count, Kind.OBJECT, f"{len(things)} objects", count):
        return
    if hard:
        _check_names(case, things)
    green, blue = things["green"].center, things["blue"].center
    tilt, way = tilt_deg(green, blue), float(((blue - green) ** 2).sum() ** 0.5)
    case.expect(way >= MIN_MOVE_M, Kind.RULE, f"green and blue {way:.3f} m apart", f"at least {MIN_MOVE_M}")
    if not case.expect(tilt < MAX_TILT_DEG, Kind.RULE, f"gaze {tilt:.1f} degrees off the horizontal", "< 60"):
        return
    red = things["red"].center
    if relation == "oo":
        yellow = things["yellow"].center
        before = before_to_other(case.cameras[0], red, yellow)
        after = after_to_other(green, blue, red, yellow, fronts=hard)
        seen = sides_seen(case.cameras[0], green, blue, red, yellow)
        case.expect(not seen, Kind.RULE, f"sides {seen} the move", "the same side in space and for the eye")
    else:
        before, after = before_to_observer(case.cameras[0], red), after_to_observer(green, blue, red)
    check_values(case, [*before.values, *after.values])
    check_margin(case, least_margin([*before.readings, *after.readings]))
    state = {"before": settle(before.readings), "after": settle(after.readings)}
    agreed = all(word is not None for slots in state.values() for word in slots.values())
    if not case.expect(agreed, Kind.RULE, state, "readings that agree"):
        return
    words: dict[str, Slots] = {
        time: {slot: word or "" for slot, word in slots.items()} for time, slots in state.items()
    }
    slots = [SLOT[pair] for pair in (SIDE, HEIGHT, THIRD[relation])]
    start, triple = ([words[time][slot] for slot in slots] for time in ("before", "after"))
    case.expect(any(triple), Kind.RULE, "all slots empty after the move", "something to say")
    for slot in ("red_front_behind", "yellow_front_behind") if hard and relation == "oo" else ():
        case.expect(bool(words["after"][slot]), Kind.RULE, f"{slot} empty", "clearly in front or behind")
    case.answers += [word for word in triple if word]
    check_parts(case)
    if case.format == "select":
        check_triples(case, triple, (SIDE, HEIGHT, THIRD[relation]))
    else:
        check_sentence(case, words["before"], words["after"])
        check_change(case, start, triple)


def _check_names(case: Case, things: dict[str, Thing]) -> None:
    """Objects that nothing marks: the label is unique in the whole video, and the frame named with it shows it."""
    for named in case.named:
        thing = things[named.token]
        check_unique_name(case, thing, case.cameras)
        found = re.search(r"\d+", named.marks[0])
        frame = int(found.group()) if found else -1
        shown = frame in range(len(case.cameras)) and thing.object_id in case.cameras[frame].shown
        if case.expect(shown, Kind.MENTION, case.row["question"], f"{named.label} with a frame that shows it"):
            check_subject(case, thing, case.cameras[frame])


def _frames_named(case: Case) -> tuple[Named, ...]:
    """Labels with the frame that the question tells for each."""
    question = case.row["question"].lower()
    frames: dict[str, str] = {}
    for label in sorted({label.lower() for label in case.row["labels"]}, key=lambda label: (-len(label), label)):
        mention = re.compile(rf"(?<![\w-]){re.escape(label)} \((in frame-\d+)\)")
        told = mention.search(question)
        frames[label] = told.group(1) if told else "in no frame"
        question = mention.sub(" ", question)  # `floor lamp` before `lamp`
    pairs = zip(ROLES, case.row["labels"], strict=False)
    return tuple(Named(role, label, (frames[label.lower()],)) for role, label in pairs)


_OC = TaskAudit(
    name="spatial_imagination_oc",
    level="high",
    view="single",
    relation="oc",
    unit="m",
    formats=("select", "sentence"),
    options=4,
    images=1,
    has_margin=True,
    marks=tuple(("bbox", color) for color in ROLES[:3]),
    check=check_imagination,
)
_OO = replace(_OC, name="spatial_imagination_oo", relation="oo", marks=tuple(("bbox", color) for color in ROLES))


def _unmarked(audit: TaskAudit) -> TaskAudit:
    """The `_hard` task that asks the same without marks."""
    return replace(audit, name=f"{audit.name}_hard", marks=(), names=_frames_named)


AUDITS = tuple(
    audit
    for single in (_OC, _OO)
    for video in (single.in_video(),)
    for audit in (single, single.in_three_images(Placing.SPREAD), video, _unmarked(video))
)
