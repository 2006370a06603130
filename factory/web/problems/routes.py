"""Problems about ways between objects, straight from centre to centre."""

import hashlib
from collections.abc import Sequence

import numpy as np

from factory.web.problems.arithmetic import Equation, equation, rounded
from factory.web.problems.facts import FactLine, SceneFacts
from factory.web.problems.solution import (
    MIN_ANSWER_M,
    ROUNDING,
    TOO_CLOSE,
    Rows,
    Solution,
    compared,
    known,
    margin_of,
    require,
    require_close,
    shown,
)

_SPEEDS = (0.25, 0.5, 0.8, 1.0, 1.25, 1.5, 2.0)  # metres per second: robots and walkers


def detour(scene: SceneFacts, rows: Rows) -> Solution:
    """How much longer the way from the camera to B is when it leads past A."""
    a, b = rows
    facts = known(scene.camera_distance_of(a), scene.distance_of(a, b), scene.camera_distance_of(b))
    to_a, between, to_b = (fact.values[0] for fact in facts)
    exact = to_a + between - to_b
    require(exact >= MIN_ANSWER_M, "hardly a detour")
    way = equation(f"{shown(facts[0])} + {shown(facts[1])}")
    more = equation(f"{way.result} - {shown(facts[2])}")
    require_close(more, exact)
    return Solution(facts, {"way": way, "more": more}, exact, said={"result": str(more.result)})


def round_trip(scene: SceneFacts, rows: Rows) -> Solution:
    """The way from A to B to C and back to A."""
    a, b, c = rows
    facts = known(scene.distance_of(a, b), scene.distance_of(b, c), scene.distance_of(c, a))
    first, second, third = (shown(fact) for fact in facts)
    part = equation(f"{first} + {second}")
    total = equation(f"{part.result} + {third}")
    exact = sum(fact.values[0] for fact in facts)
    require_close(total, exact)
    return Solution(facts, {"part": part, "total": total}, exact, said={"result": str(total.result)})


def travel_time(scene: SceneFacts, rows: Rows) -> Solution:
    """Seconds from the camera to A and on to B, at a speed that the question tells."""
    a, b = rows
    facts = known(scene.camera_distance_of(a), scene.distance_of(a, b))
    speed = _SPEEDS[_digest(facts) % len(_SPEEDS)]
    way = equation(f"{shown(facts[0])} + {shown(facts[1])}")
    time = equation(f"{way.result} / {rounded(speed)}")
    exact = (facts[0].values[0] + facts[1].values[0]) / speed
    require_close(time, exact)
    return Solution(
        facts, {"way": way, "time": time}, exact, said={"result": str(time.result), "speed": str(rounded(speed))}
    )


def shorter_route(scene: SceneFacts, rows: Rows) -> Solution:
    """Whether the way from A to D is shorter past B or past C; the exact answer is the difference."""
    a, b, c, d = rows
    facts = known(scene.distance_of(a, b), scene.distance_of(b, d), scene.distance_of(a, c), scene.distance_of(c, d))
    ab, bd, ac, cd = (shown(fact) for fact in facts)
    past_b, past_c = equation(f"{ab} + {bd}"), equation(f"{ac} + {cd}")
    first, second = (sum(fact.values[0] for fact in facts[part]) for part in (slice(0, 2), slice(2, 4)))
    return _which(facts, {"past_b": past_b, "past_c": past_c}, (past_b, past_c), (first, second))


def nearer_to_midpoint(scene: SceneFacts, rows: Rows) -> Solution:
    """Whether C or D is nearer to the point halfway between A and B; the exact answer is the difference."""
    facts = known(*map(scene.place_of, rows))
    shown_places = [[rounded(value) for value in fact.values] for fact in facts]
    middle = [equation(f"({p} + {_signed(q)}) / 2") for p, q in zip(*shown_places[:2], strict=True)]
    to_c, to_d = (
        equation(
            "sqrt(" + " + ".join(f"({p} - {_signed(m.result)})^2" for p, m in zip(place, middle, strict=True)) + ")"
        )
        for place in shown_places[2:]
    )
    halfway = np.mean([fact.values for fact in facts[:2]], axis=0)
    exact = [float(np.linalg.norm(np.array(fact.values) - halfway)) for fact in facts[2:]]
    equations = {"mid_x": middle[0], "mid_y": middle[1], "mid_z": middle[2], "to_c": to_c, "to_d": to_d}
    return _which(facts, equations, (to_c, to_d), (exact[0], exact[1]))


def _which(
    facts: tuple[FactLine, ...],
    equations: dict[str, Equation],
    results: tuple[Equation, Equation],
    exact: tuple[float, float],
) -> Solution:
    """Which of two lengths is the smaller one, by the shown and by the exact numbers."""
    margin = margin_of(*exact)
    require(margin >= 1.0, TOO_CLOSE)
    first, second = (result.result for result in results)
    require(first != second and (first < second) == (exact[0] < exact[1]), ROUNDING)
    said = {"compared": compared(*results)}
    outcome = "first" if exact[0] < exact[1] else "second"
    return Solution(facts, equations, abs(exact[0] - exact[1]), outcome, margin, said)


def _signed(value: object) -> str:
    """A number as it stands after another sign."""
    return f"({value})" if str(value).startswith("-") else str(value)


def _digest(facts: Sequence[FactLine]) -> int:
    text = "\n".join(fact.text for fact in facts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
