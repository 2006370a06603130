"""The smallest ONNX model with given inputs and outputs: random sums of the picture's mean colors."""

from pathlib import Path

from factory.web.estimators.paper.checkpoints import MARK
from factory.web.estimators.paper.runtime import require

_SEED = 20250


def write_means(path: Path, shape: tuple[int, int, int], outputs: int) -> None:
    """A model from (n, *shape) float32 to (n, outputs). Needs the package `onnx`."""
    import numpy as np

    onnx = require("onnx", "pip install onnx (only random stand-ins need it)")
    helper, float32 = onnx.helper, onnx.TensorProto.FLOAT
    weights = np.random.default_rng(_SEED).normal(size=(shape[0], outputs)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("GlobalAveragePool", ["pixels"], ["means"]),
            helper.make_node("Flatten", ["means"], ["flat"], axis=1),
            helper.make_node("MatMul", ["flat", "weights"], ["logits"]),
        ],
        "means",
        [helper.make_tensor_value_info("pixels", float32, ["n", *shape])],
        [helper.make_tensor_value_info("logits", float32, ["n", outputs])],
        [onnx.numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    helper.set_model_props(model, {MARK: "true"})
    onnx.save(model, str(path))
