"""Where things are after an imagined move: the observer stands at green and looks at blue (SPAR, section 7.5)."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from factory.tasks import imagined
from factory.tasks.eligibility import screen
from factory.tasks.imagined import Situation, Slot
from factory.tasks.labels import kinds_of
from factory.tasks.marks import boxes_coincide
from factory.tasks.pools import pool_for
from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.relation import ABOVE_BELOW, DISTANCE, FRONT_BEHIND, LEFT_RIGHT, answer_classes
from factory.tasks.sampling import Pool
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, MarkRole, Proposal, Task
from factory.tasks.video import pool_in_video
from schemas.qa import Format, Relation, View

Array = np.ndarray

GREEN, BLUE, RED, YELLOW = (MarkRole("bbox", color) for color in ("green", "blue", "red", "yellow"))

# Words of each kind of slot for sides -1, 0 and 1, and the readings of the kinds that have two.
WORDS = {slot.name: slot.words for slot in (LEFT_RIGHT, ABOVE_BELOW, FRONT_BEHIND, DISTANCE)}
READINGS = {"front_behind": "tilted and level view", "distance": "distance and depth"}


def _spec(
    name: str, view: View, relation: Relation, formats: tuple[Format, ...], extra: tuple[Format, ...] = ()
) -> TaskSpec:
    return TaskSpec(
        name=name,
        family="imagination",
        level="high",
        view=view,
        relation=relation,
        formats=formats,
        answer="imagined_relation",
        version=2,
        extra_formats=extra,
    )


class _Imagination(Task):
    """What stays the same for red alone and for red relative to yellow.

    The objects of a candidate are green (where to stand), blue (where to look), red, and yellow where there is one.
    """

    unit = "m"
    slots: ClassVar[tuple[str, str, str]]
    never_empty: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def _read(self, situation: Situation) -> dict[str, Slot]:
        """The words of the answers, in the order of the values."""

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        p = self.parameters
        pool = self._pool(records, rng, quota)
        situation = Situation(records, pool.views, pool.objects, p)
        view = situation.view
        pool.reject(
            f"less than {p.min_gaze_m:g} m between where to stand and where to look", view.distance < p.min_gaze_m
        )
        pool.reject(f"view tilted by more than {p.max_tilt_deg:g} degrees", np.abs(view.tilt_deg) > p.max_tilt_deg)
        near = situation.nearest_to_observer() < p.min_observer_distance_m
        pool.reject(f"object within {p.min_observer_distance_m:g} m of the observer", near)
        read = self._read(situation)
        for name, slot in read.items():
            kind = _kind(name)
            words = " or ".join(sorted(WORDS[kind][::2]))
            if kind in READINGS:
                pool.reject(f"{words} differs between {READINGS[kind]}", ~slot.agreed)
            pool.reject(f"{words} within the noise", slot.margin < p.required_margin)
        pool.reject("left or right differs between space and sight", self._seen_otherwise(situation, read))
        sides = np.stack([read[name].side for name in self.slots], axis=1)
        before = np.stack([read[f"before_{name}"].side for name in self.slots], axis=1)
        pool.reject("no slot to fill", (sides == 0).all(axis=1))
        for name in self.never_empty:
            pool.reject("neither in front nor behind", read[name].side == 0)
        if self.marks:
            same = boxes_coincide(records, pool.object_views, pool.objects, p)
            pool.reject("marked boxes nearly the same", same)
        classes = np.column_stack([answer_classes(sides), (before + 1) @ (9, 3, 1)])
        return pool.propose(pool.draw(quota, rng, classes))

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        read = self._read(Situation(records, candidates.views, candidates.objects, self.parameters))
        return Answers(
            values=np.stack([slot.value for slot in read.values()], axis=1),
            words={name: np.array(WORDS[_kind(name)])[slot.side + 1] for name, slot in read.items()},
            margin=np.min([slot.margin for slot in read.values()], axis=0),
        )

    def _pool(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Pool:
        return pool_for(self, records, quota, rng)

    def _seen_otherwise(self, situation: Situation, read: dict[str, Slot]) -> Array:
        """(n,) whether the eye would name another side; one thing alone is always seen where it is."""
        return np.zeros(len(situation.eye), dtype=bool)


class _OfRed(_Imagination):
    """Where red is for the observer."""

    slots = ("left_right", "above_below", "front_behind")

    def _read(self, situation: Situation) -> dict[str, Slot]:
        return situation.of_red()


class _OfRedAndYellow(_Imagination):
    """Where red is relative to yellow for the observer."""

    slots = ("left_right", "above_below", "distance")

    def _read(self, situation: Situation) -> dict[str, Slot]:
        return situation.of_red_and_yellow()

    def _seen_otherwise(self, situation: Situation, read: dict[str, Slot]) -> Array:
        return situation.seen_otherwise(read)


class _ByName(_Imagination):
    """Nothing is marked: the question names each object by its label and a frame."""

    names_frames = True
    size: ClassVar[int]

    def _pool(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Pool:
        eligible = screen(records, self.parameters, video=True).eligible
        named = eligible & _only_bearers(records)[records.sighting_object]
        pool = pool_in_video(records, named, self.size, quota, self.parameters, rng)
        pool.count("label of several things in the video", int((eligible & ~named).sum()))
        return pool


@register
class ImaginedObserver(_OfRed):
    """Where red is before and after the move, in one image."""

    spec = _spec("spatial_imagination_oc", "single", "oc", ("select", "sentence"))
    marks = (GREEN, BLUE, RED)


@register
class ImaginedObserverInThreeViews(_OfRed):
    """Where red is before and after the move, objects marked in three images."""

    spec = _spec("spatial_imagination_oc_mv", "multi", "oc", ("select", "sentence"))
    marks = (GREEN, BLUE, RED)


@register
class ImaginedObserverInVideo(_OfRed):
    """Where red is before and after the move, objects marked in frames of a video."""

    spec = _spec("spatial_imagination_oc_video", "video", "oc", ("sentence",), ("select",))
    marks = (GREEN, BLUE, RED)


@register
class ImaginedObserverByName(_ByName, _OfRed):
    """Where red is before and after the move, in a video without marks."""

    spec = _spec("spatial_imagination_oc_video_hard", "video", "oc", ("sentence",), ("select",))
    size = 3


@register
class ImaginedPair(_OfRedAndYellow):
    """Where red is relative to yellow before and after the move, in one image."""

    spec = _spec("spatial_imagination_oo", "single", "oo", ("select", "sentence"))
    marks = (GREEN, BLUE, RED, YELLOW)


@register
class ImaginedPairInThreeViews(_OfRedAndYellow):
    """Where red is relative to yellow before and after the move, objects marked in three images."""

    spec = _spec("spatial_imagination_oo_mv", "multi", "oo", ("select", "sentence"))
    marks = (GREEN, BLUE, RED, YELLOW)


@register
class ImaginedPairInVideo(_OfRedAndYellow):
    """Where red is relative to yellow before and after the move, objects marked in frames of a video."""

    spec = _spec("spatial_imagination_oo_video", "video", "oo", ("sentence",), ("select",))
    marks = (GREEN, BLUE, RED, YELLOW)


@register
class ImaginedPairByName(_ByName, _OfRedAndYellow):
    """Where red is relative to yellow before and after the move, and whether both are in front of the new observer."""

    spec = _spec("spatial_imagination_oo_video_hard", "video", "oo", ("sentence",), ("select",))
    size = 4
    never_empty = ("red_front_behind", "yellow_front_behind")

    def _read(self, situation: Situation) -> dict[str, Slot]:
        fronts = {
            "red_front_behind": situation.front_behind(imagined.RED),
            "yellow_front_behind": situation.front_behind(imagined.YELLOW),
        }
        return {**super()._read(situation), **fronts}


def _kind(name: str) -> str:
    """The kind of slot: its name without the time or the object that it is about."""
    return name.removeprefix("before_").removeprefix("red_").removeprefix("yellow_")


def _only_bearers(records: SceneRecords) -> Array:
    """(N,) whether an object is the only one with its label of which any frame of the video shows anything."""
    in_video = records.video_index[records.sighting_view] >= 0
    shown = np.zeros(len(records.object_ids), dtype=bool)
    shown[records.sighting_object[in_video]] = True
    kinds = kinds_of(records)
    named = shown & (kinds >= 0)
    counts = np.bincount(kinds[named], minlength=int(kinds.max(initial=0)) + 1)
    only: Array = named & (counts[kinds] == 1)
    return only
