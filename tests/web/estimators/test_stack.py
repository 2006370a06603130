import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import pytest

from factory.errors import DataError
from factory.web.estimators.stack import (
    MODELS,
    ROLES,
    STACKS,
    GivenWeights,
    RoleConfig,
    Stack,
    StackConfig,
    check_weights,
    open_role,
    open_stack,
    stack_digest,
    stack_weights,
)
from factory.web.estimators.weights import RANDOM, WeightFile
from schemas.base import Record

HERE = "tests.web.estimators.test_stack"


class OwnParameters(Record):
    size: int = 3


class OwnDepth:
    """A model that a user wrote."""

    version: ClassVar[int] = 1
    parameters: ClassVar[type[Record]] = OwnParameters
    weights: ClassVar[dict] = {"network": None}

    def __init__(self, weights, parameters, machine):
        self.weights_used, self.parameters_used, self.machine, self.closed = weights, parameters, machine, False

    def models(self):
        return [file.use() for file in self.weights_used.values()]

    def close(self):
        self.closed = True


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    # pytest imports test modules under other names
    monkeypatch.setitem(sys.modules, HERE, sys.modules[__name__])


OWN = {"network": GivenWeights(origin="/w.pt", sha256="ab", licence="MIT", name="Own")}


def own(sha256: str = "ab", **parameters) -> RoleConfig:
    weights = {"network": GivenWeights(origin="/w.pt", sha256=sha256, licence="MIT", name="Own")}
    return RoleConfig(model=f"{HERE}:OwnDepth", weights=weights, parameters=parameters)


def config(**changes) -> StackConfig:
    return StackConfig(**{"roles": {"depth": own()}, **changes})


def test_every_stack_names_models_that_exist_with_what_a_model_needs():
    for roles in STACKS.values():
        assert set(roles) <= set(ROLES)
        assert set(roles.values()) <= set(MODELS)
    for name in STACKS:
        given = {
            role: RoleConfig(model=model, weights={"model": OWN["network"]})
            for role, model in STACKS[name].items()
            if name == "paper" and role != "classifier"
        }
        assert stack_digest(StackConfig(name=name, roles=given))


def test_a_description_loads_no_runtime():
    code = (
        "import sys; from factory.web.estimators.stack import *; stack_digest(StackConfig()); "
        "stack_weights(StackConfig()); "
        "print([name for name in ('onnxruntime', 'ai_edge_litert', 'torch', 'cv2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "change",
    [
        {"roles": {"depth": own(sha256="cd")}},
        {"roles": {"depth": own(size=4)}},
        {"roles": {"depth": own(), "gravity": None}},
        {"roles": {"depth": own(), "gravity": RoleConfig(model="vertical_lines", parameters={"segments": 20})}},
        {"masks": "box"},
        {"default_fov_deg": 61.0},
        {"precision": "float16"},
    ],
    ids=str,
)
def test_what_decides_outputs_changes_the_digest(change):
    assert stack_digest(config(**change)) != stack_digest(config())


def test_the_version_of_a_models_code_changes_the_digest(monkeypatch):
    before = stack_digest(config())
    monkeypatch.setattr(OwnDepth, "version", 2)
    assert stack_digest(config()) != before


@pytest.mark.parametrize(
    "change",
    [
        {"device": "cuda:1"},
        {"threads": 7},
        {"batch_size": 1},
        {"weights_folder": "/elsewhere"},
        {"roles": {"depth": own(size=3)}},
    ],
    ids=str,
)
def test_what_only_says_where_and_how_fast_does_not(change):
    assert stack_digest(config(**change)) == stack_digest(config())


def test_the_digest_of_one_role_ignores_the_others():
    assert stack_digest(config(), ("detector",)) == stack_digest(config(masks="box"), ("detector",))
    assert stack_digest(config(), ("segmenter",)) != stack_digest(config(masks="box"), ("segmenter",))


def test_a_users_model_gets_its_weights_parameters_and_machine():
    chosen = config(roles={"depth": own(size=9)}, device="cuda", precision="float16", threads=2, batch_size=5)
    model = open_role(chosen, "depth")
    assert model.parameters_used == OwnParameters(size=9)
    assert model.weights_used == {"network": WeightFile("depth", "Own", "ab", "MIT", "/w.pt")}
    machine = model.machine
    assert (machine.device, machine.precision, machine.threads, machine.batch_size) == ("cuda", "float16", 2, 5)


def test_relative_paths_are_made_absolute_where_they_are_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert GivenWeights(origin="w.pt", sha256="ab", licence="MIT").origin == str(tmp_path / "w.pt")
    assert StackConfig(weights_folder="weights").weights_folder == str(tmp_path / "weights")
    for other in (RANDOM, "s3://bucket/w.pt"):
        assert GivenWeights(origin=other, sha256="ab", licence="MIT").origin == other
    assert StackConfig().weights_folder == ""


def test_a_role_can_be_without_a_model():
    assert open_role(StackConfig(), "orientation") is None
    assert open_role(StackConfig(roles={"gravity": None}), "gravity") is None
    with pytest.raises(DataError, match="no model for the role detector"):
        open_stack(
            StackConfig(masks="box", roles={"depth": own(), "detector": None, "classifier": None, "gravity": None})
        )


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"name": "gpu"}, "no stack is called 'gpu'; there are cpu, paper"),
        ({"roles": {"depth": RoleConfig(model="moge3")}}, "no model is called 'moge3'"),
        ({"roles": {"depth": RoleConfig(model="no.such:Thing")}}, "no.such:Thing cannot be imported"),
        ({"roles": {"depth": RoleConfig(model=f"{HERE}:Nothing")}}, "cannot be imported"),
        ({"roles": {"depth": RoleConfig(model=f"{HERE}:OwnDepth")}}, "weights network of .* are to be named"),
        (
            {"roles": {"depth": RoleConfig(model="fastdepth", weights={"nets": OWN["network"]})}},
            "no weights called nets",
        ),
        ({"roles": {"depth": own(sise=4)}}, "sise"),
        ({"roles": {"depth": own(size="large")}}, "size"),
    ],
)
def test_what_nobody_knows_is_named(chosen, words):
    with pytest.raises(DataError, match=words):
        stack_digest(StackConfig(**chosen))


def test_missing_weights_are_found_before_any_model_is_loaded(tmp_path):
    with pytest.raises(DataError, match=r"fastdepth_7\.onnx.*make weights"):
        check_weights(StackConfig(weights_folder=str(tmp_path)))


def test_default_weights_are_free_to_use_and_named_once():
    weights = stack_weights(StackConfig())
    assert {file.licence for file in weights} <= {"MIT", "Apache-2.0"}
    assert len({file.file for file in weights}) == len(weights) == 5
    assert all(len(file.sha256) == 64 for file in weights)


def test_random_weights_are_no_data_and_everything_is_closed():
    random = GivenWeights(origin=RANDOM, sha256=RANDOM, licence="none")
    chosen = config(roles={"depth": RoleConfig(model=f"{HERE}:OwnDepth", weights={"network": random})})
    real, fake = open_role(config(), "depth"), open_role(chosen, "depth")
    boxes = open_role(config(masks="box"), "segmenter")
    assert Stack("own", depth=real, detector=boxes, segmenter=boxes).is_data
    stack = Stack("own", depth=fake, detector=boxes, segmenter=boxes, gravity=real)
    assert not stack.is_data
    assert [use.sha256 for use in stack.models()] == [RANDOM, "ab"]
    stack.close()
    assert fake.closed and real.closed


def test_a_file_can_leave_a_role_out() -> None:
    without = StackConfig.model_validate({"roles": {"classifier": {"model": "none"}}})
    assert open_role(without, "classifier") is None
    assert (
        stack_digest(without) == stack_digest(StackConfig(roles={"classifier": None})) != stack_digest(StackConfig())
    )
