"""Appearance in the video: in which frames an object shows, and in which order objects first do."""

import re
from itertools import pairwise

from factory.audit.case import Case, Placing, TaskAudit, video_frames
from factory.audit.common import MIN_AREA, MIN_FRACTION, MIN_PIXELS, check_plain_label, pixel_share
from factory.audit.evidence import Camera, Evidence
from factory.audit.findings import Kind
from factory.audit.numeric import check_letter, check_values
from factory.audit.text import Named, number_words

LABELS = 4
_TOKEN = re.compile(r"@(label\d)")


def appears(camera: Camera, object_id: int) -> bool | None:
    """Whether an object is to be seen in a view: enough of it, not a pixel (False), or something between (None)."""
    shown = camera.shown.get(object_id)
    if shown is None:
        return False
    x1, y1, x2, y2 = shown["box"]
    clear = shown["visible_fraction"] >= MIN_FRACTION and (x2 - x1) * (y2 - y1) >= MIN_AREA
    return True if clear and pixel_share(camera, shown) >= MIN_PIXELS else None


def check_locate(case: Case) -> None:
    """The other frames that show the marked object."""
    red, reference = case.marked["red"], case.row["marks"][0]["image_index"]
    states = [appears(camera, red.object_id) for camera in case.cameras]
    unsure = [frame for frame, state in enumerate(states) if state is None]
    case.expect(not unsure, Kind.RULE, f"object {red.object_id} partly shown in {unsure}", "shown, or not a pixel")
    others = [frame for frame, state in enumerate(states) if state and frame != reference]
    case.expect(bool(others), Kind.RULE, f"object {red.object_id} in no other frame", "another frame")
    check_values(case, [float(frame) for frame in others])
    said = [int(word) for word in number_words(case.tokens(case.answer)) if word.isdigit()]
    case.expect([frame for frame in said if frame != reference] == others, Kind.ANSWER, case.answer, others)


def first_frame(evidence: Evidence, label: str) -> tuple[int, list[int]] | None:
    """The first frame of the video with a pixel of a label, and its instances that clearly show there."""
    owners = [thing.object_id for thing in evidence.things.values() if thing.label == label]
    for frame, camera in enumerate(evidence.video):
        shown = [object_id for object_id in owners if object_id in camera.shown]
        if shown:
            return frame, [object_id for object_id in shown if appears(camera, object_id)]
    return None


def check_order(case: Case) -> None:
    """Four labels in the order in which they first appear."""
    ids, labels = case.row["object_ids"], case.row["labels"]
    case.expect(len(set(labels)) == LABELS == len(labels), Kind.OBJECT, f"labels {labels}", "four different labels")
    frames = []
    for object_id, label in zip(ids, labels, strict=True):
        check_plain_label(case, label)
        found = first_frame(case.evidence, label)
        if not case.expect(found is not None, Kind.RULE, f"{label!r} in no frame", "a label that the video shows"):
            return
        assert found is not None
        frame, clear = found
        frames.append(frame)
        first = f"object {object_id} ({label}) clearly shown in frame {frame}, the first with a pixel of its label"
        case.expect(object_id in clear, Kind.RULE, f"objects {clear} clearly shown", first)
    ordered = all(before < after for before, after in pairwise(frames))
    case.expect(ordered, Kind.RULE, f"first frames {frames} of {labels}", "different frames, ascending")
    check_values(case, [float(frame) for frame in frames])
    truth = ", ".join(labels)
    if case.format == "select":
        for text in case.options:
            case.expect(sorted(text.split(", ")) == sorted(labels), Kind.OPTIONS, text, f"an order of {labels}")
        check_letter(case, [text == truth for text in case.options])
    elif case.format == "fill":
        case.expect(case.answer == truth, Kind.ANSWER, case.answer, truth)
    else:
        _check_sentence(case, frames)


def _check_sentence(case: Case, frames: list[int]) -> None:
    """The labels in order, and the frames in order. A label may be a word of the sentence besides."""
    text = case.tokens(case.answer)
    expected = ", ".join(f"{named.label} at {frame}" for named, frame in zip(case.named, frames, strict=True))
    tokens = iter(_TOKEN.findall(text))
    in_order = all(named.token in tokens for named in case.named)
    told = number_words(_TOKEN.sub(" ", text))
    right = in_order and told == [str(frame) for frame in frames]
    case.expect(right, Kind.ANSWER, case.answer, expected)


def _labels(case: Case) -> tuple[Named, ...]:
    return tuple(Named(f"label{place}", label) for place, label in enumerate(case.row["labels"]))


AUDITS = (
    TaskAudit(
        name="obj_frame_locate",
        level="high",
        view="video",
        relation="none",
        unit="none",
        formats=("sentence",),
        options=0,
        images=32,
        has_margin=False,
        marks=(("bbox", "red"),),
        placing=Placing.ANY,
        check=check_locate,
        frames=video_frames,
    ),
    TaskAudit(
        name="appearance_order",
        level="high",
        view="video",
        relation="none",
        unit="none",
        formats=("fill", "sentence", "select"),
        options=4,
        images=32,
        has_margin=False,
        marks=(),
        check=check_order,
        frames=video_frames,
        names=_labels,
    ),
)
