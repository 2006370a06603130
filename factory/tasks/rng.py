"""Counter-based random numbers, keyed by what a row may depend on."""

import hashlib

import numpy as np


def rng_for(seed: int, *key: str | int) -> np.random.Generator:
    """A Philox generator that depends on `seed` and `key` alone: (source, scene_id, task, task version, ...)."""
    text = "\x1f".join(str(part) for part in (seed, *key))
    digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))
