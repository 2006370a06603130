"""Files as `torch.save` writes them, without torch: plain values and float32 tensors.

A `.pt` file is a zip: `archive/data.pkl` a pickle, `archive/data/<n>` the numbers of the n-th tensor, little-endian.
Tensors are numpy arrays here. The bytes are a function of the values alone: text that occurs twice is stored once,
lists and dicts never are, since readers shuffle them in place.
"""

import io
import math
import pickle
import struct
import zipfile
from typing import Any, NamedTuple

import numpy as np

from factory.errors import DataError

Array = np.ndarray

_ROOT = "archive"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date of a zip
_TENSOR = ("torch._utils", "_rebuild_tensor_v2")
_STORAGE = ("torch", "FloatStorage")
_ORDERED = ("collections", "OrderedDict")


def write_pt(value: Any) -> bytes:
    """The file of dicts, lists, str, int, float, bool, None and float32 arrays (tensors on the CPU).

    `torch.load` reads it with `weights_only` True and False. Raises TypeError for any other type.
    """
    pickler = _Pickler()
    members = {"data.pkl": pickler.dump(value), "byteorder": b"little"}
    members |= {f"data/{n}": data for n, data in enumerate(pickler.storages)}
    members["version"] = b"3\n"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(f"{_ROOT}/{name}", _EPOCH)
            entry.create_system = 3
            archive.writestr(entry, data)
    return file.getvalue()


def read_pt(data: bytes) -> Any:
    """The value of such a file; tensors become float32 arrays. Nothing is imported and no code of the file runs.

    Raises DataError for anything but plain values and float32 tensors.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            pickles = [name for name in names if name.count("/") == 1 and name.endswith("/data.pkl")]
            if len(pickles) != 1:
                raise DataError(f"a .pt file with {len(pickles)} pickles; expected one data.pkl")
            root = pickles[0].partition("/")[0]
            if f"{root}/byteorder" in names and archive.read(f"{root}/byteorder") != b"little":
                raise DataError("a .pt file of big-endian numbers; expected little-endian ones")
            return _Unpickler(archive, root, archive.read(pickles[0])).load()
    except (zipfile.BadZipFile, pickle.UnpicklingError, EOFError, KeyError, ValueError, TypeError) as error:
        raise DataError(f"not a .pt file of plain values and float32 tensors ({error})") from error


class _Pickler:
    """Pickles in protocol 2, with the opcodes that torch's restricted unpickler knows."""

    def __init__(self) -> None:
        self.storages: list[bytes] = []
        self._out = bytearray()
        self._memo: dict[str | tuple[str, str], int] = {}

    def dump(self, value: Any) -> bytes:
        self._out += pickle.PROTO + b"\x02"
        self._put(value)
        return bytes(self._out + pickle.STOP)

    def _put(self, value: Any) -> None:
        kind = type(value)
        if value is None:
            self._out += pickle.NONE
        elif kind is bool:
            self._out += pickle.NEWTRUE if value else pickle.NEWFALSE
        elif kind is str:
            if not self._recalled(value):
                data = value.encode("utf-8")
                self._out += pickle.BINUNICODE + struct.pack("<I", len(data)) + data
                self._remember(value)
        elif kind is int:
            self._out += _integer(value)
        elif kind is float:
            self._out += pickle.BINFLOAT + struct.pack(">d", value)
        elif kind is list:
            self._out += pickle.EMPTY_LIST + pickle.MARK
            for item in value:
                self._put(item)
            self._out += pickle.APPENDS
        elif kind is dict:
            self._out += pickle.EMPTY_DICT + pickle.MARK
            for key, item in value.items():
                self._put(key)
                self._put(item)
            self._out += pickle.SETITEMS
        elif kind is np.ndarray and value.dtype == np.float32:
            self._put_tensor(value)
        else:
            raise TypeError(f"{kind.__name__} does not belong into a .pt file of plain values")

    def _recalled(self, key: str | tuple[str, str]) -> bool:
        """Whether it was put before; then it is put again by its number."""
        place = self._memo.get(key)
        if place is None:
            return False
        self._out += pickle.BINGET + bytes([place]) if place < 256 else pickle.LONG_BINGET + struct.pack("<I", place)
        return True

    def _remember(self, key: str | tuple[str, str]) -> None:
        place = self._memo[key] = len(self._memo)
        self._out += pickle.BINPUT + bytes([place]) if place < 256 else pickle.LONG_BINPUT + struct.pack("<I", place)

    def _put_tensor(self, array: Array) -> None:
        strides = [math.prod(array.shape[i + 1 :]) for i in range(array.ndim)]
        # _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks); the storage by a persistent id
        self._put_name(_TENSOR)
        self._out += pickle.MARK + pickle.MARK
        self._put("storage")
        self._put_name(_STORAGE)
        self._put(str(len(self.storages)))
        self._put("cpu")
        self._put(array.size)
        self._out += pickle.TUPLE + pickle.BINPERSID
        self._put(0)
        for numbers in (array.shape, strides):
            self._out += pickle.MARK
            for number in numbers:
                self._put(number)
            self._out += pickle.TUPLE
        self._put(False)
        self._put_name(_ORDERED)
        self._out += pickle.EMPTY_TUPLE + pickle.REDUCE + pickle.TUPLE + pickle.REDUCE
        self.storages.append(np.ascontiguousarray(array, dtype="<f4").tobytes())

    def _put_name(self, name: tuple[str, str]) -> None:
        if not self._recalled(name):
            self._out += pickle.GLOBAL + "\n".join((*name, "")).encode()
            self._remember(name)


def _integer(value: int) -> bytes:
    if 0 <= value < 256:
        return pickle.BININT1 + bytes([value])
    if -(2**31) <= value < 2**31:
        return pickle.BININT + struct.pack("<i", value)
    data = pickle.encode_long(value)
    return pickle.LONG1 + bytes([len(data)]) + data


class _Storage(NamedTuple):
    numbers: Array


class _Unpickler(pickle.Unpickler):
    """Knows the three names that a float32 tensor needs, and no other."""

    def __init__(self, archive: zipfile.ZipFile, root: str, data: bytes) -> None:
        super().__init__(io.BytesIO(data))
        self._archive, self._root = archive, root

    def find_class(self, module: str, name: str) -> Any:
        known = {_TENSOR: _rebuild, _STORAGE: _STORAGE, _ORDERED: dict}
        if (module, name) not in known:
            raise pickle.UnpicklingError(f"it holds a {module}.{name}")
        return known[module, name]

    def persistent_load(self, pid: Any) -> _Storage:
        kind, storage, key, device, size = pid
        if (kind, storage, device) != ("storage", _STORAGE, "cpu"):
            raise pickle.UnpicklingError(f"it holds a tensor stored as {storage!r} on {device!r}")
        numbers = np.frombuffer(self._archive.read(f"{self._root}/data/{key}"), dtype="<f4")
        if len(numbers) != size:
            raise pickle.UnpicklingError(f"storage {key} holds {len(numbers)} numbers instead of {size}")
        return _Storage(numbers)


def _rebuild(storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any) -> Array:
    last = offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
    if min((offset, *strides), default=0) < 0 or (math.prod(shape) and last >= len(storage.numbers)):
        raise pickle.UnpicklingError(f"a tensor of shape {shape} reaches beyond its storage")
    view = np.lib.stride_tricks.as_strided(storage.numbers[offset:], shape, [4 * step for step in strides])
    return np.array(view, dtype=np.float32)
