"""Answers of several numbers: boxes and directions; and which side of an object faces the camera."""

import re

import numpy as np

from factory.audit.findings import Kind
from factory.audit.web import limits
from factory.audit.web.case import WebCase, prints
from factory.audit.web.geometry import angle_between, level_unit, off_middle
from factory.audit.web.reading import first_slot, matching, tokens, words

_SIDES = ("front", "left", "back", "right")  # at azimuths 0, 90, 180, 270
_SAID = words(
    front=r"the front\b(?! of @| is| each)|the front of @", left=r"the left side", back=r"the back\b",
    right=r"the right side",
)  # fmt: skip
_FROM = [
    re.compile(r"subtract the position of @(\d)"),
    re.compile(r"(?:from|start at|begins at|beginning at) (?:the (?:center|middle) of )?@(\d)"),
]
_LOW_FIRST = re.compile(r"^(?:(?!\b(?:max|larg|great|upper|high|end)).)*\b(?:xmin|min|small|least|low|begin)")
_OTHER_AXES = re.compile(r"\b(?:left|up|upward|backward)\b")  # the camera's are right, down and forward
_OTHER_ENDS = re.compile(r"\b(?:back|backs|below)\b")  # fronts are compared
_SAME = words(same=r"same direction|same way|similar directions", different=r"\bdifferent (?:ways|directions)")


def check_box(case: WebCase) -> None:
    """Least, then largest coordinates in the camera."""
    thing = case.things[0]
    if not _LOW_FIRST.search(case.question) or _OTHER_AXES.search(case.question):
        return case.unreadable("least before largest coordinates, along the axes of the camera")
    exact = [*thing.low["camera"].tolist(), *thing.high["camera"].tolist()]
    case.check_margin(None)
    check_vector(case, exact, "m")
    distance = float(np.linalg.norm(thing.center))
    low, high = limits.DISTANCE_M
    case.expect(low <= distance <= high, Kind.RULE, f"{distance:.3f} m away", f"{low} to {high} m")
    return None


def check_direction(case: WebCase) -> None:
    """The unit vector from where the question starts to where it leads."""
    start = first_slot(_FROM, case.question)
    if start is None or len(case.things) != 2 or _OTHER_AXES.search(case.question):
        return case.unreadable("where the direction starts")
    offset = case.things[1 - start].center - case.things[start].center
    case.check_margin(None)
    return check_vector(case, (offset / np.linalg.norm(offset)).tolist(), "")


def names_other_axes(text: str) -> bool:
    """Whether a text speaks of coordinates to the left, upward or backward."""
    return _OTHER_AXES.search(text) is not None


def check_vector(case: WebCase, exact: list[float], unit: str) -> None:
    """Numbers with two decimals, one after the other."""
    case.check_values(exact)
    parts = case.answer.split(" ")
    right = len(parts) == len(exact) and all(
        part.endswith(unit) and part.removesuffix(unit) in prints(case, value, place)
        for place, (part, value) in enumerate(zip(parts, exact, strict=False))
    )
    truth = " ".join(f"{min(prints(case, value, place))}{unit}" for place, value in enumerate(exact))
    case.expect(right, Kind.ANSWER, case.answer, truth)


def check_facing_side(case: WebCase) -> None:
    """Which of four sides faces the camera."""
    thing = case.things[0]
    if not case.expect(
        thing.azimuth is not None and thing.front is not None, Kind.RULE, f"object {thing.object_id}", "one front"
    ):
        return
    azimuth = float(thing.azimuth or 0.0)
    quarter, off = off_middle(azimuth, 90.0)
    truth = _SIDES[quarter % 4]
    case.check_values([azimuth])
    case.check_margin((45.0 - off) / (45.0 - limits.YAW_DEG))
    check_level(case, 0)
    _check_breadth(case, quarter % 2)
    if case.format == "mcq":
        said = [matching(_SAID, text) for text in case.options]
        each_once = sorted(said) == sorted([side] for side in _SIDES)
        case.expect(each_once, Kind.OPTIONS, case.options, f"each of {_SIDES}")
        case.check_choice([one == [truth] for one in said])
    elif case.format == "text":
        said_sides = matching(_SAID, case.read(case.answer))
        case.expect(said_sides == [truth], Kind.ANSWER, case.answer, f"the {truth}")
        case.answers += [f"its {side}" for side in said_sides]
    else:
        claimed = matching(_SAID, case.question)
        if len(claimed) != 1:
            return case.unreadable("one side")
        case.check_yes_no(claimed == [truth])


def _check_breadth(case: WebCase, side: int) -> None:
    """The side that is told (0: front or back, 1: left or right) looks clearly broader than the ones next to it."""
    thing, turn = case.things[0], case.scenery.gravity_from_camera
    assert thing.front is not None and thing.azimuth is not None
    level = np.eye(3) if turn is None else turn
    ahead = level_unit(level @ thing.front)
    if ahead is None or not len(thing.points):
        return
    points = thing.points @ level.T
    across = np.ptp(points[:, 0] * ahead[2] - points[:, 2] * ahead[0]) * abs(np.cos(np.radians(thing.azimuth)))
    along = np.ptp(points[:, 0] * ahead[0] + points[:, 2] * ahead[2]) * abs(np.sin(np.radians(thing.azimuth)))
    told, beside = (across, along) if side == 0 else (along, across)
    clear = told >= limits.BREADTH_RATIO * beside * (1 - limits.TOLERANCE)
    case.expect(
        bool(clear), Kind.RULE, f"a side {told:.3f} m broad beside one of {beside:.3f} m", limits.BREADTH_RATIO
    )


def check_level(case: WebCase, slot: int) -> None:
    """A front that points up or down tells no side."""
    front = case.things[slot].front
    turn = case.scenery.gravity_from_camera
    down = np.array([0.0, 1.0, 0.0]) if turn is None else turn[1]
    if front is not None:
        steep = float(np.degrees(np.arcsin(min(1.0, abs(float(front @ down))))))
        case.expect(steep <= limits.STEEP_DEG, Kind.RULE, f"front {steep:.0f} degrees off level", limits.STEEP_DEG)


def check_alike(case: WebCase) -> None:
    """Whether two fronts point the same way; the question asks for the same or for different ways."""
    first, second = (thing.front for thing in case.things)
    if not case.expect(
        first is not None and second is not None, Kind.RULE, case.row["object_ids"], "objects with one front each"
    ):
        return
    assert first is not None and second is not None
    angle = angle_between(first, second)
    middle, half = (limits.SIMILAR_DEG + limits.DIFFERENT_DEG) / 2, (limits.DIFFERENT_DEG - limits.SIMILAR_DEG) / 2
    truth = "same" if angle < middle else "different"
    case.check_values([angle])
    case.check_margin(abs(angle - middle) / half)
    for slot in (0, 1):
        check_level(case, slot)
    asked = matching(_SAME, case.question)
    if len(asked) != 1 or _OTHER_ENDS.search(case.question):
        return case.unreadable("the same or different directions")
    case.check_yes_no(asked == [truth])
    if case.format == "text" and case.answer not in ("Yes.", "No."):
        text = case.read(case.answer.partition(". ")[2])
        case.expect(matching(_SAME, text) == [truth], Kind.ANSWER, case.answer, truth)
        case.expect(set(tokens(text)) == {0, 1}, Kind.MENTION, case.answer, f"both of {case.names}")
