import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from factory.errors import DataError
from factory.sources.images import decode_pgm, encode_depth_png, read_image_size, size_from_header
from factory.store.storage import Storage

PIXELS = np.arange(31 * 47 * 3, dtype=np.uint32).reshape(31, 47, 3).astype(np.uint8)


def encoded(kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(PIXELS).save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        encoded("JPEG"),
        encoded("JPEG", progressive=True),
        encoded("JPEG", comment=b"\xff\xc0 a comment that looks like a frame"),
        encoded("JPEG", exif=b"Exif\0\0" + bytes(60_000), icc_profile=bytes(200_000)),
        b"\xff\xd8\xff\xff\xff" + encoded("JPEG")[3:],  # fill bytes before the first segment
        encoded("PNG"),
    ],
    ids=["baseline", "progressive", "comment", "long-metadata", "fill", "png"],
)
def test_sizes(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "image").write_bytes(data)
    assert read_image_size(Storage(tmp_path), "image") == (47, 31)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xd8", b"\xff\xd8\xff\xd9", b"\x89PNG\r\n\x1a\n\0\0", b"GIF89a", b"P5 3", b"\xff\xd8" + bytes(100)],
)
def test_no_size(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "image").write_bytes(data)
    assert read_image_size(Storage(tmp_path), "image") is None


def test_png_of_no_pixels_has_no_size() -> None:
    head = bytearray(encoded("PNG")[:32])
    head[16:24] = bytes(8)
    assert size_from_header(bytes(head)) is None


def test_depth_png_keeps_all_sixteen_bits() -> None:
    depth = np.array([[0, 1, 255], [256, 40_000, 65_535]], np.uint16)
    decoded = np.asarray(Image.open(io.BytesIO(encode_depth_png(depth))))
    assert decoded.dtype == np.uint16
    np.testing.assert_array_equal(decoded, depth)


@pytest.mark.parametrize("header", [b"P5\n3 2\n65535\n", b"P5\n# by hand\n3\n# again\n2 65535\n", b"P5 3 2 65535 "])
def test_pgm(header: bytes) -> None:
    values = np.array([[35, 10, 255], [256, 40_000, 65_535]])
    data = header + values.astype(">u2").tobytes()
    np.testing.assert_array_equal(decode_pgm(data, "depth.pgm"), values)
    assert size_from_header(data) == (3, 2)


def test_pgm_of_one_byte() -> None:
    np.testing.assert_array_equal(decode_pgm(b"P5 2 1 255\n\x07\xff", "depth.pgm"), [[7, 255]])


@pytest.mark.parametrize("data", [b"P2 1 1 255 7", b"P5 3 2 65535 \0", b"P5 # no end", b"P5 3 -2 255 ", b""])
def test_damaged_pgm(data: bytes) -> None:
    with pytest.raises(DataError, match=r"depth\.pgm: .*export the frame again"):
        decode_pgm(data, "depth.pgm")
