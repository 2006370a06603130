"""How fast the models of this stack are at their published sizes, with random weights: speed does not depend on them.

Detections do: for masks and orientations the pictures get a fixed number of boxes, and detectors let nothing pass.
"""

import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from factory.errors import DataError
from factory.web.estimators.model import Machine
from factory.web.estimators.paper import stand_ins
from factory.web.estimators.paper.closed_vocabulary import ClosedVocabulary, ClosedVocabularyParameters
from factory.web.estimators.paper.depth_moge import Moge, MogeParameters
from factory.web.estimators.paper.depth_transformers import TransformersDepth
from factory.web.estimators.paper.gravity_geocalib import GeoCalib, GeoCalibParameters
from factory.web.estimators.paper.open_vocabulary import OpenVocabulary, OpenVocabularyParameters
from factory.web.estimators.paper.orientation import OrientAnything
from factory.web.estimators.paper.runtime import Runtime
from factory.web.estimators.paper.segment import Sam
from factory.web.estimators.paper.vocabulary import default_vocabulary
from factory.web.estimators.weights import WeightFile, file_sha256, folder_sha256
from schemas.base import Record

Array = np.ndarray

HEIGHT, WIDTH = 768, 1024
OBJECTS = 8  # per picture
PROMPT_NAMES = 60  # what RAM leaves of a vocabulary, so that one sentence holds them
_NOTHING = 0.999999


@dataclass(frozen=True)
class Speed:
    """images_per_s : pictures of 1024 x 768; weights_mb, peak_mb : 1e6 bytes, the peak on the GPU where there is one,
    else of the process so far; what : the work per picture."""

    name: str
    what: str
    device: str
    precision: str
    batch_size: int
    images_per_s: float
    weights_mb: float
    peak_mb: float


@dataclass(frozen=True)
class _Case:
    file: str
    write: Callable[..., None]
    model: Callable[[dict[str, WeightFile], Machine], Any]
    work: Callable[[Any, list[Array]], Any]
    what: str


def measurable() -> tuple[str, ...]:
    """Names that `measure` knows."""
    return tuple(_CASES)


def measure(name: str, machine: Machine, repeats: int = 3) -> Speed:
    """The best of `repeats` batches after one to warm up. Raises DataError for a package that is not installed.

    Writes the checkpoint to a temporary folder under `machine.folder` first, some 5 GB at most.
    """
    if name not in _CASES:
        raise DataError(f"no model to measure is called {name!r}; there are {', '.join(_CASES)}")
    case, run = _CASES[name], Runtime.of(machine)
    machine.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=machine.folder) as folder:
        path = Path(folder) / case.file
        case.write(path, full=True)
        sha256 = folder_sha256(path) if path.is_dir() else file_sha256(path)
        model = case.model({"model": WeightFile("speed", name, sha256, "none", str(path))}, machine)
        size = sum(file.stat().st_size for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file())
        if run.device.type == "cuda":
            run.torch.cuda.reset_peak_memory_stats(run.device)
        pictures = _pictures(machine.batch_size)
        case.work(model, pictures)
        seconds = min(_seconds(case, model, pictures) for _ in range(repeats))
        model.close()
    return Speed(
        name=name,
        what=case.what,
        device=_device_name(run),
        precision=machine.precision,
        batch_size=machine.batch_size,
        images_per_s=len(pictures) / seconds,
        weights_mb=size / 1e6,
        peak_mb=_peak(run) / 1e6,
    )


def _seconds(case: _Case, model: Any, pictures: list[Array]) -> float:
    start = time.perf_counter()
    case.work(model, pictures)
    return time.perf_counter() - start


def _pictures(count: int) -> list[Array]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8) for _ in range(count)]


def _intrinsics() -> Array:
    return np.array([[900.0, 0, (WIDTH - 1) / 2], [0, 900.0, (HEIGHT - 1) / 2], [0, 0, 1]])


def _boxes() -> Array:
    """(8, 4), two rows of four."""
    column, row = np.arange(OBJECTS) % 4, np.arange(OBJECTS) // 4
    left, top = column * WIDTH / 4 + 20, row * HEIGHT / 2 + 20
    return np.stack([left, top, left + WIDTH / 4 - 40, top + HEIGHT / 2 - 40], axis=1)


def _masks() -> Array:
    found = np.zeros((OBJECTS, HEIGHT, WIDTH), dtype=bool)
    for mask, (x1, y1, x2, y2) in zip(found, _boxes().astype(int), strict=True):
        mask[y1:y2, x1:x2] = True
    return found


def _device_name(run: Runtime) -> str:
    if run.device.type == "cuda":
        return str(run.torch.cuda.get_device_name(run.device))
    return f"{run.device.type}, {run.torch.get_num_threads()} threads"


def _peak(run: Runtime) -> float:
    if run.device.type == "cuda":
        return float(run.torch.cuda.max_memory_allocated(run.device))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0


def _depth(model: Any, pictures: list[Array]) -> Any:
    return model.estimate(pictures, [None] * len(pictures))


_OPEN = OpenVocabularyParameters(
    box_threshold=_NOTHING, text_threshold=_NOTHING, vocabulary=list(default_vocabulary()[:PROMPT_NAMES])
)
_CASES = {
    "moge2": _Case(
        "model.pt", stand_ins.moge, lambda w, m: Moge(w, MogeParameters(), m), _depth, "depth, 3,600 patches"
    ),
    "depth_anything": _Case(
        "model", stand_ins.depth_anything, lambda w, m: TransformersDepth(w, Record(), m), _depth, "depth, 518 px"
    ),
    "grounding_dino": _Case(
        "model",
        stand_ins.grounding_dino,
        lambda w, m: OpenVocabulary(w, _OPEN, m),
        lambda model, pictures: model.detect(pictures),
        f"boxes of {PROMPT_NAMES} names, 800 px",
    ),
    "rt_detr": _Case(
        "model",
        stand_ins.rt_detr,
        lambda w, m: ClosedVocabulary(w, ClosedVocabularyParameters(threshold=_NOTHING), m),
        lambda model, pictures: model.detect(pictures),
        "boxes, 640 px",
    ),
    "sam": _Case(
        "model",
        stand_ins.sam,
        lambda w, m: Sam(w, Record(), m),
        lambda model, pictures: [model.segment(picture, _boxes()) for picture in pictures],
        f"{OBJECTS} masks, one picture at once",
    ),
    "orient_anything": _Case(
        "model.pt",
        stand_ins.orient_anything,
        lambda w, m: OrientAnything(w, Record(), m),
        lambda model, pictures: [model.orient(picture, _boxes(), _masks()) for picture in pictures],
        f"{OBJECTS} objects",
    ),
    "geocalib": _Case(
        "model.tar",
        stand_ins.geocalib,
        lambda w, m: GeoCalib(w, GeoCalibParameters(), m),
        lambda model, pictures: model.estimate(pictures, [_intrinsics()] * len(pictures)),
        "gravity, one picture at once",
    ),
}
