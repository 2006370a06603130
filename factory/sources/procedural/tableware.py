"""Small kitchen appliances and what one eats and drinks from."""

import numpy as np

from factory.sources.procedural import palette
from factory.sources.procedural.model import Model, turn_about
from factory.sources.procedural.palette import pick, shade
from factory.sources.procedural.solids import Block, Lathe, Tube, ball, cylinder

Rng = np.random.Generator


def kettle(rng: Rng) -> Model:
    """An electric kettle: base, body, spout, handle, lid."""
    color = pick(rng, palette.METAL + palette.VIVID + palette.DARK)
    model = Model("kettle")
    model.add(cylinder(0.085, 0.02, slices=16), (0, 0, 0), (0.1, 0.1, 0.11))
    body = Lathe(((0, 0.02), (0.08, 0.02), (0.078, 0.08), (0.055, 0.2), (0, 0.215)), slices=16)
    model.add(body, (0, 0, 0), color)
    model.add(ball(0.012, 4, 8), (0, 0, 0.222), (0.1, 0.1, 0.1))
    handle = ((0.05, 0, 0.19), (0.11, 0, 0.2), (0.125, 0, 0.13), (0.115, 0, 0.07), (0.076, 0, 0.06))
    model.add(Tube(handle, 0.011, 8), (0, 0, 0), (0.1, 0.1, 0.11))
    model.add(Tube(((-0.055, 0, 0.15), (-0.1, 0, 0.195)), 0.016, 8), (0, 0, 0), color)
    return model


def toaster(rng: Rng) -> Model:
    """A toaster with two slots and a lever."""
    color = pick(rng, palette.METAL + palette.VIVID)
    model = Model("toaster")
    model.add(Block((0.28, 0.16, 0.18), bevel=0.03), (0, 0, 0.1), color)
    for y in (-0.03, 0.03):
        model.add(Block((0.2, 0.022, 0.012)), (0, y, 0.188), (0.08, 0.08, 0.08))
    model.add(Block((0.02, 0.03, 0.02)), (0.148, 0, 0.13), (0.1, 0.1, 0.1))
    for x in (-0.1, 0.1):
        model.add(Block((0.03, 0.12, 0.02)), (x, 0, 0.01), (0.1, 0.1, 0.1))
    return model


def coffee_maker(rng: Rng) -> Model:
    """A filter coffee maker with its jug."""
    dark = pick(rng, palette.DARK + palette.VIVID[:1])
    model = Model("coffee maker")
    model.add(Block((0.18, 0.24, 0.03)), (0, 0, 0.015), dark)
    model.add(Block((0.18, 0.09, 0.26)), (0, -0.075, 0.16), dark)
    model.add(Block((0.18, 0.22, 0.07), bevel=0.01), (0, -0.01, 0.315), shade(dark, 1.2))
    jug = Lathe(((0, 0.03), (0.06, 0.03), (0.066, 0.09), (0.045, 0.15), (0.05, 0.16), (0, 0.16)), slices=16)
    model.add(jug, (0, 0.04, 0.002), (0.35, 0.24, 0.18))
    model.add(
        Tube(((0.05, 0.05, 0.14), (0.1, 0.08, 0.13), (0.1, 0.08, 0.06), (0.06, 0.05, 0.06)), 0.008, 6), (0, 0, 0), dark
    )
    return model


def pot(rng: Rng) -> Model:
    """A cooking pot with a lid."""
    color = pick(rng, palette.METAL + palette.VIVID[:1] + palette.DARK)
    radius, height = rng.uniform(0.09, 0.115), rng.uniform(0.1, 0.14)
    model = Model("pot", has_front=False)
    model.add(cylinder(radius, height, slices=18), (0, 0, 0), color)
    lid = Lathe(((0, height), (radius + 0.004, height), (radius * 0.6, height + 0.02), (0, height + 0.026)), slices=18)
    model.add(lid, (0, 0, 0), shade(color, 0.9))
    model.add(ball(0.014, 5, 8), (0, 0, height + 0.036), (0.1, 0.1, 0.1))
    for side in (-1, 1):
        model.add(
            Block((0.035, 0.06, 0.015), bevel=0.005), (side * (radius + 0.012), 0, height * 0.8), (0.1, 0.1, 0.1)
        )
    return model


def cup(rng: Rng) -> Model:
    """A mug with a handle, open at the top."""
    color = pick(rng, palette.VIVID + palette.WHITE + palette.DARK[:1])
    r, h = rng.uniform(0.036, 0.045), rng.uniform(0.085, 0.105)
    model = Model("cup", has_front=False)
    body = Lathe(((0, 0), (r * 0.92, 0), (r, h), (r - 0.004, h), (r * 0.9 - 0.004, 0.008), (0, 0.008)), slices=14)
    model.add(body, (0, 0, 0), color)
    ring = ((r * 0.95, 0, h * 0.82), (r + 0.025, 0, h * 0.75), (r + 0.028, 0, h * 0.4), (r * 0.93, 0, h * 0.25))
    model.add(Tube(ring, 0.005, 6), (0, 0, 0), color)
    return model


def bowl(rng: Rng) -> Model:
    """A bowl, sometimes with fruit."""
    color, r = pick(rng, palette.POT + palette.VIVID + palette.WHITE), rng.uniform(0.09, 0.13)
    model = Model("bowl", has_front=False)
    h = r * 0.6
    profile = ((0, 0), (r * 0.45, 0), (r * 0.8, h * 0.45), (r, h), (r - 0.006, h), (r * 0.76, h * 0.5), (0, h * 0.18))
    model.add(Lathe(profile, slices=18), (0, 0, 0), color)
    if rng.random() < 0.5:
        for i in range(4):
            a = 2 * np.pi * i / 3
            x, y = (0.0, 0.0) if i == 3 else (r * 0.42 * np.cos(a), r * 0.42 * np.sin(a))
            z = h * 0.62 + (0.045 if i == 3 else 0.0)
            fruit = pick(rng, ((0.85, 0.25, 0.15), (0.92, 0.60, 0.15), (0.50, 0.70, 0.20), (0.90, 0.80, 0.25)))
            model.add(ball(0.036, 6, 10), (float(x), float(y), float(z)), fruit)
    return model


def plate(rng: Rng) -> Model:
    """A dinner plate."""
    color, r = pick(rng, palette.WHITE + palette.LINEN + palette.VIVID[:2]), rng.uniform(0.105, 0.13)
    model = Model("plate", has_front=False)
    profile = ((0, 0), (r * 0.6, 0), (r, 0.02), (r - 0.004, 0.024), (r * 0.62, 0.008), (0, 0.006))
    model.add(Lathe(profile, slices=20), (0, 0, 0), color)
    return model


def bottle(rng: Rng) -> Model:
    """A bottle with a label and a cap."""
    color = pick(rng, ((0.16, 0.36, 0.22), (0.42, 0.24, 0.12), (0.60, 0.76, 0.86), (0.80, 0.30, 0.25)))
    r, h = rng.uniform(0.032, 0.04), rng.uniform(0.24, 0.31)
    model = Model("bottle", has_front=False)
    profile = ((0, 0), (r, 0), (r, h * 0.6), (r * 0.38, h * 0.78), (r * 0.38, h * 0.96), (0, h * 0.96))
    model.add(Lathe(profile, slices=14), (0, 0, 0), color)
    model.add(cylinder(r * 1.015, h * 0.28, slices=14), (0, 0, h * 0.2), pick(rng, palette.WHITE + palette.VIVID))
    model.add(cylinder(r * 0.44, h * 0.07, slices=10), (0, 0, h * 0.93), pick(rng, palette.VIVID + palette.DARK))
    return model


def paper_towel(rng: Rng) -> Model:
    """A roll of paper towels on a stand."""
    model = Model("paper towel roll", has_front=False)
    model.add(cylinder(0.075, 0.012, slices=16), (0, 0, 0), pick(rng, palette.METAL + palette.WOOD))
    model.add(cylinder(0.06, 0.24, slices=16), (0, 0, 0.014), (0.96, 0.96, 0.95))
    model.add(cylinder(0.008, 0.31, slices=8), (0, 0, 0.01), (0.5, 0.45, 0.4))
    return model


def knife_block(rng: Rng) -> Model:
    """A wooden block with knife handles."""
    wood = pick(rng, palette.WOOD)
    model = Model("knife block")
    lean = turn_about("x", 20)
    model.add(Block((0.1, 0.1, 0.2)), (0, 0, 0.125), wood, lean)
    for i, x in enumerate((-0.03, 0.0, 0.03)):
        for j, y in enumerate((-0.02, 0.025)):
            at = np.array((0, 0, 0.125)) + lean @ (x, y, 0.135 + 0.01 * ((i + j) % 2))
            model.add(Block((0.016, 0.022, 0.09)), (float(at[0]), float(at[1]), float(at[2])), (0.1, 0.1, 0.1), lean)
    model.add(Block((0.1, 0.16, 0.012)), (0, 0, 0.006), shade(wood, 0.9))
    return model
