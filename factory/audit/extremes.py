"""Which object is closest to the observer, or farthest: shown by its box, and in which of several images."""

import re
from dataclasses import replace

import numpy as np

from factory.audit.case import Array, Case, TaskAudit
from factory.audit.common import MIN_AREA, check_subject, is_structural
from factory.audit.evidence import Camera, Thing
from factory.audit.findings import Kind
from factory.audit.matching import SAME_BOX_IOU, iou
from factory.audit.noise import EMPTY_M, spread
from factory.audit.numeric import check_letter, check_values, is_rounded
from factory.audit.rules import check_margin
from factory.audit.text import Named, numbers, tokenise

IMAGES = ("first", "second", "third")
_BOX = re.compile(r"(?:the (first|second|third) image, )?\[(\d+), (\d+), (\d+), (\d+)\]")
_IMAGE = re.compile(r"\b(first|second|third)\b")
_POLARITY = {
    "closest": re.compile(r"\b(?:closest|nearest)\b"),
    "farthest": re.compile(r"\b(?:farthest|furthest)\b"),
}
Place = tuple[int, ...]
"""The image (from 0) and the box."""


def asked_extreme(case: Case) -> str | None:
    """Whether the question asks for the closest or the farthest; a finding where it says neither or both."""
    asked = said_extremes(case.tokens(case.row["question"]))
    if case.expect(len(asked) == 1, Kind.QUESTION, case.row["question"], "either closest or farthest"):
        return asked[0]
    return None


def said_extremes(text: str) -> list[str]:
    """The superlatives of a tokenised text."""
    return [word for word, pattern in _POLARITY.items() if pattern.search(text)]


def check_shown(case: Case) -> None:
    """The extreme among all that is visible, by its distance to the first camera, and where it is shown."""
    asked = asked_extreme(case)
    if asked is None or not case.expect(len(case.row["object_ids"]) == 1, Kind.OBJECT, "objects", "the winner"):
        return
    rivals = _visible(case)
    if not case.expect(len(rivals) > 1, Kind.RULE, f"{len(rivals)} objects in view", "something to compare"):
        return
    away = {i: float(np.linalg.norm(case.cameras[0].see(thing.center))) for i, thing in rivals.items()}
    winner = (min if asked == "closest" else max)(away, key=lambda i: away[i])
    stored = case.row["object_ids"][0]
    if not case.expect(stored == winner, Kind.OBJECT, f"object {stored}", f"object {winner} is the {asked}"):
        return
    check_margin(case, _lead(case.cameras[0], rivals, winner, asked))
    shown_in = [i for i, camera in enumerate(case.cameras) if winner in camera.shown]
    if not case.expect(len(shown_in) == 1, Kind.RULE, f"shown in images {shown_in}", "shown in exactly one"):
        return
    image = shown_in[0]
    check_subject(case, rivals[winner], case.cameras[image])
    truth = (image, *(int(v) for v in case.cameras[image].shown[winner]["box"]))
    check_values(case, [float(v) for v in _told(case, truth)])
    case.answers.append(asked)
    if case.format == "fill":
        case.expect(case.answer == _written(case, truth), Kind.ANSWER, case.answer, _written(case, truth))
    elif case.format == "select":
        _check_options(case, truth)
    else:
        _check_sentence(case, truth, rivals[winner], away[winner], asked)


def _visible(case: Case) -> dict[int, Thing]:
    """What may be called an object, and has a box in the images that is large enough to notice."""
    shown = {i for camera in case.cameras for i in camera.shown if _area(camera.shown[i]["box"]) >= MIN_AREA}
    things = {i: thing for i, thing in case.evidence.things.items() if i in shown}
    return {i: thing for i, thing in things.items() if not is_structural(thing)}


def _area(box: list[int]) -> int:
    x1, y1, x2, y2 = box
    return (x2 - x1) * (y2 - y1)


def _lead(camera: Camera, things: dict[int, Thing], winner: int, asked: str) -> float:
    """By how many standard deviations the winner keeps its lead over the next one."""
    rivals = [thing.center for i, thing in things.items() if i != winner]
    points = camera.see(np.array([things[winner].center, *rivals]))
    sign = 1.0 if asked == "closest" else -1.0

    def lead(moved: Array) -> Array:
        away = np.linalg.norm(moved, axis=-1)
        return np.asarray(sign * (away[..., 1:] - away[..., :1]))

    return float(((lead(points) - EMPTY_M) / spread(lead, points, camera=True)).min())


def _told(case: Case, place: Place) -> Place:
    """The image is told only where there are several."""
    return place if len(case.cameras) > 1 else place[1:]


def _written(case: Case, place: Place) -> str:
    image = f"the {IMAGES[place[0]]} image, " if len(case.cameras) > 1 else ""
    return f"{image}{list(place[1:])}"


def _read(case: Case, match: re.Match[str]) -> Place | None:
    """The place that a text tells, None where it tells an image that a row of one image has not, or leaves it out."""
    image, *box = match.groups()
    if (image is not None) != (len(case.cameras) > 1):
        return None
    return (IMAGES.index(image) if image else 0, *(int(v) for v in box))


def _check_options(case: Case, truth: Place) -> None:
    matches = [_BOX.fullmatch(text) for text in case.options]
    places = [_read(case, match) if match else None for match in matches]
    if not case.expect(None not in places, Kind.OPTIONS, case.options, f"such as {_written(case, truth)}"):
        return
    for place in (place for place in places if place is not None and place != truth):
        box = list(place[1:])
        shown = [shown["box"] for shown in case.cameras[place[0]].shown.values()]
        case.expect(box in shown, Kind.OPTIONS, _written(case, place), "the box of another object there")
        overlap = iou(box, list(truth[1:])) if place[0] == truth[0] else 0.0
        case.expect(overlap < SAME_BOX_IOU, Kind.OPTIONS, box, f"IoU with {truth[1:]} < 0.5, it is {overlap:.2f}")
    check_letter(case, [place == truth for place in places])


def _check_sentence(case: Case, truth: Place, winner: Thing, away: float, asked: str) -> None:
    """The box, the image, the label and the distance of the winner, and nothing else."""
    text = tokenise(case.answer, (Named("winner", winner.label),))
    boxes = [[int(v) for v in found.groups()[1:]] for found in _BOX.finditer(text)]
    case.expect(bool(boxes) and all(box == list(truth[1:]) for box in boxes), Kind.ANSWER, case.answer, truth[1:])
    case.expect("@winner" in text, Kind.ANSWER, case.answer, winner.label)
    case.expect(said_extremes(text) in ([asked], []), Kind.ANSWER, case.answer, asked)
    found = numbers(_BOX.sub(" ", text))
    case.expect(all(is_rounded(v, away) for v in found) and len(found) < 2, Kind.ANSWER, case.answer, f"{away:.1f}")
    if len(case.cameras) > 1:
        # The observer is where the first image was taken, so that one may be named as well.
        images = set(_IMAGE.findall(text))
        right = IMAGES[truth[0]] in images and images <= {"first", IMAGES[truth[0]]}
        case.expect(right, Kind.ANSWER, case.answer, f"the {IMAGES[truth[0]]} image")


OC = TaskAudit(
    name="distance_infer_center_oc",
    level="high",
    view="single",
    relation="oc",
    unit="0-1000",
    formats=("fill", "select", "sentence"),
    options=4,
    images=1,
    has_margin=True,
    marks=(),
    check=check_shown,
)
AUDITS = (OC, replace(OC, name="distance_infer_center_oc_mv", view="multi", images=3))
