"""Depth images against each other, and against the boxes of what they show."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from factory.selfcheck.agreement import agreement_of, read_pairs
from factory.selfcheck.boxed import share_by_instance, share_by_outline
from factory.selfcheck.hypotheses import hypotheses
from factory.selfcheck.verdict import Evidence, Fit, Judgement, Kind, judge, when_corrected
from factory.selfcheck.views import View, read_views, spread
from factory.sources.frame_images import FrameImages
from schemas.scene import Frame, SceneObject


class _Limits(NamedTuple):
    """Of an error; see `judge` and `Fit`."""

    noise: float
    suspicious: float
    good: float
    bad: float


# Share of pixels that other views contradict: 0.02 where all is well, 0.25 to 1 under wrong poses, 0.06 under a range.
_VIEWS = _Limits(0.02, 0.05, 0.2, 0.4)
# Share of what is seen of objects that is out of their boxes, by instance images ...
_PAINTED = _Limits(0.03, 0.15, 0.4, 0.6)
# ... and by their outlines: 0 to 0.3 where all is well, 0.6 to 0.8 under wrong poses.
_OUTLINED = _Limits(0.1, 0.6, 0.5, 0.7)
_MIN_PAINTED, _MIN_OUTLINED = 3, 8  # objects that must show
_ELSEWHERE = (
    "the boxes are not where depth shows their objects: their world is not that of the poses (an alignment was "
    "applied to one of them only), or they are the boxes of another scene"
)


def views_agree(frames: Sequence[Frame], media: FrameImages, images: int, thorough: bool) -> Evidence:
    """Whether depth images of the same places agree."""
    paired = read_pairs(frames, max(1, images // 2), media)

    def fit_of(flat: Sequence[View]) -> Fit | None:
        paired = list(zip(flat[::2], flat[1::2], strict=True))
        off, far_off = 1 - agreement_of(paired), 1 - agreement_of(paired, loosely=True)
        return None if np.isnan(off) else Fit(off, off <= _VIEWS.good, far_off > _VIEWS.bad)

    flat = [view for pair in paired for view in pair]
    tried = [one for one in hypotheses() if not one.turns_world]
    found = judge(fit_of, flat, tried, _VIEWS.noise, _VIEWS.suspicious, thorough)
    says = f"other views agree with {{}} of what depth shows in {len(paired)} pairs of images"
    return _evidence("views", len(flat), *found, says, "too little is seen twice to compare depth images")


def objects_in_boxes(
    objects: Sequence[SceneObject], frames: Sequence[Frame], media: FrameImages, images: int, thorough: bool
) -> Evidence:
    """Whether what depth images show lies in the boxes of the objects that it is of: as instance images say, or,
    without them, of those that are in the middle of its outline."""
    boxes = {one.object_id: one.box for one in objects if one.box is not None and not one.is_structural}
    painted = [frame for frame in frames if frame.instances]
    views = read_views(spread(painted or frames, images), media)
    limits, fewest = (_PAINTED, _MIN_PAINTED) if painted else (_OUTLINED, _MIN_OUTLINED)
    # outlines are rough: only what agreeing views cannot tell is asked of them
    tried = [one for one in hypotheses() if painted or one.turns_world]

    def fit_of(views: Sequence[View]) -> Fit | None:
        each = [share_by_instance(v, boxes) if painted else share_by_outline(v, list(boxes.values())) for v in views]
        shares = [share for one in each for share in one]
        if len(shares) < fewest:
            return None
        outside = 1 - float(np.mean(shares))
        return Fit(outside, outside <= limits.good, outside > limits.bad)

    fit, found = judge(fit_of, views, tried, limits.noise, limits.suspicious, thorough)
    if found.verdict == "bad" and found.likely is None:
        found = found._replace(likely="boxes elsewhere", advice=_ELSEWHERE)
    says = f"{{}} of what depth shows of objects lies in their boxes in {len(views)} images"
    return _evidence("boxes", len(views), fit, found, says, "too few objects show to compare depth with their boxes")


def _evidence(kind: Kind, images: int, fit: Fit | None, found: Judgement, says: str, nothing: str) -> Evidence:
    text = nothing if fit is None else says.format(f"{1 - fit.error:.0%}")
    return Evidence(
        kind=kind, verdict=found.verdict, images=images, error=None if fit is None else fit.error,
        says=text + when_corrected(found, lambda left: f"{1 - left:.0%}"), likely=found.likely,
        likely_error=found.likely_error, advice=found.advice,
    )  # fmt: skip
