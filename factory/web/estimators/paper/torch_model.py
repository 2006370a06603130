"""What the models of one checkpoint share."""

from collections.abc import Mapping
from typing import Any, ClassVar

from factory.web.estimators.paper.checkpoints import Checkpoint
from factory.web.estimators.paper.runtime import Runtime
from factory.web.estimators.weights import WeightFile
from schemas.web import ModelUse


class TorchModel:
    """A network with weights of one checkpoint; subclasses load them in their constructor."""

    version: ClassVar[int] = 1
    weights: ClassVar[Mapping[str, WeightFile | None]] = {"model": None}

    _run: Runtime
    _checkpoint: Checkpoint
    _model: Any

    @property
    def is_random(self) -> bool:
        """Whether the weights are a stand-in, so that nothing made with them is data."""
        return self._checkpoint.is_random

    def models(self) -> list[ModelUse]:
        """Whose weights they are."""
        return [self._checkpoint.use]

    def close(self) -> None:
        """Frees the network."""
        del self._model
        self._run.free()
