import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory.errors import DataError
from factory.sources.ply import read_labelled_ply, read_ply
from tests.sources.scannet.tiny_scannet import ply_bytes

VERTICES = np.array([[0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 3.5]], np.float32)
FACES = np.array([[0, 1, 2], [1, 2, 3]], np.int32)


def check(data: bytes) -> None:
    vertices, faces = read_ply(data, "mesh.ply")
    assert vertices.dtype == np.float32 and faces.dtype == np.int32
    np.testing.assert_array_equal(vertices, VERTICES)
    np.testing.assert_array_equal(faces, FACES)


@pytest.mark.parametrize("alpha", [True, False])
@pytest.mark.parametrize("label", [True, False])
def test_headers_of_real_files(alpha: bool, label: bool) -> None:
    check(ply_bytes(VERTICES, FACES, alpha=alpha, label=label))


def test_bytes_after_the_end_do_no_harm() -> None:
    check(ply_bytes(VERTICES, FACES) + b"\0\0\0")


def test_windows_line_ends_in_the_header() -> None:
    header, body = ply_bytes(VERTICES, FACES).split(b"end_header\n", 1)
    check(header.replace(b"\n", b"\r\n") + b"end_header\r\n" + body)


def test_big_endian_doubles_and_properties_around() -> None:
    header = """ply
format binary_big_endian 1.0
obj_info made by hand
element camera 2
property float64 fov
element vertex 4
property uint8 red
property double x
property double y
property double z
property float quality
element face 2
property uchar flags
property list int32 uint16 vertex_index
property float area
end_header
"""
    vertex = np.zeros(4, [("red", "u1"), ("p", ">f8", 3), ("quality", ">f4")])
    vertex["p"], vertex["quality"] = VERTICES, np.nan
    face = np.zeros(2, [("flags", "u1"), ("n", ">i4"), ("v", ">u2", 3), ("area", ">f4")])
    face["n"], face["v"] = 3, FACES
    check(header.encode() + bytes(16) + vertex.tobytes() + face.tobytes())


def test_text() -> None:
    lines = ["ply", "format ascii 1.0", "comment end_header is not here", "element vertex 4"]
    lines += [f"property float {axis}" for axis in "xyz"] + ["property uchar red", "element face 2"]
    lines += ["property list uchar int vertex_indices", "property uchar flags", "end_header"]
    body = [" ".join(str(x) for x in v) + " 255" for v in VERTICES] + [f"3 {a} {b} {c} 9" for a, b, c in FACES]
    check("\n".join(lines + body).encode() + b"\n")
    with pytest.raises(DataError, match="too few numbers"):
        read_ply("\n".join(lines + body[:-1]).encode(), "mesh.ply")
    with pytest.raises(DataError, match="no number"):
        read_ply("\n".join([*lines, *body[:-1], "3 a b c 9"]).encode(), "mesh.ply")


def test_numbers_of_faces() -> None:
    """Those that were asked for and are there, of their own type, before and after the vertices."""
    header = ["ply", "format binary_little_endian 1.0", "element vertex 4"]
    header += [f"property float {axis}" for axis in "xyz"] + ["element face 2", "property uchar flags"]
    header += ["property list uchar int vertex_indices", "property int segment_id", "property int other", "end_header"]
    face = np.zeros(2, [("flags", "u1"), ("n", "u1"), ("v", "<i4", 3), ("segment_id", "<i4"), ("other", "<i4")])
    face["flags"], face["n"], face["v"], face["segment_id"] = (7, 200), 3, FACES, (-1, 70_000)
    data = "\n".join(header).encode() + b"\n" + VERTICES.tobytes() + face.tobytes()
    check(data)
    vertices, faces, found = read_labelled_ply(data, "mesh.ply", ("segment_id", "flags", "absent"))
    np.testing.assert_array_equal(vertices, VERTICES)
    np.testing.assert_array_equal(faces, FACES)
    assert {name: values.tolist() for name, values in found.items()} == {"flags": [7, 200], "segment_id": [-1, 70_000]}
    assert found["segment_id"].dtype == np.int32 and found["flags"].dtype == np.uint8


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data.replace(b"format binary_little_endian 1.0\n", b""), "without format"),
        (lambda data: data.replace(b"element face 2", b"element edge 2"), "without format, vertices or faces"),
        (lambda data: data.replace(b"list uchar int", b"list uchar"), "header line"),
        (lambda data: data.replace(b"property float x", b"property real x"), "header line"),
        (lambda data: data.replace(b"property float x", b"property list uchar int x"), "without x, y, z"),
        (lambda data: data.replace(b"property float y", b"property float x"), "without x, y, z"),
        (lambda data: data.replace(b"property uchar red", b"property list uchar int red"), "1 lists instead of 0"),
        (lambda data: data.replace(b"element vertex 4", b"element vertex 9999999"), "before the file ends"),
        (lambda data: data.replace(b"element face 2", b"element face 0"), "4 vertices and 0 faces"),
        (lambda data: data[:-13] + b"\x04" + data[-12:], "other than 3 vertices"),
        (lambda data: data[:-4] + b"\x04\0\0\0", "vertex 4 of 4"),
        (lambda data: data.replace(b"\n", b"\r"), "no end of the PLY header"),
    ],
)
def test_damage_is_named(change, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        read_ply(change(ply_bytes(VERTICES, FACES)), "folder/mesh.ply")
    assert str(caught.value).startswith("folder/mesh.ply: ")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_damage_is_refused_or_harmless(data: st.DataObject) -> None:
    whole = bytearray(ply_bytes(VERTICES, FACES))
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        vertices, faces = read_ply(bytes(whole), "mesh.ply")
    except DataError:
        return
    assert np.isfinite(vertices).all() and faces.min() >= 0 and faces.max() < len(vertices)
