"""RAM tells which names to ask for, as in the paper: Recognize Anything, then an open-vocabulary detector.

RAM's own package cannot be loaded beside this stack (`recognize-anything` is on no package index, and its BERT imports
helpers that transformers 5 no longer has), so RAM comes as an ONNX export, made once in an environment of its own. A
folder with

    model.onnx       input (n, 3, 384, 384) float32, the picture squashed and normalised by ImageNet's mean and
                     deviation; output (n, tags) logits: `fc(tagging_head(...))` of `RAM.generate_tag`
    tags.txt         a tag per line, `ram/data/ram_tag_list.txt`
    thresholds.txt   a probability per line, `ram/data/ram_tag_list_threshold.txt`

Tags that name no thing (scenes, colours, verbs) are left out: only names of the vocabulary are asked for.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from factory.errors import DataError
from factory.web.estimators.model import Machine
from factory.web.estimators.paper.checkpoints import Checkpoint, open_plain_folder
from factory.web.estimators.paper.onnx_models import is_marked, open_session
from factory.web.estimators.paper.open_vocabulary import OpenVocabulary, OpenVocabularyParameters
from factory.web.estimators.paper.pixels import IMAGENET_RULE
from factory.web.estimators.paper.stand_ins import ram
from factory.web.estimators.weights import WeightFile
from schemas.web import ModelUse

Array = np.ndarray

FILES = ("model.onnx", "tags.txt", "thresholds.txt")
SIDE = 384


class Tagger:
    """Tags of pictures."""

    def __init__(self, checkpoint: Checkpoint, machine: Machine) -> None:
        self._session = open_session(checkpoint.path / "model.onnx", machine)
        self.checkpoint = checkpoint.marked_random() if is_marked(self._session) else checkpoint
        self._tags = _lines(checkpoint.path / "tags.txt")
        thresholds = _lines(checkpoint.path / "thresholds.txt")
        if len(thresholds) != len(self._tags):
            raise DataError(
                f"{checkpoint.path}: tags.txt has {len(self._tags)} lines, thresholds.txt {len(thresholds)}; "
                "expected as many"
            )
        try:
            self._thresholds = np.array([float(line) for line in thresholds])
        except ValueError as error:
            raise DataError(f"{checkpoint.path}/thresholds.txt: expected a number per line: {error}") from error

    def tags(self, picture: Array) -> frozenset[str]:
        """Names that are in the picture."""
        pixels = IMAGENET_RULE.resized(picture, SIDE, SIDE)[None]
        (logits,) = self._session.run(None, {self._session.get_inputs()[0].name: pixels})
        if logits.shape != (1, len(self._tags)):
            raise DataError(
                f"{self.checkpoint.path}/model.onnx: gave {logits.shape}, expected (1, {len(self._tags)}) logits"
            )
        sure = 1 / (1 + np.exp(-logits[0].astype(np.float64))) > self._thresholds
        return frozenset(self._tags[i] for i in np.flatnonzero(sure))


class TaggedVocabulary(OpenVocabulary):
    """Every picture is asked for those names of the vocabulary that RAM sees in it."""

    version: ClassVar[int] = 1
    weights: ClassVar[Mapping[str, WeightFile | None]] = {"model": None, "tags": None}

    def __init__(
        self, weights: Mapping[str, WeightFile], parameters: OpenVocabularyParameters, machine: Machine
    ) -> None:
        super().__init__(weights, parameters, machine)
        self._tagger: Any = Tagger(open_plain_folder(weights["tags"], machine, FILES, ram), machine)

    @property
    def is_random(self) -> bool:
        return super().is_random or self._tagger.checkpoint.is_random

    def models(self) -> list[ModelUse]:
        return [*super().models(), self._tagger.checkpoint.use]

    def close(self) -> None:
        super().close()
        del self._tagger

    def _asked(self, pictures: list[Array]) -> list[tuple[str, ...]]:
        seen = [self._tagger.tags(picture) for picture in pictures]
        return [tuple(name for name in self._names if name in tags) for tags in seen]


def _lines(path: Path) -> list[str]:
    return [line.strip().lower() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
