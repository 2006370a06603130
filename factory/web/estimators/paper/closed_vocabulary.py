"""Objects of the classes that a detector was trained for: RT-DETR, D-FINE, DEIM, RF-DETR."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from factory.errors import DataError
from factory.web.estimators.model import Machine
from factory.web.estimators.paper.boxes import kept, pixel_boxes
from factory.web.estimators.paper.checkpoints import load_pretrained, open_folder
from factory.web.estimators.paper.pixels import PixelRule
from factory.web.estimators.paper.runtime import Runtime, batches, require
from factory.web.estimators.paper.stand_ins import rt_detr
from factory.web.estimators.paper.torch_model import TorchModel
from factory.web.estimators.protocols import Detected
from factory.web.estimators.weights import WeightFile
from schemas.base import Record

Array = np.ndarray

FILES = ("config.json", "model.safetensors", "preprocessor_config.json")
_KINDS = ("rt_detr", "rt_detr_v2", "d_fine", "deimv2", "rf_detr")  # sigmoid scores, pictures squashed to one size
_UNNAMED = ("N/A", "background", "LABEL_")


class ClosedVocabularyParameters(Record):
    """threshold : least score told; nms_overlap : of boxes of any class, above which the lesser one goes."""

    threshold: float = Field(default=0.25, gt=0, lt=1)
    nms_overlap: float = Field(default=0.5, gt=0, le=1)


class ClosedVocabulary(TorchModel):
    """Detectors of the DETR family with a score per class."""

    parameters: ClassVar[type[Record]] = ClosedVocabularyParameters

    def __init__(
        self, weights: Mapping[str, WeightFile], parameters: ClosedVocabularyParameters, machine: Machine
    ) -> None:
        self._run = Runtime.of(machine)
        transformers = require("transformers")
        self._checkpoint, config = open_folder(weights["model"], machine, FILES, rt_detr)
        if config.get("model_type") not in _KINDS:
            raise DataError(
                f"{self._checkpoint.path}: a model of type {config.get('model_type')!r}; expected {', '.join(_KINDS)}"
            )
        self._rule = PixelRule.read(self._checkpoint.path)
        model = load_pretrained(transformers.AutoModelForObjectDetection, self._checkpoint)
        self._names = _names(model.config.id2label)
        self._model = self._run.ready(model)
        self._parameters = parameters

    def detect(self, pictures: list[Array]) -> list[Detected]:
        """Boxes by falling score, those below `threshold` left out."""
        found: list[Detected] = []
        for places in batches([0] * len(pictures), self._run.batch_size):
            pixels = np.stack([self._rule.squashed(pictures[i]) for i in places])
            with self._run.torch.inference_mode():
                output = self._model(pixel_values=self._run.tensor(pixels))
            scores = self._run.array(output.logits.float().sigmoid())
            boxes = self._run.array(output.pred_boxes)
            found += [self._read(pictures[i], scores[row], boxes[row]) for row, i in enumerate(places)]
        return found

    def _read(self, picture: Array, scores: Array, relative: Array) -> Detected:
        named = np.array([self._names.get(i, "") != "" for i in range(scores.shape[1])])
        scores = np.where(named, scores, 0.0)
        which, best = scores.argmax(axis=1), scores.max(axis=1).astype(np.float64)
        here = best > self._parameters.threshold
        boxes = pixel_boxes(relative, picture.shape[1], picture.shape[0], picture.shape[:2])
        places = np.flatnonzero(here)
        stay = places[kept(boxes[places], best[places], self._parameters.nms_overlap)]
        return Detected(tuple(self._names[int(which[i])] for i in stay), best[stay], boxes[stay], bool(here.all()))


def _names(id2label: Mapping[Any, str]) -> dict[int, str]:
    """Class index to name; slots without one are left out."""
    return {int(i): name.lower() for i, name in id2label.items() if name and not name.startswith(_UNNAMED)}
