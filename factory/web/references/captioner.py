"""Descriptions of objects from a vision-language model, each grounded back to the picture before it is believed.

Two requests per object: the model sees the picture with the object in a red box and describes it; then it sees the
plain picture and says where what it described is. A description is kept whatever came of that, with the overlap of the
two boxes; `factory.web.references.refer` uses those above 0.7.
"""

import json
import re
from collections import Counter
from collections.abc import Sequence

import cv2
import numpy as np

from factory.errors import DataError
from factory.language_model import LanguageModel
from schemas.web import Detection, ModelUse, WebImageRecord

Array = np.ndarray

_DESCRIBE = (
    "You name objects in photographs. Answer with one noun phrase in English and nothing else: no sentence, no stop. "
    "The phrase begins with 'the', says what the thing is and what tells it from everything else in the picture: its "
    "color, its material, its parts, what it does, what it is next to. Never mention the box that marks it."
)
_GROUND = (
    "You find objects in photographs. Answer with one JSON object and nothing else: "
    '{"box": [x1, y1, x2, y2]}, the box around the thing in pixels of the picture, or {"box": null} if the picture '
    "shows no such thing, or several that fit."
)
_LONG_SIDE = 1024  # what the model is sent
_BOX = re.compile(r"\{.*\}", re.DOTALL)
_TALKS_OF_MARK = re.compile(r"\b(?:box|rectangle|outline|highlight\w*)\b", re.IGNORECASE)


class Captioner:
    """Describes the things that their class does not name, through any OpenAI-compatible endpoint."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    def model_use(self) -> ModelUse:
        """Whose words they are; a served model has no checksum and its licence is its operator's to say."""
        return ModelUse(role="captioner", name=self._model.model, sha256="", licence="as served")

    def describe(self, image: WebImageRecord, rgb: Array) -> tuple[WebImageRecord, Counter[str]]:
        """The picture with descriptions of every thing that is not alone in its class; rgb (H, W, 3) uint8, upright.

        What the model could not do is counted by reason and changes nothing else.
        """
        seen = Counter(detection.label for detection in image.detections)
        counts: Counter[str] = Counter()
        scale = min(1.0, _LONG_SIDE / max(rgb.shape[:2]))
        small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        detections = []
        for detection in image.detections:
            if seen[detection.label] > 1:
                try:
                    detection = self._described(detection, small, scale)
                except DataError as error:
                    counts[_reason(error)] += 1
            detections.append(detection)
        models = [*image.models, self.model_use()]
        return image.model_copy(update={"detections": detections, "models": models}), counts

    def _described(self, detection: Detection, picture: Array, scale: float) -> Detection:
        box = [round(scale * side) for side in detection.box]
        marked = cv2.rectangle(picture.copy(), box[:2], box[2:], (255, 0, 0), 2)
        asked = f"Describe the {detection.label} in the red box."
        text = " ".join(self._model.reply(_DESCRIBE, asked, [_jpeg(marked)]).split()).strip(" .\"'")
        if not text or _TALKS_OF_MARK.search(text):
            raise DataError("the description names the mark, or says nothing")
        found = _parse_box(self._model.reply(_GROUND, f"Where is {text}?", [_jpeg(picture)]))
        overlap = 0.0 if found is None else _iou([side / scale for side in found], detection.box)
        return detection.model_copy(update={"description": text, "description_iou": overlap})


def _jpeg(rgb: Array) -> bytes:
    done, data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 90])
    if not done:
        raise DataError("the picture could not be encoded")
    return bytes(data)


def _parse_box(reply: str) -> list[float] | None:
    match = _BOX.search(reply)
    try:
        box = json.loads(match[0] if match else "")["box"]
    except (ValueError, KeyError, TypeError) as error:
        raise DataError("the answer to where it is holds no JSON with a box") from error
    if box is None:
        return None
    if not (isinstance(box, list) and len(box) == 4 and all(isinstance(side, int | float) for side in box)):
        raise DataError("the answer to where it is holds no box of four numbers")
    return [float(side) for side in box]


def _iou(first: Sequence[float], second: Sequence[float]) -> float:
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    return width * height / (sum(areas) - width * height)


def _reason(error: DataError) -> str:
    """Without what differs from picture to picture, so that reasons can be counted."""
    text = str(error)
    return "captioner: " + (text.split(": ", 1)[1].split(":")[0] if text.startswith("http") else text)
