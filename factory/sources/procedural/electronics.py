"""Screens, computers and what is plugged in beside them."""

import numpy as np

from factory.sources.procedural import palette, pictures
from factory.sources.procedural.model import Model, turn_about
from factory.sources.procedural.palette import pick, shade
from factory.sources.procedural.solids import Block, Tube, cylinder, taper

Rng = np.random.Generator


def monitor(rng: Rng) -> Model:
    """A desktop screen on a stand."""
    dark, width = pick(rng, palette.DARK + palette.METAL[:1]), rng.uniform(0.52, 0.64)
    height, low = width * 0.58, rng.uniform(0.1, 0.14)
    model = Model("monitor")
    model.add(Block((0.24, 0.18, 0.012), bevel=0.004), (0, -0.01, 0.006), dark)
    model.add(Block((0.05, 0.03, low + height * 0.5)), (0, -0.05, 0.012 + (low + height * 0.5) / 2), dark)
    model.add(Block((width, 0.03, height), bevel=0.006), (0, -0.015, low + height / 2), dark)
    screen = pictures.desktop(rng)
    model.add(Block((width - 0.03, 0.006, height - 0.03)), (0, 0.002, low + height / 2), dark, image=screen)
    return model


def tv(rng: Rng, most: float = 1.3) -> Model:
    """A flat television on two feet, at most so wide [m]."""
    dark, width = pick(rng, palette.DARK), min(rng.uniform(0.95, 1.3), most)
    height = width * 0.57
    model = Model("tv")
    for side in (-1, 1):
        model.add(Block((0.03, 0.24, 0.012)), (side * width * 0.32, 0, 0.006), dark)
        model.add(Block((0.03, 0.03, 0.07)), (side * width * 0.32, 0, 0.045), dark)
    model.add(Block((width, 0.05, height), bevel=0.012), (0, 0, 0.07 + height / 2), dark)
    screen = pictures.film_still(rng)
    model.add(Block((width - 0.04, 0.008, height - 0.04)), (0, 0.024, 0.07 + height / 2), dark, image=screen)
    return model


def laptop(rng: Rng) -> Model:
    """An open laptop."""
    metal, width, depth = pick(rng, palette.METAL + palette.DARK), rng.uniform(0.31, 0.36), rng.uniform(0.21, 0.24)
    model = Model("laptop")
    model.add(Block((width, depth, 0.016), bevel=0.004), (0, 0, 0.008), metal)
    board = pictures.keys(rng)
    model.add(Block((width * 0.86, depth * 0.5, 0.004)), (0, -depth * 0.16, 0.017), metal, image=board, side="top")
    model.add(Block((0.09, depth * 0.24, 0.002)), (0, depth * 0.3, 0.0165), shade(metal, 0.85))
    tilt = turn_about("x", 14.0)
    hinge = np.array((0.0, -depth / 2 + 0.006, 0.016))
    lid = hinge + tilt @ (0, 0, depth / 2)
    model.add(Block((width, 0.01, depth), bevel=0.003), (float(lid[0]), float(lid[1]), float(lid[2])), metal, tilt)
    face = hinge + tilt @ (0, 0.005, depth / 2)
    at = (float(face[0]), float(face[1]), float(face[2]))
    model.add(Block((width - 0.02, 0.003, depth - 0.024)), at, metal, tilt, image=pictures.desktop(rng))
    return model


def keyboard(rng: Rng) -> Model:
    """A keyboard with visible keys."""
    dark = bool(rng.random() < 0.7)
    body = (0.13, 0.13, 0.14) if dark else (0.85, 0.85, 0.86)
    model = Model("keyboard")
    model.add(Block((0.44, 0.15, 0.018), bevel=0.005), (0, 0, 0.009), body)
    board = pictures.keys(rng, columns=19, dark=dark)
    model.add(Block((0.42, 0.13, 0.01)), (0, 0, 0.02), body, image=board, side="top")
    return model


def mouse(rng: Rng) -> Model:
    """A computer mouse."""
    model = Model("mouse")
    color = pick(rng, palette.DARK + palette.WHITE[:1])
    model.add(Block((0.062, 0.11, 0.036), bevel=0.017, least=(2, 3, 1)), (0, 0, 0.018), color)
    model.add(Block((0.008, 0.03, 0.01)), (0, -0.025, 0.034), shade(color, 0.6))
    return model


def computer_tower(rng: Rng) -> Model:
    """A desktop computer's case."""
    dark = pick(rng, palette.DARK)
    model = Model("computer tower")
    model.add(Block((0.19, 0.44, 0.42), bevel=0.006), (0, 0, 0.21), dark)
    model.add(Block((0.15, 0.01, 0.05)), (0, 0.222, 0.36), shade(dark, 1.8))
    model.add(Block((0.15, 0.01, 0.03)), (0, 0.222, 0.30), shade(dark, 1.5))
    model.add(cylinder(0.012, 0.008), (0.05, 0.22, 0.24), (0.3, 0.7, 0.9), turn_about("x", -90))
    model.add(Block((0.13, 0.008, 0.14)), (0, 0.221, 0.11), shade(dark, 0.7))
    return model


def printer(rng: Rng) -> Model:
    """An office printer with paper in its trays."""
    body = pick(rng, palette.WHITE + palette.DARK[:1])
    model = Model("printer")
    model.add(Block((0.44, 0.38, 0.2), bevel=0.015), (0, 0, 0.1), body)
    model.add(Block((0.40, 0.30, 0.04), bevel=0.01), (0, -0.02, 0.22), shade(body, 0.85))
    model.add(Block((0.3, 0.012, 0.05)), (0, 0.186, 0.1), (0.1, 0.1, 0.11))
    model.add(Block((0.24, 0.16, 0.012)), (0, 0.26, 0.07), (0.96, 0.96, 0.95))
    model.add(Block((0.22, 0.012, 0.2)), (0, -0.19, 0.31), (0.97, 0.97, 0.96), turn_about("x", 12))
    model.add(Block((0.1, 0.05, 0.01)), (0.13, 0.15, 0.203), (0.2, 0.35, 0.5))
    return model


def telephone(rng: Rng) -> Model:
    """A desk telephone with its handset."""
    dark = pick(rng, palette.DARK + palette.LINEN[:1])
    model = Model("telephone")
    body = Block((0.19, 0.2, 0.05), warp=lambda p: p + np.outer(-(p[:, 1] - 0.1) * 0.12 * (p[:, 2] > 0), (0, 0, 1)))
    model.add(body, (0, 0, 0.025), dark)
    pad = pictures.keys(rng, rows=4, columns=3, dark=bool(np.mean(dark) < 0.5))
    model.add(Block((0.09, 0.1, 0.012)), (0.035, 0.03, 0.056), dark, turn_about("x", -6.8), image=pad, side="top")
    model.add(Block((0.045, 0.19, 0.03), bevel=0.012), (-0.065, 0, 0.08), shade(dark, 1.2))
    for y in (-0.07, 0.07):
        model.add(Block((0.05, 0.05, 0.03), bevel=0.01), (-0.065, y, 0.065), shade(dark, 1.2))
    return model


def speaker(rng: Rng) -> Model:
    """A shelf loudspeaker with two cones."""
    body = pick(rng, palette.WOOD + palette.DARK)
    model = Model("speaker")
    model.add(Block((0.16, 0.18, 0.27)), (0, 0, 0.135), body)
    model.add(Block((0.15, 0.006, 0.26)), (0, 0.091, 0.135), (0.12, 0.12, 0.13))
    for radius, z in ((0.055, 0.09), (0.03, 0.2)):
        model.add(cylinder(radius, 0.012, radius * 0.8, 16), (0, 0.09, z), (0.32, 0.32, 0.34), turn_about("x", -90))
        model.add(cylinder(radius * 0.4, 0.016, slices=12), (0, 0.09, z), (0.08, 0.08, 0.09), turn_about("x", -90))
    return model


def fan(rng: Rng) -> Model:
    """A standing fan: foot, pole, blades in a ring."""
    color = pick(rng, palette.WHITE + palette.DARK)
    height = rng.uniform(1.1, 1.3)
    model = Model("fan")
    model.add(cylinder(0.19, 0.03, 0.17, 20), (0, 0, 0), color)
    model.add(cylinder(0.016, height - 0.03, slices=8), (0, -0.06, 0.02), color)
    model.add(cylinder(0.06, 0.13, 0.05), (0, -0.09, height), color, turn_about("x", -90))
    circle = [(0.2 * np.cos(a), 0.2 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 25)]
    for y in (0.01, 0.08):
        model.add(Tube(tuple((float(x), y, float(z) + height) for x, z in circle), 0.007, 6), (0, 0, 0), color)
    for angle in range(0, 180, 30):
        c, s = 0.2 * np.cos(np.radians(angle)), 0.2 * np.sin(np.radians(angle))
        bar = ((-c, 0.08, height - s), (0.0, 0.095, height), (c, 0.08, height + s))
        model.add(Tube(tuple((float(x), float(y), float(z)) for x, y, z in bar), 0.004, 4), (0, 0, 0), color)
    for angle in (0, 90, 180, 270):
        turned = turn_about("y", angle) @ turn_about("z", 25)
        at = turn_about("y", angle) @ (0, 0, 0.1)
        blade = Block((0.11, 0.006, 0.15), warp=taper(1.3, 0.15))
        model.add(blade, (float(at[0]), 0.045, height + float(at[2])), shade(color, 0.8), turned)
    return model
