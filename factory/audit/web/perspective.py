"""On which side of an observer in the picture an object is: one that faces as an object does, or faces another one."""

import re

import numpy as np

from factory.audit.findings import Kind
from factory.audit.web import limits
from factory.audit.web.case import WebCase
from factory.audit.web.geometry import for_observer, level_unit
from factory.audit.web.reading import first_slot, in_order, matching, tokens, words
from factory.audit.web.vectors import check_level

Array = np.ndarray

_SIDES = words(
    left=r"\byour left\b", right=r"\byour right\b",
    front=r"\bin front of you\b|(?<!straight )\bahead of you\b|\bside you face\b",
    behind=r"\bbehind you\b|\bat your back\b|\bbehind your back\b",
)  # fmt: skip
_OPPOSITE = {"left": "right", "right": "left", "front": "behind", "behind": "front"}
_OBSERVER = [
    re.compile(
        r"(?:you are at|you were|(?:stand|are) where|perspective of|in (?:the )?place of|point of view of|heading of"
        r"|front of|orientation of|with|eyes of|turned like|move to|yourself as|frame of reference of|replace|pose of"
        r"|standing at|^at|took the place of|place and orientation of) @(\d)"
    ),
]
_FACING_OBSERVER = [
    re.compile(
        r"(?:standing at|stand where|were at|are at|observer at|move to|^from|position is that of|walk over to"
        r"|stand at|in the place of|from where|taking|arrow from|look from|stood at|of you at"
        r"|^at) @(\d)"
    ),
    re.compile(r"with @(\d) as your viewpoint"),
    re.compile(r"faced @\d from @(\d)"),
]
_FACED = [
    re.compile(
        r"(?:facing|fac(?:e|ed)|look(?:s|ing|ed)? (?:straight )?(?:toward|at|in the direction of)|turned to"
        r"|your eyes on|direction to|straight at) @(\d)"
    ),
    re.compile(r"@(\d) (?:straight ahead|before your eyes|as what you look at)"),
    re.compile(r"(?:arrow|look) from @\d to @(\d)"),
]


def check_own_front(case: WebCase) -> None:
    """From the place and front of the first object, the second one."""
    front, turn = case.things[0].front, case.scenery.gravity_from_camera
    if not case.expect(
        front is not None and turn is not None, Kind.RULE, case.names[0], "an object with a front, known gravity"
    ):
        return
    assert front is not None and turn is not None
    check_level(case, 0)
    observer = first_slot(_OBSERVER, case.question)
    if not case.expect(observer == 0, Kind.MENTION, case.row["question"], f"the place of {case.names[0]}"):
        return
    _check_side(case, level_unit(turn @ front), 1)
    answer = case.read(case.answer)
    if case.format == "text" and tokens(answer):
        case.expect(first_slot(_OBSERVER, answer) == 0, Kind.MENTION, case.answer, f"the place of {case.names[0]}")


def check_facing(case: WebCase) -> None:
    """From the place of the first object, facing the second, the third one."""
    roles = first_slot(_FACING_OBSERVER, case.question), first_slot(_FACED, case.question)
    expected = f"at {case.names[0]}, facing {case.names[1]}"
    if not case.expect(roles == (0, 1), Kind.MENTION, case.row["question"], expected):
        return
    observer, faced = (thing.center_in("gravity") for thing in case.things[:2])
    away = faced - observer
    level = float(np.hypot(away[0], away[2]))
    case.expect(level >= limits.FACING_M, Kind.RULE, f"faces something {level:.3f} m off", limits.FACING_M)
    _check_side(case, level_unit(away), 2)
    answer = case.read(case.answer)
    if case.format == "text" and tokens(answer):
        said = first_slot(_FACING_OBSERVER, answer), first_slot(_FACED, answer)
        case.expect(said == (0, 1), Kind.MENTION, case.answer, expected)


def _check_side(case: WebCase, forward: Array | None, target: int) -> None:
    """The side of a target, for an observer at the first object who looks along `forward`."""
    if forward is None:
        return case.report(Kind.RULE, case.names[0], "a level front")
    offset = for_observer(forward, case.things[target].center_in("gravity") - case.things[0].center_in("gravity"))
    level = float(np.hypot(offset[0], offset[2]))
    case.check_values(offset.tolist())
    case.expect(level >= limits.OBSERVER_M, Kind.RULE, f"a target {level:.3f} m off", f"{limits.OBSERVER_M} m")
    said = set(matching(_SIDES, case.question))
    sideways = said <= {"left", "right"}
    if len(said) != (1 if case.format == "true_false" else 2) or not (sideways or said <= {"front", "behind"}):
        return case.unreadable("one side, or two that are opposite")
    told = re.compile(r"\b(?:left|right|leftmost|rightmost)\b" if sideways else r"\b(?:front|behind|back)\b")
    telling = [name for name in case.names if told.search(name)]
    case.expect(not telling, Kind.RULE, telling, "references that say no side of somebody else")
    asked = offset[0] if sideways else offset[2]
    case.check_margin(float(abs(asked) / max(limits.LATERAL_SHARE * level, 1e-9)))
    truth = ("right" if asked > 0 else "left") if sideways else ("front" if asked > 0 else "behind")
    end = {"true_false": "tf"}.get(case.format, case.format)
    kind = f"{'left_right' if sideways else 'front_behind'}_{end}"
    case.expect(case.row["pair_type"] == kind, Kind.METADATA, case.row["pair_type"], kind)
    if case.format == "true_false":
        return case.check_yes_no(said == {truth})
    if case.format == "mcq":
        options = [matching(_SIDES, text.lower()) for text in case.options]
        both = sorted(options) == sorted([[truth], [_OPPOSITE[truth]]])
        case.expect(both, Kind.OPTIONS, case.options, f"{truth} and {_OPPOSITE[truth]}")
        case.check_choice([one == [truth] for one in options])
        case.answers.extend(one[0] for one in options["AB".find(case.answer) :][:1] if one)
        return None
    answer = in_order(_SIDES, case.read(case.answer))
    case.expect(answer == [truth], Kind.ANSWER, case.answer, truth)
    case.answers += answer[:1]
    return None
