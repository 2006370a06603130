"""What every kind of input offers: shards of pictures as encoded bytes, with the digests that say what changed."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Protocol

from factory.sources.base import FileHasher
from factory.store.hashing import digest_of
from factory.store.storage import Storage

MISSING = "missing"
FILE_TOO_LARGE = "file too large"
NO_PICTURE = "no picture"
NAME_NOT_UTF8 = "name not UTF-8"
MAX_FILE_BYTES = 128 << 20  # of one encoded picture
_END_BYTES = 1 << 16

# By preference, where several files make up one sample.
IMAGE_TYPES = ("jpg", "jpeg", "webp", "png", "avif", "jp2", "tif", "tiff", "bmp", "gif")


@dataclass(frozen=True)
class RawPicture:
    """A picture as it lies in the input.

    image_id : unique in the input, made of a-z, 0-9, `_` and `-`; uri : relative to the root; data : None where
    `reason` says why there is none.
    """

    image_id: str
    uri: str
    data: bytes | None
    caption: str | None = None
    reason: str = ""


class WebInput(Protocol):
    """Pictures under one root. Construction is cheap; instances pickle, without what they have listed.

    storage : the root; kind : `tar`, `parquet` or `folder`; version : raised when the same files would give other
    pictures, ids or captions.
    """

    storage: Storage
    kind: str
    version: int

    def list_shards(self) -> list[str]:
        """Ids of the shards, sorted; safe as names of files."""

    def input_digest(self, shard_id: str, hasher: FileHasher) -> dict[str, str]:
        """What the shard's pictures depend on, by name. Never raises for a broken shard."""

    def read(self, shard_id: str, only: Collection[str] | None = None) -> Iterator[RawPicture]:
        """The pictures of a shard, one at a time, always in the same order; with `only`, those with these ids.

        What cannot be read is told by reason. Raises DataError when the shard as a whole cannot be used.
        """

    def read_one(self, uri: str) -> bytes:
        """The bytes of one picture. Raises FileNotFoundError or DataError when they cannot be had."""


def caption_of(text: bytes | None, account: bytes | None) -> str | None:
    """The caption in a `.txt` file, else under `caption` in a `.json` file; None where neither has one."""
    if text is not None and (words := text.decode("utf-8", errors="replace").strip()):
        return words
    try:
        known = json.loads(account) if account is not None else None
    except (ValueError, RecursionError):
        return None
    return clean_caption(known.get("caption")) if isinstance(known, dict) else None


def clean_caption(words: object) -> str | None:
    """A caption without the space around it; None for an empty one and for what is no text."""
    # JSON can spell halves of characters, which no table can hold
    return (words.encode("utf-8", errors="replace").decode().strip() or None) if isinstance(words, str) else None


def ends_digest(storage: Storage, hasher: FileHasher, path: str) -> str:
    """Digest of a large file by its size, first and last 64 KiB: what is written anew differs there (times in the
    first header of a tar, places and statistics in the footer of a Parquet file)."""

    def compute() -> str:
        first, last = storage.read_range(path, 0, _END_BYTES), storage.read_range(path, -_END_BYTES)
        return digest_of([str(storage.size(path)), first, last])

    try:
        return digest_of([path, hasher.derived(path, "ends 1", compute)])
    except FileNotFoundError:
        return MISSING
