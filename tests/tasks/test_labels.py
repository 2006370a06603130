"""Labels that stand alone: what a reader would not keep apart is neither counted nor ordered."""

from dataclasses import replace

import numpy as np
import pytest

from factory.tasks.labels import kinds_of, mistakable
from tests.tasks.synthetic_records import synthetic_records


def labelled(*labels: str) -> tuple[np.ndarray, np.ndarray]:
    records = synthetic_records(0, objects=len(labels) + 2)
    named = replace(records, labels=np.array(["wall", "", *labels], dtype=object))
    return mistakable(named)[2:], kinds_of(named)[2:]


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        (("table", "coffee table", "chair"), [True, False, False]),
        (("book", "books", "booklet"), [True, True, False]),
        (("box", "boxes"), [True, True]),
        (("lamp", "lamp", "chair"), [False, False, False]),
        (("stable", "table"), [False, False]),
        (("cabinet", "kitchen cabinets"), [True, False]),
        (("tray", "flat box tray", "flat box"), [True, False, False]),
        (("chair", "armchair", "arm"), [True, False, False]),
        (("shelf", "tall bookshelf", "book"), [True, False, False]),
        (("boards", "whiteboards", "keyboard"), [True, False, False]),
        (("wall clock", "clock", "wall"), [False, True, False]),
    ],
)
def test_general_words_and_plurals(labels: tuple[str, ...], found: list[bool]) -> None:
    mistaken, kinds = labelled(*labels)
    assert mistaken.tolist() == found
    assert ((kinds < 0) >= mistaken).all()
    assert (kinds[~mistaken & (np.array(labels) != "wall")] >= 0).all()
