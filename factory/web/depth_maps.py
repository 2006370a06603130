"""Depth maps in other sizes, without points between an object and what is behind it."""

import numpy as np

Array = np.ndarray

_SAME_SURFACE = 1.1  # ratio of depths of neighbouring pixels that may be blended


def resize_depth(depth_m: Array, height: int, width: int) -> Array:
    """A depth map (h, w) float32 in another size; NaN unknown and inf sky stay what they are.

    Scaled down, a pixel takes the depth at its middle. Scaled up, it is bilinear where the four neighbours lie on one
    surface, the nearest one's elsewhere.
    """
    rows, row_shares = _places(depth_m.shape[0], height)
    columns, column_shares = _places(depth_m.shape[1], width)
    nearest: Array = depth_m[np.ix_(_nearest(rows, row_shares), _nearest(columns, column_shares))].astype(np.float32)
    if height <= depth_m.shape[0] and width <= depth_m.shape[1]:
        return nearest
    corners = np.stack([depth_m[np.ix_(r, c)] for r in rows for c in columns]).astype(np.float32)
    finite = np.isfinite(corners).all(axis=0)
    corners = np.where(finite, corners, 1.0)
    smooth = finite & (corners.max(axis=0) <= _SAME_SURFACE * corners.min(axis=0))
    upper = corners[0] * (1 - column_shares) + corners[1] * column_shares
    lower = corners[2] * (1 - column_shares) + corners[3] * column_shares
    blended = upper * (1 - row_shares[:, None]) + lower * row_shares[:, None]
    return np.where(smooth, blended, nearest).astype(np.float32)


def _places(source: int, target: int) -> tuple[tuple[Array, Array], Array]:
    """Per target pixel the two source pixels around its middle, and how far (0..1) it is from the first to the second
    (float32)."""
    middle = np.clip((np.arange(target) + 0.5) * source / target - 0.5, 0, source - 1)
    first = np.floor(middle).astype(np.int64)
    return (first, np.minimum(first + 1, source - 1)), (middle - first).astype(np.float32)


def _nearest(around: tuple[Array, Array], shares: Array) -> Array:
    return np.where(shares < 0.5, *around)
