"""Names in an input -> ids that are safe as file names and as WebDataset keys; and stable buckets of names."""

import re
from hashlib import blake2b

_MAX = 80
_COMPONENT = "[a-z0-9]+(?:[-_][a-z0-9]+)*"
_PLAIN = re.compile(f"{_COMPONENT}(?:!?/{_COMPONENT})*")
_WITH_DIGEST = re.compile(r".*-[0-9a-f]{16}")
_UNSAFE = re.compile("[^a-z0-9]+")


def safe_name(name: str, suffix: str = "") -> str:
    """An id of a-z, 0-9, `_` and `-`, at most 97 long; other names give other ids, whatever the case of letters.

    `a/b-1` becomes `a--b-1`, and `a!/b`, which is b inside of a, `a__b`; a name that could be taken for another's so
    gets a digest: `A b.png` becomes `a-b-png-0123456789abcdef`. A `suffix` at the end stands in no plain id; of names
    given with the same suffix, no two may differ by that alone.
    """
    stem = name.removesuffix(suffix)
    plain = stem.replace("!/", "__").replace("/", "--")
    if _PLAIN.fullmatch(stem) and len(plain) <= _MAX and not _WITH_DIGEST.fullmatch(plain):
        return plain
    readable = _UNSAFE.sub("-", stem.lower())[-_MAX:].strip("-")
    return f"{readable or 'x'}-{_digest(name).hex()}"


def printable(name: str) -> str:
    """A file name as text that can be stored: bytes that are no UTF-8 are spelt out."""
    return name.encode("utf-8", errors="backslashreplace").decode()


def bucket_of(name: str, buckets: int) -> int:
    """0..buckets - 1, evenly, by the name alone."""
    return int.from_bytes(_digest(name), "big") % buckets


def _digest(name: str) -> bytes:
    return blake2b(name.encode("utf-8", errors="surrogatepass"), digest_size=8).digest()
