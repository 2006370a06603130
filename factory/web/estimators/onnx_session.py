"""ONNX Runtime on a CPU, the same every time."""

from pathlib import Path
from typing import Any

from factory.errors import DataError

_ERRORS_ONLY = 3


def open_session(path: Path, threads: int, keep_memory: bool = True) -> Any:
    """An inference session for a model file; `keep_memory` between runs is faster and holds the most that any took.
    Raises DataError when the runtime does not take the file."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = keep_memory
    options.use_deterministic_compute = True
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime's errors share no other base
        raise DataError(f"{path}: ONNX Runtime {onnxruntime.__version__} cannot load the model: {error}") from error
