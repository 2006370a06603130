"""Where down is, with GeoCalib (package `geocalib`, code and weights under Apache-2.0)."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from pydantic import Field

from factory.errors import DataError
from factory.geometry.gravity import gravity_frame
from factory.web.estimators.model import Machine
from factory.web.estimators.paper.checkpoints import MARK, open_file, read_torch
from factory.web.estimators.paper.runtime import Runtime, nested, require
from factory.web.estimators.paper.stand_ins import geocalib
from factory.web.estimators.paper.torch_model import TorchModel
from factory.web.estimators.weights import WeightFile
from schemas.base import Record

Array = np.ndarray

HOW = "pip install git+https://github.com/cvg/GeoCalib.git"


class GeoCalibParameters(Record):
    """max_uncertainty_deg : of roll and of pitch, as GeoCalib tells it; above, gravity counts as unknown."""

    max_uncertainty_deg: float = Field(default=10.0, gt=0)


class GeoCalib(TorchModel):
    """`geocalib.GeoCalib` with its pinhole weights; the focal length is known by then, and handed to it."""

    parameters: ClassVar[type[Record]] = GeoCalibParameters

    def __init__(self, weights: Mapping[str, WeightFile], parameters: GeoCalibParameters, machine: Machine) -> None:
        self._run = Runtime.of(machine)
        self._parameters = parameters
        package = require("geocalib", HOW)
        checkpoint = open_file(weights["model"], machine, ".tar", geocalib)
        saved = read_torch(checkpoint.path)
        if "model" not in saved:
            raise DataError(
                f"{checkpoint.path}: no GeoCalib checkpoint: expected the key model (geocalib-pinhole.tar)"
            )
        self._checkpoint = checkpoint.marked_random() if saved.get(MARK) else checkpoint
        try:
            model = package.GeoCalib(weights=str(checkpoint.path))
        except (RuntimeError, ValueError, KeyError) as error:
            raise DataError(f"{checkpoint.path}: GeoCalib cannot load it: {error}") from error
        absent = sorted({name for name, _ in model.model.named_parameters()} - _names(saved["model"]))
        if absent:  # GeoCalib itself only warns
            raise DataError(f"{checkpoint.path}: {len(absent)} weights are missing, first {absent[0]}")
        # its optimiser solves small linear systems, which have no half precision
        self._model = model.to(self._run.device).eval()

    def estimate(self, pictures: list[Array], intrinsics: list[Array]) -> list[Array | None]:
        """`gravity_from_camera` (3, 3) per picture; one after the other, as GeoCalib takes them."""
        return [self._one(picture, k) for picture, k in zip(pictures, intrinsics, strict=True)]

    def _one(self, picture: Array, intrinsics: Array) -> Array | None:
        torch = self._run.torch
        pixels = torch.from_numpy(nested([picture])[0].astype(np.float32) / np.float32(255)).to(self._run.device)
        focal = torch.tensor(float(intrinsics[1, 1]), device=self._run.device)
        found = self._model.calibrate(pixels, camera_model="pinhole", priors={"focal": focal})
        doubt = max(float(found[key].reshape(-1)[0]) for key in ("roll_uncertainty", "pitch_uncertainty"))
        up = self._run.array(found["gravity"].vec3d).reshape(-1).astype(np.float64)
        if not np.isfinite(up).all() or not np.rad2deg(doubt) <= self._parameters.max_uncertainty_deg:
            return None
        return gravity_from_up(up)


def _names(state: Mapping[str, object]) -> set[str]:
    """Names of weights, also without their second part, as GeoCalib reads checkpoints of its training code."""
    return set(state) | {".".join([*name.split(".")[:1], *name.split(".")[2:]]) for name in state}


def gravity_from_up(up_camera: Array) -> Array | None:
    """`gravity_from_camera` from what GeoCalib calls gravity: the unit vector (3,) that points up in the camera (x
    right, y down, z forward); (0, -1, 0) for a level camera, z > 0 for one that looks up (reference:
    `Gravity.from_rp` in geocalib/gravity.py, whose fields point to the sky)."""
    return gravity_frame(-np.asarray(up_camera, dtype=np.float64))
