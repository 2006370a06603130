"""The one way to import pyrender: off screen, and with the numpy name that it still uses."""

import os
from types import ModuleType

import numpy as np


def load_pyrender() -> ModuleType:
    """The module `pyrender`, set to render through EGL unless PYOPENGL_PLATFORM says otherwise."""
    os.environ.setdefault("PYOPENGL_PLATFORM", "egl")
    if not hasattr(np, "infty"):
        setattr(np, "infty", np.inf)  # noqa: B010 - pyrender 0.1.45 predates numpy 2
    import pyrender

    return pyrender
