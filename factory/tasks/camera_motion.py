"""Where the second camera stands, seen in the first image (SPAR, section 7.5)."""

import numpy as np

from factory.geometry.cameras import project
from factory.geometry.noise import propagated_sigma
from factory.tasks.eligibility import screen
from factory.tasks.pairs import first_from_second, near_duplicates, shared_objects
from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.sampling import Pool, log_classes
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, Proposal, Task

Array = np.ndarray


@register
class CameraMotion(Task):
    """The second optical centre in the first image, on the 0-1000 scale, and its depth."""

    spec = TaskSpec(
        name="camera_motion_infer",
        family="camera_motion",
        level="medium",
        view="multi",
        relation="none",
        formats=("fill", "select", "sentence"),
        answer="image_point",
        version=1,
    )
    unit = "none"  # thousandths of the image and metres

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        p = self.parameters
        shared, _ = shared_objects(records, screen(records, p).eligible)
        np.fill_diagonal(shared, 0)
        overlapping = shared > 0
        near_or_behind = overlapping & (_ahead(records) < p.min_camera_depth_m)
        views = np.argwhere(overlapping & ~near_or_behind)
        pool = Pool(views, np.zeros((len(views), 0), dtype=np.int64))
        pool.count(f"second camera not {p.min_camera_depth_m:g} m ahead", int(near_or_behind.sum()))
        place, room = self._seen(records, views)
        pool.reject("second camera outside the first image", room <= 0)
        pool.reject("second camera in the first image within the noise", room < p.required_margin)
        pool.reject("views nearly the same", near_duplicates(records, views, p))
        return pool.propose(pool.draw(quota, rng, log_classes(place[:, 2], *p.camera_depth_range_m)))

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        place, _ = self._seen(records, candidates.views)
        return Answers(values=place, numbers=dict(zip(("u", "v", "depth"), place.T, strict=True)))

    def _seen(self, records: SceneRecords, views: Array) -> tuple[Array, Array]:
        """(n, 3) place of the second camera in the first image [0..1000 per axis] and its depth [m], and (n,) how far
        inside the image it is, in units of the noise."""
        camera = first_from_second(records, views)[:, :3, 3]
        intrinsics = records.intrinsics[views[:, 0]]
        size = np.stack([records.widths, records.heights], axis=1)[views[:, 0]]
        pixel = project(intrinsics, camera[:, None])[:, 0]
        place = (pixel + 0.5) / size * 1000.0
        # u = k . p / z for a row k of the intrinsics, hence du/dp = (k - u e_z) / z
        gradients = intrinsics[:, :2] - pixel[..., None] * (0.0, 0.0, 1.0)
        gradients *= 1000.0 / size[..., None] / camera[:, None, 2:]
        turn = np.radians(self.parameters.turn_sigma_deg)
        sigma = propagated_sigma(camera[:, None, None], gradients[:, :, None], 0.0, turn)
        room = (np.minimum(place, 1000.0 - place) / sigma).min(axis=1)
        return np.column_stack([place, camera[:, 2]]), room


def _ahead(records: SceneRecords) -> Array:
    """(F, F) depth [m] of every optical centre (column) in every camera (row)."""
    forward, centers = records.world_from_camera[:, :3, 2], records.world_from_camera[:, :3, 3]
    depth: Array = forward @ centers.T - np.einsum("fi,fi->f", forward, centers)[:, None]
    return depth
