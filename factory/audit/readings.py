"""Words that measured differences decide: one word per slot, and how far it is from another one.

A slot may have several readings (the tilted and the horizontal viewing direction, distance and depth, ...). They must
agree, else the slot has no word at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from factory.audit.case import Case
from factory.audit.findings import Kind
from factory.audit.noise import EMPTY_M, spread
from factory.audit.numeric import check_letter
from factory.audit.text import FRAME_NAME, numbers

Array = np.ndarray
WordPair = tuple[str, str]
"""The word for a positive quantity and for a negative one."""

SIDE, HEIGHT, RANGE, FRONT = ("right", "left"), ("below", "above"), ("farther", "closer"), ("front", "behind")
SLOT = {SIDE: "left_right", HEIGHT: "above_below", RANGE: "distance", FRONT: "front_behind"}


@dataclass(frozen=True)
class Reading:
    """A difference [m] with its standard deviation, and the slot that it decides."""

    slot: str
    words: WordPair
    quantity: float
    sigma: float

    @property
    def word(self) -> str:
        """The word, empty below 0.1 m."""
        if abs(self.quantity) < EMPTY_M:
            return ""
        return self.words[0 if self.quantity > 0 else 1]

    @property
    def margin(self) -> float:
        """How many standard deviations the word keeps from another one."""
        return abs(abs(self.quantity) - EMPTY_M) / self.sigma


def read(
    quantity: Callable[[Array], Array], points: Array, words: Sequence[WordPair], *, camera: bool, of: str = ""
) -> list[Reading]:
    """Readings of quantities (k,) that depend on centres (n, 3) [m]: in the world, with `camera` along its axes.

    of : what the slots are about, part of their names.
    """
    exact, sigmas = quantity(points), spread(quantity, points, camera=camera)
    return [
        Reading(of + SLOT[pair], pair, float(value), float(sigma))
        for pair, value, sigma in zip(words, exact, sigmas, strict=True)
    ]


def drop(pair: Array) -> Array:
    """How much lower in the world the first of two centres (..., 2, 3) is [m]."""
    return np.asarray(pair[..., 1, 2:] - pair[..., 0, 2:])


def settle(readings: Sequence[Reading]) -> dict[str, str | None]:
    """The word of each slot, in order of first mention; None where its readings disagree."""
    words: dict[str, set[str]] = {}
    for reading in readings:
        words.setdefault(reading.slot, set()).add(reading.word)
    return {slot: next(iter(found)) if len(found) == 1 else None for slot, found in words.items()}


def least_margin(readings: Sequence[Reading]) -> float:
    """The smallest margin of all readings."""
    return min(reading.margin for reading in readings)


def check_triples(case: Case, truth: Sequence[str], words: Sequence[WordPair]) -> None:
    """Options that name the word of each slot, empty where there is none; wrong ones deny a word of the truth.

    An empty slot depends on the threshold alone, so that filling it makes no answer safely wrong.
    """
    stated = numbers(FRAME_NAME.sub(" ", case.tokens(case.row["question"])))
    case.expect(set(stated) <= {EMPTY_M}, Kind.QUESTION, case.row["question"], f"empty below {EMPTY_M} m")
    right = []
    for text in case.options:
        parts = [part.strip() for part in text.split(",")]
        valid = len(parts) == len(words) and all(p == "" or p in pair for p, pair in zip(parts, words, strict=True))
        if not case.expect(valid, Kind.OPTIONS, text, f"one of each of {words}; each may be empty"):
            return
        right.append(parts == list(truth))
        denied = any(word and word != part for word, part in zip(truth, parts, strict=True))
        case.expect(right[-1] or denied, Kind.OPTIONS, text, f"wrong in a filled slot of {truth}")
    check_letter(case, right)
