"""Bathroom fixtures and linen."""

import numpy as np

from factory.sources.procedural import palette, pictures
from factory.sources.procedural.decor import curtain
from factory.sources.procedural.kitchen import tap
from factory.sources.procedural.model import Model, Surface, turn_about
from factory.sources.procedural.palette import pick, shade
from factory.sources.procedural.solids import Array, Block, Lathe, Tube, Warp, cylinder
from factory.sources.procedural.storage import doors

Rng = np.random.Generator
CERAMIC = (0.95, 0.95, 0.94)


def _oval(scale_y: float) -> Warp:
    def warp(p: Array) -> Array:
        return p * (1.0, scale_y, 1.0)

    return warp


def toilet(rng: Rng) -> Model:
    """A toilet: foot, bowl, seat, lid up against its tank."""
    white = pick(rng, palette.WHITE)
    model = Model("toilet")
    foot = Lathe(((0, 0), (0.13, 0), (0.10, 0.12), (0.17, 0.3), (0.185, 0.38), (0, 0.38)), 20, _oval(1.25))
    model.add(foot, (0, 0.1, 0), white)
    seat = Lathe(((0.11, 0), (0.19, 0), (0.19, 0.022), (0.11, 0.022), (0.11, 0.0001)), 20, _oval(1.25))
    model.add(seat, (0, 0.1, 0.38), shade(white, 0.96))
    water = cylinder(0.115, 0.004, slices=16)
    model.add(Lathe(water.profile, 16, _oval(1.25)), (0, 0.1, 0.38), (0.55, 0.62, 0.66))
    lid = Lathe(((0, 0), (0.19, 0), (0.19, 0.02), (0, 0.02)), 20, _oval(1.2))
    model.add(lid, (0, -0.115, 0.62), white, turn_about("x", 82))
    model.add(Block((0.38, 0.18, 0.36), bevel=0.02), (0, -0.24, 0.58), white)
    model.add(Block((0.40, 0.2, 0.03), bevel=0.008), (0, -0.24, 0.775), white)
    model.add(cylinder(0.025, 0.012), (0, -0.24, 0.79), (0.7, 0.7, 0.72))
    model.add(Block((0.2, 0.2, 0.36)), (0, -0.18, 0.18), white)
    model.surfaces.append(Surface((0, -0.24, 0.79), (0.34, 0.14), 0.5))
    return model


def bathtub(rng: Rng) -> Model:
    """A bathtub with sloping inner walls and a tap at one end."""
    length, width, height = rng.uniform(1.55, 1.7), rng.uniform(0.7, 0.76), rng.uniform(0.54, 0.6)
    white = pick(rng, palette.WHITE)
    model = Model("bathtub")
    wall = 0.08
    for side in (-1, 1):
        model.add(Block((length, wall, height), bevel=0.02), (0, side * (width - wall) / 2, height / 2), white)
        model.add(
            Block((wall * 1.4, width - 2 * wall, height), bevel=0.02),
            (side * (length - wall * 1.4) / 2, 0, height / 2),
            white,
        )
    model.add(Block((length - 0.2, width - 0.14, 0.14)), (0, 0, 0.07), shade(white, 0.97))
    for side, tilt in ((-1, 28), (1, 14)):
        panel = Block((0.05, width - 2 * wall, height - 0.05))
        model.add(
            panel,
            (side * (length / 2 - (0.19 if side < 0 else 0.165)), 0, height / 2 + 0.02),
            shade(white, 0.99),
            turn_about("y", side * tilt),
        )
    model.add(cylinder(0.03, 0.005), (length / 2 - 0.4, 0, 0.14), (0.4, 0.4, 0.42))
    spout = (
        (length / 2 - 0.05, 0, height),
        (length / 2 - 0.05, 0, height + 0.14),
        (length / 2 - 0.2, 0, height + 0.14),
    )
    model.add(Tube(spout, 0.018, 8), (0, 0, 0), (0.75, 0.76, 0.78))
    return model


def vanity(rng: Rng) -> Model:
    """A bathroom cabinet for a basin."""
    width, color = rng.uniform(0.75, 1.0), pick(rng, palette.WOOD + palette.WHITE)
    model = Model("bathroom vanity")
    model.add(Block((width - 0.04, 0.44, 0.7)), (0, 0, 0.42), color)
    model.add(Block((width - 0.1, 0.38, 0.08)), (0, -0.02, 0.04), shade(color, 0.5))
    doors(model, 0, 0.22, width - 0.04, 0.1, 0.74, 2, shade(color, 1.06))
    model.add(Block((width, 0.48, 0.03)), (0, 0.01, 0.785), pick(rng, palette.WHITE))
    model.surfaces.append(Surface((0, 0.02, 0.8), (width, 0.48), 0.8))
    return model


def basin(rng: Rng) -> Model:
    """A bowl-shaped basin that stands on a vanity, with its tap."""
    white = pick(rng, palette.WHITE)
    model = Model("sink")
    profile = ((0, 0), (0.12, 0), (0.2, 0.12), (0.185, 0.12), (0.11, 0.02), (0, 0.015))
    model.add(Lathe(profile, 24, _oval(0.82)), (0, 0.02, 0), white)
    model.add(cylinder(0.018, 0.003), (0, 0.02, 0.015), (0.4, 0.4, 0.42))
    tap(model, 0.0, -0.185, 0.0)
    return model


def towel(rng: Rng) -> Model:
    """A towel over a bar; origin at the bar's height minus the towel's length."""
    width, length = rng.uniform(0.4, 0.55), rng.uniform(0.5, 0.7)
    color = pick(rng, palette.VIVID + palette.LINEN)
    model = Model("towel")
    model.add(
        Tube(((-width / 2 - 0.06, 0, 0), (width / 2 + 0.06, 0, 0)), 0.01, 8), (0, 0.06, length), (0.72, 0.72, 0.74)
    )
    for side in (-1, 1):
        model.add(Block((0.02, 0.07, 0.02)), (side * (width / 2 + 0.06), 0.035, length), (0.72, 0.72, 0.74))
    cloth = pictures.stripes(rng, color)
    model.add(Block((width, 0.012, length)), (0, 0.078, length / 2 + 0.012), color, image=cloth)
    model.add(Block((width, 0.012, length * 0.85)), (0, 0.042, length * 0.575 + 0.012), color)
    model.add(Block((width, 0.048, 0.014), bevel=0.006), (0, 0.06, length + 0.016), color)
    return model


def toilet_paper(rng: Rng) -> Model:
    """A roll on a wall holder; origin below its middle."""
    del rng
    model = Model("toilet paper")
    roll = Lathe(((0.018, -0.05), (0.055, -0.05), (0.055, 0.05), (0.018, 0.05), (0.018, -0.0499)), slices=16)
    model.add(roll, (0, 0.075, 0.06), (0.96, 0.96, 0.95), turn_about("y", 90))
    model.add(Block((0.1, 0.004, 0.07)), (0, 0.128, 0.03), (0.96, 0.96, 0.95))
    model.add(Tube(((-0.07, 0.075, 0.06), (0.07, 0.075, 0.06)), 0.008, 6), (0, 0, 0), (0.7, 0.7, 0.72))
    for side in (-1, 1):
        model.add(Block((0.012, 0.09, 0.02)), (side * 0.07, 0.045, 0.06), (0.7, 0.7, 0.72))
    return model


def soap_dispenser(rng: Rng) -> Model:
    """A pump bottle."""
    color = pick(rng, palette.VIVID + palette.LINEN)
    model = Model("soap dispenser", has_front=False)
    profile = ((0, 0), (0.033, 0), (0.036, 0.1), (0.015, 0.13), (0.015, 0.15), (0, 0.15))
    model.add(Lathe(profile, slices=12), (0, 0, 0), color)
    model.add(Tube(((0, 0, 0.15), (0, 0, 0.18), (0, 0.045, 0.175)), 0.006, 6), (0, 0, 0), (0.8, 0.8, 0.82))
    return model


def shower_curtain(rng: Rng, width: float) -> Model:
    """A curtain on a rail along a bathtub's front."""
    model = curtain(pick(rng, palette.LINEN), width, 1.7)
    model.label = "shower curtain"
    return model


def scale(rng: Rng) -> Model:
    """Bathroom scales."""
    model = Model("scale")
    model.add(Block((0.3, 0.3, 0.04), bevel=0.01), (0, 0, 0.02), pick(rng, palette.WHITE + palette.DARK))
    model.add(Block((0.1, 0.05, 0.006)), (0, -0.09, 0.042), (0.55, 0.65, 0.55))
    return model
