"""The smallest ONNX model with given inputs and outputs: sums of the picture's mean colors."""

from pathlib import Path

import numpy as np

from factory.web.estimators.paper.checkpoints import MARK
from factory.web.estimators.paper.runtime import require

Array = np.ndarray


def write_means(path: Path, shape: tuple[int, int, int], weights: Array, middle: float) -> None:
    """A model from (n, *shape) float32 to (n, outputs): (mean colors - middle) @ weights (3, outputs). Needs the
    package `onnx`."""
    onnx = require("onnx", "pip install onnx (only random stand-ins need it)")
    helper, float32 = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [
            helper.make_node("GlobalAveragePool", ["pixels"], ["means"]),
            helper.make_node("Flatten", ["means"], ["flat"], axis=1),
            helper.make_node("Sub", ["flat", "middle"], ["centered"]),
            helper.make_node("MatMul", ["centered", "weights"], ["logits"]),
        ],
        "means",
        [helper.make_tensor_value_info("pixels", float32, ["n", *shape])],
        [helper.make_tensor_value_info("logits", float32, ["n", weights.shape[1]])],
        [
            onnx.numpy_helper.from_array(weights.astype(np.float32), "weights"),
            onnx.numpy_helper.from_array(np.full(shape[0], middle, dtype=np.float32), "middle"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    helper.set_model_props(model, {MARK: "true"})
    onnx.save(model, str(path))
