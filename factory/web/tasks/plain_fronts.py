"""Fronts that people agree on."""

import numpy as np

from factory.web.picture import Picture

Array = np.ndarray

# Things whose front people do not know or do not agree on: they have two alike, or many, or are used from any side.
_WITHOUT = (
    "door doorframe doorway gate window curtain drape blind fence column pole tree plant flower rock "
    "box bag handbag purse suitcase luggage backpack basket bin can bucket barrel package "
    "book magazine paper ball bottle cup mug glass bowl plate dish tray vase pot pan kettle teapot jar toaster block "
    "knife fork spoon scissors pillow cushion blanket towel cloth rug mat carpet table desk stool ottoman lamp light "
    "candle chandelier tub bathtub mouse keyboard remote umbrella tie food fruit apple orange banana pizza donut cake "
    "sandwich"
)


def with_front(picture: Picture) -> Array:
    """(n,) whether an object's front is known, and it is of a kind of which people would name the same."""
    without = set(_WITHOUT.split())
    nouns = [label.rpartition(" ")[2] for label in picture.labels]
    plain = [without.isdisjoint({noun, noun.removesuffix("s"), noun.removesuffix("es")}) for noun in nouns]
    known: Array = ~np.isnan(picture.fronts[:, 0]) & np.array(plain, dtype=bool)
    return known
