"""Rules that several families share: margins, unique names, views that overlap."""

from factory.audit.case import Case
from factory.audit.findings import Kind
from factory.audit.noise import MIN_MARGIN

MARGIN_SHARE = 0.05


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
    first, second = case.cameras
    shared = [
        object_id
        for object_id, shown in first.shown.items()
        if object_id in second.shown
        and min(shown["visible_fraction"], second.shown[object_id]["visible_fraction"]) >= 0.3
    ]
    case.expect(bool(shared), Kind.RULE, f"views {first.frame_id}, {second.frame_id}", "a visible object in both")
