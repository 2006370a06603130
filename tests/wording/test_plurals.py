"""Plurals of labels as scans have them."""

import pytest

from factory.sources.labels import NYU40
from factory.sources.procedural.writers.scannet_labels import RAW
from factory.wording.plurals import is_several, plural

PAIRS = {
    "pillow": "pillows",
    "bookshelf": "bookshelves",
    "shelf": "shelves",
    "couch": "couches",
    "bench": "benches",
    "box": "boxes",
    "tissue box": "tissue boxes",
    "mattress": "mattresses",
    "fire extinguisher": "fire extinguishers",
    "toothbrush": "toothbrushes",
    "bathroom vanity": "bathroom vanities",
    "toy": "toys",
    "tray": "trays",
    "key": "keys",
    "battery": "batteries",
    "bus": "buses",
    "canvas": "canvases",
    "trellis": "trellises",
    "piano": "pianos",
    "radio": "radios",
    "potato": "potatoes",
    "knife": "knives",
    "knife block": "knife blocks",
    "scarf": "scarves",
    "roof": "roofs",
    "mouse": "mice",
    "person": "people",
    "ottoman": "ottomans",
    "man": "men",
    "footstool": "footstools",
    "footrest": "footrests",
    "staircase": "staircases",
    "roll of toilet paper": "rolls of toilet paper",
    "chest of drawers": "chests of drawers",
    "bag of chips": "bags of chips",
    "pair of shoes": "pairs of shoes",
    "case of water bottles": "cases of water bottles",
    "toilet paper dispenser": "toilet paper dispensers",
    "toilet seat cover dispenser": "toilet seat cover dispensers",
    "clothes dryer": "clothes dryers",
    "clothes hanger": "clothes hangers",
    "paper towel roll": "paper towel rolls",
    "cd case": "cd cases",
    "mini fridge": "mini fridges",
    "t-shirt": "t-shirts",
    "tv": "tvs",
    "ping pong table": "ping pong tables",
    "water cooler": "water coolers",
    "glass door": "glass doors",
    "cactus": "cacti",
}
NOT_COUNTED = (
    "curtains", "kitchen cabinets", "clothes", "scissors", "stairs", "blinds", "books", "shoes", "shelves", "boxes",
    "headphones", "closet doors", "jeans", "people", "men", "mice", "feet", "dishes", "papers", "furniture",
    "clothing", "luggage", "laundry", "toilet paper", "paper", "bedding", "equipment", "glass", "soap", "food",
    "music sheets", "drawers of a desk", "", "otherprop/x", "Chair", "chair ", "table (round)",
)  # fmt: skip


@pytest.mark.parametrize("label", PAIRS)
def test_plural(label: str) -> None:
    assert plural(label) == PAIRS[label]


@pytest.mark.parametrize("label", NOT_COUNTED)
def test_plurals_and_mass_nouns_have_none(label: str) -> None:
    assert plural(label) is None


def test_a_plural_has_no_plural() -> None:
    for several in PAIRS.values():
        assert plural(several) is None, several


def test_labels_of_procedural_scenes() -> None:
    """All of them are countable but those that say so; each has a plural of its own."""
    uncounted = {label for label in RAW if plural(label) is None}
    assert uncounted == {"toilet paper", "books", "shoes"}
    plurals = [plural(label) for label in RAW if label not in uncounted]
    assert len(set(plurals)) == len(plurals)


def test_classes_of_the_label_map() -> None:
    uncounted = {label for label in NYU40 if plural(label) is None}
    assert uncounted == {"blinds", "shelves", "clothes", "books", "paper"}


def test_labels_of_several_things_take_plural_verbs() -> None:
    several = ("curtains", "scissors", "people", "blinds", "bookshelves", "skis", "stairs", "shoes", "glasses")
    assert all(is_several(label) for label in several)
    one = ("bus", "grass", "glass", "cactus", "chest of drawers", "clothes hanger", "sheep", "lens", "tennis racket")
    assert not any(is_several(label) for label in one)


def test_food_that_is_not_counted() -> None:
    assert [plural(label) for label in ("broccoli", "sushi", "pizza", "carrot")] == [None, None, "pizzas", "carrots"]
