"""A fair draw of rows whose answers are spread evenly: balance over a whole data set, which builds give per scene."""

import heapq
import math
from collections import defaultdict
from operator import itemgetter
from typing import Any

import numpy as np

from factory.tasks.rng import rng_for
from factory.tasks.sampling import fair_shares

_RATIO = 1.25
_MOVE = 5  # right, up, forward, pitch, yaw
Class = tuple[str | int, ...]


def answer_class(row: dict[str, Any]) -> Class:
    """What a draw keeps even: letters, Yes and No, the logarithm of a number or of the way of a camera's move.

    row : with the columns format, answer, values of a question.
    """
    values = row["values"] or []
    if row["format"] in ("select", "judge"):
        return (row["answer"],)
    if row["unit"] != "0-1000" and len(values) in (1, _MOVE):
        length = math.hypot(*values[:3]) if len(values) == _MOVE else abs(values[0])
        return (math.floor(math.log(max(length, 0.01)) / math.log(_RATIO)),)
    return ()


class EvenSample:
    """Takes rows of one task and format, and keeps `limit` of them, as many of each answer class as there are; all
    rows without a limit. Of a class, those with the smallest ids stay: a fair draw, the same every time."""

    def __init__(self, limit: int | None) -> None:
        self.count = 0
        self._limit = limit
        self._kept: dict[Class, list[tuple[int, dict[str, Any]]]] = defaultdict(list)

    def add(self, row: dict[str, Any]) -> None:
        """Takes a row; its id is the column qa_id."""
        self.count += 1
        heap = self._kept[answer_class(row)]
        item = (-int(row["qa_id"], 16), row)  # the largest id is on top and goes first
        if self._limit is None or len(heap) < self._limit:
            heapq.heappush(heap, item)
        elif item[0] > heap[0][0]:
            heapq.heapreplace(heap, item)

    def rows(self) -> list[dict[str, Any]]:
        """The rows that are kept, ordered by id."""
        classes = sorted(self._kept, key=str)
        counts = np.array([len(self._kept[one]) for one in classes], dtype=np.int64)
        shares = counts if self._limit is None else fair_shares(counts, self._limit, rng_for(0, "even sample"))
        drawn: list[tuple[int, dict[str, Any]]] = []
        for one, share in zip(classes, shares.tolist(), strict=True):
            drawn += heapq.nlargest(share, self._kept[one], key=itemgetter(0))
        return [row for _, row in sorted(drawn, key=itemgetter(0), reverse=True)]
