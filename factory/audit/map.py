"""Imagined map: where marked objects are on the ground, seen from above, for the observer of the first image."""

import math
import re

import numpy as np

from factory.audit.case import Case, Placing, TaskAudit
from factory.audit.evidence import Camera
from factory.audit.findings import Kind
from factory.audit.numeric import check_values, is_rounded

MAX_PITCH_DEG = 60.0
MIN_OBJECTS, MAX_OBJECTS = 3, 7
_ENTRY = re.compile(r"Object(\d+) :\((-?\d+\.\d),(-?\d+\.\d)\)\.")
_LINE = re.compile(rf"{_ENTRY.pattern}(?: {_ENTRY.pattern})*")


def check_map(case: Case) -> None:
    """Coordinates of every object: x to the right, y ahead, from below the first camera [m]."""
    camera = case.cameras[0]
    pitch = pitch_deg(camera)
    case.expect(abs(pitch) < MAX_PITCH_DEG, Kind.RULE, f"view {camera.frame_id}: pitch {pitch:.1f}", "< 60 degrees")
    exact = [
        value
        for object_id in case.row["object_ids"]
        for value in on_map(camera, case.evidence.things[object_id].center)
    ]
    check_values(case, exact)
    stored = case.row["values"] if len(case.row["values"] or ()) == len(exact) else exact
    _check_answer(case, exact, stored)


def pitch_deg(camera: Camera) -> float:
    """How far the camera looks up from the horizontal [deg]."""
    return math.degrees(math.asin(max(-1.0, min(1.0, float(camera.rotation[2, 2])))))


def on_map(camera: Camera, center: np.ndarray) -> list[float]:
    """A centre (3,) [m, world] as x (right) and y (ahead) on the ground, the camera at the origin."""
    east, north = camera.rotation[:2, 2] / math.hypot(*camera.rotation[:2, 2])
    dx, dy = (center - camera.position)[:2]
    return [float(dx * north - dy * east), float(dx * east + dy * north)]


def _check_answer(case: Case, exact: list[float], stored: list[float]) -> None:
    """The line that clients parse, once, with every object in order, and no other coordinates beside it."""
    expected = " ".join(f"Object{i // 2} :({exact[i]:.1f},{exact[i + 1]:.1f})." for i in range(0, len(exact), 2))
    line = _LINE.search(case.answer)
    if not case.expect(line is not None, Kind.ANSWER, case.answer, expected):
        return
    assert line is not None
    entries = _ENTRY.findall(line.group())
    written = [text for entry in entries for text in entry[1:]]
    right = [int(entry[0]) for entry in entries] == list(range(len(exact) // 2)) and "-0.0" not in written
    right = right and len(written) == len(exact)
    right = right and all(
        is_rounded(float(text), value, stored=kept) for text, value, kept in zip(written, exact, stored, strict=True)
    )
    rest = case.answer[: line.start()] + case.answer[line.end() :]
    case.expect(right and not re.search(r"\d\.\d", rest), Kind.ANSWER, case.answer, expected)


AUDITS = (
    TaskAudit(
        name="spatial_imagination_map_mv",
        level="high",
        view="multi",
        relation="none",
        unit="m",
        formats=("sentence",),
        options=0,
        images=3,
        has_margin=False,
        marks=tuple(("bbox", f"object{i}") for i in range(MAX_OBJECTS)),
        least_marks=MIN_OBJECTS,
        placing=Placing.SPREAD,
        check=check_map,
    ),
)
