"""The view of somebody who stands at one point and looks at another (SPAR, section 7.5)."""

from typing import NamedTuple

import numpy as np

from factory.geometry.transforms import lengths

Array = np.ndarray

_NO_LENGTH = 1e-9  # two annotations of one thing may share a centre: no direction, no division by zero


class ImaginedView(NamedTuple):
    """Views (n): origin (n, 3) [m, world] where they stand; unit vectors (n, 3) [world] forward (to the target), level
    (forward without its tilt), right; distance, level_distance (n,) [m] from the origin to the target along each."""

    origin: Array
    forward: Array
    level: Array
    right: Array
    distance: Array
    level_distance: Array

    @property
    def tilt_deg(self) -> Array:
        """(n,) how far forward is above the horizontal."""
        tilt: Array = np.degrees(np.arctan2(self.forward[:, 2], np.hypot(self.forward[:, 0], self.forward[:, 1])))
        return tilt


def imagined_view(origin: Array, target: Array) -> ImaginedView:
    """The views from points (n, 3) at points (n, 3) [m, world, z up], held upright.

    left = normalise(up x forward); a view straight up or down has neither left nor level and gets zeros for them.
    """
    forward, distance = normalised(target - origin)
    level, level_distance = normalised((target - origin) * (1.0, 1.0, 0.0))
    right = np.stack([level[:, 1], -level[:, 0], np.zeros(len(level))], axis=1)
    return ImaginedView(origin, forward, level, right, distance, level_distance)


def to_the_right(view: ImaginedView, offsets: Array) -> tuple[Array, Array]:
    """(n,) how far offsets (n, 3) [m, world] reach to the right, and (n, 3) the derivatives by the view's target."""
    turned_by = _dot(view.level, offsets) / np.maximum(view.level_distance, _NO_LENGTH)
    return _dot(view.right, offsets), -turned_by[:, None] * view.right


def ahead(view: ImaginedView, offsets: Array) -> tuple[Array, Array]:
    """(n,) how far offsets (n, 3) [m, world] reach along forward, and (n, 3) the derivatives by the view's target."""
    return _along(view.forward, view.distance, offsets)


def level_ahead(view: ImaginedView, offsets: Array) -> tuple[Array, Array]:
    """(n,) how far offsets (n, 3) [m, world] reach along level, and (n, 3) the derivatives by the view's target."""
    return _along(view.level, view.level_distance, offsets * (1.0, 1.0, 0.0))


def _dot(a: Array, b: Array) -> Array:
    products: Array = np.einsum("ni,ni->n", a, b)
    return products


def _along(direction: Array, distance: Array, offsets: Array) -> tuple[Array, Array]:
    reach = _dot(direction, offsets)
    across = offsets - reach[:, None] * direction
    return reach, across / np.maximum(distance, _NO_LENGTH)[:, None]


def normalised(vectors: Array) -> tuple[Array, Array]:
    """Unit vectors (n, 3) along vectors (n, 3), zeros where these are zero, and their lengths (n,)."""
    length = lengths(vectors)
    return vectors / np.maximum(length, _NO_LENGTH)[:, None], length
