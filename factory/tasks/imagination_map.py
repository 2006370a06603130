"""A bird's-eye map of marked objects, as the first camera's observer would draw it (SPAR, section 4.4)."""

import numpy as np

from factory.tasks.eligibility import screen
from factory.tasks.marks import boxes_coincide
from factory.tasks.parameters import DEFAULTS
from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.sampling import Pool
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, MarkRole, Proposal, Task
from factory.tasks.triples import pool_in_three_views

Array = np.ndarray


@register
class ImaginedMap(Task):
    """Where 3 to 7 objects are on the ground: x to the right of the first camera, y along its horizontal view."""

    spec = TaskSpec(
        name="spatial_imagination_map_mv",
        family="imagination",
        level="high",
        view="multi",
        relation="none",
        formats=("sentence",),
        answer="map",
        version=2,
    )
    unit = "m"
    marks = tuple(MarkRole("bbox", f"object{i}") for i in range(DEFAULTS.map_objects[1]))

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        p = self.parameters
        fewest, most = p.map_objects
        eligible = screen(records, p).eligible
        sizes = range(fewest, most + 1)
        share = -(-quota // len(sizes))  # of large sets fewer prove to be different objects
        pools = [pool_in_three_views(records, eligible, k, share * k // fewest, p, rng) for k in sizes]
        pool = Pool(
            np.concatenate([of_size.views for of_size in pools]),
            np.concatenate([_filled(of_size.objects, most) for of_size in pools]),
            np.concatenate([_filled(of_size.images, most) for of_size in pools]),
        )
        pitch = np.degrees(np.arcsin(np.clip(records.world_from_camera[pool.views[:, 0], 2, 2], -1.0, 1.0)))
        pool.reject(f"first camera pitched by more than {p.max_tilt_deg:g} degrees", np.abs(pitch) >= p.max_tilt_deg)
        same = [boxes_coincide(records, of_size.object_views, of_size.objects, p) for of_size in pools]
        pool.reject("marked boxes nearly the same", np.concatenate(same))
        return pool.propose(pool.draw(quota, rng, classes=(pool.objects >= 0).sum(axis=1) - fewest))

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        cameras = records.world_from_camera[candidates.views[:, 0]]
        level = cameras[:, :2, 2] / np.linalg.norm(cameras[:, :2, 2], axis=1, keepdims=True)
        right = np.stack([level[:, 1], -level[:, 0]], axis=1)
        offsets = records.centers[candidates.objects, :2] - cameras[:, None, :2, 3]
        places = np.einsum("nak,nik->nia", np.stack([right, level], axis=1), offsets)
        counts = (candidates.objects >= 0).sum(axis=1).tolist()
        return Answers(values=[row[:count].ravel().tolist() for row, count in zip(places, counts, strict=True)])


def _filled(rows: Array, width: int) -> Array:
    """(n, width) the rows (n, K) with -1 at their end."""
    return np.pad(rows, ((0, 0), (0, width - rows.shape[1])), constant_values=-1)
