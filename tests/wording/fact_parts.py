"""What sample facts are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

LABELS = (
    "chair",
    "office chair",
    "kitchen cabinets",
    "trash can",
    "towel",
    "tv",
    "potted plant",
    "clothes",
    "stairs",
    "scissors",
    "books",
    "ironing board",
    "armchair",
    "oven",
)
SLOTS = {
    "left_right": ("left", "", "right"),
    "above_below": ("above", "", "below"),
    "distance": ("closer", "", "farther"),
}
Parts = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """How a task's facts look.

    parts : draws the answer: fields of a `Fact`, which may also replace objects, labels and marks;
    colors : what the marks are called, in the order of the objects; kind : points or boxes;
    images : per fact; objects : how many there are where nothing is marked; named : the question names their frames.
    """

    parts: Callable[[np.random.Generator], Parts]
    colors: tuple[str, ...] = ()
    kind: Literal["point", "bbox"] = "point"
    images: int = 1
    objects: int = 0
    named: bool = False


def box(rng: np.random.Generator) -> tuple[int, ...]:
    low = rng.integers(0, 700, 2)
    high = low + rng.integers(40, 300, 2)
    return tuple(int(v) for v in (*low, *high))


def shown_in(images: int, count: int, rng: np.random.Generator) -> list[int]:
    """The image that shows each object: spread over three images or a video, the first of one or two."""
    if images < 3:
        return [0] * count
    rounds = -(-count // images)
    return [int(place) for _ in range(rounds) for place in rng.permutation(images)][:count]
