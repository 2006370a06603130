"""Files that torch can load, written and read without it. HISPATIAL_PYTHON names an interpreter with torch."""

import io
import json
import os
import pickle
import pickletools
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.errors import DataError
from factory.exports.hispatial.pt_file import read_pt, write_pt

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=30,
)
SAMPLE = {
    "level1_distance_list": [
        {"qa_type": "vqa_distance_single", "qa_pairs": [{"question": "How far?", "options": None}]}
    ],
    "numbers": [0, 1, 255, 256, -1, 2**31 - 1, -(2**31), 2**40, 1.5, -0.0, True, False],
    "text": ["naïve — 椅子", "", "How far?"],
    "many": [f"text {i}" for i in range(300)] * 2,
}
# types by name, so that True and 1 stay apart
TORCH = """
import json, sys, torch
def plain(value):
    if isinstance(value, torch.Tensor):
        return ["tensor", str(value.dtype), list(value.shape), value.is_contiguous(), value.tolist()]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return [type(value).__name__, value]
print(json.dumps([plain(torch.load(sys.argv[1], map_location="cpu", weights_only=only)) for only in (True, False)]))
"""
TORCH_SAVES = """
import sys, torch
base = torch.arange(12, dtype=torch.float32).reshape(3, 4)
torch.save({"whole": base, "turned": base.T, "part": base[1:, 2], "text": ["a", 1, 2.5, True, None]}, sys.argv[1])
torch.save({"K": base.double()}, sys.argv[2])
"""


def described(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return ["tensor", "torch.float32", list(value.shape), True, value.tolist()]
    if isinstance(value, dict):
        return {key: described(item) for key, item in value.items()}
    if isinstance(value, list):
        return [described(item) for item in value]
    return [type(value).__name__, value]


@pytest.fixture(scope="module")
def torch_python() -> str:
    python = os.environ.get("HISPATIAL_PYTHON", sys.executable)
    if subprocess.run([python, "-c", "import torch"], capture_output=True).returncode:
        pytest.skip(f"{python} has no torch to load the files with (HISPATIAL_PYTHON names another interpreter)")
    return python


@given(PLAIN)
def test_plain_values_survive(value: Any) -> None:
    assert described(read_pt(write_pt(value))) == described(value)


@given(PLAIN)
def test_bytes_depend_on_values_alone(value: Any) -> None:
    # a copy by JSON-like rebuilding shares no objects with the original
    def rebuilt(item: Any) -> Any:
        if isinstance(item, dict):
            return {"".join(list(key)): rebuilt(inner) for key, inner in item.items()}
        if isinstance(item, list):
            return [rebuilt(inner) for inner in item]
        return "".join(list(item)) if isinstance(item, str) else item

    assert write_pt(rebuilt(value)) == write_pt(value)


def test_lists_are_never_shared() -> None:
    options = ["a", "b"]
    first, second = read_pt(write_pt([options, options]))
    assert first == second and first is not second


def test_python_reads_the_pickle_too() -> None:
    with zipfile.ZipFile(io.BytesIO(write_pt(SAMPLE))) as archive:
        assert archive.testzip() is None
        data = archive.read("archive/data.pkl")
    assert pickle.loads(data) == SAMPLE
    pickletools.dis(data, out=io.StringIO())  # raises where an opcode or the stack is wrong


@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 4), (5,), (), (0, 3)])
def test_tensors_survive(shape: tuple[int, ...]) -> None:
    array = np.arange(int(np.prod(shape)), dtype=np.float32).reshape(shape)
    back = read_pt(write_pt({"K": array}))["K"]
    assert back.dtype == np.float32 and back.shape == shape
    np.testing.assert_array_equal(back, array)


@pytest.mark.parametrize("value", [(1, 2), {1, 2}, b"x", np.float64(1.0), np.zeros(3), np.int32(4), {"a": object()}])
def test_other_types_are_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="does not belong"):
        write_pt(value)


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("false",)


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 not a zip",
        zipped(x=b"1"),
        zipped(a__data_pkl=pickle.dumps(Evil())),
        zipped(a__data_pkl=pickle.dumps(np.float64(2))),
        zipped(a__data_pkl=pickle.dumps([1])[:-1]),
        zipped(a__data_pkl=pickle.dumps([1]), a__byteorder=b"big"),
        write_pt({"K": np.zeros(9, np.float32)}).replace(b"FloatStorage", b"LongeStorage"),
        write_pt({"K": np.zeros(9, np.float32)})[:-40],
    ],
)
def test_files_with_anything_else_are_refused(data: bytes) -> None:
    with pytest.raises(DataError):
        read_pt(data)


def test_torch_reads_the_same(torch_python: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    value = SAMPLE | {"K": rng.normal(size=(3, 3)).astype(np.float32), "deep": [{"t": np.ones((2, 1, 4), np.float32)}]}
    (tmp_path / "value.pt").write_bytes(write_pt(value))
    done = subprocess.run(
        [torch_python, "-c", TORCH, tmp_path / "value.pt"], capture_output=True, text=True, check=True
    )
    restricted, free = json.loads(done.stdout)
    assert restricted == free == json.loads(json.dumps(described(value)))
    (tmp_path / "K.pt").write_bytes(write_pt(value["K"]))
    done = subprocess.run([torch_python, "-c", TORCH, tmp_path / "K.pt"], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)[0] == described(value["K"])


def test_what_torch_saves_is_read(torch_python: str, tmp_path: Path) -> None:
    files = tmp_path / "plain.pt", tmp_path / "double.pt"
    subprocess.run([torch_python, "-c", TORCH_SAVES, *files], check=True, capture_output=True)
    value = read_pt(files[0].read_bytes())
    base = np.arange(12, dtype=np.float32).reshape(3, 4)
    np.testing.assert_array_equal(value["whole"], base)
    np.testing.assert_array_equal(value["turned"], base.T)
    np.testing.assert_array_equal(value["part"], base[1:, 2])
    assert value["text"] == ["a", 1, 2.5, True, None]
    with pytest.raises(DataError, match="DoubleStorage"):
        read_pt(files[1].read_bytes())
