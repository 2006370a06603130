"""EGL's device list, with a made-up driver where there is no GPU."""

import ctypes
import ctypes.util

import pytest

from factory.visibility import egl_devices
from factory.visibility.egl_devices import EglDevice, default_device, device_for_cuda, list_egl_devices

SOFTWARE = EglDevice(None, is_software=True, is_nvidia=False)
INTEGRATED = EglDevice(None, is_software=False, is_nvidia=False)


def gpu(ordinal: int | None) -> EglDevice:
    return EglDevice(ordinal, is_software=False, is_nvidia=True)


def test_a_cuda_device_is_found_whatever_the_order():
    devices = [gpu(2), INTEGRATED, gpu(0), gpu(1), SOFTWARE]
    assert [device_for_cuda(ordinal, devices) for ordinal in range(4)] == [2, 3, 0, None]
    assert device_for_cuda(0, [SOFTWARE]) is None


@pytest.mark.parametrize(
    ("devices", "visible", "expected"),
    [
        ([gpu(1), gpu(0), SOFTWARE], None, 1),
        ([gpu(None), gpu(None), gpu(0), SOFTWARE], "2", 2),  # CUDA numbers what is visible from 0
        ([gpu(None), gpu(0), SOFTWARE], "GPU-5d1c", 1),
        ([gpu(0), gpu(1), INTEGRATED, SOFTWARE], "", 3),
        ([gpu(0), INTEGRATED], "-1", 1),
        ([gpu(0)], "", None),
        ([SOFTWARE], None, None),
        ([], None, None),
    ],
)
def test_the_device_of_a_process_follows_its_grant(devices, visible, expected):
    environment = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    assert default_device(devices, environment) == expected


class MadeUpEgl:
    """A libEGL with devices as given: (extensions, CUDA ordinal or None)."""

    def __init__(self, devices: list[tuple[bytes, int | None]]) -> None:
        handles = [ctypes.c_void_p(1000 + i) for i in range(len(devices))]
        strings = [ctypes.c_char_p(extensions) for extensions, _ in devices]

        @ctypes.CFUNCTYPE(ctypes.c_uint, ctypes.c_int, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_int))
        def query_devices(room, found, count):
            count[0] = len(devices)
            for i in range(min(room, len(devices)) if found else 0):
                found[i] = handles[i]
            return 1

        @ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
        def query_string(handle, name):
            return ctypes.cast(strings[handle - 1000], ctypes.c_void_p).value if name == 0x3055 else None

        @ctypes.CFUNCTYPE(ctypes.c_uint, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_ssize_t))
        def query_attribute(handle, name, value):
            ordinal = devices[handle - 1000][1]
            if name != 0x323A or ordinal is None:
                return 0
            value[0] = ordinal
            return 1

        self._functions = {
            b"eglQueryDevicesEXT": query_devices,
            b"eglQueryDeviceStringEXT": query_string,
            b"eglQueryDeviceAttribEXT": query_attribute,
        }

        class GetProcAddress:
            def __call__(_, name: bytes) -> int:
                return ctypes.cast(self._functions[name], ctypes.c_void_p).value

        self.eglGetProcAddress = GetProcAddress()


def test_the_list_comes_from_the_driver(monkeypatch):
    nvidia, mesa = b"EGL_NV_device_cuda EGL_EXT_device_drm", b"EGL_MESA_device_software"
    library = MadeUpEgl([(nvidia, 1), (nvidia, 0), (nvidia, None), (b"EGL_EXT_device_drm", 7), (mesa, None)])
    monkeypatch.setattr(egl_devices.ctypes, "CDLL", lambda path: library)
    monkeypatch.setattr(egl_devices.ctypes.util, "find_library", lambda name: "libEGL")
    assert list_egl_devices() == [gpu(1), gpu(0), gpu(None), INTEGRATED, SOFTWARE]


def test_without_egl_there_are_no_devices(monkeypatch):
    monkeypatch.setattr(egl_devices.ctypes.util, "find_library", lambda name: None)
    assert list_egl_devices() == []


def test_the_real_software_device_renders(egl):
    from factory.visibility.egl import EglRasterizer

    software = [index for index, device in enumerate(list_egl_devices()) if device.is_software]
    if not software:
        pytest.skip("EGL lists no software device here")
    rasterizer = EglRasterizer(software[0])
    assert any(name in rasterizer.renderer.lower() for name in ("llvmpipe", "softpipe", "swrast", "software"))
    rasterizer.close()
