"""Where the bulk of some points lies."""

import numpy as np

Array = np.ndarray


def bulk(values: Array, percentiles: tuple[float, float]) -> tuple[Array, Array]:
    """Low and high percentile (k,) of each column of values (n, k), n >= 1, between the two nearest values.

    As `np.percentile`, in a fraction of its time for a thousand values.
    """
    ordered = np.sort(values, axis=0)
    places = np.array(percentiles) / 100.0 * (len(values) - 1)
    below = np.floor(places).astype(np.int64)
    above = np.minimum(below + 1, len(values) - 1)
    low, high = ordered[below] + (places - below)[:, None] * (ordered[above] - ordered[below])
    return low, high
