"""Position matching: the box of the marked object in the second image."""

import re

from factory.audit.case import Case, TaskAudit
from factory.audit.common import check_subject
from factory.audit.findings import Kind
from factory.audit.numeric import check_letter, check_values
from factory.audit.rules import check_pair

SAME_BOX_IOU = 0.5
_BOX = re.compile(r"\[(\d+), (\d+), (\d+), (\d+)\]")
Box = list[int]


def check_position_matching(case: Case) -> None:
    """Red's box in the second image."""
    red, second = case.marked["red"], case.cameras[1]
    shown = second.shown.get(red.object_id)
    if not case.expect(shown is not None, Kind.VISIBILITY, f"object {red.object_id}", "visible in the second image"):
        return
    assert shown is not None
    truth = [int(v) for v in shown["box"]]
    check_values(case, [float(v) for v in truth])
    check_subject(case, red, second)
    check_pair(case)
    if case.format == "fill":
        case.expect(case.answer == str(truth), Kind.ANSWER, case.answer, truth)
    elif case.format == "select":
        _check_options(case, truth)
    else:
        first = [int(v) for v in case.row["marks"][0]["coords"]]
        boxes = [[int(v) for v in found] for found in _BOX.findall(case.answer)]
        right = truth in boxes and all(box in (truth, first) for box in boxes)
        case.expect(right, Kind.ANSWER, case.answer, truth)


def _check_options(case: Case, truth: Box) -> None:
    matches = [_BOX.fullmatch(text) for text in case.options]
    if not case.expect(all(matches), Kind.OPTIONS, case.options, "boxes [x1, y1, x2, y2]"):
        return
    boxes = [[int(v) for v in match.groups()] for match in matches if match]
    for box in boxes:
        valid = 0 <= box[0] < box[2] <= 1000 and 0 <= box[1] < box[3] <= 1000
        case.expect(valid, Kind.OPTIONS, box, "a box inside 0 to 1000")
        if box != truth:
            overlap = iou(box, truth)
            case.expect(overlap < SAME_BOX_IOU, Kind.OPTIONS, box, f"IoU with {truth} < 0.5, it is {overlap:.2f}")
    check_letter(case, [box == truth for box in boxes])


def iou(a: Box, b: Box) -> float:
    """Intersection over union of two boxes."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
    return shared / union if union > 0 else 0.0


AUDITS = (
    TaskAudit(
        name="position_matching",
        level="medium",
        view="multi",
        relation="none",
        unit="0-1000",
        formats=("fill", "select", "sentence"),
        options=4,
        images=2,
        has_margin=False,
        marks=(("bbox", "red"),),
        check=check_position_matching,
    ),
)
