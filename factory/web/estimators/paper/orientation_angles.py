"""What the 900 numbers of Orient Anything V2 mean (reference: utils/app_utils.py of its repository).

360 logits of azimuth, 180 of elevation, 360 of in-plane rotation, one per degree. How many fronts an object has shows
in the azimuth's shape: one peak, two opposite ones, four, or none.
"""

import warnings

import numpy as np
from scipy.optimize import OptimizeWarning, curve_fit

from factory.web.estimators.protocols import Orientation

Array = np.ndarray

OUTPUTS = 360 + 180 + 360
_FOLDS = (1, 2, 4)
_LEAST_PEAK = {1: 0.6, 2: 0.5, 4: 0.25}  # of the fitted concentration
_LEAST_FIT = 0.45  # share of the variance that the fitted curve explains
_CLEAR_FIT = 0.8  # from here on more fronts are not tried


def decode(outputs: Array) -> Orientation:
    """From one row (900,) of the model's output."""
    azimuth, elevation, rotation = np.split(outputs[:OUTPUTS].astype(np.float64), [360, 540])
    return Orientation(
        azimuth=float(azimuth.argmax()),
        elevation=float(elevation.argmax() - 90),
        rotation=float(rotation.argmax() - 180),
        symmetry=fronts(1 / (1 + np.exp(-azimuth))),
    )


def fronts(likelihood: Array) -> int:
    """0, 1, 2 or 4 fronts from the likelihood (360,) of each azimuth.

    Brought to area 1, it is compared with exp(k cos(n (x - m))) / 2 pi for n = 1, 2, 4; the first clear fit, else the
    best one, counts when it is peaked enough.
    """
    x = np.linspace(0, 2 * np.pi, len(likelihood))
    density = likelihood / (np.trapezoid(likelihood, x) + 1e-8)
    spread = np.sum((density - density.mean()) ** 2) + 1e-8
    start = (x[density.argmax()], 1.0)
    best, best_fit, best_peak = 0, -np.inf, 0.0
    for fold in _FOLDS:
        fit, peak = _fit(x, density, fold, start, spread)
        if fit > best_fit:
            best, best_fit, best_peak = fold, fit, peak
        if fit > _CLEAR_FIT:
            break
    return best if best_fit >= _LEAST_FIT and best_peak >= _LEAST_PEAK[best] else 0


def _fit(x: Array, density: Array, fold: int, start: tuple[float, float], spread: float) -> tuple[float, float]:
    """Share of the variance explained, and the concentration; nothing where the fit does not converge."""

    def curve(angle: Array, middle: float, peak: float) -> Array:
        return np.exp(peak * np.cos(fold * (angle - middle))) / (2 * np.pi)

    with warnings.catch_warnings(), np.errstate(over="ignore"):
        warnings.simplefilter("ignore", OptimizeWarning)
        try:
            (middle, peak), _ = curve_fit(curve, x, density, p0=start)
        except RuntimeError:
            return 0.0, 0.0
        fit = 1 - float(np.sum((density - curve(x, middle, peak)) ** 2)) / spread
    return (fit, float(peak)) if np.isfinite(fit) else (0.0, 0.0)
