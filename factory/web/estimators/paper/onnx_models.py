"""Models exported to ONNX, run on the GPU where onnxruntime has one."""

from pathlib import Path
from typing import Any

from factory.errors import DataError
from factory.web.estimators.model import Machine
from factory.web.estimators.paper.checkpoints import MARK


def open_session(path: Path, machine: Machine) -> Any:
    """An onnxruntime session. Raises DataError for a file that is no ONNX model."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = machine.threads
    options.inter_op_num_threads = 1
    cuda = machine.device != "cpu" and "CUDAExecutionProvider" in onnxruntime.get_available_providers()
    providers = (["CUDAExecutionProvider"] if cuda else []) + ["CPUExecutionProvider"]
    try:
        return onnxruntime.InferenceSession(path, options, providers=providers)
    except Exception as error:  # onnxruntime has a class of its own per cause, not one for all
        raise DataError(f"{path}: onnxruntime cannot load it: {error}") from error


def is_marked(session: Any) -> bool:
    """Whether the model says of itself that its weights are random."""
    return MARK in session.get_modelmeta().custom_metadata_map
