"""The one way to import pyrender: off screen, and mended where version 0.1.45 does not suit us."""

import os
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np


@cache
def load_pyrender() -> ModuleType:
    """The module `pyrender`, set to render through EGL unless PYOPENGL_PLATFORM says otherwise."""
    os.environ.setdefault("PYOPENGL_PLATFORM", "egl")
    setattr(np, "infty", np.inf)  # noqa: B010 - it predates numpy 2
    import pyglet

    pyglet.options["headless"] = True  # pyrender's viewer would load X11 libraries that a server need not have
    import pyrender

    _take_off_multisampling()
    if os.environ["PYOPENGL_PLATFORM"] == "egl":
        _keep_display_open()
    module: ModuleType = pyrender
    return module


def _take_off_multisampling() -> None:
    """One sample per pixel: the depth of a resolved pixel would not be that of its centre, and four cost more."""
    from pyrender import renderer

    store = renderer.glRenderbufferStorage
    renderer.glRenderbufferStorageMultisample = lambda target, samples, kind, w, h: store(target, kind, w, h)


def _keep_display_open() -> None:
    """Closing a renderer frees its context only: the display is shared with all other EGL users of the process."""
    from OpenGL.EGL import EGL_NO_CONTEXT, EGL_NO_SURFACE, eglDestroyContext, eglMakeCurrent
    from pyrender.platforms.egl import EGLPlatform

    def delete_context(self: Any) -> None:
        if self._egl_context is not None:
            eglMakeCurrent(self._egl_display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT)
            eglDestroyContext(self._egl_display, self._egl_context)
            self._egl_context = None

    EGLPlatform.delete_context = delete_context
