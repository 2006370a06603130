"""Metric depth and intrinsics with MoGe-2 (package `moge`, on PyPI as `dlr-moge`)."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from PIL import Image
from pydantic import Field

from factory.errors import DataError
from factory.web.estimators.model import Machine
from factory.web.estimators.paper.checkpoints import MARK, open_file, read_torch
from factory.web.estimators.paper.depth_frames import map_size
from factory.web.estimators.paper.runtime import Runtime, batches, nested, require
from factory.web.estimators.paper.stand_ins import moge
from factory.web.estimators.paper.torch_model import TorchModel
from factory.web.estimators.protocols import DepthMap
from factory.web.estimators.weights import WeightFile
from schemas.base import Record

Array = np.ndarray

HOW = "pip install dlr-moge (MoGe's code under MIT), or pip install git+https://github.com/microsoft/MoGe.git"


class MogeParameters(Record):
    """longest_side : pictures above are scaled down for the model, which looks at no more than some 3,600 patches of
    14 x 14 px anyway; resolution_level : of MoGe's `infer`, 0 (fast) to 9 (fine)."""

    longest_side: int = Field(default=1024, ge=64)
    resolution_level: int = Field(default=9, ge=0, le=9)


class Moge(TorchModel):
    """`moge.model.v2.MoGeModel`. What its mask leaves out (sky, mostly) is at infinity. Below float32 it runs in its
    own mixed precision with float16, which knows what has to stay whole."""

    parameters: ClassVar[type[Record]] = MogeParameters

    def __init__(self, weights: Mapping[str, WeightFile], parameters: MogeParameters, machine: Machine) -> None:
        self._run = Runtime.of(machine)
        self._parameters = parameters
        package = require("moge.model.v2", HOW)
        checkpoint = open_file(weights["model"], machine, ".pt", moge)
        saved = read_torch(checkpoint.path)
        if "model_config" not in saved or "model" not in saved:
            raise DataError(
                f"{checkpoint.path}: no MoGe checkpoint: expected the keys model_config and model, found "
                f"{', '.join(sorted(map(str, saved))[:5])}"
            )
        self._checkpoint = checkpoint.marked_random() if saved.get(MARK) else checkpoint
        try:
            model = package.MoGeModel(**saved["model_config"])
            report = model.load_state_dict(saved["model"], strict=False)
        except (RuntimeError, TypeError, AttributeError) as error:
            raise DataError(f"{checkpoint.path}: MoGe-2 cannot be made of it: {error}") from error
        if report.missing_keys:
            raise DataError(
                f"{checkpoint.path}: {len(report.missing_keys)} weights are missing, first {report.missing_keys[0]}"
            )
        if not hasattr(model, "scale_head") or not hasattr(model, "mask_head"):
            raise DataError(f"{checkpoint.path}: this MoGe model tells no metric scale; expected MoGe-2")
        self._mixed = self._run.dtype != self._run.torch.float32
        self._model = model.to(self._run.device).eval().requires_grad_(False)

    def estimate(self, pictures: list[Array], intrinsics: list[Array | None]) -> list[DepthMap]:
        """z-depth, inf outside MoGe's mask, and the intrinsics it sees; a known focal length is handed to it."""
        small = [_scaled(picture, self._parameters.longest_side) for picture in pictures]
        views = [_field_of_view(k, picture) for k, picture in zip(intrinsics, pictures, strict=True)]
        found: list[DepthMap | None] = [None] * len(pictures)
        keys = [(picture.shape, view is None) for picture, view in zip(small, views, strict=True)]
        for places in batches(keys, self._run.batch_size):
            pixels = nested([small[i] for i in places]).astype(np.float32) / np.float32(255)
            known = None
            if views[places[0]] is not None:
                known = self._run.torch.tensor([views[i] for i in places], device=self._run.device)
            output = self._model.infer(
                self._run.torch.from_numpy(pixels).to(self._run.device),
                resolution_level=self._parameters.resolution_level,
                fov_x=known,
                apply_mask=False,
                use_fp16=self._mixed,
            )
            depth = self._run.array(output["depth"])
            mask = output["mask"].cpu().numpy()
            normalised = self._run.array(output["intrinsics"])
            for row, place in enumerate(places):
                found[place] = DepthMap(
                    depth_of(depth[row], mask[row]), pixel_intrinsics(normalised[row], pictures[place].shape[:2])
                )
        return [depth_map for depth_map in found if depth_map is not None]


def pixel_intrinsics(normalised: Array, size: tuple[int, int]) -> Array | None:
    """(3, 3) [px of the picture (height, width)] from MoGe's, which are shares of the picture counted from its
    corner; pixel centers are at integers here. None where its solver found no camera."""
    height, width = size
    if not np.isfinite(normalised).all() or min(normalised[0, 0], normalised[1, 1]) <= 0:
        return None
    found = normalised.astype(np.float64)
    found[0] *= width
    found[1] *= height
    found[:2, 2] -= 0.5
    return found


def depth_of(depth: Array, mask: Array) -> Array:
    """(h, w) float32: inf where the mask is empty, NaN where the model gave no depth inside it."""
    inside = np.where(np.isfinite(depth) & (depth > 0), depth, np.float32(np.nan))
    return np.where(mask, inside, np.float32(np.inf)).astype(np.float32)


def _scaled(picture: Array, longest: int) -> Array:
    height, width = map_size(picture.shape[:2], longest)
    if (height, width) == picture.shape[:2]:
        return picture
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS))


def _field_of_view(intrinsics: Array | None, picture: Array) -> float | None:
    """Horizontal [deg]."""
    if intrinsics is None:
        return None
    return float(np.rad2deg(2 * np.arctan(picture.shape[1] / (2 * intrinsics[0, 0]))))
