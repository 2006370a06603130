"""`depth.bin` in its encodings: frames by number, any damage, and what is no reading."""

import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest

from factory.errors import DataError
from factory.sources.procedural.writers.scannetpp_streams import depth_bin
from factory.sources.scannetpp import depth_bin as module
from factory.sources.scannetpp.depth_bin import read_depth_bin
from factory.store.storage import Storage

ENCODINGS = ["records", "float records", "stream"]


@pytest.fixture(scope="module")
def depths_m() -> list[np.ndarray]:
    """Frames (192, 256) [m] that differ from one another, smooth and noisy ones."""
    rng = np.random.default_rng(3)
    rows = np.linspace(0.3, 6.0, 192)[:, None] + np.zeros(256)
    frames = [np.round(rows + i * 0.1 + rng.normal(0, 0.02 * (i % 2), rows.shape), 3) for i in range(9)]
    for frame in frames:
        frame[:5, :7] = 0.0
    return frames


def write(folder: Path, data: bytes) -> Storage:
    (folder / "depth.bin").write_bytes(data)
    return Storage(folder)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_frame_by_its_number(tmp_path: Path, depths_m: list[np.ndarray], encoding: str) -> None:
    storage = write(tmp_path, depth_bin(depths_m, encoding))
    index = read_depth_bin(storage, "depth.bin")
    assert index.frame_count == 9
    for number in (4, 0, 8, 1, 8):
        found = index.frame(storage, number)
        assert found.dtype == np.uint16 and found.shape == (192, 256)
        np.testing.assert_array_equal(found, np.rint(depths_m[number] * 1000))


@pytest.mark.parametrize("between", [1, 2, 5])
def test_marks_anywhere_in_a_stream(
    tmp_path: Path, depths_m: list[np.ndarray], between: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FRAMES_BETWEEN_MARKS", between)
    monkeypatch.setattr(module, "_CHUNK", 1000)
    storage = write(tmp_path, depth_bin(depths_m, "stream"))
    index = read_depth_bin(storage, "depth.bin")
    assert 1 < len(index.marks) <= 9 // between + 1
    for number in range(9):
        np.testing.assert_array_equal(index.frame(storage, number), np.rint(depths_m[number] * 1000))


def test_both_kinds_of_records_in_one_file(tmp_path: Path, depths_m: list[np.ndarray]) -> None:
    data = depth_bin(depths_m[:2], "records") + depth_bin(depths_m[2:4], "float records")
    storage = write(tmp_path, data)
    index = read_depth_bin(storage, "depth.bin")
    for number in range(4):
        np.testing.assert_array_equal(index.frame(storage, number), np.rint(depths_m[number] * 1000))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_file_that_is_cut_off_has_the_frames_before(
    tmp_path: Path, depths_m: list[np.ndarray], encoding: str
) -> None:
    data = depth_bin(depths_m, encoding)
    storage = write(tmp_path, data[: int(len(data) * 0.6)])
    index = read_depth_bin(storage, "depth.bin")
    assert 2 < index.frame_count < 9
    last = index.frame_count - 1
    np.testing.assert_array_equal(index.frame(storage, last), np.rint(depths_m[last] * 1000))
    with pytest.raises(DataError, match=rf"depth.bin: .*no frame {last + 1} among {last + 1}"):
        index.frame(storage, last + 1)


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 4000, b"<!DOCTYPE html><title>403 Forbidden</title>" * 9, zlib.compress(b"x" * 999)]
)
def test_no_depth_at_all(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(DataError, match=r"depth.bin: expected depth frames, found no whole frame.*remove it"):
        read_depth_bin(write(tmp_path, data), "depth.bin")


def test_a_damaged_record_costs_its_frame(tmp_path: Path, depths_m: list[np.ndarray]) -> None:
    good = depth_bin(depths_m[:1], "records")
    short = zlib.compressobj(6, zlib.DEFLATED, -15)
    payloads = [b"\xff" * 500, short.compress(b"1234" * 10) + short.flush()]
    data = good + b"".join(struct.pack("<I", len(p)) + p for p in payloads) + good
    storage = write(tmp_path, data)
    index = read_depth_bin(storage, "depth.bin")
    assert index.frame_count == 4
    for number, words in ((1, "neither in LZ4 nor in deflate"), (2, "frame 2 with 40 bytes")):
        with pytest.raises(DataError, match=words):
            index.frame(storage, number)
    np.testing.assert_array_equal(index.frame(storage, 3), np.rint(depths_m[0] * 1000))


def test_an_lz4_block_of_less_than_a_frame_is_none(tmp_path: Path) -> None:
    """The codec would hand over whatever lay in memory behind it."""
    import pyarrow as pa

    block = pa.Codec("lz4_raw").compress(b"\1\2" * 4000, asbytes=True)
    storage = write(tmp_path, struct.pack("<I", len(block)) + block)
    with pytest.raises(DataError, match="frame 0"):
        read_depth_bin(storage, "depth.bin").frame(storage, 0)


@pytest.mark.parametrize("encoding", ["float records", "stream"])
def test_what_is_no_depth_is_no_reading(tmp_path: Path, encoding: str) -> None:
    frame = np.full((192, 256), 2.0)
    frame[0, :5] = np.nan, np.inf, -np.inf, 65.535, 70.0
    storage = write(tmp_path, depth_bin([frame], encoding))
    found = read_depth_bin(storage, "depth.bin").frame(storage, 0)
    assert found[0, :6].tolist() == [0, 0, 0, 0, 0, 2000]


@pytest.mark.parametrize(("keep", "words"), [(0.3, "an end before frame 8"), (0.0, "an end before frame 8")])
def test_a_stream_that_was_cut_off_since(tmp_path: Path, depths_m: list[np.ndarray], keep: float, words: str) -> None:
    data = depth_bin(depths_m, "stream")
    storage = write(tmp_path, data)
    index = read_depth_bin(storage, "depth.bin")
    write(tmp_path, data[: int(len(data) * keep)])
    with pytest.raises(DataError, match=words):
        index.frame(storage, 8)
    write(tmp_path, b"\xff" * len(data))
    with pytest.raises(DataError, match="frame 8 that does not inflate"):
        index.frame(storage, 8)


def test_no_stack_in_memory(tmp_path: Path, depths_m: list[np.ndarray]) -> None:
    storage = write(tmp_path, depth_bin(depths_m * 20, "stream"))
    tracemalloc.start()
    index = read_depth_bin(storage, "depth.bin")
    index.frame(storage, 177)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 180 * 192 * 256 * 4 / 3
