"""The floor as a grid: where a person can stand, and the ways between places."""

import numpy as np
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from factory.sources.procedural.floorplan import WALL, Room
from factory.sources.procedural.placement import Placed

Array = np.ndarray

CELL = 0.08  # [m]
BODY = 0.24  # free radius that a person needs [m]


class FloorGrid:
    """Which floor cells a person can stand on, how far the next obstacle is, and shortest ways."""

    def __init__(self, plan: list[Room], things: list[Placed], body: float = BODY) -> None:
        self.origin = np.array([min(r.x0 for r in plan), min(r.y0 for r in plan)]) - WALL
        top = np.array([max(r.x1 for r in plan), max(r.y1 for r in plan)]) + WALL
        self.shape = tuple(np.ceil((top - self.origin) / CELL).astype(int))
        index = np.indices(self.shape).reshape(2, -1).T
        self.centers = self.origin + (index + 0.5) * CELL
        free = np.zeros(len(index), dtype=bool)
        self.room = np.full(len(index), -1)
        for room in plan:
            inside = self._within(
                (room.x0 + room.x1) / 2, (room.y0 + room.y1) / 2, room.x1 - room.x0, room.y1 - room.y0
            )
            free = free | inside
            self.room[inside] = room.index
            for side, openings in room.openings.items():
                for o in openings:
                    if o.kind == "doorway":
                        along, across = (o.start + o.end) / 2, room.at(side)
                        x, y = (along, across) if side in ("south", "north") else (across, along)
                        size = (o.end - o.start - 0.06, 2.2 * WALL)
                        free = free | self._within(x, y, *(size if side in ("south", "north") else size[::-1]))
        for thing in things:
            footprint = thing.footprint()
            if thing.model.label in ("wall", "floor", "ceiling", "doorframe", "window"):
                continue
            if footprint.high > 0.05 and footprint.low < 1.9:
                local = np.abs((self.centers - footprint.center) @ footprint.axes.T)
                free = free & ~(local <= footprint.half + CELL / 2).all(axis=1)
        self.clearance = ndimage.distance_transform_edt(free.reshape(self.shape)).ravel() * CELL - CELL / 2
        walkable = self.clearance >= body
        labels, count = ndimage.label(walkable.reshape(self.shape), np.ones((3, 3)))
        sizes = ndimage.sum_labels(walkable.reshape(self.shape), labels, np.arange(1, count + 1))
        self.walkable: Array = np.equal(labels, 1 + int(np.argmax(sizes))).ravel() if count else walkable
        self._graph = self._neighbours()

    def _within(self, x: float, y: float, width: float, depth: float) -> Array:
        offset: Array = np.abs(self.centers - (x, y))
        return np.asarray(np.all(offset <= np.array((width / 2, depth / 2)), axis=1))

    def _neighbours(self) -> coo_array:
        ids = np.arange(len(self.centers)).reshape(self.shape)
        pairs = []
        for di, dj in ((0, 1), (1, 0), (1, 1), (1, -1)):
            a = ids[: self.shape[0] - di, max(0, -dj) : self.shape[1] - max(0, dj)].ravel()
            b = ids[di:, max(0, dj) : self.shape[1] + min(0, dj)].ravel()
            both = self.walkable[a] & self.walkable[b]
            a, b = a[both], b[both]
            near = np.minimum(self.clearance[a], self.clearance[b])
            cost = np.hypot(di, dj) * CELL * (1 + 0.6 / near**2)  # rather through the middle than along edges
            pairs.append((a, b, cost))
        a, b, cost = (np.concatenate(column) for column in zip(*pairs, strict=True))
        return coo_array((cost, (a, b)), shape=(len(ids.ravel()),) * 2).tocsr()

    def way(self, start: int, goal: int) -> list[int]:
        """Cells from start to goal."""
        _, before = dijkstra(self._graph, directed=False, indices=start, return_predecessors=True)
        cells = [goal]
        while cells[-1] != start:
            cells.append(int(before[cells[-1]]))
        return cells[::-1]

    def clearance_at(self, points: Array) -> Array:
        """Distance to the next obstacle [m] at points (n, 2), interpolated."""
        at = (points - self.origin) / CELL - 0.5
        value: Array = ndimage.map_coordinates(self.clearance.reshape(self.shape), at.T, order=1, mode="nearest")
        return value
