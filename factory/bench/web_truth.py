"""How far answers from one view are from the truth: labelled pictures lifted without their truth, against their boxes.

Each object's numbers are compared, and so are the answers of all web tasks: the questions are those that the lifted
picture would be asked, answered once from what was lifted and once from the true boxes. Tasks whose answers hang on
points or pixels alone (least distances, depths of pixels) are the same in both and are left out, and tasks that no
picture has questions for do not appear.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from factory.geometry.boxes import Boxes, box_corners
from factory.geometry.cameras import project
from factory.tasks.rng import rng_for
from factory.web.labelled import without_truth
from factory.web.lifting.lift import lift
from factory.web.lifting.parameters import DEFAULTS, LiftParameters
from factory.web.picture import Picture
from factory.web.tasks import web_tasks
from factory.web.tasks.parameters import WebParameters
from factory.web.tasks.task import WebCandidates, WebTask
from schemas.web import TrueBox, WebImageRecord, WebObjectRecord

Array = np.ndarray

# A distance to the camera counts as right within either; this share must be.
RIGHT_M, RIGHT_SHARE = 0.05, 0.05
REQUIRED = 0.95
CAMERA_DISTANCE = "camera distance"
_CENTER, _SIZES = "center", ("width", "height", "extent in depth")
_NUMBERS = (CAMERA_DISTANCE, _CENTER, *_SIZES)

_WITHIN = 0.25  # the tolerance of the benchmark's graders
_LEAST = WebParameters().distance_range_m[0]
_QUOTA = 200
_WHOLE = "whole in view"
_BINS = ((0.0, 0.3, "< 0.3"), (0.3, 0.6, "0.3 to 0.6"), (0.6, 0.9, "0.6 to 0.9"), (0.9, np.inf, ">= 0.9"))
_SEEN = ("all", *(name for _, _, name in _BINS), _WHOLE)
_MIN_COVER = 0.7  # a loose bound of a thing's projection is never quite filled
_NOT_OF_BOXES = frozenset({"level0", "vqa_closest_distance_multi", "vqa_counting_objects"})


@dataclass(frozen=True)
class TruthRow:
    """One quantity over the objects, or questions, of which so much shows (of the least visible object).

    count : of both kinds of answers; errors of numbers : absolute [unit], relative; within_25 : share of numbers
    off by at most a quarter; right, wrong : shares of words that the truth confirms and contradicts (elsewhere it is
    too close to call), None where a quantity has none.
    """

    quantity: str
    seen: str
    unit: str
    count: int
    median_abs: float | None
    mean_abs: float | None
    median_relative: float | None
    mean_relative: float | None
    within_25: float | None
    right: float | None
    wrong: float | None


@dataclass(frozen=True)
class TruthTable:
    """rows : by quantity and visibility; whole : objects whole in view; close : the share of those whose distance to
    the camera is right; pictures; rejects : detections that lifting left out, by reason."""

    rows: list[TruthRow]
    whole: int
    close: float
    pictures: int
    rejects: Counter[str]

    @property
    def holds(self) -> bool:
        """Whether enough distances are right."""
        return self.close >= REQUIRED


@dataclass(frozen=True)
class _Sample:
    """One answer: how much shows, off, and off by that share of the truth (NaN where it is no length); word : 1 right,
    0 wrong, NaN for a number or where the truth is too close to call; told : whether it was a word."""

    fraction: float
    whole: bool
    off: float = np.nan
    relative: float = np.nan
    word: float = np.nan
    told: bool = False


def truth_table(
    pictures: Iterable[WebImageRecord], parameters: LiftParameters = DEFAULTS, seed: int = 0
) -> TruthTable:
    """The table over labelled pictures (those with `Detection.truth`)."""
    samples: dict[tuple[str, str], list[_Sample]] = defaultdict(list)
    rejects: Counter[str] = Counter()
    close: list[bool] = []
    count = 0
    tasks = [t for t in web_tasks(WebParameters()) if t.spec.name not in _NOT_OF_BOXES]
    for image in pictures:
        count += 1
        pair = _Pair.of(image, parameters, rejects)
        for quantity, unit, found in pair.numbers():
            samples[quantity, unit] += found
            if quantity == CAMERA_DISTANCE:
                close += [one.off <= RIGHT_M or one.relative <= RIGHT_SHARE for one in found if one.whole]
        for task in tasks:
            for quantity, found in pair.answers(task, seed):
                samples[quantity, task.spec.unit] += found
    rows = [
        row
        for (quantity, unit), found in sorted(samples.items(), key=lambda item: _order(item[0][0]))
        for seen in _SEEN
        if (row := _row(quantity, seen, unit, found)) is not None
    ]
    return TruthTable(rows, len(close), float(np.mean(close)) if close else float("nan"), count, rejects)


@dataclass(frozen=True, eq=False)
class _Pair:
    """A picture as one view shows it and as it is, the same objects in the same rows.

    fractions : (n,) visible; whole : (n,) in the picture from end to end with nothing before them.
    """

    seen: Picture
    true: Picture
    fractions: Array
    whole: Array

    @classmethod
    def of(cls, image: WebImageRecord, parameters: LiftParameters, rejects: Counter[str]) -> "_Pair":
        lifted, left_out = lift(without_truth(image), parameters)
        rejects += left_out
        known = {one.object_id: one for one in lift(image, replace(parameters, min_visible_fraction=0.0))[0]}
        truth = {one.object_id: one.truth for one in image.detections if one.truth is not None}
        both = [one for one in lifted if one.object_id in known and one.object_id in truth]
        return cls(
            Picture.of(image, both),
            Picture.of(image, [known[one.object_id] for one in both]),
            np.array([truth[one.object_id].visible_fraction for one in both]),
            np.array([_is_whole(image, one, truth[one.object_id]) for one in both], dtype=bool),
        )

    def numbers(self) -> Iterator[tuple[str, str, list[_Sample]]]:
        """Quantities of the objects by name and unit."""
        seen, true = self.seen, self.true
        yield CAMERA_DISTANCE, "m", self._compared(*(np.linalg.norm(p.centers, axis=1) for p in (seen, true)))
        offset = np.linalg.norm(seen.centers - true.centers, axis=1)
        yield _CENTER, "m", [replace(one, relative=np.nan) for one in self._compared(offset, np.zeros(len(offset)))]
        sizes, true_sizes = (p.gravity_max - p.gravity_min for p in (seen, true))
        for axis, name in enumerate(_SIZES):
            yield name, "m", self._compared(sizes[:, axis], true_sizes[:, axis])

    def answers(self, task: WebTask, seed: int) -> Iterator[tuple[str, list[_Sample]]]:
        """What a task would ask of the picture, by task and choice."""
        rng = rng_for(seed, self.seen.source, self.seen.image_id, task.spec.name, task.spec.version)
        candidates = task.propose(self.seen, rng, _QUOTA).candidates
        if not len(candidates):
            return
        mine, right = (task.solve(picture, candidates) for picture in (self.seen, self.true))
        fractions, whole = self._of_questions(candidates)
        for n in range(len(candidates)):
            asked = task.choices[candidates.choice[n]]
            name = f"{task.spec.name} {asked}".strip()
            base = _Sample(float(fractions[n]), bool(whole[n]))
            words = [(column[n], right.words[key][n]) for key, column in mine.words.items() if column[n]]
            if words:
                yield name, [replace(base, word=_verdict(*pair), told=True) for pair in words]
            else:
                yield name, [_number(base, np.atleast_1d(mine.values[n]), np.atleast_1d(right.values[n]))]

    def _compared(self, values: Array, truth: Array) -> list[_Sample]:
        return [
            _number(_Sample(float(fraction), bool(whole)), np.array([value]), np.array([known]))
            for fraction, whole, value, known in zip(self.fractions, self.whole, values, truth, strict=True)
            if np.isfinite(value)
        ]

    def _of_questions(self, candidates: WebCandidates) -> tuple[Array, Array]:
        named = candidates.rows >= 0
        fractions = np.where(named, self.fractions[candidates.rows], np.inf).min(axis=1)
        return fractions, (self.whole[candidates.rows] | ~named).all(axis=1)


def _number(base: _Sample, value: Array, truth: Array) -> _Sample:
    """A single number's error, or the largest among several; relative to no less than what is asked about."""
    off = np.abs(value - truth)
    relative = float(off[0] / max(abs(truth[0]), _LEAST)) if len(off) == 1 else np.nan
    return replace(base, off=float(off.max()), relative=relative)


def _verdict(said: str, truth: str) -> float:
    return float(said == truth) if truth else np.nan


def _is_whole(image: WebImageRecord, one: WebObjectRecord, truth: TrueBox) -> bool:
    """Whether a thing shows from end to end: off the borders, no object before it, and its mask about as wide and as
    high as its true box is in the picture, so that nothing unnamed hides much of it either."""
    if one.truncated or one.occluded_by:
        return False
    rotation = np.array(truth.rotation).reshape(3, 3)
    corners = box_corners(Boxes(np.array(truth.center), np.array(truth.extents), rotation))
    places = project(np.array(image.intrinsics).reshape(3, 3), corners)
    if np.isnan(places).any():
        return False
    shown = np.array(one.box[2:]) - np.array(one.box[:2])
    return bool((shown >= _MIN_COVER * np.ptp(places, axis=0)).all())


def _order(quantity: str) -> tuple[int, str]:
    """Objects' numbers as they were named, then tasks by name."""
    place = _NUMBERS.index(quantity) if quantity in _NUMBERS else len(_NUMBERS)
    return place, quantity


def _row(quantity: str, seen: str, unit: str, samples: list[_Sample]) -> TruthRow | None:
    if seen == _WHOLE:
        samples = [one for one in samples if one.whole]
    elif seen != "all":
        low, high = next((low, high) for low, high, name in _BINS if name == seen)
        samples = [one for one in samples if low <= one.fraction < high]
    if not samples:
        return None
    off, relative, word = (np.array([getattr(one, name) for one in samples]) for name in ("off", "relative", "word"))
    off, relative = off[np.isfinite(off)], relative[np.isfinite(relative)]
    told = sum(one.told for one in samples)
    return TruthRow(
        quantity,
        seen,
        unit,
        len(samples),
        _of(np.median, off),
        _of(np.mean, off),
        _of(np.median, relative),
        _of(np.mean, relative),
        _of(np.mean, relative <= _WITHIN),
        float((word == 1).sum() / told) if told else None,
        float((word == 0).sum() / told) if told else None,
    )


def _of(statistic: Callable[[Array], Any], values: Array) -> float | None:
    return float(statistic(values)) if len(values) else None
