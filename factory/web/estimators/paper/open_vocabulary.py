"""Objects by any name: Grounding DINO, OWLv2 or OmDet-Turbo, asked for a vocabulary."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from pydantic import Field

from factory.web.estimators.model import Machine
from factory.web.estimators.paper.boxes import kept, pixel_boxes
from factory.web.estimators.paper.checkpoints import load_pretrained, open_folder
from factory.web.estimators.paper.queries import queries_of
from factory.web.estimators.paper.runtime import Runtime, batches, require
from factory.web.estimators.paper.stand_ins import grounding_dino
from factory.web.estimators.paper.torch_model import TorchModel
from factory.web.estimators.paper.vocabulary import checked, default_vocabulary
from factory.web.estimators.protocols import Detected
from factory.web.estimators.weights import WeightFile
from schemas.base import Record

Array = np.ndarray

FILES = ("config.json", "model.safetensors", "preprocessor_config.json", "tokenizer_config.json")


class OpenVocabularyParameters(Record):
    """Thresholds as SpatialRGPT's, the overlap over all names, because two names of one thing share a box;
    vocabulary : names to ask for, empty for those of `vocabulary.toml`."""

    box_threshold: float = Field(default=0.25, gt=0, lt=1)
    text_threshold: float = Field(default=0.2, gt=0, lt=1)
    nms_overlap: float = Field(default=0.5, gt=0, lt=1)
    vocabulary: list[str] = Field(default=[])


class OpenVocabulary(TorchModel):
    """Every picture is asked for every name, as many at once as the detector reads."""

    parameters: ClassVar[type[Record]] = OpenVocabularyParameters

    def __init__(
        self, weights: Mapping[str, WeightFile], parameters: OpenVocabularyParameters, machine: Machine
    ) -> None:
        self._run = Runtime.of(machine)
        transformers = require("transformers")
        self._checkpoint, _ = open_folder(weights["model"], machine, FILES, grounding_dino)
        model = load_pretrained(transformers.AutoModelForZeroShotObjectDetection, self._checkpoint)
        self._model = queries_of(self._run.ready(model), self._run, self._checkpoint)
        self._parameters = parameters
        self._names = checked(parameters.vocabulary) if parameters.vocabulary else default_vocabulary()

    def detect(self, pictures: list[Array]) -> list[Detected]:
        """Boxes of the names by falling score, those below `box_threshold` left out."""
        inputs = [self._model.prepare(picture) for picture in pictures]
        names = self._asked(pictures)
        found: list[list[tuple[Array, Array, list[str], bool]]] = [[] for _ in pictures]
        keys = [(pixels.shape, asked) for pixels, asked in zip(inputs, names, strict=True)]
        for places in batches(keys, self._run.batch_size):
            pixels = np.stack([inputs[i] for i in places])
            for prompt in self._model.prompts(names[places[0]]):
                answers = self._model.ask(pixels, prompt)
                for row, place in enumerate(places):
                    found[place].append(
                        self._read(
                            pictures[place],
                            answers.boxes[row],
                            answers.box_scores[row],
                            answers.name_scores[row],
                            prompt,
                        )
                    )
        return [self._merged(parts) for parts in found]

    def _asked(self, pictures: list[Array]) -> list[tuple[str, ...]]:
        return [self._names] * len(pictures)

    def _read(
        self, picture: Array, relative: Array, box_scores: Array, name_scores: Array, prompt: tuple[str, ...]
    ) -> tuple[Array, Array, list[str], bool]:
        """Boxes, scores, names of one prompt, and whether every slot of the model was taken."""
        which = name_scores.argmax(axis=1)
        here = box_scores > self._parameters.box_threshold
        named = here & (name_scores.max(axis=1) > self._parameters.text_threshold)
        boxes = pixel_boxes(relative[named], *self._model.frame(picture), picture.shape[:2])
        return boxes, box_scores[named], [prompt[i] for i in which[named]], bool(here.all())

    def _merged(self, parts: list[tuple[Array, Array, list[str], bool]]) -> Detected:
        boxes = np.concatenate([part[0] for part in parts]) if parts else np.zeros((0, 4))
        scores = np.concatenate([part[1] for part in parts]) if parts else np.zeros(0)
        labels = [name for part in parts for name in part[2]]
        stay = kept(boxes, scores, self._parameters.nms_overlap)
        return Detected(
            tuple(labels[i] for i in stay), scores[stay].astype(np.float64), boxes[stay], any(p[3] for p in parts)
        )
