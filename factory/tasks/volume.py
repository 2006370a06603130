"""How large an object is (SPAR, section 7.5)."""

import numpy as np

from factory.tasks.pools import pool_for
from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.sampling import log_classes
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, MarkRole, Proposal, Task

Array = np.ndarray


@register
class Volume(Task):
    """Length, width and height of red's box, in centimetres."""

    spec = TaskSpec(
        name="spatial_volume_infer",
        family="volume",
        level="high",
        view="single",
        relation="none",
        formats=("fill", "sentence"),
        answer="size",
        version=1,
    )
    unit = "cm"
    marks = (MarkRole("bbox", "red"),)

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        p = self.parameters
        pool = pool_for(self, records, quota, rng)
        things = pool.objects[:, 0]
        sizes, lean_deg = _sizes(records)
        pool.reject(f"box leans by more than {p.max_box_lean_deg:g} degrees", lean_deg[things] > p.max_box_lean_deg)
        thin = sizes[things].min(axis=1) < p.min_extent_m
        pool.reject(f"a side of the box shorter than {p.min_extent_m * 100:g} cm", thin)
        shown = records.visible_fractions[records.sighting_of[pool.views[:, 0], things]]
        pool.reject("too little of it visible to tell its size", shown < p.min_measured_fraction)
        one_side = _deviation_deg(records, p.min_visible_fraction) < p.min_sides_deg
        pool.reject("seen from one side only", one_side[things])
        cube_side = np.cbrt(sizes[things].prod(axis=1))
        return pool.propose(pool.draw(quota, rng, log_classes(cube_side, *p.size_range_m)))

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        sizes = _sizes(records)[0][candidates.objects[:, 0]] * 100.0
        numbers = dict(zip(("length", "width", "height"), sizes.T, strict=True))
        return Answers(values=sizes, numbers=numbers | {"volume": sizes.prod(axis=1)})


def _sizes(records: SceneRecords) -> tuple[Array, Array]:
    """(N, 3) length, width, height [m] of every box, and (N,) how far its most upright axis leans [deg]."""
    uprightness = np.abs(records.rotations[:, 2])
    upright = uprightness.argmax(axis=1)[:, None]
    height = np.take_along_axis(records.extents, upright, axis=1)
    flat = np.where(np.arange(3) == upright, -1.0, records.extents)
    width, length = np.sort(flat, axis=1)[:, 1:].T
    lean = np.degrees(np.arccos(np.minimum(uprightness.max(axis=1), 1.0)))
    return np.column_stack([length, width, height]), lean


def _deviation_deg(records: SceneRecords, min_visible_fraction: float) -> Array:
    """(N,) the largest angle between the mean direction to the cameras that see an object and one of these; 0 for one
    that none sees. A depth that was never looked along is a guess of whoever drew the box."""
    seen = records.visible_fractions >= min_visible_fraction
    things = records.sighting_object[seen]
    offsets = records.world_from_camera[records.sighting_view[seen], :3, 3] - records.centers[things]
    directions = offsets / np.maximum(np.linalg.norm(offsets, axis=1, keepdims=True), 1e-9)
    sums = np.stack([np.bincount(things, axis, len(records.object_ids)) for axis in directions.T], axis=1)
    means = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    cosines = np.ones(len(records.object_ids))
    np.minimum.at(cosines, things, np.einsum("si,si->s", directions, means[things]))
    deviation: Array = np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0)))
    return deviation
