"""What comparisons say, and when what they say is bad."""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np

from factory.selfcheck.hypotheses import Hypothesis
from factory.selfcheck.views import View
from schemas.base import Record

Outcome = Literal["good", "bad", "cannot tell"]
Kind = Literal["scene", "mesh", "views", "boxes", "cameras", "intrinsics", "depth unit", "upright"]

_EXPLAINS = 0.5  # a hypothesis that leaves at most this share of the error explains it
_NO_DOUBT = 0.05  # and one that leaves at most this is right where nothing else could be compared
_HINTS = 0.75  # and one that leaves at most this is worth a word
_UNEXPLAINED = (
    "no usual slip of the poses, as they are after any alignment, explains it (inverse poses that were aligned "
    "afterwards look so): look at its pictures"
)


class Evidence(Record):
    """One comparison.

    images : how many were compared; error : small where all is well, in metres for `mesh`, in degrees for `upright`,
    else a share; None where nothing could be compared; says : the numbers in words; likely : the slip that explains
    the error, or a good part of it; likely_error : what it leaves; advice : what to do about it.
    """

    kind: Kind
    verdict: Outcome
    images: int
    error: float | None
    p90: float | None = None
    beyond_5_cm: float | None = None
    beyond_10_cm: float | None = None
    met: float | None = None
    says: str
    likely: str | None = None
    likely_error: float | None = None
    advice: str | None = None


class SceneCheck(Record):
    """All that was compared of a scene, and the verdict: bad where anything is, good where anything else is."""

    scene_id: str
    verdict: Outcome
    evidence: list[Evidence]

    @property
    def message(self) -> str:
        """What is wrong and what to do, in one line."""
        wrong = [one for one in self.evidence if one.verdict == "bad"] or self.evidence
        return "; ".join(one.says + (f": {one.advice}" if one.advice else "") for one in wrong)


class Fit(NamedTuple):
    """How well views fit; `good` and `bad` say whether that alone decides, whatever else would fit better."""

    error: float
    good: bool
    bad: bool


FitOf = Callable[[Sequence[View]], Fit | None]


class Judgement(NamedTuple):
    """See `Evidence`."""

    verdict: Outcome
    likely: str | None = None
    likely_error: float | None = None
    advice: str | None = None


def judge(
    fit_of: FitOf, views: Sequence[View], tried: Sequence[Hypothesis], noise: float, suspicious: float, thorough: bool
) -> tuple[Fit | None, Judgement]:
    """How well the views fit and what that means.

    It is bad when it is bad by itself, and above `suspicious` also where a hypothesis fits well and leaves half the
    error at most: real scans are noisy, but no noise goes away when a convention is changed. Hypotheses are asked for
    errors above `suspicious`, and above `noise` if `thorough`. None of a fit: nothing can be compared, and then only a
    hypothesis that fits without a doubt is taken for a proof.
    """
    fit = fit_of(views) if views else None
    if not views or (fit and not fit.bad and fit.error <= (noise if thorough else suspicious)):
        return fit, Judgement("cannot tell" if fit is None else "good" if fit.good else "cannot tell")
    found = _likeliest(fit_of, views, tried, noise)
    if fit is None:
        if found is None or found[1].error > _NO_DOUBT:
            return None, Judgement("cannot tell")
        return None, Judgement("bad", found[0].name, found[1].error, found[0].advice)
    share_left = np.inf if found is None else found[1].error / fit.error
    if found and share_left <= _EXPLAINS and (fit.bad or fit.error > suspicious):
        return fit, Judgement("bad", found[0].name, found[1].error, found[0].advice)
    if fit.bad:
        return fit, Judgement("bad", advice=_UNEXPLAINED)
    verdict: Outcome = "good" if fit.good else "cannot tell"
    if found and share_left <= _HINTS and fit.error > noise:
        return fit, Judgement(verdict, found[0].name, found[1].error, found[0].advice)
    return fit, Judgement(verdict)


def _likeliest(
    fit_of: FitOf, views: Sequence[View], tried: Sequence[Hypothesis], noise: float
) -> tuple[Hypothesis, Fit] | None:
    """Of the hypotheses under which the views fit well, the one that does so best; of those alike the first."""
    fits = [(one, fit_of([one.cure(view) for view in views])) for one in tried]
    good = [(one, fit) for one, fit in fits if fit and fit.good]
    if not good:
        return None
    least = min(fit.error for _, fit in good)
    return next((one, fit) for one, fit in good if fit.error <= max(1.1 * least, least + noise / 4))


def middle(values: Sequence[float]) -> float:
    """Of the values that are not NaN the lower one in the middle: up to half of them may be high for other reasons.
    NaN for none."""
    known = np.sort([value for value in values if not np.isnan(value)])
    return float(known[(len(known) - 1) // 2]) if len(known) else np.nan


def metres(value: float) -> str:
    """A length in words."""
    if not np.isfinite(value):
        return "infinitely far"
    return f"{value:.2f} m" if value >= 1 else f"{value * 100:.1f} cm"


def when_corrected(judgement: Judgement, words: Callable[[float], str]) -> str:
    """The error that is left, in words after a comma."""
    left = judgement.likely_error
    return "" if left is None else f", {words(left)} with {judgement.likely!r} corrected"
