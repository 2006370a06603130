"""Masks from boxes with SAM, SAM-HQ or SAM 2 in transformers; of the three masks of a box the one that the model
believes in most."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from factory.errors import DataError
from factory.web.estimators.model import Machine
from factory.web.estimators.paper.checkpoints import load_pretrained, open_folder
from factory.web.estimators.paper.pixels import PixelRule
from factory.web.estimators.paper.runtime import Runtime, require
from factory.web.estimators.paper.stand_ins import sam
from factory.web.estimators.paper.torch_model import TorchModel
from factory.web.estimators.weights import WeightFile
from schemas.base import Record

Array = np.ndarray

FILES = ("config.json", "model.safetensors", "preprocessor_config.json")
_PADDED = ("sam", "sam_hq")  # the long side fills the frame, the rest is padding
_SQUASHED = ("sam2", "sam2_video")
_BOXES = 32  # at once: each makes three masks of the frame's size


class Sam(TorchModel):
    """One picture is encoded once, however many boxes it has."""

    parameters: ClassVar[type[Record]] = Record

    def __init__(self, weights: Mapping[str, WeightFile], parameters: Record, machine: Machine) -> None:
        self._run = Runtime.of(machine)
        transformers = require("transformers")
        self._checkpoint, config = open_folder(weights["model"], machine, FILES, sam)
        kind = config.get("model_type")
        if kind not in _PADDED + _SQUASHED:
            raise DataError(
                f"{self._checkpoint.path}: a model of type {kind!r}; expected {', '.join(_PADDED + _SQUASHED)}"
            )
        self._padded = kind in _PADDED
        self._rule = PixelRule.read(self._checkpoint.path)
        model = load_pretrained(transformers.AutoModelForMaskGeneration, self._checkpoint)
        self._side = int(model.config.vision_config.image_size if self._padded else _side(self._rule))
        self._model = self._run.ready(model)

    def segment(self, picture: Array, boxes: Array) -> Array:
        """(k, H, W) bool masks of the boxes (k, 4) [px]."""
        height, width = picture.shape[:2]
        masks = np.zeros((len(boxes), height, width), dtype=bool)
        if not len(boxes):
            return masks
        inner = self._inner(height, width)
        pixels = np.zeros((1, 3, self._side, self._side), dtype=np.float32)
        pixels[0, :, : inner[0], : inner[1]] = self._rule.resized(picture, *inner)
        prompts = boxes * np.array([inner[1] / width, inner[0] / height] * 2)
        with self._run.torch.inference_mode():
            image = self._model.get_image_embeddings(self._run.tensor(pixels))
            for first in range(0, len(boxes), _BOXES):
                part = slice(first, first + _BOXES)
                masks[part] = self._masks(image, prompts[part], inner, (height, width))
        return masks

    def _inner(self, height: int, width: int) -> tuple[int, int]:
        """(height, width) of the picture inside the square frame."""
        if not self._padded:
            return self._side, self._side
        scale = self._side / max(height, width)
        return max(1, int(height * scale + 0.5)), max(1, int(width * scale + 0.5))

    def _masks(self, image: Any, prompts: Array, inner: tuple[int, int], size: tuple[int, int]) -> Array:
        torch = self._run.torch
        given = {"intermediate_embeddings": image[1]} if isinstance(image, tuple) else {}
        output = self._model(
            image_embeddings=image[0] if isinstance(image, tuple) else image,
            input_boxes=self._run.tensor(prompts[None]),
            multimask_output=True,
            **given,
        )
        best = output.iou_scores[0].float().argmax(dim=-1)
        logits = output.pred_masks[0].float()[torch.arange(len(prompts), device=best.device), best][:, None]
        if self._padded:
            frame = torch.nn.functional.interpolate(logits, (self._side,) * 2, mode="bilinear", align_corners=False)
            logits = frame[..., : inner[0], : inner[1]]
        logits = torch.nn.functional.interpolate(logits, size, mode="bilinear", align_corners=False)
        found: Array = (logits[:, 0] > 0).cpu().numpy()
        return found


def _side(rule: PixelRule) -> int:
    if rule.size is None or rule.size[0] != rule.size[1]:
        raise DataError(f"preprocessor_config.json: SAM 2 wants a square size, found {rule.size}")
    return rule.size[0]
