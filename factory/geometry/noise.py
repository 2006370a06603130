"""How far an answer is from flipping: thresholds in units of propagated measurement noise.

The noise is Gaussian: every object centre errs by `center_sigma_m` per axis, the camera turns about its optical centre
by `turn_sigma_rad` per axis, all independently.
"""

import numpy as np

Array = np.ndarray


def propagated_sigma(points: Array, gradients: Array, center_sigma_m: float, turn_sigma_rad: float) -> Array:
    """Standard deviation (...) of a scalar of object centres, to first order.

    points : (..., K, 3) centres [m, camera]; gradients : (..., K, 3) derivatives of the scalar by each of them.
    A small turn w moves a centre p by w x p, hence the scalar by w . sum(p x gradient). For a scalar of the world,
    which does not see the camera, `turn_sigma_rad` is 0.
    """
    variance = center_sigma_m**2 * np.square(gradients).sum(axis=(-2, -1))
    if turn_sigma_rad:
        variance = variance + turn_sigma_rad**2 * np.square(_sum_of_cross_products(points, gradients)).sum(axis=-1)
    sigma: Array = np.sqrt(variance)
    return sigma


def _sum_of_cross_products(points: Array, gradients: Array) -> Array:
    x, y, z = (points[..., k] for k in range(3))
    gx, gy, gz = (gradients[..., k] for k in range(3))
    return np.stack([(y * gz - z * gy).sum(-1), (z * gx - x * gz).sum(-1), (x * gy - y * gx).sum(-1)], axis=-1)


def side_of_zone(quantity: Array, half_width: float, sigma: Array) -> tuple[Array, Array]:
    """On which side of the zone [-half_width, half_width] a quantity lies (-1, 0 inside, 1), and how safely.

    The second value is the distance to the nearer border of the zone in units of `sigma`.
    """
    size = np.abs(quantity)
    side = np.where(size > half_width, np.sign(quantity), 0.0).astype(np.int64)
    return side, np.abs(size - half_width) / np.maximum(sigma, 1e-12)
