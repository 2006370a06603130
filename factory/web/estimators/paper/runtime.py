"""Where torch runs and in which precision; packages that only this stack needs, imported when it is opened."""

import importlib
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from factory.errors import DataError
from factory.web.estimators.model import Machine

Array = np.ndarray

AUTO = "auto"
_EXTRA = "pip install 'spatial-qa-factory[paper]'"
_PRECISIONS = ("float32", "float16", "bfloat16")


def require(module: str, how: str = _EXTRA) -> Any:
    """The imported module. Raises DataError saying what to install."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise DataError(f"python module {module} cannot be imported ({error}); install it: {how}") from error


@dataclass(frozen=True)
class Runtime:
    """A torch device and the number format of weights and pictures on it."""

    torch: Any
    device: Any
    dtype: Any
    batch_size: int

    @classmethod
    def of(cls, machine: Machine) -> "Runtime":
        """`auto` takes the GPU where there is one. Raises DataError for a device or a precision that is not there."""
        torch = require("torch")
        if machine.precision not in _PRECISIONS:
            raise DataError(f"precision {machine.precision!r}: expected one of {', '.join(_PRECISIONS)}")
        name = machine.device
        if name == AUTO:
            name = "cuda" if torch.cuda.is_available() else "cpu"
        if name.startswith("cuda") and not torch.cuda.is_available():
            raise DataError(f"device {name}: torch {torch.__version__} finds no GPU; use `cpu`, or a build with CUDA")
        try:
            device = torch.device(name)
        except RuntimeError as error:
            raise DataError(f"device {name!r}: {error}") from error
        if device.type == "cpu":
            torch.set_num_threads(machine.threads)
        if device.type == "cuda":
            torch.backends.cudnn.deterministic = True  # the same picture, the same bytes
        return cls(torch, device, getattr(torch, machine.precision), machine.batch_size)

    def ready(self, model: Any) -> Any:
        """The model for inference, on the device, in the precision."""
        return model.to(device=self.device, dtype=self.dtype).eval().requires_grad_(False)

    def tensor(self, array: Array) -> Any:
        """Floats for a model, on the device, in the precision."""
        return self.torch.from_numpy(np.ascontiguousarray(array)).to(device=self.device, dtype=self.dtype)

    def array(self, tensor: Any) -> Array:
        """float32 on the CPU, whatever the precision was."""
        found: Array = tensor.detach().float().cpu().numpy()
        return found

    def free(self) -> None:
        """Gives unused GPU memory back."""
        if self.device.type == "cuda":
            self.torch.cuda.empty_cache()


def batches(keys: Iterable[Hashable], size: int) -> list[list[int]]:
    """Places of what can go through a model together: equal keys (tensor shapes), at most `size`, in order."""
    groups: dict[Hashable, list[int]] = {}
    for place, key in enumerate(keys):
        groups.setdefault(key, []).append(place)
    return [group[i : i + size] for group in groups.values() for i in range(0, len(group), size)]


def nested(rows: Sequence[Array]) -> Array:
    """Pictures of one size as one array (n, 3, h, w)."""
    return np.stack([np.moveaxis(row, -1, 0) for row in rows])
