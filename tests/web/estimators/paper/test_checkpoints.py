"""What checkpoints must hold, and how random ones are told from real ones."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from factory.errors import DataError
from factory.web.estimators.model import Machine
from factory.web.estimators.paper.checkpoints import MARK, open_folder, open_plain_folder
from factory.web.estimators.paper.runtime import batches, require
from factory.web.estimators.paper.stand_ins import made_once
from factory.web.estimators.stack import MODELS, RoleConfig, StackConfig, check_weights, open_stack, stack_digest
from factory.web.estimators.weights import RANDOM, WeightFile, folder_sha256


def folder_with(path: Path, **files: str) -> WeightFile:
    path.mkdir()
    for name, text in files.items():
        (path / name.replace("__", ".")).write_text(text)
    return WeightFile("segmenter", "SAM", folder_sha256(path), "Apache-2.0", str(path))


def never(path: Path) -> None:
    raise AssertionError("real weights need no stand-in")


def test_a_folder_is_what_its_checksum_says(tmp_path):
    weights = folder_with(tmp_path / "sam", config__json=json.dumps({"model_type": "sam"}))
    checkpoint, config = open_folder(weights, Machine(tmp_path), ("config.json",), never)
    assert config == {"model_type": "sam"} and checkpoint.use.sha256 == weights.sha256 and not checkpoint.is_random
    (tmp_path / "sam" / "config.json").write_text("{}")
    with pytest.raises(DataError, match=r"SAM have sha256 .*wanted is a folder with config\.json"):
        open_folder(weights, Machine(tmp_path), ("config.json",), never)


def test_a_marked_folder_is_random_whatever_its_checksum(tmp_path):
    weights = folder_with(tmp_path / "sam", config__json=json.dumps({MARK: True}))
    checkpoint, _ = open_folder(weights, Machine(tmp_path), ("config.json",), never)
    assert checkpoint.is_random and checkpoint.use.sha256 == RANDOM and checkpoint.use.name == "SAM"


def test_missing_files_are_named(tmp_path):
    weights = folder_with(tmp_path / "sam", config__json="{}")
    with pytest.raises(DataError, match=r"\(segmenter\) lack model\.safetensors; wanted is a folder with config"):
        open_plain_folder(weights, Machine(tmp_path), ("config.json", "model.safetensors"), never)
    broken = folder_with(tmp_path / "broken", config__json="{")
    with pytest.raises(DataError, match=r"broken/config\.json: not JSON"):
        open_folder(broken, Machine(tmp_path), ("config.json",), never)


def test_random_weights_are_made_once(tmp_path):
    made = []

    def make(path: Path) -> None:
        made.append(path.parent)
        path.write_text("weights")

    target = tmp_path / "random" / "x.pt"
    assert made_once(target, make) == target == made_once(target, make)
    assert target.read_text() == "weights" and len(made) == 1 and made[0] != target.parent
    assert list(target.parent.iterdir()) == [target]


def test_another_process_may_be_faster(tmp_path):
    target = tmp_path / "folder"

    def make(path: Path) -> None:
        path.mkdir()
        (path / "weights").write_text("mine")
        target.mkdir()
        (target / "weights").write_text("theirs")

    assert made_once(target, make) == target and (target / "weights").read_text() == "theirs"


def test_batches_keep_what_fits_together():
    assert batches(["a", "b", "a", "a", "b"], 2) == [[0, 2], [3], [1, 4]]
    assert batches([], 4) == []


def test_an_absent_package_is_named_with_its_extra():
    with pytest.raises(DataError, match=r"no_such_package cannot be imported.*\[paper\]"):
        require("no_such_package")


def test_devices_and_precisions(torch, tmp_path):
    from factory.web.estimators.paper.runtime import Runtime

    run = Runtime.of(Machine(tmp_path, device="auto", precision="bfloat16"))
    assert run.device.type == ("cuda" if torch.cuda.is_available() else "cpu") and run.dtype == torch.bfloat16
    with pytest.raises(DataError, match="precision 'int8'"):
        Runtime.of(Machine(tmp_path, precision="int8"))
    with pytest.raises(DataError, match="device 'nowhere'"):
        Runtime.of(Machine(tmp_path, device="nowhere"))
    if not torch.cuda.is_available():
        with pytest.raises(DataError, match="finds no GPU"):
            Runtime.of(Machine(tmp_path, device="cuda:0"))


def test_choosing_the_stack_imports_no_torch():
    """Its digest, too, is known to a driver without torch."""
    code = """
import sys
from factory.web.estimators.stack import MODELS, RoleConfig, StackConfig, stack_digest, _model_class
for name in MODELS:
    _model_class(name)
sys.exit(any(name in sys.modules for name in ("torch", "transformers", "onnxruntime", "onnx")))
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


GIVEN = {"origin": RANDOM, "sha256": RANDOM, "licence": "none"}


def config(folder: Path, **roles: RoleConfig | None) -> StackConfig:
    chosen = {
        "depth": RoleConfig(model="transformers_depth", weights={"model": GIVEN}),
        "detector": RoleConfig(model="open_vocabulary", weights={"model": GIVEN}, parameters={"box_threshold": 0.1}),
        "segmenter": RoleConfig(model="sam", weights={"model": GIVEN}),
        "orientation": None,
        "gravity": None,
        "classifier": None,
        **roles,
    }
    return StackConfig(name="paper", roles=chosen, weights_folder=str(folder), device="auto")


def test_the_paper_stack_asks_for_its_weights():
    with pytest.raises(DataError, match="role depth: the weights model of moge2 are to be named with origin, sha256"):
        check_weights(StackConfig(name="paper"))


def test_a_stack_of_random_weights_makes_no_data(torch, tmp_path, pictures):
    import numpy as np

    stack = open_stack(config(tmp_path))
    assert not stack.is_data and [use.role for use in stack.models()] == ["depth", "detector", "segmenter"]
    square = pictures[0][:, :120]
    (depth,) = stack.depth.estimate([square], [None])
    (detected,) = stack.detector.detect([square])
    masks = stack.segmenter.segment(square, detected.boxes)
    assert np.isfinite(depth.depth_m).all() and len(masks) == len(detected.labels) > 0
    stack.close()


def test_parameters_and_weights_are_in_the_digest(tmp_path):
    plain = stack_digest(config(tmp_path))
    other = RoleConfig(model="open_vocabulary", weights={"model": GIVEN}, parameters={"vocabulary": ["cup"]})
    assert stack_digest(config(tmp_path, detector=other)) != plain
    assert "moge2" in MODELS and stack_digest(config(tmp_path / "elsewhere")) == plain
    with pytest.raises(DataError, match="box_threshold"):
        stack_digest(config(tmp_path, detector=other.model_copy(update={"parameters": {"box_threshold": 2}})))
