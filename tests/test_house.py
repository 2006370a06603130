"""Rules of the house that no other tool checks."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CODE = [path for folder in ("factory", "schemas", "jobs") for path in sorted((ROOT / folder).rglob("*.py"))]


@pytest.mark.parametrize(
    ("module", "banned"),
    [
        ("factory.tasks", ("ray", "moderngl", "OpenGL", "torch", "open3d", "pyarrow.fs", "fsspec")),
        ("factory.wording.renderer", ("ray", "moderngl", "OpenGL", "torch", "open3d", "fsspec")),
        ("factory.web.tasks", ("ray", "cv2", "torch", "onnxruntime", "open3d", "fsspec")),
        ("factory.wording.web.renderer", ("ray", "cv2", "torch", "onnxruntime", "open3d", "fsspec")),
        ("factory.web.estimators.stack", ("ray", "torch", "onnxruntime", "ai_edge_litert", "open3d")),
        ("schemas.web", ("ray", "scipy", "factory", "PIL", "fsspec")),
        ("schemas.qa", ("ray", "scipy", "factory", "PIL", "fsspec")),
    ],
)
def test_the_core_needs_no_heavy_library(module: str, banned: tuple[str, ...]) -> None:
    program = f"import sys, {module}; print([name for name in {banned!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_ray_data_lives_in_the_pipeline_only() -> None:
    users = [path.relative_to(ROOT).as_posix() for path in CODE if "ray.data" in path.read_text()]
    assert users == ["factory/pipeline/raydata.py", "factory/pipeline/web_raydata.py"]


@pytest.mark.parametrize(
    "word", ["concurrency=", "ray_remote_args", "partition_cols", ".write_parquet(", "c2w", "uuid"]
)
def test_what_bites_is_not_used(word: str) -> None:
    assert [path.name for path in CODE if word in path.read_text()] == []


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + [item for extra in project["optional-dependencies"].values() for item in extra]
    pinned = {line.partition("==")[0].lower().replace("_", "-") for line in (ROOT / "constraints.txt").open()}
    names = {item.partition("[")[0].split(">")[0].split("=")[0].lower() for item in wanted}
    assert names <= pinned
