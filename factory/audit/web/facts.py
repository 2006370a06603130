"""Lines of facts that solutions cite: `object_size_width: basket is 0.70m wide`, re-derived from the objects."""

import re
from collections.abc import Callable, Iterable

import numpy as np

from factory.audit.web.case import WebCase, two_decimals
from factory.audit.web.evidence import Scenery, Thing
from factory.audit.web.plain import width_objection

_DIRECTIONS = (("left of", "right of"), ("above", "below"), ("in front of", "behind"))
_OF_ONE: dict[str, tuple[str, Callable[[Thing], list[float]]]] = {
    "object_size_width": (r"(\S+)m wide", lambda thing: [float(thing.sized[0])]),
    "object_size_height": (r"(\S+)m tall", lambda thing: [float(thing.sized[1])]),
    "object_camera_distance": (r"(\S+)m from the camera", lambda thing: [float(np.linalg.norm(thing.center))]),
    "object_position": (
        r"at x = (\S+)m, y = (\S+)m, z = (\S+)m",
        lambda thing: [float(value) for value in thing.center_in("gravity")],
    ),
}
_OF_TWO: dict[str, tuple[str, Callable[[Thing, Thing], float]]] = {
    "object_center_distance": (
        r"(\S+)m apart",
        lambda first, second: float(np.linalg.norm(first.center - second.center)),
    ),
    "object_left_right_distance": (
        r"(\S+)m apart from left to right",
        lambda first, second: abs(float(first.center_in("gravity")[0] - second.center_in("gravity")[0])),
    ),
}


def speakable(scenery: Scenery) -> dict[str, Thing]:
    """The objects that their name alone tells from all others, by the name without its article."""
    names = [thing.reference.casefold() for thing in scenery.list]
    return {
        thing.reference.removeprefix("the "): thing
        for thing in scenery.list
        if thing.kind != "box" and names.count(thing.reference.casefold()) == 1
    }


def objection(case: WebCase, line: str) -> str | None:
    """What is wrong with a line, None when the objects bear it out."""
    kind, colon, statement = line.partition(": ")
    names = speakable(case.scenery)
    if not colon:
        return "not a fact"
    if kind in _OF_ONE:
        told, exact = _OF_ONE[kind]
        match = re.fullmatch(rf"(.+) (?:is|are) {told}", statement)
        if match is None or match.group(1) not in names:
            return f"not about one of {sorted(names)}"
        thing = names[match.group(1)]
        doubt = width_objection(case.scenery, thing) if kind == "object_size_width" else None
        return doubt or _compare(match.groups()[1:], exact(thing))
    if kind in _OF_TWO:
        told, distance = _OF_TWO[kind]
        match = re.fullmatch(rf"(.+) are {told}", statement)
        pair = _pair(match.group(1), " and ", names) if match else None
        if match is None or pair is None:
            return f"not about two of {sorted(names)}"
        return _compare(match.groups()[1:], [distance(*pair)])
    if kind == "objects_relative_direction":
        return _direction(statement, case.scenery, names)
    if kind == "objects_occlusion_relation":
        return _occlusion(statement, case.scenery, names)
    return "no known kind of fact"


def _compare(told: Iterable[str], exact: list[float]) -> str | None:
    truth = ["unknown" if value != value else two_decimals(value) for value in exact]
    return None if list(told) == truth else ", ".join(truth)


def _pair(text: str, link: str, names: dict[str, Thing]) -> tuple[Thing, Thing] | None:
    """Two names around a link; names may hold it, too."""
    parts = text.split(link)
    for place in range(1, len(parts)):
        first, second = link.join(parts[:place]), link.join(parts[place:])
        if first in names and second in names:
            return names[first], names[second]
    return None


def _direction(statement: str, scenery: Scenery, names: dict[str, Thing]) -> str | None:
    for name, first in names.items():
        for verb in ("is", "are"):
            if not statement.startswith(f"{name} {verb} "):
                continue
            rest = statement.removeprefix(f"{name} {verb} ")
            for other, second in names.items():
                if rest.endswith(f" {other}") and second is not first:
                    _, margin = scenery.margins(first, second, "gravity")
                    sure = [_DIRECTIONS[axis][int(margin[axis] > 0)] for axis in range(3) if abs(margin[axis]) > 1]
                    said = re.split(r", | and ", rest.removesuffix(f" {other}"))
                    return None if said == sure else " and ".join(sure)
    return f"not about two of {sorted(names)}"


def _occlusion(statement: str, scenery: Scenery, names: dict[str, Thing]) -> str | None:
    for name, thing in names.items():
        hidden = {o.object_id for o in scenery.list if thing.object_id in o.record["occluded_by"]}
        spoken = {one: other for one, other in names.items() if other.object_id in hidden}
        if re.fullmatch(rf"{re.escape(name)} (?:does|do) not occlude any object", statement):
            return None if not hidden else f"it hides {sorted(spoken)}"
        if re.fullmatch(rf"{re.escape(name)} (?:does|do) not occlude any of the objects named here", statement):
            return None if not spoken else f"it hides {sorted(spoken)}"
        if match := re.fullmatch(rf"{re.escape(name)} (?:occlude|occludes) (.+)", statement):
            said = sorted(re.split(r", | and ", match.group(1)))
            return None if said == sorted(spoken) else f"it hides {sorted(spoken)}"
    return f"not about one of {sorted(names)}"
