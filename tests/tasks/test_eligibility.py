"""Which sightings may be asked about."""

from dataclasses import replace

import numpy as np
import pytest

from factory.tasks.eligibility import screen
from factory.tasks.parameters import DEFAULTS
from factory.tasks.records import SceneRecords
from tests.tasks.synthetic_records import synthetic_records


def one_good_sighting() -> SceneRecords:
    """Records of which exactly one sighting remains, and that one may be asked about."""
    records = synthetic_records(0)
    row = np.flatnonzero(screen(records, DEFAULTS).eligible)[:1]
    names = (
        "sighting_view",
        "sighting_object",
        "boxes",
        "visible_fractions",
        "pixel_counts",
        "points",
        "centers_camera",
    )
    return replace(records, **{name: getattr(records, name)[row].copy() for name in names})


def test_a_good_sighting_passes() -> None:
    screening = screen(one_good_sighting(), DEFAULTS)
    assert screening.eligible.tolist() == [True]
    assert screening.rejects == {}


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("is_keyframe", False, "not in a keyframe"),
        ("structural", True, "part of the building"),
        ("labels", "", "without a label"),
        ("visible_fractions", 0.299, "too little of it visible"),
        ("boxes", [500, 500, 540, 549], "box too small"),
        ("pixel_counts", 1254, "too few pixels"),  # of 1296 x 968
        ("centers_camera", [0.0, 0.0, 0.19], "too near or too far"),
        ("centers_camera", [0.0, 0.0, 8.01], "too near or too far"),
        ("boxes", [0, 300, 500, 600], "cut off by the image border"),
        ("boxes", [300, 300, 1000, 600], "cut off by the image border"),
        ("boxes", [300, 0, 500, 600], "cut off by the image border"),
        ("boxes", [300, 300, 500, 1000], "cut off by the image border"),
    ],
)
def test_each_fault_is_counted_by_its_reason(column: str, value: object, reason: str) -> None:
    records = one_good_sighting()
    changed = getattr(records, column).copy()
    changed[...] = value
    screening = screen(replace(records, **{column: changed}), DEFAULTS)
    assert screening.eligible.tolist() == [False]
    assert screening.rejects == {reason: 1}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("visible_fractions", 0.3),
        ("boxes", [500, 500, 540, 550]),
        ("centers_camera", [0.0, 0.0, 0.2]),
        ("centers_camera", [0.0, 0.0, 8.0]),
        ("boxes", [1, 1, 999, 999]),
    ],
)
def test_the_limits_themselves_are_allowed(column: str, value: object) -> None:
    records = one_good_sighting()
    changed = getattr(records, column).copy()
    changed[...] = value
    assert screen(replace(records, **{column: changed}), DEFAULTS).eligible.tolist() == [True]


def test_every_sighting_passes_or_is_counted() -> None:
    records = synthetic_records(5, objects=20, views=40)
    screening = screen(records, DEFAULTS)
    assert screening.eligible.sum() + screening.rejects.total() == len(records.sighting_view)
    assert screening.eligible.sum() > 30
