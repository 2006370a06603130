"""Colours of household materials, varied per instance."""

import numpy as np

Color = tuple[float, float, float]

WOOD = ((0.55, 0.38, 0.24), (0.72, 0.55, 0.37), (0.40, 0.26, 0.17), (0.83, 0.71, 0.54), (0.63, 0.43, 0.29))
FABRIC = (
    (0.45, 0.47, 0.50),
    (0.62, 0.57, 0.50),
    (0.29, 0.36, 0.48),
    (0.55, 0.30, 0.28),
    (0.36, 0.45, 0.37),
    (0.76, 0.70, 0.60),
    (0.25, 0.25, 0.28),
)
LINEN = ((0.92, 0.90, 0.86), (0.75, 0.82, 0.88), (0.88, 0.80, 0.74), (0.70, 0.76, 0.68), (0.84, 0.84, 0.88))
VIVID = (
    (0.78, 0.20, 0.18),
    (0.16, 0.38, 0.66),
    (0.90, 0.66, 0.16),
    (0.20, 0.52, 0.34),
    (0.56, 0.28, 0.56),
    (0.88, 0.46, 0.20),
    (0.15, 0.55, 0.60),
)
WHITE = ((0.93, 0.93, 0.92), (0.90, 0.89, 0.86), (0.95, 0.95, 0.96))
METAL = ((0.68, 0.69, 0.71), (0.58, 0.59, 0.61), (0.76, 0.76, 0.77))
DARK = ((0.12, 0.12, 0.13), (0.18, 0.18, 0.20), (0.15, 0.16, 0.19))
GREEN = ((0.20, 0.42, 0.16), (0.28, 0.50, 0.20), (0.16, 0.36, 0.20))
POT = ((0.72, 0.40, 0.28), (0.88, 0.87, 0.84), (0.35, 0.38, 0.42), (0.56, 0.50, 0.44))
WALL = ((0.90, 0.88, 0.83), (0.84, 0.87, 0.88), (0.88, 0.85, 0.78), (0.82, 0.86, 0.80), (0.92, 0.91, 0.90))
CARTON = ((0.72, 0.57, 0.40), (0.66, 0.51, 0.35), (0.78, 0.64, 0.47))


def pick(rng: np.random.Generator, colors: tuple[Color, ...], spread: float = 0.03) -> Color:
    """One of the colours, brighter or darker and tinted by a little."""
    base = np.asarray(colors[int(rng.integers(len(colors)))])
    varied = np.clip(base * (1 + rng.normal(0, spread)) + rng.normal(0, spread / 2, 3), 0.03, 0.98)
    return float(varied[0]), float(varied[1]), float(varied[2])


def shade(color: Color, factor: float) -> Color:
    """The same colour, darker or brighter."""
    red, green, blue = (min(max(c * factor, 0.02), 1.0) for c in color)
    return red, green, blue
