"""As many answers of one kind as of the other, where nature offers more of one."""

import numpy as np

from factory.web.tasks.pools import WebPool

Array = np.ndarray

REASON = "more of one answer than of the other"


def even_out(pool: WebPool, among: Array, answer: Array, lone: tuple[float, float], rng: np.random.Generator) -> None:
    """Rules out candidates so that, of those `among` (n,) that are left, as many have the answer (n, bool) as not.

    lone : where all have the same answer (False, True), the chance with which one of them is kept: the odds by which
    that answer is the rarer one of unrelated objects.
    """
    left = pool.alive & among
    sides = [rng.permutation(np.flatnonzero(left & ~answer)), rng.permutation(np.flatnonzero(left & answer))]
    each = min(len(side) for side in sides)
    takes_lone = rng.random() < lone[int(len(sides[0]) == 0)]
    keep = np.concatenate([side[:each] if each else side[: int(takes_lone)] for side in sides])
    dropped = left.copy()
    dropped[keep] = False
    pool.reject(REASON, dropped)
