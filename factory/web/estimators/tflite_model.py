"""A TensorFlow Lite model with the labels that its file carries."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from factory.errors import DataError

Array = np.ndarray


class TfliteModel:
    """One interpreter: a picture in, named outputs out. Raises DataError when the file is no such model."""

    def __init__(self, path: Path, threads: int) -> None:
        from ai_edge_litert.interpreter import Interpreter

        try:
            self._interpreter: Any = Interpreter(model_path=str(path), num_threads=threads)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise DataError(f"{path}: LiteRT cannot load the model: {error}") from error
        (self._input,) = self._interpreter.get_input_details()
        self._outputs = {details["name"]: details["index"] for details in self._interpreter.get_output_details()}
        self.side = int(self._input["shape"][1])
        self.labels = _labels(path)

    def run(self, picture: Array) -> dict[str, Array]:
        """The outputs by name for a picture (side, side, 3) uint8."""
        self._interpreter.set_tensor(self._input["index"], picture[None])
        self._interpreter.invoke()
        return {name: self._interpreter.get_tensor(index)[0] for name, index in self._outputs.items()}

    def close(self) -> None:
        self._interpreter = None


def _labels(path: Path) -> tuple[str, ...]:
    """The lines of the one text file that is zipped into the model's tail."""
    try:
        with zipfile.ZipFile(path) as tail:
            (name,) = tail.namelist()
            return tuple(tail.read(name).decode().rstrip("\n").split("\n"))
    except (zipfile.BadZipFile, ValueError) as error:
        raise DataError(f"{path}: expected a label map zipped into the end of the model: {error}") from error
