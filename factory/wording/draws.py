"""What makes a row independent of every other row: its id and its random numbers come from its own item."""

import hashlib
from collections.abc import Sequence

import numpy as np

from factory.tasks.rng import rng_for
from schemas.qa import Format

_WORDS_PER_BLOCK = 16  # a 64-byte digest holds sixteen 32-bit words


def _digest(text: str, size: int) -> str:
    return hashlib.blake2b(text.encode(), digest_size=size).hexdigest()


def _continued(begun: hashlib.blake2b, text: str) -> bytes:
    ended = begun.copy()
    ended.update(text.encode())
    return ended.digest()


def qa_id(source: str, scene_id: str, task: str, task_version: int, format_: Format, candidate: str) -> str:
    """Id of a row, 32 hex digits: blake2b of its key, the parts joined by the unit separator (0x1f)."""
    return _digest("\x1f".join((source, scene_id, task, str(task_version), format_, candidate)), 16)


def item_draws(
    seed: int,
    source: str,
    scene_id: str,
    task: str,
    task_version: int,
    format_: Format,
    candidates: Sequence[str],
    width: int,
) -> np.ndarray:
    """Uniform numbers in [0, 1), (n, width), a row per candidate.

    The generator of (scene, task, format) yields one key; the digests of the candidates under that key are the
    numbers. So a row of the matrix depends on its candidate, not on its place or on the other candidates.
    """
    key = rng_for(seed, source, scene_id, task, task_version, format_).bytes(32)
    keyed = hashlib.blake2b(key=key, digest_size=64)
    blocks = range(-(-width // _WORDS_PER_BLOCK))
    raw = b"".join(_continued(keyed, f"{block}\x1f{candidate}") for candidate in candidates for block in blocks)
    words = np.frombuffer(raw, dtype="<u4").reshape(len(candidates), len(blocks) * _WORDS_PER_BLOCK)
    uniform: np.ndarray = words[:, :width] * 2.0**-32
    return uniform
