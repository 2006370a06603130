"""References that give an answer away: who asks for the leftmost must not call it `the first chair from the left`."""

import re

import numpy as np

from factory.web.picture import Picture
from factory.web.tasks.attributes import AttributeName

Array = np.ndarray

_SIDES = "left right leftmost rightmost middle center centre side edge corner between"
_DEPTHS = (
    "front back near nearer nearest close closer closest far farther farthest further furthest behind rear background "
    "foreground distant distance"
)
_SIZES = (
    "large larger largest big bigger biggest small smaller smallest tall taller tallest short shorter shortest little "
    "tiny huge giant wide wider widest narrow narrower narrowest long longer longest low lower lowest high higher "
    "highest"
)
_HINTS: dict[AttributeName, str] = {
    "x": _SIDES,
    "depth": _DEPTHS,
    "distance": _DEPTHS,
    "height": _SIZES,
    "width": _SIZES,
    "volume": _SIZES,
}


def hints_at(picture: Picture, name: AttributeName) -> Array:
    """(n,) whether an object's reference says something about the attribute."""
    words = [set(re.findall(r"[a-z]+", reference.casefold())) for reference in picture.references]
    return np.array([not said.isdisjoint(_HINTS[name].split()) for said in words], dtype=bool)
