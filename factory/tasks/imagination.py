"""Where things are after an imagined move: the observer stands at green and looks at blue (SPAR, section 7.5)."""

from typing import ClassVar

import numpy as np

from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, MarkRole, Proposal, Task
from schemas.qa import Format, Relation, View

GREEN, BLUE, RED, YELLOW = (MarkRole("bbox", color) for color in ("green", "blue", "red", "yellow"))


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
        version=1,
        extra_formats=extra,
    )


class _Imagination(Task):
    """Objects of a candidate: green (where to stand), blue (where to look), red, and yellow where there is one."""

    unit = "m"
    size: ClassVar[int] = 3

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        raise NotImplementedError

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        raise NotImplementedError


@register
class ImaginedObserver(_Imagination):
    """Where red is before and after the move, in one image."""

    spec = _spec("spatial_imagination_oc", "single", "oc", ("select", "sentence"))
    marks = (GREEN, BLUE, RED)


@register
class ImaginedObserverInThreeViews(_Imagination):
    """Where red is before and after the move, objects marked in three images."""

    spec = _spec("spatial_imagination_oc_mv", "multi", "oc", ("select", "sentence"))
    marks = (GREEN, BLUE, RED)


@register
class ImaginedObserverInVideo(_Imagination):
    """Where red is before and after the move, objects marked in frames of a video."""

    spec = _spec("spatial_imagination_oc_video", "video", "oc", ("sentence",), ("select",))
    marks = (GREEN, BLUE, RED)


@register
class ImaginedObserverInVideoByName(_Imagination):
    """Where red is before and after the move, objects named by label and frame alone."""

    spec = _spec("spatial_imagination_oc_video_hard", "video", "oc", ("sentence",), ("select",))
    names_frames = True


@register
class ImaginedPair(_Imagination):
    """Where red is relative to yellow before and after the move, in one image."""

    spec = _spec("spatial_imagination_oo", "single", "oo", ("select", "sentence"))
    marks = (GREEN, BLUE, RED, YELLOW)
    size = 4


@register
class ImaginedPairInThreeViews(_Imagination):
    """Where red is relative to yellow before and after the move, objects marked in three images."""

    spec = _spec("spatial_imagination_oo_mv", "multi", "oo", ("select", "sentence"))
    marks = (GREEN, BLUE, RED, YELLOW)
    size = 4


@register
class ImaginedPairInVideo(_Imagination):
    """Where red is relative to yellow before and after the move, objects marked in frames of a video."""

    spec = _spec("spatial_imagination_oo_video", "video", "oo", ("sentence",), ("select",))
    marks = (GREEN, BLUE, RED, YELLOW)
    size = 4


@register
class ImaginedPairInVideoByName(_Imagination):
    """Where red is relative to yellow before and after the move, objects named by label and frame alone."""

    spec = _spec("spatial_imagination_oo_video_hard", "video", "oo", ("sentence",), ("select",))
    names_frames = True
    size = 4
