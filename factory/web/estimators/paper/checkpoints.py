"""Opening checkpoints, and telling real weights from random ones.

A checkpoint is random when its configuration says so: `"random_stand_in": true` in the `config.json` of a folder, the
key `random_stand_in` at the top of a `.pt` file, the same metadata key in an ONNX file. `factory.web.estimators.
paper.stand_ins` writes such ones. What a random checkpoint says of itself is `random` for a checksum, by which a stack
knows that nothing made with it is data.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory.errors import DataError
from factory.web.estimators.model import Machine
from factory.web.estimators.paper.runtime import require
from factory.web.estimators.weights import RANDOM, WeightFile, resolve
from schemas.web import ModelUse

MARK = "random_stand_in"


@dataclass(frozen=True)
class Checkpoint:
    """Weights on disk; `use` is what records say of them."""

    path: Path
    use: ModelUse

    @property
    def is_random(self) -> bool:
        return self.use.sha256 == RANDOM

    def marked_random(self) -> "Checkpoint":
        return Checkpoint(self.path, self.use.model_copy(update={"sha256": RANDOM}))


def open_folder(
    weights: WeightFile, machine: Machine, files: Sequence[str], stand_in: Callable[[Path], None]
) -> tuple[Checkpoint, dict[str, Any]]:
    """A folder as `save_pretrained` of transformers writes it, and its `config.json`. As `open_plain_folder`."""
    checkpoint = open_plain_folder(weights, machine, files, stand_in)
    try:
        config = json.loads((checkpoint.path / "config.json").read_text())
    except ValueError as error:
        raise DataError(f"{checkpoint.path}/config.json: not JSON: {error}") from error
    return (checkpoint.marked_random() if config.get(MARK) else checkpoint), config


def open_plain_folder(
    weights: WeightFile, machine: Machine, files: Sequence[str], stand_in: Callable[[Path], None]
) -> Checkpoint:
    """A folder of weights.

    files : names it must hold. `random` weights are made by `stand_in` in the folder of weights. Raises DataError
    naming what is missing.
    """
    wanted = f"a folder with {', '.join(files)}"
    checkpoint = _resolved(weights, machine, "", stand_in, wanted)
    missing = [name for name in files if not (checkpoint.path / name).is_file()]
    if missing:
        raise DataError(
            f"{checkpoint.path}: the weights of {weights.name} ({weights.role}) lack {', '.join(missing)}; wanted is "
            f"{wanted}"
        )
    return checkpoint


def open_path(
    weights: WeightFile, machine: Machine, suffix: str, stand_in: Callable[[Path], None], wanted: str
) -> Checkpoint:
    """A file or a folder, taken as it is; the caller looks for the mark. Raises DataError saying what is wanted.

    suffix : of the file that `stand_in` makes of `random` weights.
    """
    return _resolved(weights, machine, suffix, stand_in, wanted)


def open_file(weights: WeightFile, machine: Machine, suffix: str, stand_in: Callable[[Path], None]) -> Checkpoint:
    """One file. As `open_path`."""
    checkpoint = open_path(weights, machine, suffix, stand_in, f"one file ({suffix})")
    if not checkpoint.path.is_file():
        raise DataError(f"{checkpoint.path}: the weights of {weights.name} are a folder, expected one file ({suffix})")
    return checkpoint


def read_torch(path: Path) -> dict[str, Any]:
    """What `torch.save` wrote, tensors and plain values only. Raises DataError."""
    torch = require("torch")
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever the unpickler meets in a file that is something else
        raise DataError(f"{path}: not a torch checkpoint of plain tensors: {error}") from error
    if not isinstance(found, dict):
        raise DataError(f"{path}: expected a dictionary, found {type(found).__name__}")
    return found


def load_pretrained(auto: Any, checkpoint: Checkpoint) -> Any:
    """A transformers model from safetensors. Raises DataError when a weight is missing or of another shape, where
    transformers itself would go on with random ones."""
    path = checkpoint.path
    try:
        model, report = auto.from_pretrained(
            path, local_files_only=True, use_safetensors=True, output_loading_info=True
        )
    except (OSError, ValueError, RuntimeError, KeyError, ImportError) as error:
        raise DataError(f"{path}: transformers cannot load {checkpoint.use.name}: {error}") from error
    absent = sorted(report["missing_keys"]) + sorted(str(key) for key in report["mismatched_keys"])
    if absent:
        raise DataError(
            f"{path}: {len(absent)} weights of {type(model).__name__} are missing or of another shape, first "
            f"{absent[0]}; expected a checkpoint of this architecture"
        )
    return model


def _resolved(
    weights: WeightFile, machine: Machine, suffix: str, stand_in: Callable[[Path], None], wanted: str
) -> Checkpoint:
    if weights.is_random:
        from factory.web.estimators.paper.stand_ins import made_once

        path = made_once(machine.folder / RANDOM / f"{stand_in.__name__}{suffix}", stand_in)
        return Checkpoint(path, weights.use()).marked_random()
    try:
        return Checkpoint(resolve(weights, machine.folder), weights.use())
    except DataError as error:
        raise DataError(f"{error}; wanted is {wanted}") from error
