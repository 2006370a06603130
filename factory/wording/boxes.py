"""Boxes `[x1, y1, x2, y2]` on the 0-1000 scale, and wrong boxes for options."""

from collections.abc import Mapping, Sequence

import numpy as np

from factory.wording.speaker import PhraseChoice
from schemas.qa import Fact, Format

Box = tuple[int, ...]

OPTIONS = 4
MAX_IOU = 0.5
_ORDER_DRAWS, _COPIES = 16, 12


class BoxSpeaker:
    """The box of the same object in the second image."""

    lists: Mapping[Format, tuple[str, ...]] = {
        "fill": ("question",),
        "select": ("question",),
        "sentence": ("question", "answer"),
    }
    phrase_groups: tuple[str, ...] = ()
    option_draws = _ORDER_DRAWS + 4 * _COPIES

    def objection(self, fact: Fact, format_: Format) -> str | None:
        return None

    def question_list(self, fact: Fact, format_: Format) -> str:
        return "question"

    def sentence_list(self, fact: Fact) -> str:
        return "answer"

    def slots(self, fact: Fact, phrases: PhraseChoice) -> dict[str, str]:
        return {"answer": box_text(_box(fact))}

    def short_answer(self, fact: Fact, format_: Format) -> str:
        return box_text(_box(fact))

    def options(self, facts: Sequence[Fact], draws: np.ndarray) -> list[list[str]]:
        rows = []
        for fact, row in zip(facts, draws, strict=True):
            boxes = [_box(fact)]
            take_apart(boxes, shuffled(fact.alternatives, row[:_ORDER_DRAWS]))
            if len(boxes) < OPTIONS:
                take_apart(boxes, _altered(boxes[0], row[_ORDER_DRAWS:].reshape(_COPIES, 4)))
            rows.append([box_text(box) for box in boxes] if len(boxes) == OPTIONS else [])
        return rows


def _box(fact: Fact) -> Box:
    return tuple(round(value) for value in fact.values or ())


def box_text(box: Sequence[int]) -> str:
    """`[x1, y1, x2, y2]`."""
    x1, y1, x2, y2 = box
    return f"[{x1}, {y1}, {x2}, {y2}]"


def iou(a: Box, b: Box) -> float:
    """Intersection over union of two boxes with positive areas."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common)


def take_apart(boxes: list[Box], candidates: Sequence[Box]) -> None:
    """Adds candidates, up to four boxes in all, that are proper boxes and no near copies of one already there.

    Five numbers are an image and a box on it; boxes on different images are never copies of each other.
    """
    for box in candidates:
        if len(boxes) == OPTIONS:
            return
        x1, y1, x2, y2 = box[-4:]
        proper = 0 <= x1 < x2 <= 1000 and 0 <= y1 < y2 <= 1000
        if proper and all(box[:-4] != other[:-4] or iou(box[-4:], other[-4:]) < MAX_IOU for other in boxes):
            boxes.append(box)


def shuffled(alternatives: Sequence[Sequence[float]], draws: np.ndarray) -> list[Box]:
    """The boxes in an order that the draws decide; the first few draws pick without replacement."""
    left = [tuple(round(value) for value in box) for box in alternatives]
    order = []
    for draw in draws.tolist():
        if not left:
            break
        order.append(left.pop(int(draw * len(left))))
    return order + left


def _altered(truth: Box, draws: np.ndarray) -> list[Box]:
    """Copies of the truth, each side scaled by 0.6 to 1.4, at a place within its own size times 1.5 and in the image.

    draws : (k, 4) uniform.
    """
    low, size = np.array(truth[:2]), np.array(truth[2:]) - truth[:2]
    sizes = np.clip(np.rint(size * (0.6 + 0.8 * draws[:, :2])), 1, 1000)
    lows = np.rint(low + size * (3.0 * draws[:, 2:] - 1.5))
    lows = np.clip(lows, 0, 1000 - sizes)
    boxes = np.concatenate([lows, lows + sizes], axis=1).astype(np.int64)
    return [tuple(box) for box in boxes.tolist()]
