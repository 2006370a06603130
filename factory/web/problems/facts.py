"""What is known of a picture's objects, as lines that a solution may cite: `object_size_width: basket is 0.70m wide`.

Numbers have two decimals, metres are glued to them. Only objects that their reference alone tells from all others are
spoken of. Frames are level: right, down and forward of the camera.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from factory.web.picture import Picture
from factory.web.problems.arithmetic import rounded
from factory.web.tasks.frames import boxes_in
from factory.web.tasks.margins import gap_margins, in_distance_range
from factory.web.tasks.parameters import DEFAULTS, WebParameters
from factory.web.tasks.pools import same_reference, same_thing
from factory.web.tasks.widths import turned_aside, wider_than_it_looks
from factory.wording.plurals import is_several

Array = np.ndarray

_DIRECTIONS = (("left of", "right of"), ("above", "below"), ("in front of", "behind"))


@dataclass(frozen=True)
class FactLine:
    """type, statement : the two halves of the line; rows : places of the objects that it names, in order;
    values : the exact numbers behind those of the statement, in order."""

    type: str
    statement: str
    rows: tuple[int, ...]
    values: tuple[float, ...] = ()

    @property
    def text(self) -> str:
        return f"{self.type}: {self.statement}"


class SceneFacts:
    """The facts of one picture. A fact that is not known, or not asked about for being too small, is None.

    rows : (k,) the objects that are spoken of; sized : those of them that show whole; apart : (n, n)
    which two are surely two things; width, height : (n,) [m, level], NaN where unknown, and a width where it does not
    lie across the view; distances : (n, n) between centres, across : (n, n) their part from left to right;
    camera : (n,) to the camera; places : (n, 3) right, down, forward [m].
    """

    def __init__(self, picture: Picture, parameters: WebParameters = DEFAULTS) -> None:
        boxes = boxes_in(picture, "gravity")
        self.picture = picture
        self.parameters = parameters
        told_apart = np.array([kind != "box" for kind in picture.reference_kinds], dtype=bool)
        alike = same_reference(picture) & ~np.eye(len(picture), dtype=bool)
        self.rows: Array = np.flatnonzero(told_apart & ~alike.any(axis=1))
        self.apart: Array = ~same_thing(picture, parameters)
        sized = boxes.known & picture.whole
        extents = np.where(sized[:, None] & (boxes.extents >= parameters.min_size_m), boxes.extents, np.nan)
        aside = turned_aside(picture, parameters) | wider_than_it_looks(picture, parameters)
        self.width: Array = np.where(aside, np.nan, extents[:, 0])
        self.height: Array = extents[:, 1]
        self.sized: Array = self.rows[np.isfinite(extents[self.rows, :2]).all(axis=1)]
        self.places: Array = boxes.centers
        self.distances = self._in_range(np.linalg.norm(picture.centers[:, None] - picture.centers, axis=2))
        self.across = self._in_range(np.abs(boxes.centers[:, None, 0] - boxes.centers[:, 0]))
        self.camera = self._in_range(np.linalg.norm(picture.centers, axis=1))

    def _in_range(self, lengths: Array) -> Array:
        return np.where(in_distance_range(lengths, self.parameters), lengths, np.nan)

    def name(self, row: int) -> str:
        """The reference without its article."""
        return self.picture.references[row].removeprefix("the ")

    def be(self, row: int) -> str:
        """The verb after the name."""
        return "are" if is_several(self.picture.labels[row]) else "is"

    def width_of(self, row: int) -> FactLine | None:
        return self._of_one("object_size_width", row, self.width[row], "{}m wide")

    def height_of(self, row: int) -> FactLine | None:
        return self._of_one("object_size_height", row, self.height[row], "{}m tall")

    def camera_distance_of(self, row: int) -> FactLine | None:
        return self._of_one("object_camera_distance", row, self.camera[row], "{}m from the camera")

    def distance_of(self, first: int, second: int) -> FactLine | None:
        return self._of_two("object_center_distance", first, second, self.distances, "{}m apart")

    def across_of(self, first: int, second: int) -> FactLine | None:
        return self._of_two("object_left_right_distance", first, second, self.across, "{}m apart from left to right")

    def place_of(self, row: int) -> FactLine | None:
        """Right, down and forward of the camera."""
        place = tuple(self.places[row].tolist())
        if not np.isfinite(place).all():
            return None
        told = ", ".join(f"{axis} = {rounded(value)}m" for axis, value in zip("xyz", place, strict=True))
        return FactLine("object_position", f"{self.name(row)} {self.be(row)} at {told}", (row,), place)

    def direction_of(self, first: int, second: int) -> FactLine | None:
        """Where the first is from the second, along each level axis where that is sure."""
        boxes = boxes_in(self.picture, "gravity")
        gap, required = gap_margins(boxes, np.array([first]), np.array([second]), self.parameters)
        sure = [(axis, int(gap[0, axis] > 0)) for axis in range(3) if abs(gap[0, axis]) > required[0, axis]]
        if not sure or not self.apart[first, second]:
            return None
        words = _listed([_DIRECTIONS[axis][side] for axis, side in sure])
        told = f"{self.name(first)} {self.be(first)} {words} {self.name(second)}"
        return FactLine("objects_relative_direction", told, (first, second))

    def occlusion_by(self, row: int) -> FactLine:
        """What an object hides a part of."""
        hidden = [other for other in self.rows.tolist() if row in self.picture.occluded_by[other]]
        of_none = not any(row in by for by in self.picture.occluded_by)
        several = self.be(row) == "are"
        if hidden:
            what = _listed([self.name(other) for other in hidden])
            told = f"{self.name(row)} {'occlude' if several else 'occludes'} {what}"
        else:
            none = "any object" if of_none else "any of the objects named here"
            told = f"{self.name(row)} {'do' if several else 'does'} not occlude {none}"
        return FactLine("objects_occlusion_relation", told, (row, *hidden))

    def _of_one(self, type_: str, row: int, value: float, told: str) -> FactLine | None:
        if not np.isfinite(value):
            return None
        statement = f"{self.name(row)} {self.be(row)} {told.format(rounded(value))}"
        return FactLine(type_, statement, (row,), (float(value),))

    def _of_two(self, type_: str, first: int, second: int, lengths: Array, told: str) -> FactLine | None:
        value = float(lengths[first, second])
        if not np.isfinite(value) or not self.apart[first, second]:
            return None
        statement = f"{self.name(first)} and {self.name(second)} are {told.format(rounded(value))}"
        return FactLine(type_, statement, (first, second), (value,))


def scene_facts(picture: Picture, rows: Array | None = None) -> list[FactLine]:
    """All facts of a picture about the objects at `rows` (all that are spoken of, if None), by type and object."""
    scene = SceneFacts(picture)
    spoken_of = [row for row in scene.rows.tolist() if rows is None or row in rows]
    pairs = list(combinations(spoken_of, 2))
    found = [
        *map(scene.width_of, spoken_of),
        *map(scene.height_of, spoken_of),
        *map(scene.camera_distance_of, spoken_of),
        *map(scene.place_of, spoken_of),
        *(scene.distance_of(*pair) for pair in pairs),
        *(scene.across_of(*pair) for pair in pairs),
        *(scene.direction_of(*pair) for pair in pairs),
        *map(scene.occlusion_by, spoken_of),
    ]
    return [fact for fact in found if fact is not None]


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
