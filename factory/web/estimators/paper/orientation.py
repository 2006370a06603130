"""Which way objects face, with Orient Anything V2 (weights and code under CC BY 4.0).

Its code is a repository and no package. Weights are either

* its checkpoint `rotmod_realrotaug_best.pt` (a state dictionary), with a clone of
  https://github.com/SpatialVision/Orient-Anything-V2 on PYTHONPATH, or
* an ONNX export: a file, or a folder with `model.onnx` and its external data; input (n, 3, 518, 518) float32, objects
  on white in 0..1; output (n, 900), the 360 + 180 + 360 logits of azimuth, elevation and rotation.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from factory.errors import DataError
from factory.web.estimators.model import Machine
from factory.web.estimators.paper.checkpoints import MARK, open_path, read_torch
from factory.web.estimators.paper.onnx_models import is_marked, open_session
from factory.web.estimators.paper.orientation_angles import OUTPUTS, decode
from factory.web.estimators.paper.orientation_crop import object_crop
from factory.web.estimators.paper.runtime import Runtime, require
from factory.web.estimators.paper.stand_ins import orient_anything
from factory.web.estimators.protocols import Orientation
from factory.web.estimators.weights import WeightFile
from schemas.base import Record
from schemas.web import ModelUse

Array = np.ndarray

HOW = "git clone https://github.com/SpatialVision/Orient-Anything-V2, put it on PYTHONPATH, and pip install einops"
WANTED = "the checkpoint rotmod_realrotaug_best.pt, or an ONNX export (a file, or a folder with model.onnx)"


class OrientAnything:
    """Each object is cut out with its mask and looked at alone."""

    version: ClassVar[int] = 1
    parameters: ClassVar[type[Record]] = Record
    weights: ClassVar[Mapping[str, WeightFile | None]] = {"model": None}

    def __init__(self, weights: Mapping[str, WeightFile], parameters: Record, machine: Machine) -> None:
        self._batch = machine.batch_size
        checkpoint = open_path(weights["model"], machine, ".onnx", orient_anything, WANTED)
        path = checkpoint.path / "model.onnx" if checkpoint.path.is_dir() else checkpoint.path
        if path.suffix == ".onnx":
            self._model, marked = _exported(path, machine)
        else:
            self._model, marked = _original(path, machine)
        self._checkpoint = checkpoint.marked_random() if marked else checkpoint

    @property
    def is_random(self) -> bool:
        return self._checkpoint.is_random

    def models(self) -> list[ModelUse]:
        return [self._checkpoint.use]

    def close(self) -> None:
        del self._model

    def orient(self, picture: Array, boxes: Array, masks: Array) -> list[Orientation | None]:
        """Angles per object; None for an empty mask."""
        crops = {i: crop for i, mask in enumerate(masks) if (crop := object_crop(picture, mask)) is not None}
        seen = list(crops)
        found: list[Orientation | None] = [None] * len(masks)
        for first in range(0, len(seen), self._batch):
            places = seen[first : first + self._batch]
            outputs = self._model(np.stack([crops[i] for i in places]))
            if outputs.shape != (len(places), OUTPUTS):
                raise DataError(
                    f"{self._checkpoint.path}: gave {outputs.shape}, expected ({len(places)}, {OUTPUTS}) logits"
                )
            for row, place in enumerate(places):
                found[place] = decode(outputs[row])
        return found


def _exported(path: Path, machine: Machine) -> tuple[Callable[[Array], Array], bool]:
    session = open_session(path, machine)
    name = session.get_inputs()[0].name

    def run(pixels: Array) -> Array:
        found: Array = session.run(None, {name: pixels})[0]
        return found

    return run, is_marked(session)


def _original(path: Path, machine: Machine) -> tuple[Callable[[Array], Array], bool]:
    run = Runtime.of(machine)
    package = require("vision_tower", HOW)
    state: dict[str, Any] = read_torch(path)
    marked = bool(state.pop(MARK, False))
    # its forward opens an autocast to `dtype` for CUDA itself, so the weights stay as they are
    model = package.VGGT_OriAny_Ref(out_dim=OUTPUTS, dtype=run.dtype, nopretrain=True)
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise DataError(f"{path}: not the weights of Orient Anything V2: {error}") from error
    model = model.to(run.device).eval().requires_grad_(False)

    def call(pixels: Array) -> Array:
        with run.torch.inference_mode():
            return run.array(model(run.torch.from_numpy(pixels)[:, None].to(run.device)))

    return call, marked
