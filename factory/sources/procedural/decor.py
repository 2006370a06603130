"""Lamps, plants, curtains, and what hangs on walls."""

import numpy as np

from factory.sources.procedural import palette, pictures
from factory.sources.procedural.model import Light, Model, Surface, turn_about
from factory.sources.procedural.palette import pick, shade
from factory.sources.procedural.solids import Array, Block, Lathe, Tube, cylinder

Rng = np.random.Generator
WARM = (1.0, 0.93, 0.78)


def _shade_profile(bottom: float, top: float, height: float) -> Lathe:
    """A lampshade: an open frustum with a thin wall."""
    t = 0.006
    return Lathe(((bottom - t, 0.0), (bottom, 0.0), (top, height), (top - t, height), (bottom - t, 0.0001)), slices=20)


def lamp(rng: Rng) -> Model:
    """A table lamp: turned foot, stem, cloth shade."""
    color, height = pick(rng, palette.POT + palette.METAL + palette.WOOD), rng.uniform(0.42, 0.56)
    body = height * 0.5
    model = Model("lamp", has_front=False)
    profile = ((0, 0), (0.075, 0), (0.075, 0.02), (0.03, 0.05), (0.06, body * 0.5), (0.02, body), (0, body))
    model.add(Lathe(profile, slices=16), (0, 0, 0), color)
    model.add(cylinder(0.008, height * 0.3, slices=6), (0, 0, body), (0.5, 0.5, 0.5))
    model.add(
        _shade_profile(rng.uniform(0.14, 0.17), rng.uniform(0.08, 0.12), height * 0.42),
        (0, 0, height * 0.58),
        WARM,
        glow=0.55,
    )
    model.add(cylinder(0.03, 0.07, 0.022, 8), (0, 0, height * 0.66), (1.0, 0.98, 0.9), glow=1.0)
    for z in (height * 0.57, height + 0.02):  # past the shade's rims, below and above
        model.lights.append(Light((0, 0, z), (0.16, 0.14, 0.10)))
    return model


def floor_lamp(rng: Rng) -> Model:
    """A standing lamp."""
    color, height = pick(rng, palette.METAL + palette.DARK), rng.uniform(1.45, 1.65)
    model = Model("floor lamp", has_front=False)
    model.add(cylinder(0.15, 0.025, slices=20), (0, 0, 0), color)
    model.add(cylinder(0.014, height - 0.2, slices=8), (0, 0, 0.02), color)
    model.add(
        _shade_profile(rng.uniform(0.19, 0.23), rng.uniform(0.12, 0.16), 0.28), (0, 0, height - 0.26), WARM, glow=0.55
    )
    model.add(cylinder(0.035, 0.08, 0.025, 8), (0, 0, height - 0.2), (1.0, 0.98, 0.9), glow=1.0)
    for z in (height - 0.28, height + 0.04):
        model.lights.append(Light((0, 0, z), (0.22, 0.19, 0.14)))
    return model


def ceiling_light(rng: Rng) -> Model:
    """A flat or hanging ceiling lamp: origin on the ceiling, everything below it."""
    model = Model("ceiling light", has_front=False)
    if rng.random() < 0.5:
        model.add(cylinder(0.2, 0.02, slices=20), (0, 0, -0.02), (0.8, 0.8, 0.8))
        dome = Lathe(((0, -0.09), (0.1, -0.08), (0.17, -0.05), (0.19, -0.02), (0, -0.02)), slices=20)
        model.add(dome, (0, 0, 0), (1.0, 0.98, 0.93), glow=1.0)
    else:
        model.add(cylinder(0.05, 0.02), (0, 0, -0.02), (0.5, 0.5, 0.5))
        model.add(cylinder(0.006, 0.25, slices=6), (0, 0, -0.27), (0.2, 0.2, 0.2))
        model.add(_shade_profile(0.19, 0.08, 0.16), (0, 0, -0.4), pick(rng, palette.VIVID + palette.WHITE), glow=0.4)
        model.add(cylinder(0.03, 0.06, 0.02, 8), (0, 0, -0.36), (1.0, 0.98, 0.9), glow=1.0)
    for x, y in ((0.12, 0.0), (-0.06, 0.1), (-0.06, -0.1)):
        model.lights.append(Light((x, y, -0.42), (0.75, 0.70, 0.60)))
    return model


def _leaf(length: float, width: float, droop: float) -> Block:
    """A leaf along +x from the origin, bent down towards its tip."""

    def warp(p: Array) -> Array:
        t = np.clip(p[:, 0] / length + 0.5, 0, 1)
        outline = np.maximum(np.sin(np.pi * (0.08 + 0.92 * t)), 0.03) ** 0.8
        x = t * length
        z = p[:, 2] + length * (0.5 * t - droop * t**2) + 0.25 * np.abs(p[:, 1]) * outline
        return np.stack([x, p[:, 1] * outline, z], axis=1)

    return Block((length, width, 0.004), warp=warp, least=(5, 2, 1))


def plant(rng: Rng, height: float | None = None) -> Model:
    """A potted plant with broad leaves on stems."""
    tall = rng.uniform(0.7, 1.2) if height is None else height
    pot = float(np.clip(tall * 0.17, 0.06, 0.16))
    color, green = pick(rng, palette.POT), pick(rng, palette.GREEN)
    high = pot * 1.7
    model = Model("plant", has_front=False)
    profile = ((0, 0), (pot * 0.7, 0), (pot, high), (pot * 0.9, high), (pot * 0.86, high * 0.88), (0, high * 0.88))
    model.add(Lathe(profile, slices=16), (0, 0, 0), color)
    model.add(cylinder(pot * 0.85, 0.01, slices=12), (0, 0, high * 0.88), (0.22, 0.15, 0.10))
    count = int(rng.integers(9, 14))
    for i in range(count):
        t = i / (count - 1)
        angle = 137.5 * i + float(rng.uniform(-15, 15))
        start = high * 0.9 + (tall - high) * (0.1 + 0.6 * t)
        length = float(np.clip((tall - high) * rng.uniform(0.42, 0.55) * (1.15 - 0.5 * t), 0.06, 0.4))
        turn = turn_about("z", angle) @ turn_about("y", float(-45 * t + rng.uniform(-10, 10)))
        leaf = _leaf(length, length * 0.42, float(rng.uniform(0.6, 0.95)))
        model.add(leaf, (0, 0, start), shade(green, float(rng.uniform(0.8, 1.3))), turn)
    top = high * 0.9 + (tall - high) * 0.72
    model.add(
        Tube(((0, 0, high * 0.85), (0.01, 0.0, (high + top) / 2), (0, 0, top)), 0.008, 6), (0, 0, 0), shade(green, 0.7)
    )
    return model


def small_plant(rng: Rng) -> Model:
    """A plant for table tops and window sills."""
    return plant(rng, rng.uniform(0.26, 0.38))


def vase(rng: Rng) -> Model:
    """A vase with flowers."""
    color, h = pick(rng, palette.POT + palette.VIVID), rng.uniform(0.16, 0.24)
    model = Model("vase", has_front=False)
    profile = (
        (0, 0), (0.04, 0), (0.062, h * 0.4), (0.03, h * 0.8), (0.042, h), (0.034, h), (0.022, h * 0.8), (0, h * 0.6)
    )  # fmt: skip
    model.add(Lathe(profile, slices=16), (0, 0, 0), color)
    for i in range(5):
        a = 2 * np.pi * i / 5 + rng.uniform(-0.3, 0.3)
        x, y, z = 0.07 * np.cos(a), 0.07 * np.sin(a), h + rng.uniform(0.09, 0.16)
        stem = ((0.0, 0.0, h * 0.62), (0.3 * x, 0.3 * y, h * 1.05), (float(x), float(y), float(z)))
        model.add(Tube(stem, 0.003, 5), (0, 0, 0), (0.25, 0.45, 0.2))
        bloom = Lathe(((0, -0.012), (0.02, -0.004), (0.028, 0.016), (0, 0.01)), slices=8)
        model.add(bloom, (float(x), float(y), float(z)), pick(rng, palette.VIVID))
    return model


def picture(rng: Rng) -> Model:
    """A framed picture to hang on a wall."""
    width, height = rng.uniform(0.4, 0.8), rng.uniform(0.35, 0.6)
    wood, bar = pick(rng, palette.WOOD + palette.DARK + palette.WHITE), 0.035
    model = Model("picture")
    canvas = pictures.painting(rng, 192, max(32, int(192 * height / width)))
    model.add(Block((width - bar, 0.012, height - bar)), (0, 0.006, height / 2), (1, 1, 1), image=canvas)
    for side in (-1, 1):
        model.add(Block((bar, 0.025, height)), (side * (width - bar) / 2, 0.0125, height / 2), wood)
        model.add(Block((width - 2 * bar, 0.025, bar)), (0, 0.0125, height / 2 + side * (height - bar) / 2), wood)
    return model


def clock(rng: Rng) -> Model:
    """A round wall clock."""
    radius = rng.uniform(0.13, 0.18)
    model = Model("clock")
    rim = Lathe(
        ((0, 0), (radius, 0), (radius, 0.035), (radius - 0.015, 0.035), (radius - 0.018, 0.02), (0, 0.02)), slices=24
    )
    lying = turn_about("x", -90)
    model.add(rim, (0, 0, radius), pick(rng, palette.DARK + palette.WOOD + palette.VIVID), lying)
    side = (radius - 0.018) * 2 / np.sqrt(2)
    model.add(cylinder(radius - 0.018, 0.021, slices=24), (0, 0, radius), (0.96, 0.96, 0.94), lying)
    face = pictures.clock_face(rng)
    model.add(Block((side, 0.004, side)), (0, 0.021, radius), (1, 1, 1), image=face)
    return model


def mirror(rng: Rng, width: float | None = None) -> Model:
    """A framed wall mirror."""
    w, h = (rng.uniform(0.45, 0.7) if width is None else width), rng.uniform(0.65, 0.9)
    frame, bar = pick(rng, palette.WOOD + palette.METAL + palette.DARK), 0.03
    model = Model("mirror")
    t = np.linspace(0, 1, 48)
    glint = 0.70 + 0.22 * np.exp(-((t[:, None] + t[None] - 0.9) ** 2) / 0.03)
    glass = (np.clip(glint[..., None] * np.array((0.90, 0.97, 1.0)), 0, 1) * 255).astype(np.uint8)
    model.add(Block((w - bar, 0.01, h - bar)), (0, 0.005, h / 2), (1, 1, 1), image=glass)
    for side in (-1, 1):
        model.add(Block((bar, 0.025, h)), (side * (w - bar) / 2, 0.0125, h / 2), frame)
        model.add(Block((w - 2 * bar, 0.025, bar)), (0, 0.0125, h / 2 + side * (h - bar) / 2), frame)
    return model


def whiteboard(rng: Rng) -> Model:
    """A whiteboard with a pen tray."""
    width, height = rng.uniform(1.3, 1.9), rng.uniform(0.9, 1.1)
    metal = pick(rng, palette.METAL)
    model = Model("whiteboard")
    model.add(Block((width, 0.016, height)), (0, 0.008, height / 2), (0.96, 0.97, 0.97), image=pictures.scribbles(rng))
    for side in (-1, 1):
        model.add(Block((0.025, 0.026, height)), (side * width / 2, 0.013, height / 2), metal)
        model.add(Block((width, 0.026, 0.025)), (0, 0.013, height / 2 + side * height / 2), metal)
    model.add(Block((width * 0.4, 0.08, 0.012)), (0, 0.04, -0.006), metal)
    for i, ink in enumerate(((0.15, 0.25, 0.6), (0.65, 0.15, 0.15), (0.1, 0.1, 0.1))):
        pen = Tube(((0, 0, 0), (0.12, 0, 0)), 0.009, 6)
        model.add(pen, (-0.25 + 0.16 * i, 0.055, 0.009), ink)
    return model


def curtain(color: palette.Color, width: float, height: float) -> Model:
    """One hanging curtain with folds, its rod's end included; origin on the floor below its middle."""
    folds = max(3, round(width / 0.11))

    def warp(p: Array) -> Array:
        phase = 2 * np.pi * folds * (p[:, 0] / width)
        depth = 0.022 * (1.1 - 0.25 * (p[:, 2] / height))
        return np.stack([p[:, 0], p[:, 1] + depth * np.sin(phase), p[:, 2]], axis=1)

    model = Model("curtain")
    model.add(Block((width, 0.01, height), warp=warp, least=(folds * 4, 1, 2)), (0, 0.04, height / 2 + 0.02), color)
    model.add(
        Tube(((-width / 2 - 0.04, 0, 0), (width / 2 + 0.04, 0, 0)), 0.012, 8),
        (0, 0.04, height + 0.03),
        (0.4, 0.35, 0.3),
    )
    return model


def rug(rng: Rng, width: float, depth: float) -> Model:
    """A rug that furniture can stand on."""
    model = Model("rug", has_front=False)
    image = pictures.rug(rng, width, depth)
    model.add(Block((width, depth, 0.01)), (0, 0, 0.005), (0.6, 0.5, 0.45), image=image, side="top")
    model.surfaces.append(Surface((0, 0, 0.01), (width, depth), 3.0))
    return model


def radiator(rng: Rng) -> Model:
    """A ribbed panel radiator to hang below a window."""
    width, height = rng.uniform(0.8, 1.1), 0.55
    white = pick(rng, palette.WHITE)
    model = Model("radiator")
    model.add(Block((width, 0.05, height)), (0, 0.045, 0.12 + height / 2), white)
    ribs = int(width / 0.07)
    for i in range(ribs):
        x = (i - (ribs - 1) / 2) * 0.07
        model.add(Block((0.035, 0.02, height - 0.06), bevel=0.008), (x, 0.075, 0.12 + height / 2), shade(white, 1.03))
    for side in (-1, 1):
        model.add(Block((0.03, 0.04, 0.12)), (side * (width / 2 - 0.1), 0.03, 0.06), shade(white, 0.9))
    return model
