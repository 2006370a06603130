"""How the camera moves between two views, and where a landmark goes in the image (SPAR, section 7.5)."""

import numpy as np

from factory.geometry.transforms import yaw_pitch_roll
from factory.tasks.eligibility import screen
from factory.tasks.labels import mistakable
from factory.tasks.pairs import first_from_second, near_duplicates, shared_objects
from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.sampling import Pool, log_classes
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, Proposal, Task

Array = np.ndarray

REGIONS = np.array(
    [["top-left", "top", "top-right"], ["left", "center", "right"], ["bottom-left", "bottom", "bottom-right"]]
)
SHIFTS = np.array(
    [["left and up", "up", "right and up"], ["left", "", "right"], ["left and down", "down", "right and down"]]
)
THIRDS = (1000 / 3, 2000 / 3)


@register
class ViewChange(Task):
    """How the camera must move and turn to get from the first view to the second.

    The object of a candidate is the landmark: one that both images show, named unambiguously in both.
    """

    spec = TaskSpec(
        name="view_change_infer",
        family="view_change",
        level="medium",
        view="multi",
        relation="none",
        formats=("fill", "sentence"),
        answer="camera",
        version=3,
    )
    unit = "none"  # metres and degrees

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        p = self.parameters
        eligible = screen(records, p).eligible
        shared, share = shared_objects(records, eligible)
        pairs = np.argwhere(np.triu(shared, k=1) > 0)
        limit = p.pool_size(quota)
        if len(pairs) > limit:
            pairs = pairs[np.sort(rng.choice(len(pairs), size=limit, replace=False))]
        views = rng.permuted(pairs, axis=1)

        landmarks = self._draw_landmarks(records, eligible, views, rng)
        pool = Pool(views, landmarks[:, None])
        roll = np.abs(roll_against_gravity(records.world_from_camera[views])).max(axis=1)
        pool.reject(f"a camera rolled by more than {p.max_roll_deg:g} degrees", np.degrees(roll) > p.max_roll_deg)
        pool.reject("views share too few objects", share[views[:, 0], views[:, 1]] < p.min_shared_objects)
        pool.reject("views nearly the same", near_duplicates(records, views, p))
        change = _change(records, views)
        pool.reject(
            f"turn of more than {p.max_turn_up_deg:g} degrees up or down", np.abs(change[:, 3]) > p.max_turn_up_deg
        )
        pool.reject(
            f"turn of more than {p.max_turn_aside_deg:g} degrees to a side",
            np.abs(change[:, 4]) > p.max_turn_aside_deg,
        )
        steps = np.array([p.step_m] * 3 + [p.step_deg] * 2)
        pool.reject("no change after rounding", (np.rint(change / steps) == 0).all(axis=1))
        pool.reject("no landmark to name", landmarks < 0)
        forward, aside = np.sign(np.rint(change[:, [2, 4]] / steps[[2, 4]])).astype(np.int64).T + 1
        way = log_classes(np.linalg.norm(change[:, :3], axis=1), *p.way_range_m, count=4)
        return pool.propose(pool.draw(quota, rng, classes=np.stack([way, 3 * forward + aside], axis=1)))

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        change = _change(records, candidates.views)
        boxes = records.boxes[records.sighting_of[candidates.views, candidates.objects]]
        middle = _middles(boxes)
        shift = self._shift(middle[:, 1] - middle[:, 0])[0]
        return Answers(
            values=change,
            numbers=dict(zip(("right", "up", "forward", "pitch", "yaw"), change.T, strict=True)),
            words={
                "landmark": records.labels[candidates.objects[:, 0]],
                "landmark_from": _region(middle[:, 0]),
                "landmark_to": _region(middle[:, 1]),
                "landmark_shift": SHIFTS[shift[:, 1] + 1, shift[:, 0] + 1],
            },
        )

    def _draw_landmarks(self, records: SceneRecords, eligible: Array, views: Array, rng: np.random.Generator) -> Array:
        """(n,) for each pair of views an object whose places and move in the images are beyond doubt, or -1."""
        middles = _middles(records.boxes)
        gaps = np.abs(middles[..., None] - THIRDS).min(axis=(1, 2))
        clear = eligible & _sole_bearer(records) & ~mistakable(records)[records.sighting_object]
        clear &= gaps >= self.parameters.min_third_gap_thousandths
        shown = np.zeros(records.sighting_of.shape, dtype=bool)
        shown[records.sighting_view[clear], records.sighting_object[clear]] = True
        pair, thing = np.nonzero(shown[views[:, 0]] & shown[views[:, 1]])
        seen = records.sighting_of[views[pair], thing[:, None]]
        sure = self._shift(middles[seen[:, 1]] - middles[seen[:, 0]])[1]
        order = rng.permutation(np.flatnonzero(sure))
        landmarks = np.full(len(views), -1)
        landmarks[pair[order]] = thing[order]  # of several, the last stays
        return landmarks

    def _shift(self, delta: Array) -> tuple[Array, Array]:
        """(n, 2) the side to which a point moves in the image per axis, and (n,) whether both are beyond doubt."""
        size: Array = np.abs(delta)
        moved: Array = size >= self.parameters.moved_thousandths
        still: Array = size <= self.parameters.still_thousandths
        beyond_doubt: Array = (moved | still).all(axis=1)
        side: Array = np.where(moved, np.sign(delta), 0.0).astype(np.int64)
        return side, beyond_doubt


def roll_against_gravity(world_from_camera: Array) -> Array:
    """Roll (...) [rad] of cameras (..., 4, 4): how far the image's right side is above the horizon."""
    roll: Array = np.arctan2(world_from_camera[..., 2, 0], -world_from_camera[..., 2, 1])
    return roll


def _change(records: SceneRecords, views: Array) -> Array:
    """(n, 5) move right, up, forward [m], turn up, turn right [deg] of the second camera in the first."""
    move = first_from_second(records, views)
    yaw, pitch, _ = yaw_pitch_roll(move)
    right, down, forward = move[:, :3, 3].T
    return np.stack([right, -down, forward, np.degrees(pitch), np.degrees(yaw)], axis=1)


def _sole_bearer(records: SceneRecords) -> Array:
    """(S,) whether no other object with that label shows in the view, however little."""
    _, label = np.unique(records.labels.astype(np.str_), return_inverse=True)
    _, name, count = np.unique(
        records.sighting_view * len(label) + label[records.sighting_object], return_inverse=True, return_counts=True
    )
    sole: Array = count[name] == 1
    return sole


def _middles(boxes: Array) -> Array:
    """(..., 2) centres of boxes (..., 4)."""
    middles: Array = (boxes[..., :2] + boxes[..., 2:]) / 2.0
    return middles


def _region(middle: Array) -> Array:
    """(n,) the ninth of the image that a point (n, 2) lies in."""
    column, row = np.searchsorted(THIRDS, middle.T)
    region: Array = REGIONS[row, column]
    return region
