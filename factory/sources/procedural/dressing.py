"""Small things: on table tops, in shelves, on walls, along the skirting."""

from collections.abc import Callable, Sequence

import numpy as np

from factory.sources.procedural import clutter, decor, electronics, palette, tableware
from factory.sources.procedural.floorplan import SIDES, SideName
from factory.sources.procedural.model import Model
from factory.sources.procedural.palette import pick
from factory.sources.procedural.placement import Arrangement

Maker = Callable[[np.random.Generator], Model]


def scatter(a: Arrangement, index: int | None, makers: Sequence[Maker], surface: int | None = None) -> None:
    """Puts one of each on a placed thing, where it finds a free place."""
    if index is not None:
        for make in makers:
            a.stand_on(index, make(a.rng), surface)


def some(rng: np.random.Generator, makers: Sequence[Maker], low: int, high: int) -> list[Maker]:
    """From `low` to `high` of the makers, each at most once."""
    count = min(int(rng.integers(low, high + 1)), len(makers))
    return [makers[i] for i in rng.permutation(len(makers))[:count]]


def fill_shelves(a: Arrangement, index: int | None) -> None:
    """Books and small things on every board of a shelf."""
    if index is None:
        return
    rng = a.rng
    for k, surface in enumerate(a.placed[index].model.surfaces):
        width, free = surface.size[0], surface.clearance
        if free > 0.45:  # its top
            scatter(a, index, some(rng, (decor.small_plant, clutter.box, decor.vase, clutter.basket), 1, 2), k)
            continue
        kind = rng.random()
        if kind < 0.7:
            row = clutter.book_row(rng, width * float(rng.uniform(0.4, 0.75)), min(free - 0.03, 0.28))
            shift = float(rng.uniform(-1, 1)) * (width - row.size[0]) / 2 * 0.98
            a.stand_on(index, row, k, at=(shift, -0.02), spread=0.0)
        others = (decor.vase, tableware.bowl, clutter.basket, clutter.book, tableware.cup, electronics.speaker)
        scatter(a, index, some(rng, others, 0 if kind < 0.7 else 1, 2), k)


def hang(
    a: Arrangement, model: Model, z: float, sides: tuple[SideName, ...] = SIDES, along: float | None = None
) -> int | None:
    """Hangs a model on a wall, its lower edge at about z [m]."""
    low = model.bounds[0][2]
    return a.against_wall(model, sides, along, z=z - low, gap=0.001, low=z)


def hang_over(a: Arrangement, index: int | None, model: Model, gap: float) -> int | None:
    """Hangs a model on the wall behind a placed thing, above it."""
    if index is None:
        return None
    below = a.placed[index]
    side = a.side_behind(index)
    x, y = below.footprint().center
    z = below.footprint().high + gap
    return hang(a, model, z, (side,), along=float(x if side in ("south", "north") else y))


def on_walls(a: Arrangement, pictures: int) -> None:
    """Pictures and a clock."""
    rng = a.rng
    for _ in range(pictures):
        hang(a, decor.picture(rng), float(rng.uniform(1.3, 1.5)))
    if rng.random() < 0.6:
        hang(a, decor.clock(rng), float(rng.uniform(1.75, 1.95)))


def along_walls(a: Arrangement, makers: Sequence[Maker]) -> None:
    """Things on the floor near the walls."""
    for make in makers:
        a.against_wall(make(a.rng), gap=float(a.rng.uniform(0.03, 0.15)))


def curtains(a: Arrangement) -> None:
    """A pair of curtains at every window that has the room for it."""
    color = pick(a.rng, palette.LINEN + palette.FABRIC)
    for side, openings in a.room.openings.items():
        for o in openings:
            if o.kind != "window":
                continue
            for edge, sign in ((o.start, -1), (o.end, 1)):
                model = decor.curtain(color, 0.34, min(o.high + 0.12, a.room.height - 0.1))
                a.against_wall(model, (side,), along=edge + sign * 0.26, low=a.room.height, gap=0.16)


def radiators(a: Arrangement) -> None:
    """A radiator below a window."""
    for side, openings in a.room.openings.items():
        for o in openings:
            if o.kind == "window" and o.low > 0.8 and o.end - o.start > 0.9 and a.rng.random() < 0.5:
                a.against_wall(decor.radiator(a.rng), (side,), along=(o.start + o.end) / 2, gap=0.01)
