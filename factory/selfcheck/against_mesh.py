"""Depth images, or without them only the cameras, against the scene's mesh."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from factory.selfcheck.agreement import agreement_of, read_pairs
from factory.selfcheck.hypotheses import hypotheses
from factory.selfcheck.surface import Surface
from factory.selfcheck.verdict import Evidence, Fit, judge, metres, middle, when_corrected
from factory.selfcheck.views import View, camera_view, read_views, spread
from factory.sources.frame_images import FrameImages
from schemas.scene import Frame, Mesh

# Metres between depth and mesh: 0.005 to 0.01 on good scans, 0.015 to 0.03 under small slips, to above 1 under others.
_NOISE_M, _SUSPICIOUS_M, _BAD_M = 0.001, 0.012, 0.15
_GOOD_M = 0.05  # coarse meshes and phones' depth reach this
# Share of the depth that is as deep as the mesh: 0.9 and more on good scans, less than a third under most slips.
_GOOD_MET, _BAD_MET = 0.6, 0.4
_FRAMES_AGREE = 0.9

_CAMERAS = 12
_UNSEEN_NOISE, _UNSEEN_SUSPICIOUS, _UNSEEN_GOOD, _UNSEEN_BAD = 0.05, 0.3, 0.4, 0.7


def depth_on_mesh(mesh: Mesh, frames: Sequence[Frame], media: FrameImages, images: int, thorough: bool) -> Evidence:
    """Whether the readings of some depth images lie on the mesh."""
    views = read_views(spread(frames, images), media)
    if not views:
        says = "no depth image could be compared with the mesh: none could be read or held readings"
        return Evidence(kind="mesh", verdict="cannot tell", images=0, error=None, says=says)
    ask = partial(judge, views=views, noise=_NOISE_M, suspicious=_SUSPICIOUS_M, thorough=thorough)
    # most scenes are good, which the part of the mesh shows where the readings should be
    surface = Surface(mesh, None if thorough else np.concatenate([view.readings()[1] for view in views]))
    fit, found = ask(partial(_fit, surface), tried=hypotheses() if thorough else [])
    if not thorough and (fit is None or not fit.good or fit.error > _SUSPICIOUS_M):
        surface = Surface(mesh)
        fit, found = ask(partial(_fit, surface), tried=hypotheses())
    assert fit is not None
    if found.verdict == "bad" and found.likely is None:
        share = agreement_of(read_pairs(frames, max(2, images // 2), media))
        if share >= _FRAMES_AGREE:
            found = found._replace(
                likely="alignment",
                advice=f"the images agree with each other ({share:.0%}) but not with the mesh: its world is not that "
                "of the poses (an alignment was applied to one of them only), or it is the mesh of another scan",
            )
    each = [surface.distances(view) for view in views]
    p90, beyond_5, beyond_10 = (float(np.median(values)) for values in list(zip(*each, strict=True))[1:])
    met = _middle_met(surface, views)
    says = (
        f"depth lies {metres(fit.error)} off the mesh (nine tenths of it within {metres(p90)}"
        + ("" if np.isnan(met) else f"; {met:.0%} as deep as the mesh")
        + f") in {len(views)} images"
        + when_corrected(found, metres)
    )
    return Evidence(
        kind="mesh", verdict=found.verdict, images=len(views), error=fit.error, p90=p90, beyond_5_cm=beyond_5,
        beyond_10_cm=beyond_10, met=None if np.isnan(met) else met, says=says, likely=found.likely,
        likely_error=found.likely_error, advice=found.advice,
    )  # fmt: skip


def cameras_in_mesh(mesh: Mesh, frames: Sequence[Frame], thorough: bool) -> Evidence:
    """Whether cameras without depth are where they see the mesh, and see it upright."""
    surface = Surface(mesh)
    views = [camera_view(frame) for frame in spread(frames, _CAMERAS)]

    def fit_of(views: Sequence[View]) -> Fit:
        unseen = 1 - float(np.median([surface.share_seen(view) for view in views]))
        return Fit(unseen, unseen <= _UNSEEN_GOOD, unseen > _UNSEEN_BAD)

    # what else is amiss cannot be told without depth
    tried = [one for one in hypotheses() if one.moves_camera]
    fit, found = judge(fit_of, views, tried, _UNSEEN_NOISE, _UNSEEN_SUSPICIOUS, thorough)
    assert fit is not None
    says = f"{1 - fit.error:.0%} of what {len(views)} cameras look at is mesh" + when_corrected(
        found, lambda left: f"{1 - left:.0%}"
    )
    return Evidence(
        kind="cameras", verdict=found.verdict, images=len(views), error=fit.error, says=says, likely=found.likely,
        likely_error=found.likely_error, advice=found.advice,
    )  # fmt: skip


def _middle_met(surface: Surface, views: Sequence[View]) -> float:
    """Share of the readings that are as deep as the mesh, of the better image in the middle."""
    return 1 - middle([1 - surface.share_met(view) for view in views])


def _fit(surface: Surface, views: Sequence[View]) -> Fit:
    """Half of the images may show what the mesh lacks, or walls that stay in place under some slips: the better half
    decides what is good or bad by itself, all of them what would fit better."""
    medians = [surface.distances(view).median for view in views]
    error, better = float(np.median(medians)), middle(medians)
    if better > _BAD_M:
        return Fit(error, good=False, bad=True)
    met = _middle_met(surface, views)
    return Fit(error, good=better <= _GOOD_M and not met < _GOOD_MET, bad=met < _BAD_MET)
