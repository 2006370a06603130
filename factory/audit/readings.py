"""Words that measured differences decide: one word per slot, and how far it is from another one.

A slot may have several readings (the tilted and the horizontal viewing direction, distance and depth, ...). They must
agree, else the slot has no word at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from factory.audit.noise import EMPTY_M

Array = np.ndarray
WordPair = tuple[str, str]
"""The word for a positive quantity and for a negative one."""


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


def settle(readings: Sequence[Reading]) -> dict[str, str | None]:
    """The word of each slot, in order of first mention; None where its readings disagree."""
    words: dict[str, set[str]] = {}
    for reading in readings:
        words.setdefault(reading.slot, set()).add(reading.word)
    return {slot: next(iter(found)) if len(found) == 1 else None for slot, found in words.items()}


def least_margin(readings: Sequence[Reading]) -> float:
    """The smallest margin of all readings."""
    return min(reading.margin for reading in readings)
