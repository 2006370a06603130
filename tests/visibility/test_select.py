"""Which rasterizer a name opens, and how many cores it takes."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from factory.visibility import egl as egl_module
from factory.visibility import select as select_module
from factory.visibility.select import RasterizerOnDemand, open_rasterizer, resolve_rasterizer


def refuse(*_args, **_kwargs):
    raise Exception("no GL library")  # the type that the GL binding raises


def test_names_stand_for_themselves(monkeypatch):
    monkeypatch.setattr(egl_module, "EglRasterizer", refuse)
    assert resolve_rasterizer("egl") == "egl"
    assert resolve_rasterizer("embree") == "embree"


def test_auto_is_egl_where_it_works(egl):
    assert resolve_rasterizer("auto") == "egl"
    rasterizer = open_rasterizer("auto")
    assert rasterizer.name == egl.name == "egl"
    rasterizer.close()


def test_auto_falls_back_and_egl_does_not(monkeypatch):
    monkeypatch.setattr(egl_module, "EglRasterizer", refuse)
    assert resolve_rasterizer("auto") == "embree"
    rasterizer = open_rasterizer("auto")
    assert rasterizer.name == "embree"
    rasterizer.close()
    with pytest.raises(Exception, match="no GL library"):
        open_rasterizer("egl")


THREADS = """
import pathlib
import numpy as np
from factory.visibility.select import open_rasterizer
rasterizer = open_rasterizer("egl")
rasterizer.load(np.eye(3, dtype=np.float32), np.array([[0, 1, 2]]))
rasterizer.render(np.eye(4), np.array([[50, 0, 20], [0, 50, 20], [0, 0, 1.0]]), 40, 40)
names = [path.read_text().strip() for path in pathlib.Path("/proc/self/task").glob("*/comm")]
print(sum(name.startswith("llvmpipe") for name in names))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize(("setting", "threads"), [(None, 0), ("2", 2)])
def test_software_gl_keeps_to_its_core_unless_told_otherwise(egl, monkeypatch, setting, threads):
    if "llvmpipe" not in egl.renderer:
        pytest.skip("renders on a GPU")
    if setting is None:
        monkeypatch.delenv("LP_NUM_THREADS", raising=False)
    else:
        monkeypatch.setenv("LP_NUM_THREADS", setting)
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", THREADS], cwd=root, capture_output=True, text=True, check=True)
    assert int(done.stdout) == threads


def test_two_contexts_live_side_by_side(egl):
    other = open_rasterizer("egl")
    other.close()
    other = open_rasterizer("egl")
    vertices, faces = np.array([[-9.0, -9, 2], [9, -9, 2], [0, 9, 2]]), np.array([[0, 1, 2]])
    intrinsics = np.array([[50, 0, 20], [0, 50, 20], [0, 0, 1.0]])
    for rasterizer in (egl, other):
        rasterizer.load(vertices, faces)
    assert (other.render(np.eye(4), intrinsics, 40, 40).face_id == 0).all()
    other.close()
    assert (egl.render(np.eye(4), intrinsics, 40, 40).face_id == 0).all()


def test_a_rasterizer_on_demand_is_opened_by_a_mesh_and_again_after_it_was_closed(monkeypatch):
    opened = []
    real = open_rasterizer
    monkeypatch.setattr(select_module, "open_rasterizer", lambda name: opened.append(name) or real(name))
    rasterizer = RasterizerOnDemand("embree")
    rasterizer.close()
    assert opened == []
    with pytest.raises(RuntimeError, match="no mesh"):
        rasterizer.render(np.eye(4), np.eye(3), 4, 4)
    vertices, faces = np.array([[-9.0, -9, 2], [9, -9, 2], [0, 9, 2]]), np.array([[0, 1, 2]])
    intrinsics = np.array([[50, 0, 20], [0, 50, 20], [0, 0, 1.0]])
    for times in (1, 2):
        for _ in range(2):
            rasterizer.load(vertices, faces)
            assert (rasterizer.render(np.eye(4), intrinsics, 40, 40).face_id == 0).all()
        assert opened == ["embree"] * times
        rasterizer.close()
