"""Camera motion: where in the first image the second camera stands, and how deep."""

import re
from itertools import combinations

from factory.audit.case import Case, TaskAudit
from factory.audit.findings import Kind
from factory.audit.numeric import MIN_SHARE, MIN_STEP_M, check_letter, check_values, is_rounded
from factory.audit.rules import check_pair
from factory.audit.text import numbers

MIN_DEPTH_M = 0.3
# Nearer to each other than the noise of a camera, two points of an image are the same answer: 2.6 degrees.
MIN_APART = 30.0
_FILL = re.compile(r"\((\d+),(\d+)\),(\d+\.\d)")
_OPTION = re.compile(r"Image Coor: \((\d+), (\d+)\), Depth: (\d+\.\d) meters")
_ELSEWHERE = re.compile(r"\bthird\b|\bbehind\b|\) (?:in|of) the second\b")
_POINT = re.compile(r"\((\d+), ?(\d+)\)")
Told = tuple[float, float, float]


def check_camera_motion(case: Case) -> None:
    """The second optical centre, projected by the first camera."""
    check_pair(case)
    case.expect(not case.row["object_ids"], Kind.OBJECT, case.row["object_ids"], "no objects")
    first, second = case.cameras
    right, down, depth = (float(v) for v in first.see(second.position))
    if not case.expect(depth >= MIN_DEPTH_M, Kind.RULE, f"depth {depth:.3f}", "at least 0.3 m"):
        return
    fx, _, cx, _, fy, cy = (float(v) for v in first.intrinsics.ravel()[:6])
    u = (fx * right / depth + cx + 0.5) / first.width * 1000.0
    v = (fy * down / depth + cy + 0.5) / first.height * 1000.0
    case.expect(0 <= u <= 1000 and 0 <= v <= 1000, Kind.RULE, f"point {u:.1f}, {v:.1f}", "inside the first image")
    check_values(case, [u, v, depth])
    truth = (u, v, depth)
    if case.format == "fill":
        match = _FILL.fullmatch(case.answer)
        right_answer = match is not None and _is_right(_told(match), truth)
        case.expect(right_answer, Kind.ANSWER, case.answer, f"({u:.0f},{v:.0f}),{depth:.1f}")
    elif case.format == "select":
        _check_options(case, truth)
    else:
        case.expect(not _ELSEWHERE.search(case.answer), Kind.ANSWER, case.answer, "a point of the first image")
        point = _POINT.findall(case.answer)
        rest = numbers(_POINT.sub(" ", case.answer))
        told = (*(float(x) for x in point[0]), rest[0]) if len(point) == len(rest) == 1 else None
        case.expect(
            told is not None and _is_right(told, truth),
            Kind.ANSWER,
            case.answer,
            f"({u:.0f}, {v:.0f}) and {depth:.1f} meters",
        )


def _told(match: re.Match[str]) -> Told:
    u, v, depth = (float(group) for group in match.groups())
    return u, v, depth


def _is_right(told: tuple[float, ...], truth: Told) -> bool:
    steps = ("1", "1", "0.1")
    return all(is_rounded(value, exact, step) for value, exact, step in zip(told, truth, steps, strict=True))


def _check_options(case: Case, truth: Told) -> None:
    matches = [_OPTION.fullmatch(text) for text in case.options]
    if not case.expect(all(matches), Kind.OPTIONS, case.options, "Image Coor: (u, v), Depth: z meters"):
        return
    told = [_told(match) for match in matches if match]
    for u, v, depth in told:
        case.expect(0 <= u <= 1000 and 0 <= v <= 1000 and depth > 0, Kind.OPTIONS, (u, v, depth), "inside the image")
    for a, b in combinations(told, 2):
        case.expect(_differ(a, b), Kind.OPTIONS, f"{a}, {b}", "another place in the image, or another depth")
    check_letter(case, [_is_right(one, truth) for one in told])


def _differ(a: Told, b: Told) -> bool:
    deeper = abs(a[2] - b[2]) >= max(MIN_STEP_M, MIN_SHARE * max(a[2], b[2])) - 1e-9
    return deeper or max(abs(a[0] - b[0]), abs(a[1] - b[1])) >= MIN_APART


AUDITS = (
    TaskAudit(
        name="camera_motion_infer",
        level="medium",
        view="multi",
        relation="none",
        unit="none",
        formats=("fill", "select", "sentence"),
        options=4,
        images=2,
        has_margin=False,
        marks=(),
        check=check_camera_motion,
    ),
)
