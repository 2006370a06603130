"""Which objects hide a part of which."""

from collections.abc import Sequence

import numpy as np

from factory.web.lifting.parameters import LiftParameters

Array = np.ndarray


def occluders(masks: Sequence[Array], depth_m: Array, parameters: LiftParameters) -> list[list[int]]:
    """Per object the places of those in front of it, rising; masks (h, w) bool, depth_m (h, w) z-depth.

    Two objects adjoin where pixels a few apart, along a row or a column, belong to the one and the other. The one that
    is clearly nearer along most of this border hides the other there. A pixel of several masks counts for the
    smallest.
    """
    count = len(masks)
    if count < 2:
        return [[] for _ in masks]
    owner = np.zeros(depth_m.shape, dtype=np.int32)
    for place in sorted(range(count), key=lambda i: -np.count_nonzero(masks[i])):
        owner[masks[place]] = place + 1
    contact, nearer = (np.zeros((count, count), dtype=np.int64) for _ in range(2))
    step = parameters.contact_px
    for here, there in ((np.s_[:, :-step], np.s_[:, step:]), (np.s_[:-step, :], np.s_[step:, :])):
        a, b = owner[here], owner[there]
        at = np.nonzero((a != b) & (a > 0) & (b > 0))
        a, b, z_a, z_b = a[at] - 1, b[at] - 1, depth_m[here][at], depth_m[there][at]
        known = np.isfinite(z_a) & np.isfinite(z_b)
        a, b, z_a, z_b = a[known], b[known], z_a[known], z_b[known]
        clearly = 1.0 - parameters.nearer_share
        for one, other, in_front in ((a, b, z_a < clearly * z_b), (b, a, z_b < clearly * z_a)):
            pair = one * count + other
            contact += np.bincount(pair, minlength=count**2).reshape(count, count)
            nearer += np.bincount(pair, in_front, minlength=count**2).astype(np.int64).reshape(count, count)
    hides = (contact >= parameters.min_contact_px) & (nearer >= parameters.occluding_share * contact)
    return [np.flatnonzero(hides[:, place]).tolist() for place in range(count)]
