"""The measurement of models, tried at small sizes."""

import dataclasses
import json

import pytest

from factory.errors import DataError
from factory.web.estimators.paper import benchmark
from jobs import benchmark_models


@pytest.fixture
def small(torch, monkeypatch):
    """Every case at the size that stand-ins have by default."""
    for name, case in benchmark._CASES.items():

        def write(path, full, write=case.write):
            assert full
            write(path)

        monkeypatch.setitem(benchmark._CASES, name, dataclasses.replace(case, write=write))


@pytest.mark.parametrize("name", ["depth_anything", "grounding_dino", "rt_detr", "sam"])
def test_a_model_is_measured(small, tmp_path, name):
    machine = benchmark.Machine(tmp_path, batch_size=2)
    speed = benchmark.measure(name, machine, repeats=1)
    assert speed.images_per_s > 0 and speed.batch_size == 2 and speed.device.startswith("cpu")
    assert speed.peak_mb > speed.weights_mb > 0
    assert list(tmp_path.iterdir()) == []  # the checkpoint is gone


def test_unknown_names_and_absent_packages_are_told(torch, tmp_path, monkeypatch):
    machine = benchmark.Machine(tmp_path)
    with pytest.raises(DataError, match="there are moge2, depth_anything"):
        benchmark.measure("other", machine)
    monkeypatch.setitem(__import__("sys").modules, "geocalib", None)
    monkeypatch.setitem(__import__("sys").modules, "geocalib.geocalib", None)
    with pytest.raises(DataError, match="pip install git"):
        benchmark.measure("geocalib", machine)


def test_the_command_goes_on_without_what_is_absent(small, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(__import__("sys").modules, "geocalib.geocalib", None)
    arguments = ["benchmark_models.py", "geocalib", "rt_detr", "--device", "cpu", "--json", "--folder", str(tmp_path)]
    monkeypatch.setattr("sys.argv", arguments)
    assert benchmark_models.main() == 0
    shown = capsys.readouterr()
    found = json.loads(shown.out.splitlines()[-1])
    assert found["name"] == "rt_detr"
    assert found["hours"] == pytest.approx(5e6 / found["images_per_s"] / 3600)
    assert "geocalib: python module geocalib.geocalib cannot be imported" in shown.err
