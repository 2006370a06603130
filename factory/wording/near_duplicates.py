"""Sentences that say the same in nearly the same words."""

import re
from collections.abc import Sequence
from itertools import combinations, pairwise

MAX_COMMON = 0.6
"""Largest share of word pairs that two sentences of one list may have in common."""

_WORD = re.compile(r"\{\w+\}|[\w']+")


def near_duplicates(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of texts that share too many of their pairs of neighbouring words, in order.

    The share is that of the shared pairs in all pairs of both (Jaccard index); slots count as words, case and
    punctuation do not.
    """
    pairs = [_word_pairs(text) for text in texts]
    return [
        (texts[a], texts[b])
        for a, b in combinations(range(len(texts)), 2)
        if len(pairs[a] & pairs[b]) > MAX_COMMON * len(pairs[a] | pairs[b])
    ]


def _word_pairs(text: str) -> frozenset[tuple[str, str]]:
    words = ["", *_WORD.findall(text.casefold()), ""]
    return frozenset(pairwise(words))
