"""Triangle meshes from PLY files, in numpy: binary of either byte order, or text."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from factory.errors import DataError

_SCALARS = {
    "char": "i1",
    "uchar": "u1",
    "short": "i2",
    "ushort": "u2",
    "int": "i4",
    "uint": "u4",
    "float": "f4",
    "double": "f8",
    "int8": "i1",
    "uint8": "u1",
    "int16": "i2",
    "uint16": "u2",
    "int32": "i4",
    "uint32": "u4",
    "float32": "f4",
    "float64": "f8",
}
_BYTE_ORDERS = {"binary_little_endian": "<", "binary_big_endian": ">", "ascii": "="}
_END = b"end_header"
_MAX_HEADER = 1 << 16


@dataclass(frozen=True)
class _Property:
    """`count` is the type of a list's length, None for a scalar."""

    name: str
    kind: str
    count: str | None


@dataclass(frozen=True)
class _Element:
    name: str
    length: int
    properties: tuple[_Property, ...]


def read_ply(data: bytes, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (V, 3) float32 and triangles (F, 3) int32 of a PLY file; `name` is for messages.

    Colours, alpha and any other properties are skipped. Raises DataError for what is damaged: cut off, coordinates
    that are not finite, triangles that name a vertex which does not exist, no triangles at all.
    """
    vertices, faces, _ = read_labelled_ply(data, name, ())
    return vertices, faces


def read_labelled_ply(
    data: bytes, name: str, face_properties: Collection[str]
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """As `read_ply`, and those of the scalar properties of faces that the file has, (F,) by name."""
    encoding, elements, start = _header(data, name)
    read = _ascii_tables if encoding == "ascii" else _binary_tables
    tables = read(data, start, elements, _BYTE_ORDERS[encoding], name)
    vertex, face = tables["vertex"], tables["face"]
    vertices = np.stack([vertex[axis] for axis in "xyz"], axis=1).astype(np.float32)
    properties = next(element.properties for element in elements if element.name == "face")
    index_name = next(p.name for p in properties if p.count)
    if (face[f"count {index_name}"] != 3).any():
        raise _damaged(name, "a face with other than 3 vertices")
    faces = face[index_name].astype(np.int64)
    if not len(vertices) or not len(faces):
        raise _damaged(name, f"{len(vertices)} vertices and {len(faces)} faces")
    bad = int((~np.isfinite(vertices).all(axis=1)).sum())
    if bad:
        raise _damaged(name, f"{bad} vertices with NaN or infinite coordinates")
    if faces.min() < 0 or faces.max() >= len(vertices):
        raise _damaged(
            name, f"a face with vertex {faces.min() if faces.min() < 0 else faces.max()} of {len(vertices)}"
        )
    scalars = {p.name: face[p.name].copy() for p in properties if not p.count and p.name in face_properties}
    return vertices, faces.astype(np.int32), scalars


def _damaged(name: str, found: str) -> DataError:
    return DataError(f"{name}: expected an undamaged triangle mesh, found {found}; download or export the file again")


def _header(data: bytes, name: str) -> tuple[str, list[_Element], int]:
    if not data.startswith((b"ply\n", b"ply\r")):
        raise DataError(f"{name}: not a PLY file (it does not begin with 'ply'); download or export the file again")
    at = data.find(b"\n" + _END, 0, _MAX_HEADER)
    newline = data.find(b"\n", at + 1)
    if at < 0 or newline < 0:
        raise _damaged(name, "no end of the PLY header")
    encoding, elements = "", []
    for line in data[:at].decode("latin-1").splitlines()[1:]:
        match line.split():
            case [] | ["comment" | "obj_info", *_]:
                continue
            case ["format", ("ascii" | "binary_little_endian" | "binary_big_endian") as encoding, _]:
                continue
            case ["element", element, count] if count.isdigit():
                elements.append(_Element(element, int(count), ()))
            case ["property", "list", count, kind, label] if elements and {count, kind} <= _SCALARS.keys():
                elements[-1] = _with(elements[-1], _Property(label, _SCALARS[kind], _SCALARS[count]))
            case ["property", kind, label] if elements and kind in _SCALARS:
                elements[-1] = _with(elements[-1], _Property(label, _SCALARS[kind], None))
            case _:
                raise _damaged(name, f"the header line {line[:60]!r}")
    _check(encoding, elements, name)
    return encoding, elements, newline + 1


def _with(element: _Element, extra: _Property) -> _Element:
    return _Element(element.name, element.length, (*element.properties, extra))


def _check(encoding: str, elements: list[_Element], name: str) -> None:
    by_name = {element.name: element for element in elements}
    if not encoding or len(by_name) != len(elements) or not {"vertex", "face"} <= by_name.keys():
        raise _damaged(name, "a header without format, vertices or faces")
    if not {"x", "y", "z"} <= {p.name for p in by_name["vertex"].properties if p.count is None}:
        raise _damaged(name, "vertices without x, y, z")
    for element in elements:
        lists = [p.name for p in element.properties if p.count]
        expected = 1 if element.name == "face" else 0
        if len(lists) != expected or len({p.name for p in element.properties}) != len(element.properties):
            raise _damaged(name, f"an element {element.name!r} with {len(lists)} lists instead of {expected}")


def _dtype(element: _Element, order: str) -> np.dtype:
    fields: list[tuple[str, str] | tuple[str, str, tuple[int]]] = []
    for p in element.properties:
        if p.count:  # of length 3 in every face of a triangle mesh
            fields += [(f"count {p.name}", order + p.count), (p.name, order + p.kind, (3,))]
        else:
            fields.append((p.name, order + p.kind))
    return np.dtype(fields)


def _binary_tables(data: bytes, start: int, elements: list[_Element], order: str, name: str) -> dict[str, np.ndarray]:
    tables = {}
    for element in elements:
        dtype = _dtype(element, order)
        available = (len(data) - start) // dtype.itemsize if dtype.itemsize else element.length
        if available < element.length:
            raise _damaged(name, f"{available} of {element.length} entries of {element.name!r} before the file ends")
        tables[element.name] = np.frombuffer(data, dtype, element.length, start)
        start += dtype.itemsize * element.length
    return tables


def _ascii_tables(data: bytes, start: int, elements: list[_Element], order: str, name: str) -> dict[str, np.ndarray]:
    try:
        numbers = np.array(data[start:].split(), dtype=np.float64)
    except ValueError as error:
        raise _damaged(name, f"text that is no number ({error})") from None
    tables, at = {}, 0
    for element in elements:
        dtype = _dtype(element, order)
        widths = [3 if p.count else 1 for p in element.properties]
        columns = sum(widths) + sum(p.count is not None for p in element.properties)
        if len(numbers) - at < columns * element.length:
            raise _damaged(name, f"too few numbers for {element.length} entries of {element.name!r}")
        block = numbers[at : at + columns * element.length].reshape(element.length, columns)
        table = np.zeros(element.length, dtype)
        column = 0
        for field in dtype.names or ():
            width = dtype[field].shape[0] if dtype[field].shape else 1
            table[field] = block[:, column : column + width].reshape(table[field].shape)
            column += width
        tables[element.name] = table
        at += columns * element.length
    return tables
