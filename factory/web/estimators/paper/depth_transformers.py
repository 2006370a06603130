"""Metric depth with any model of transformers that has a metric head."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from factory.errors import DataError
from factory.web.estimators.model import Machine
from factory.web.estimators.paper.checkpoints import load_pretrained, open_folder
from factory.web.estimators.paper.depth_frames import DepthFrame, DepthProFrame, ProcessorFrame
from factory.web.estimators.paper.runtime import Runtime, batches, require
from factory.web.estimators.paper.stand_ins import depth_anything
from factory.web.estimators.paper.torch_model import TorchModel
from factory.web.estimators.protocols import DepthMap
from factory.web.estimators.weights import WeightFile
from schemas.base import Record

Array = np.ndarray

FILES = ("config.json", "model.safetensors", "preprocessor_config.json")
_METRIC = ("depth_anything", "zoedepth", "glpn", "depth_pro")


class TransformersDepth(TorchModel):
    """Depth Anything V2 with a metric head, ZoeDepth, GLPN or Depth Pro; relative depth is refused."""

    parameters: ClassVar[type[Record]] = Record

    def __init__(self, weights: Mapping[str, WeightFile], parameters: Record, machine: Machine) -> None:
        self._run = Runtime.of(machine)
        transformers = require("transformers")
        self._checkpoint, config = open_folder(weights["model"], machine, FILES, depth_anything)
        _demand_metres(config, str(self._checkpoint.path))
        model = load_pretrained(transformers.AutoModelForDepthEstimation, self._checkpoint)
        self._frame: DepthFrame
        if config["model_type"] == "depth_pro":
            self._frame = DepthProFrame(self._run.torch, self._checkpoint.path)
        else:
            processor = transformers.AutoImageProcessor.from_pretrained(
                self._checkpoint.path, local_files_only=True, backend="pil"
            )
            self._frame = ProcessorFrame(self._run.torch, processor, padded=config["model_type"] == "zoedepth")
        self._model = self._run.ready(model)

    def estimate(self, pictures: list[Array], intrinsics: list[Array | None]) -> list[DepthMap]:
        """z-depth at the model's resolution; intrinsics only from Depth Pro, where they are not known."""
        inputs = [self._frame.prepare(picture) for picture in pictures]
        found: list[DepthMap | None] = [None] * len(pictures)
        for places in batches([pixels.shape for pixels in inputs], self._run.batch_size):
            with self._run.torch.inference_mode():
                output = self._model(pixel_values=self._run.tensor(np.stack([inputs[i] for i in places])))
            for row, place in enumerate(places):
                found[place] = self._frame.read(output, row, pictures[place].shape[:2], intrinsics[place])
        return [depth for depth in found if depth is not None]


def _demand_metres(config: dict[str, Any], path: str) -> None:
    """Raises DataError for a checkpoint whose depth has no scale."""
    kind = config.get("model_type", "")
    if kind not in _METRIC:
        raise DataError(
            f"{path}: a model of type {kind!r} tells depth without scale, or is not known to tell metres; expected "
            f"{', '.join(_METRIC)}"
        )
    if kind == "depth_anything" and config.get("depth_estimation_type", "relative") != "metric":
        raise DataError(
            f"{path}: this Depth Anything checkpoint tells relative depth; expected one of the metric ones "
            "(`depth_estimation_type` is `metric` in its config.json)"
        )
