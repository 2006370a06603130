"""The closest and the farthest object to the observer, shown by its box (SPAR, section 7.5)."""

from dataclasses import replace

import numpy as np

from factory.tasks.eligibility import screen
from factory.tasks.marks import box_iou, box_share
from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.sampling import Pool
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Alternatives, Answers, Candidates, Proposal, Task, alternatives_of
from factory.tasks.triples import draw_triples

Array = np.ndarray


@register
class ExtremeToObserver(Task):
    """Which object is closest to, or farthest from, the camera of the first image, among all that the images show.

    What is not asked about competes too, if its box is large enough to notice: only parts of the building do not.
    """

    spec = TaskSpec(
        name="distance_infer_center_oc",
        family="distance",
        level="high",
        view="single",
        relation="oc",
        formats=("fill", "select", "sentence"),
        answer="shown_box",
        version=1,
    )
    unit = "0-1000"
    choices = ("closest", "farthest")

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        eligible = screen(records, self.parameters).eligible
        seen = self._views(records, eligible, quota, rng)
        views = np.repeat(seen, len(self.choices), axis=0)
        choice = np.tile(np.arange(len(self.choices)), len(seen))
        winner, lead = (of_both.reshape(-1) for of_both in self._extremes(records, seen))
        shown = records.sighting_of[views, winner[:, None]] >= 0
        pool = Pool(views, winner[:, None], shown.argmax(axis=1)[:, None])
        pool.reject("nothing to compare with", np.isinf(lead))
        pool.reject("closest or farthest within the noise", self._margin(lead) < self.parameters.required_margin)
        pool.reject("shown on several images", shown.sum(axis=1) > 1)
        fit = eligible[records.sighting_of[pool.object_views, pool.objects][:, 0]]
        pool.reject("the closest or farthest may not be asked about", ~fit)
        rows = pool.draw(quota, rng, np.stack([choice, pool.images[:, 0]], axis=1))
        return pool.propose(rows, choice[rows])

    def _views(self, records: SceneRecords, eligible: Array, quota: int, rng: np.random.Generator) -> Array:
        """(n, V) views that show something to ask about."""
        return np.unique(records.sighting_view[eligible])[:, None]

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        asked = np.arange(len(candidates)), candidates.choice
        winner, lead = (of_both[asked] for of_both in self._extremes(records, candidates.views))
        sightings = records.sighting_of[candidates.views, winner[:, None]]
        image = (sightings >= 0).argmax(axis=1)
        box = records.boxes[np.take_along_axis(sightings, image[:, None], axis=1)[:, 0]]
        return Answers(
            values=self._said(image, box),
            numbers={"answer": _distances(records, candidates.views[:, 0], winner)},
            words={"asked": np.array(self.choices)[candidates.choice]},
            margin=self._margin(lead),
            alternatives=self._other_boxes(records, candidates, winner, image, box),
        )

    def _extremes(self, records: SceneRecords, views: Array) -> tuple[Array, Array]:
        """The closest and the farthest object (n, 2) to the first camera among what the views (n, V) show for all to
        see, and the lead (n, 2) [m] of each over the next, infinite where there is none."""
        if not len(views):
            return np.zeros((0, 2), dtype=np.int64), np.zeros((0, 2))
        noticed = box_share(records.boxes) >= self.parameters.min_box_share
        shows = (records.sighting_of >= 0) & noticed[records.sighting_of] & ~records.structural
        hidden = ~np.logical_or.reduce([shows[column] for column in views.T])
        first, of_first = np.unique(views[:, 0], return_inverse=True)
        distances = _distances(records, first[:, None], np.arange(len(records.object_ids)))[of_first]
        winners, leads = [], []
        for rank in (distances, -distances):
            rank[hidden] = np.inf
            winner = rank.argmin(axis=1)[:, None]
            best = np.take_along_axis(rank, winner, axis=1)
            np.put_along_axis(rank, winner, np.inf, axis=1)
            winners.append(winner)
            leads.append(rank.min(axis=1, keepdims=True) - best)
        return np.hstack(winners), np.hstack(leads)

    def _said(self, image: Array, box: Array) -> Array:
        """(n, width) how the box (n, 4) on an image (n,) is said."""
        return box.astype(np.float64)

    def _margin(self, lead: Array) -> Array:
        """(n,) for the lead (n,) [m] over the runner-up.

        Distances to a camera's own centre do not see its turn, only the two centres' noise along the lines of sight.
        """
        p = self.parameters
        margin: Array = (lead - p.indistinct_m) / (np.sqrt(2.0) * p.center_sigma_m)
        return margin

    def _other_boxes(
        self, records: SceneRecords, candidates: Candidates, winner: Array, image: Array, box: Array
    ) -> Alternatives:
        """Boxes of other objects that may be asked about, none of which passes for the right one.

        The winner leads all that the images show, so all others are safely wrong.
        """
        sightings = records.sighting_of[candidates.views]
        fit = (sightings >= 0) & screen(records, self.parameters).eligible[sightings]
        candidate, place, thing = np.nonzero(fit)
        boxes = records.boxes[sightings[candidate, place, thing]]
        same = (place == image[candidate]) & (box_iou(boxes, box[candidate]) >= self.parameters.max_wrong_box_iou)
        wrong = (thing != winner[candidate]) & ~same
        return alternatives_of(candidate[wrong], self._said(place, boxes)[wrong], len(candidates))


@register
class ExtremeToMainObserver(ExtremeToObserver):
    """The object shows on exactly one of three images."""

    spec = replace(ExtremeToObserver.spec, name="distance_infer_center_oc_mv", view="multi", version=2)

    def _views(self, records: SceneRecords, eligible: Array, quota: int, rng: np.random.Generator) -> Array:
        triples = draw_triples(records, eligible, self.parameters.pool_size(quota), self.parameters, rng)
        keys = np.ravel_multi_index(tuple(triples.T), (len(records.frame_ids),) * 3)
        return triples[np.sort(np.unique(keys, return_index=True)[1])]

    def _said(self, image: Array, box: Array) -> Array:
        return np.column_stack([image, box]).astype(np.float64)


def _distances(records: SceneRecords, views: Array, objects: Array) -> Array:
    """Distances [m] of centres to optical centres; views and objects broadcast."""
    offsets = records.centers[objects] - records.world_from_camera[views, :3, 3]
    distances: Array = np.linalg.norm(offsets, axis=-1)
    return distances
