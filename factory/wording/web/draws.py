"""Ids and random numbers of web rows: both come from the row's own key, so that no row depends on another."""

import hashlib
import struct
from collections.abc import Sequence
from typing import TypeVar

from factory.web.picture import Picture
from schemas.web import WebFormat

_NUMBERS = struct.Struct("<16I")  # a 64-byte digest
_T = TypeVar("_T")


def row_id(picture: Picture, task: str, version: int, *parts: str) -> str:
    """32 hex digits: blake2b of source, shard, image, task, version and `parts`, joined by the unit separator (0x1f).

    The parts of a `qa_id` are format, pair type and candidate, that of an `item_id` is the candidate.
    """
    key = (picture.source, picture.shard_id, picture.image_id, task, str(version), *parts)
    return hashlib.blake2b("\x1f".join(key).encode(), digest_size=16).hexdigest()


class Draws:
    """Uniform numbers of one row, in the order in which its words take them."""

    __slots__ = ("_block", "_item", "_keyed", "_left")

    def __init__(self, keyed: "hashlib.blake2b", item: str) -> None:
        self._keyed = keyed
        self._item = item
        self._block = 0
        self._left: list[int] = []

    def uniform(self) -> float:
        """In [0, 1)."""
        if not self._left:
            digest = self._keyed.copy()
            digest.update(f"{self._block}\x1f{self._item}".encode())
            self._left = list(_NUMBERS.unpack(digest.digest()))
            self._block += 1
        return self._left.pop() * 2.0**-32

    def between(self, low: float, high: float) -> float:
        """In [low, high)."""
        return low + (high - low) * self.uniform()

    def coin(self) -> bool:
        """True half of the time."""
        return self.uniform() < 0.5

    def index(self, count: int) -> int:
        """In 0 .. count - 1."""
        return int(self.uniform() * count)

    def pick(self, choices: Sequence[_T]) -> _T:
        """One of them."""
        return choices[self.index(len(choices))]

    def sample(self, choices: Sequence[_T], count: int) -> list[_T]:
        """Some of them, in random order."""
        left = list(choices)
        return [left.pop(self.index(len(left))) for _ in range(count)]


class DrawSource:
    """Gives each row of a task and picture its numbers.

    They depend on the seed, the source, the image, the task and its version, and on the row's format, pair type and
    candidate.
    """

    def __init__(self, seed: int, picture: Picture, task: str, version: int) -> None:
        text = "\x1f".join((str(seed), picture.source, picture.image_id, task, str(version)))
        key = hashlib.blake2b(text.encode(), digest_size=32).digest()
        self._keyed = hashlib.blake2b(key=key, digest_size=64)

    def of(self, format_: WebFormat, pair_type: str, candidate: str) -> Draws:
        """The numbers of a row."""
        return Draws(self._keyed, f"{format_}\x1f{pair_type}\x1f{candidate}")
