"""Rules that several families share: margins, views that overlap."""

import math
import re
from itertools import combinations

import numpy as np

from factory.audit.case import Case
from factory.audit.evidence import Camera
from factory.audit.findings import Kind
from factory.audit.noise import MIN_MARGIN

MARGIN_SHARE = 0.05
_OTHER = r"\b(?:second|third|last)"
_OTHER_VIEW = re.compile(rf"{_OTHER} (?:image|view|camera|picture|photo)")
# A question may tell in which image a mark is.
_OTHER_OBSERVER = re.compile(
    rf"{_OTHER} (?:camera|view)"
    rf"|\b(?:observer|camera|viewpoint|view|where)\b(?: \w+){{0,3}} the {_OTHER} (?:image|picture|photo)"
)
SAME_PLACE_M, SAME_VIEW_DEG = 0.2, 10.0


def check_margin(case: Case, *derived: float) -> None:
    """The stored margin against the recomputed ones, of which it must be one, and all against the minimum.

    Several candidates occur where a format asks about a part of a fact: its margin is the part's or the whole's.
    The first candidate is the one that the answer depends on.
    """
    case.expect(derived[0] >= MIN_MARGIN * (1 - 1e-6), Kind.MARGIN, f"margin {derived[0]:.3f}", f">= {MIN_MARGIN}")
    stored = case.row["margin"]
    if not case.expect(stored is not None, Kind.MARGIN, "no margin", f"{derived[0]:.3f}"):
        return
    close = any(abs(stored - value) <= MARGIN_SHARE * value for value in derived)
    case.expect(close, Kind.MARGIN, f"margin {stored:.3f}", " or ".join(f"{value:.3f}" for value in derived))


def check_pair(case: Case) -> None:
    """Two views of a row must share a visible object."""
    _check_shared(case, *case.cameras)


def check_triple(case: Case) -> None:
    """Later views of a row share a visible object with the first; no two views are nearly the same."""
    for later in case.cameras[1:]:
        _check_shared(case, case.cameras[0], later)
    for a, b in combinations(case.cameras, 2):
        apart_m, apart_deg = float(np.linalg.norm(a.position - b.position)), turn_deg(a, b)
        told = f"views {a.frame_id}, {b.frame_id}: {apart_m:.3f} m, {apart_deg:.2f} degrees apart"
        case.expect(apart_m >= SAME_PLACE_M or apart_deg >= SAME_VIEW_DEG, Kind.RULE, told, "0.2 m or 10 degrees")


def check_main_view(case: Case) -> None:
    """The observer is at the first camera: no text may put him elsewhere."""
    for text, pattern in ((case.row["question"], _OTHER_OBSERVER), (case.answer, _OTHER_VIEW)):
        other = pattern.search(case.tokens(text))
        case.expect(other is None, Kind.QUESTION, text, f"the first view, not the {other.group() if other else ''}")


def turn_deg(a: Camera, b: Camera) -> float:
    """Angle of the rotation between two cameras: the chord between rotation matrices is 2 sqrt(2) sin(angle / 2)."""
    chord = float(np.linalg.norm(a.rotation - b.rotation))
    return math.degrees(2.0 * math.asin(min(1.0, chord / math.sqrt(8.0))))


def _check_shared(case: Case, first: Camera, second: Camera) -> None:
    shared = [
        object_id
        for object_id, shown in first.shown.items()
        if object_id in second.shown
        and min(shown["visible_fraction"], second.shown[object_id]["visible_fraction"]) >= 0.3
    ]
    case.expect(bool(shared), Kind.RULE, f"views {first.frame_id}, {second.frame_id}", "a visible object in both")
