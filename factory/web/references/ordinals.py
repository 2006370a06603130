"""Objects of one class told apart by their place in the picture: the second chair from the left."""

import numpy as np

Array = np.ndarray

_COUNT_WORDS = ("first", "second", "third", "fourth", "fifth", "sixth")
_MAX = len(_COUNT_WORDS)
_MIN_GAP = 0.06  # of the picture's width, between neighbouring middles
_MIN_OWN_WIDTH = 0.5  # of the narrower box of two neighbours that the other one does not cover


def ordinals(boxes: Array, width: int, label: str) -> list[str] | None:
    """A phrase per box (k, 4) [px] of a class, or None where their order from left to right is not plain to see."""
    count = len(boxes)
    if not 2 <= count <= _MAX:
        return None
    middles = boxes[:, [0, 2]].mean(axis=1)
    order = np.argsort(middles, kind="stable")
    left, right = boxes[order[:-1]], boxes[order[1:]]
    gap = np.diff(middles[order]) >= _MIN_GAP * width
    overlap = np.minimum(left[:, 2], right[:, 2]) - np.maximum(left[:, 0], right[:, 0])
    narrower = np.minimum(left[:, 2] - left[:, 0], right[:, 2] - right[:, 0])
    if not (gap & (overlap <= (1 - _MIN_OWN_WIDTH) * narrower)).all():
        return None
    phrases = [""] * count
    for place, row in enumerate(order.tolist()):
        phrases[row] = _phrase(place, count, label)
    return phrases


def _phrase(place: int, count: int, label: str) -> str:
    if count == 2:
        return f"the {label} on the {'left' if place == 0 else 'right'}"
    if place == 0:
        return f"the leftmost {label}"
    if place == count - 1:
        return f"the rightmost {label}"
    if 2 * place < count:
        return f"the {_COUNT_WORDS[place]} {label} from the left"
    return f"the {_COUNT_WORDS[count - 1 - place]} {label} from the right"
