"""A thing under construction: coloured parts in its own frame, and the surfaces on which others can stand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from factory.sources.procedural.solids import Solid

Array = np.ndarray
Color = Sequence[float]

BOUNDS_EDGE = 0.1


def turn_about(axis: str, degrees: float) -> Array:
    """Rotation matrix (3, 3) about x, y or z."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    rotation = np.eye(3)
    rotation[i, i] = rotation[j, j] = c
    rotation[i, j], rotation[j, i] = -s, s
    return rotation


SIDE_INDEX = {"front": 3, "top": 5}  # sides of a block that can carry an image


@dataclass(frozen=True)
class Part:
    """One solid of one colour; `model_from_part` is (3, 4) [m].

    `image` (h, w, 3) uint8 covers the side number `image_side`, upright for who looks at the model's front or stands
    before it; `glow` is how bright the part is without any light on it, 0..1.
    """

    solid: Solid
    color: tuple[float, float, float]
    model_from_part: Array
    image: Array | None = None
    image_side: int = 0
    glow: float = 0.0

    def place(self, points: Array) -> Array:
        """Points (n, 3) of the part in the model's frame."""
        placed: Array = points @ self.model_from_part[:, :3].T + self.model_from_part[:, 3]
        return placed


@dataclass(frozen=True)
class Surface:
    """A level rectangle to stand things on: centre and full size [m] in the model's frame, free height above."""

    center: tuple[float, float, float]
    size: tuple[float, float]
    clearance: float = 1.0


@dataclass(frozen=True)
class Light:
    """A point that shines: position [m] in the model's frame, power per colour, and the way it faces (None: all)."""

    position: tuple[float, float, float]
    power: tuple[float, float, float]
    facing: tuple[float, float, float] | None = None


@dataclass
class Model:
    """Parts of one labelled thing: origin at the centre of its foot, x to its right, y to its front, z up [m].

    `rests_at` is the height at which it touches what it stands on, where that is not its lowest point;
    `annotated` is False for clutter that no annotator would have labelled.
    """

    label: str
    parts: list[Part] = field(default_factory=list)
    surfaces: list[Surface] = field(default_factory=list)
    lights: list[Light] = field(default_factory=list)
    rests_at: float | None = None
    has_front: bool = True
    annotated: bool = True

    def add(
        self,
        solid: Solid,
        at: tuple[float, float, float],
        color: Color,
        rotation: Array | None = None,
        image: Array | None = None,
        side: Literal["front", "top"] = "front",
        glow: float = 0.0,
    ) -> None:
        """Adds a solid, turned by `rotation` and then moved to `at`; `image` covers that side of a block."""
        turned = np.eye(3) if rotation is None else rotation
        red, green, blue = (float(c) for c in color)
        placement = np.column_stack([turned, at])
        self.parts.append(Part(solid, (red, green, blue), placement, image, SIDE_INDEX[side], glow))

    @cached_property
    def bounds(self) -> Array:
        """Lower and upper corner (2, 3) [m] in the model's frame; read it only when all parts are there."""
        points = np.concatenate([p.place(p.solid.tessellate(BOUNDS_EDGE).vertices) for p in self.parts])
        return np.stack([points.min(axis=0), points.max(axis=0)])

    @property
    def foot(self) -> float:
        """Height at which it touches what it stands on [m]."""
        return float(self.bounds[0, 2]) if self.rests_at is None else self.rests_at

    @property
    def size(self) -> Array:
        """Extents (3,) [m]."""
        extents: Array = self.bounds[1] - self.bounds[0]
        return extents
