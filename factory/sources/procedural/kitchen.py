"""Kitchen counters, appliances and tableware."""

import numpy as np

from factory.sources.procedural import palette, pictures
from factory.sources.procedural.model import Model, Surface, turn_about
from factory.sources.procedural.palette import pick, shade
from factory.sources.procedural.solids import Block, Lathe, Tube, cylinder, taper
from factory.sources.procedural.storage import doors

Rng = np.random.Generator

COUNTER_HEIGHT, COUNTER_DEPTH = 0.9, 0.62
SINK = (0.52, 0.40)


def counter(width: float, color: palette.Color, stone: palette.Color, sink_at: float | None = None) -> Model:
    """Base cabinets under a worktop; with a hole for a sink at x = `sink_at`."""
    model = Model("kitchen counter")
    high, depth = COUNTER_HEIGHT - 0.04, COUNTER_DEPTH - 0.04
    model.add(Block((width - 0.06, depth - 0.08, 0.1)), (0, -0.02, 0.05), shade(color, 0.5))
    body = [(-width / 2, width / 2)]
    if sink_at is not None:  # no carcass where the basin hangs, only its front
        left, right = sink_at - SINK[0] / 2 - 0.02, sink_at + SINK[0] / 2 + 0.02
        body = [(-width / 2, left), (right, width / 2)]
        model.add(Block((right - left, 0.02, high - 0.1)), (sink_at, depth / 2 - 0.01, 0.1 + (high - 0.1) / 2), color)
        model.add(Block((right - left, depth, 0.02)), (sink_at, 0, 0.11), color)
    for x0, x1 in body:
        model.add(Block((x1 - x0, depth, high - 0.1)), ((x0 + x1) / 2, 0, 0.1 + (high - 0.1) / 2), color)
    count = max(1, round(width / 0.5))
    doors(model, 0, depth / 2, width, 0.12, high - 0.02, count, shade(color, 1.06))
    top, edge = COUNTER_HEIGHT - 0.02, COUNTER_DEPTH
    if sink_at is None:
        model.add(Block((width, edge, 0.04)), (0, 0.01, top), stone)
        model.surfaces.append(Surface((0, -0.02, COUNTER_HEIGHT), (width - 0.08, edge - 0.16)))
        return model
    left, right = sink_at - SINK[0] / 2, sink_at + SINK[0] / 2
    rim = (edge - SINK[1]) / 2
    model.surfaces.append(Surface((sink_at, 0.01, COUNTER_HEIGHT), (SINK[0] + 0.1, SINK[1] + 0.1)))
    for x0, x1 in ((-width / 2, left), (right, width / 2)):
        model.add(Block((x1 - x0, edge, 0.04)), ((x0 + x1) / 2, 0.01, top), stone)
        if x1 - x0 > 0.3:
            model.surfaces.append(Surface(((x0 + x1) / 2, -0.02, COUNTER_HEIGHT), (x1 - x0 - 0.08, edge - 0.16)))
    for side in (-1, 1):
        model.add(Block((SINK[0], rim, 0.04)), (sink_at, 0.01 + side * (edge - rim) / 2, top), stone)
    return model


def tap(model: Model, x: float, y: float, z: float) -> None:
    """A tap whose spout reaches to +y."""
    metal = (0.78, 0.79, 0.81)
    spout = ((x, y, z), (x, y, z + 0.2), (x, y + 0.05, z + 0.26), (x, y + 0.13, z + 0.26), (x, y + 0.16, z + 0.2))
    model.add(cylinder(0.025, 0.03, slices=10), (x, y, z), metal)
    model.add(Tube(spout, 0.011, 8), (0, 0, 0), metal)
    model.add(Tube(((x + 0.02, y, z + 0.04), (x + 0.08, y, z + 0.07)), 0.007, 6), (0, 0, 0), metal)


def kitchen_sink() -> Model:
    """A steel basin that hangs in a worktop, with its tap; origin on the worktop."""
    metal = (0.70, 0.71, 0.73)
    width, depth, deep, t = SINK[0], SINK[1], 0.17, 0.012
    model = Model("sink", rests_at=0.0)
    rim = 0.03
    for side in (-1, 1):
        model.add(Block((rim * 2, depth + rim * 2, 0.008)), (side * width / 2, 0, 0.004), metal)
        model.add(Block((width - rim * 2, rim * 2, 0.008)), (0, side * depth / 2, 0.004), metal)
        model.add(Block((t, depth - 2 * t, deep)), (side * (width - t * 2) / 2, 0, -deep / 2), shade(metal, 0.95))
        model.add(Block((width - t, t, deep)), (0, side * (depth - t * 2) / 2, -deep / 2), shade(metal, 0.95))
    model.add(Block((width - t, depth - t, t)), (0, 0, -deep + t / 2), shade(metal, 0.85))
    model.add(cylinder(0.03, 0.004), (0, 0, -deep + t), (0.25, 0.25, 0.26))
    tap(model, 0.0, -depth / 2 - 0.005, 0.008)
    return model


def wall_cabinet(width: float, color: palette.Color) -> Model:
    """A cabinet that hangs over a counter; origin at its lower edge."""
    model = Model("kitchen cabinet")
    model.add(Block((width, 0.33, 0.62)), (0, 0, 0.31), color)
    doors(model, 0, 0.165, width, 0.01, 0.61, max(1, round(width / 0.45)), shade(color, 1.06))
    return model


def refrigerator(rng: Rng) -> Model:
    """A tall refrigerator with a freezer door."""
    color = pick(rng, palette.WHITE + palette.METAL)
    width, depth, height = rng.uniform(0.6, 0.75), rng.uniform(0.62, 0.68), rng.uniform(1.65, 1.85)
    split = height * 0.66
    model = Model("refrigerator")
    model.add(Block((width - 0.012, depth - 0.06, height - 0.05)), (0, -0.03, 0.04 + (height - 0.04) / 2), color)
    model.add(Block((width - 0.05, depth - 0.1, 0.05)), (0, -0.03, 0.025), (0.15, 0.15, 0.16))
    for low, high in ((0.05, split - 0.006), (split + 0.006, height)):
        model.add(
            Block((width, 0.055, high - low), bevel=0.012),
            (0, depth / 2 - 0.028, (low + high) / 2),
            shade(color, 1.03),
        )
    for low, high in ((split - 0.45, split - 0.06), (split + 0.06, split + 0.3)):
        model.add(
            Block((0.025, 0.035, high - low), bevel=0.008),
            (width / 2 - 0.06, depth / 2 + 0.02, (low + high) / 2),
            (0.55, 0.55, 0.57),
        )
    return model


def oven(rng: Rng) -> Model:
    """A free-standing oven with four plates."""
    color = pick(rng, palette.METAL + palette.WHITE)
    model = Model("oven")
    model.add(Block((0.6, 0.58, 0.88)), (0, 0, 0.44), color)
    front = pictures.oven_front(rng)
    model.add(Block((0.58, 0.02, 0.82)), (0, 0.3, 0.46), color, image=front)
    model.add(Tube(((-0.2, 0.34, 0.66), (0.2, 0.34, 0.66)), 0.01, 8), (0, 0, 0), (0.75, 0.75, 0.76))
    model.add(Block((0.6, 0.6, 0.02)), (0, 0, 0.89), (0.08, 0.08, 0.09))
    for x in (-0.14, 0.14):
        for y in (-0.13, 0.13):
            model.add(cylinder(0.085, 0.006, slices=16), (x, y, 0.9), (0.2, 0.2, 0.21))
    model.surfaces.append(Surface((-0.14, 0.13, 0.906), (0.26, 0.26), 0.5))
    model.surfaces.append(Surface((0.14, -0.13, 0.906), (0.26, 0.26), 0.5))
    return model


def dishwasher(rng: Rng) -> Model:
    """A dishwasher as high as the counter."""
    color = pick(rng, palette.WHITE + palette.METAL)
    model = Model("dishwasher")
    model.add(Block((0.6, 0.56, COUNTER_HEIGHT)), (0, 0, COUNTER_HEIGHT / 2), color)
    front = pictures.panel_front(rng, color, dial=False)
    model.add(Block((0.58, 0.02, 0.76)), (0, 0.29, 0.5), color, image=front)
    model.surfaces.append(Surface((0, 0, COUNTER_HEIGHT), (0.54, 0.5)))
    return model


def washing_machine(rng: Rng) -> Model:
    """A front loader."""
    color = pick(rng, palette.WHITE)
    model = Model("washing machine")
    model.add(Block((0.6, 0.56, 0.85), bevel=0.012), (0, 0, 0.425), color)
    front = pictures.panel_front(rng, color, dial=True)
    model.add(Block((0.57, 0.02, 0.80)), (0, 0.28, 0.43), color, image=front)
    ring = Lathe(((0.15, 0), (0.2, 0), (0.19, 0.04), (0.15, 0.04), (0.15, 0.0001)), slices=20)
    model.add(ring, (0, 0.285, 0.40), (0.7, 0.7, 0.72), turn_about("x", -90))
    model.surfaces.append(Surface((0, 0, 0.85), (0.5, 0.46)))
    return model


def microwave(rng: Rng) -> Model:
    """A microwave oven."""
    body = pick(rng, palette.METAL + palette.DARK)
    model = Model("microwave")
    model.add(Block((0.48, 0.34, 0.28)), (0, 0, 0.15), body)
    model.add(Block((0.47, 0.016, 0.27)), (0, 0.172, 0.15), body, image=pictures.microwave_front(rng))
    for x in (-0.2, 0.2):
        model.add(Block((0.03, 0.28, 0.012)), (x, 0, 0.006), (0.1, 0.1, 0.1))
    model.surfaces.append(Surface((0, 0, 0.29), (0.42, 0.28), 0.3))
    return model


def range_hood(rng: Rng) -> Model:
    """A hood over the oven; origin at its lower edge."""
    metal = pick(rng, palette.METAL)
    model = Model("range hood")
    model.add(Block((0.6, 0.46, 0.06)), (0, 0, 0.03), metal)
    model.add(Block((0.58, 0.44, 0.2), warp=taper(0.5, 0.2), least=(2, 2, 1)), (0, 0, 0.16), shade(metal, 0.95))
    model.add(Block((0.24, 0.22, 0.5)), (0, -0.05, 0.5), metal)
    return model
