"""Which EGL device belongs to which GPU: EGL has its own list and order and ignores CUDA_VISIBLE_DEVICES."""

import ctypes
import ctypes.util
import os
from collections.abc import Mapping
from dataclasses import dataclass

_EGL_EXTENSIONS = 0x3055
_EGL_CUDA_DEVICE_NV = 0x323A


@dataclass(frozen=True)
class EglDevice:
    """A device in EGL's list. cuda_ordinal : its number among the GPUs that CUDA shows this process, else None."""

    cuda_ordinal: int | None
    is_software: bool
    is_nvidia: bool


def list_egl_devices() -> list[EglDevice]:
    """EGL's devices in EGL's order (EGL_EXT_device_enumeration); empty where EGL is missing or cannot list them."""
    path = ctypes.util.find_library("EGL")
    if path is None:
        return []
    egl = ctypes.CDLL(path)
    egl.eglGetProcAddress.restype = ctypes.c_void_p
    egl.eglGetProcAddress.argtypes = [ctypes.c_char_p]
    addresses = [
        egl.eglGetProcAddress(name)
        for name in (b"eglQueryDevicesEXT", b"eglQueryDeviceStringEXT", b"eglQueryDeviceAttribEXT")
    ]
    if None in addresses:
        return []
    pointers = ctypes.POINTER(ctypes.c_void_p)
    query_devices = ctypes.CFUNCTYPE(ctypes.c_uint, ctypes.c_int, pointers, ctypes.POINTER(ctypes.c_int))(addresses[0])
    query_string = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int)(addresses[1])
    query_attribute = ctypes.CFUNCTYPE(ctypes.c_uint, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_ssize_t))(
        addresses[2]
    )

    count = ctypes.c_int(0)
    if not query_devices(0, None, ctypes.byref(count)) or count.value == 0:
        return []
    handles = (ctypes.c_void_p * count.value)()
    if not query_devices(count.value, handles, ctypes.byref(count)):
        return []
    devices = []
    for handle in handles[: count.value]:
        extensions = (query_string(handle, _EGL_EXTENSIONS) or b"").split()
        ordinal = ctypes.c_ssize_t(-1)
        is_nvidia = b"EGL_NV_device_cuda" in extensions
        known = (
            is_nvidia and query_attribute(handle, _EGL_CUDA_DEVICE_NV, ctypes.byref(ordinal)) and ordinal.value >= 0
        )
        devices.append(
            EglDevice(ordinal.value if known else None, b"EGL_MESA_device_software" in extensions, is_nvidia)
        )
    return devices


def device_for_cuda(ordinal: int, devices: list[EglDevice]) -> int | None:
    """Index in EGL's list of a CUDA device, numbered as CUDA does in this process; None when EGL does not know it."""
    matches = [index for index, device in enumerate(devices) if device.cuda_ordinal == ordinal]
    return matches[0] if matches else None


def default_device(devices: list[EglDevice], environment: Mapping[str, str] = os.environ) -> int | None:
    """The device for this process: the first GPU granted to it, the software renderer when it was granted none.

    Ray grants GPUs through CUDA_VISIBLE_DEVICES; empty or -1 means none. None leaves the choice to EGL.
    """
    if environment.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        others = [index for index, device in enumerate(devices) if not device.is_nvidia]
        software = [index for index in others if devices[index].is_software]
        return next(iter(software + others), None)
    return device_for_cuda(0, devices)
