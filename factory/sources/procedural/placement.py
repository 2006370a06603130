"""Where things are: footprints that must not meet, walls, table tops."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from factory.sources.procedural.floorplan import INWARD_YAW, SIDES, Room, SideName
from factory.sources.procedural.model import Model, turn_about

Array = np.ndarray
Rng = np.random.Generator
NEARBY = 1e-3  # touching things count as apart [m]
TRIES = 12  # to find a free place on a surface


@dataclass(frozen=True)
class Footprint:
    """A turned rectangle with a height interval: centre, half sizes [m], unit axes as rows (2, 2), z interval."""

    center: Array
    half: Array
    axes: Array
    low: float
    high: float

    def meets(self, other: "Footprint") -> bool:
        """Whether the two prisms overlap (separating axes in the plane, intervals in height)."""
        if self.low >= other.high - NEARBY or other.low >= self.high - NEARBY:
            return False
        gap = other.center - self.center
        for axis in (*self.axes, *other.axes):
            reach = np.abs(self.axes @ axis) @ self.half + np.abs(other.axes @ axis) @ other.half
            if abs(gap @ axis) >= reach - NEARBY:
                return False
        return True

    def corners(self) -> Array:
        """(4, 2) [m]."""
        signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
        corners: Array = self.center + (signs * self.half) @ self.axes
        return corners


def rectangle(x0: float, y0: float, x1: float, y1: float) -> Footprint:
    """A place on the floor, as high as a person."""
    center, half = np.array([(x0 + x1) / 2, (y0 + y1) / 2]), np.array([(x1 - x0) / 2, (y1 - y0) / 2])
    return Footprint(center, half, np.eye(2), 0.0, 2.0)


@dataclass
class Placed:
    """A model in the world: `position` (3,) [m] of its origin, `yaw` [degrees], and what it stands in or on.

    `supporter` indexes the list of placed things, -1 for floor, wall or nothing.
    """

    model: Model
    position: Array
    yaw: float
    room: int
    supporter: int = -1

    @property
    def rotation(self) -> Array:
        return turn_about("z", self.yaw)

    @cached_property
    def _outline(self) -> Footprint:
        return self._widened(0.0)

    def footprint(self, margin: float = 0.0) -> Footprint:
        """The model's bounds where it is, wider by `margin` [m] on all sides."""
        return self._widened(margin) if margin else self._outline

    def _widened(self, margin: float) -> Footprint:
        low, high = self.model.bounds
        rotation = self.rotation
        center = rotation @ ((low + high) / 2) + self.position
        half = (high - low)[:2] / 2 + margin
        return Footprint(center[:2], half, rotation[:2, :2].T, low[2] + self.position[2], high[2] + self.position[2])


@dataclass
class Arrangement:
    """The things of one room, and the places that stay empty."""

    room: Room
    rng: Rng
    placed: list[Placed] = field(default_factory=list)
    keep_free: list[Footprint] = field(default_factory=list)

    def side_behind(self, index: int) -> SideName:
        """The side of the room at the back of a thing that stands square to the walls."""
        yaw = self.placed[index].yaw
        return min(SIDES, key=lambda side: abs((INWARD_YAW[side] - yaw + 180) % 360 - 180))

    def fits(self, thing: Placed, margin: float = 0.0) -> bool:
        """Whether a thing is inside the room and meets neither another thing nor a place to keep free."""
        footprint = thing.footprint(margin)
        corners = thing.footprint().corners()
        room = self.room
        lower, upper = np.array([room.x0, room.y0]) - NEARBY, np.array([room.x1, room.y1]) + NEARBY
        if (corners < lower).any() or (corners > upper).any() or footprint.high > room.height:
            return False
        if any(footprint.meets(zone) for zone in self.keep_free):
            return False
        return not any(footprint.meets(p.footprint()) for p in self.placed)

    def keep_if_fits(self, thing: Placed, margin: float = 0.0) -> int | None:
        """Takes a thing where it fits; its index."""
        return self.keep(thing) if self.fits(thing, margin) else None

    def keep(self, thing: Placed) -> int:
        """Takes a thing; its index."""
        self.placed.append(thing)
        return len(self.placed) - 1

    def _blocks_opening(self, side: SideName, start: float, end: float, low: float, high: float) -> bool:
        return any(
            start < o.end + 0.09 and end > o.start - 0.09 and low < o.high + 0.08 and high > o.low - 0.05
            for o in self.room.openings[side]
        )

    def against_wall(
        self,
        model: Model,
        sides: tuple[SideName, ...] = SIDES,
        along: float | None = None,
        z: float = 0.0,
        gap: float = 0.02,
        margin: float = 0.0,
        tries: int = 14,
        low: float | None = None,
        high: float | None = None,
    ) -> int | None:
        """Puts a model with its back to a wall, somewhere or at the coordinate `along`; None when nothing fits.

        `low`, `high` : between these heights the model must not cover a window or door (default: its own).
        """
        back = model.bounds[0][1]
        left, right = model.bounds[0][0], model.bounds[1][0]
        half = (right - left) / 2
        for side in (sides[i] for i in self.rng.permutation(len(sides))):
            start, end = self.room.span(side)
            room_for = end - start - 2 * half - 0.04
            if room_for < 0:
                continue
            choices = start + half + 0.02 + room_for * self.rng.random(tries) if along is None else [along]
            for t in choices:
                bottom, top = z if low is None else low, z + model.bounds[1][2] if high is None else high
                if self._blocks_opening(side, t - half, t + half, bottom, top):
                    continue
                yaw = INWARD_YAW[side]
                turn = turn_about("z", yaw)
                inward = turn @ (0.0, 1.0, 0.0)
                origin = np.zeros(3)
                origin[0 if side in ("south", "north") else 1] = t
                origin[1 if side in ("south", "north") else 0] = self.room.at(side)
                middle = turn @ ((left + right) / 2, 0.0, 0.0)
                thing = Placed(model, origin - middle + inward * (gap - back) + (0, 0, z), yaw, self.room.index)
                if self.fits(thing, margin):
                    return self.keep(thing)
        return None

    def beside(
        self,
        index: int,
        model: Model,
        direction: tuple[float, float],
        gap: float,
        turn: float = 0.0,
        shift: float = 0.0,
        back_to_back: bool = False,
    ) -> Placed:
        """A model next to a placed one, not yet kept.

        `direction` (unit, along one axis of that one's frame); `turn` [degrees] against it; `shift` [m] across the
        direction from middle to middle, or, with `back_to_back`, from both backs in one line.
        """
        other = self.placed[index]
        axis = 0 if direction[0] else 1
        low, high = other.model.bounds
        spin = turn_about("z", turn)[:2, :2]
        own_low, own_high = model.bounds
        corners = np.array([(x, y) for x in (own_low[0], own_high[0]) for y in (own_low[1], own_high[1])]) @ spin.T
        local = np.zeros(3)
        if direction[axis] > 0:
            local[axis] = high[axis] - corners[:, axis].min() + gap
        else:
            local[axis] = low[axis] - corners[:, axis].max() - gap
        across = 1 - axis
        if back_to_back:
            local[across] = low[across] - corners[:, across].min() + shift
        else:
            middle = (corners[:, across].min() + corners[:, across].max()) / 2
            local[across] = (low[across] + high[across]) / 2 - middle + shift
        position = other.position + other.rotation @ local
        position[2] = 0.0
        return Placed(model, position, other.yaw + turn, self.room.index)

    def stand_on(
        self,
        index: int,
        model: Model,
        surface: int | None = None,
        at: tuple[float, float] | None = None,
        spread: float = 15.0,
    ) -> int | None:
        """Puts a model on a surface of a placed one: at a place in the surface's frame, or anywhere that is free.

        `spread` : largest angle [degrees] that it is turned against that one.
        """
        support = self.placed[index]
        surfaces = support.model.surfaces
        order = range(len(surfaces)) if surface is None else (surface,)
        low, high = model.bounds
        size = high - low
        for s in order:
            top = surfaces[s]
            if size[2] > top.clearance:
                continue
            for _ in range(TRIES):
                yaw = float(self.rng.uniform(-spread, spread))
                c, sn = abs(np.cos(np.radians(yaw))), abs(np.sin(np.radians(yaw)))
                extent = np.array([c * size[0] + sn * size[1], sn * size[0] + c * size[1]])
                free = np.asarray(top.size) - extent
                if (free < 0).any():
                    continue
                offset = self.rng.uniform(-0.5, 0.5, 2) * free if at is None else np.asarray(at)
                middle = turn_about("z", yaw) @ ((low + high) / 2)
                local = np.array(
                    [top.center[0] + offset[0] - middle[0], top.center[1] + offset[1] - middle[1], top.center[2]]
                )
                local[2] -= model.foot
                position = support.position + support.rotation @ local
                thing = Placed(model, position, support.yaw + yaw, self.room.index, index)
                if self._free_on(thing, index):
                    return self.keep(thing)
        return None

    def _free_on(self, thing: Placed, index: int) -> bool:
        chain = {index}
        while self.placed[index].supporter >= 0:
            index = self.placed[index].supporter
            chain.add(index)
        footprint = thing.footprint(0.004)
        return not any(i not in chain and footprint.meets(p.footprint()) for i, p in enumerate(self.placed))
