"""What a class has to be so that a stack can be made of it without importing or loading anything heavy."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

from factory.web.estimators.weights import WeightFile
from schemas.base import Record


@dataclass(frozen=True)
class Machine:
    """Where models run and how: nothing here decides what they say beyond rounding, but for the precision.

    folder : of weights; device : `cpu`, what torch calls it, or `auto` for the GPU where there is one; precision :
    `float32`, `float16` or `bfloat16`, for models that run with torch; threads : per model on a CPU; batch_size :
    pictures that go through a model at once.
    """

    folder: Path
    device: str = "cpu"
    precision: str = "float32"
    threads: int = 1
    batch_size: int = 8


class Model(Protocol):
    """A class that implements a protocol of `factory.web.estimators.protocols`. Importing its module is cheap.

    version : counts changes of the code around the weights that change what comes out;
    parameters : a Record whose fields all have defaults;
    weights : the files by part, None where the user has to name one.
    """

    version: ClassVar[int]
    parameters: ClassVar[type[Record]]
    weights: ClassVar[Mapping[str, WeightFile | None]]

    def __init__(self, weights: Mapping[str, WeightFile], parameters: Any, machine: Machine) -> None:
        """Loads the weights, all parts given. Raises DataError when one is missing or not what it should be."""
