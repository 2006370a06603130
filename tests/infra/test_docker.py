"""The images: what they take in, and that it fits the rest of the project. Building them needs a Docker daemon."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from docker.utils.build import exclude_paths

from factory.web.estimators.weights import FOLDER_VARIABLE
from tests.infra.checkout import INFRA, ROOT, instructions, pinned

FILES = ["Dockerfile.cpu", "Dockerfile.gpu"]


@pytest.fixture(scope="module")
def context() -> set[str]:
    """What `docker build` sends from a checkout."""
    patterns = (ROOT / ".dockerignore").read_text().splitlines()
    return exclude_paths(str(ROOT), [line for line in patterns if line and not line.startswith("#")])


def environment(name: str) -> dict[str, str]:
    pairs = [word.partition("=") for op, rest in instructions(name) if op == "ENV" for word in rest.split()]
    return {key: value for key, _, value in pairs}


@pytest.mark.parametrize("name", FILES)
def test_all_that_is_copied_is_sent(name: str, context: set[str]) -> None:
    copies = [rest.split() for op, rest in instructions(name) if op == "COPY"]
    sources = {source for *sources, _ in copies for source in sources}
    assert {"constraints.txt", "pyproject.toml", "factory", "jobs", "schemas"} <= sources
    for source in sources:
        assert source in context or any(path.startswith(f"{source}/") for path in context), source


def test_nothing_is_sent_that_no_image_holds(context: set[str]) -> None:
    sent = {Path(path).parts[0] for path in context if (ROOT / path).is_file()} - {".dockerignore"}
    assert sent == {"LICENSE", "constraints.txt", "factory", "infra", "jobs", "pyproject.toml", "schemas"}
    assert not [path for path in context if "__pycache__" in path]
    assert {path for path in context if path.startswith("infra/") and (ROOT / path).is_file()} == {
        "infra/docker/10_nvidia.json"
    }
    tracked = subprocess.run(
        ["git", "ls-files", "factory", "jobs", "schemas"], cwd=ROOT, capture_output=True, text=True
    )
    if tracked.returncode:
        pytest.skip("no git checkout")
    assert {path for path in tracked.stdout.split() if (ROOT / path).is_file()} <= context


@pytest.mark.parametrize("name", FILES)
def test_the_libraries_are_those_of_the_set_up(name: str) -> None:
    wanted = set(re.findall(r"missing\+=\(\"?([\w.+-]+)\"?\)", (INFRA / "setup.sh").read_text())) - {"python3-venv"}
    assert "libegl-mesa0" in wanted and len(wanted) >= 6
    (install,) = (rest for op, rest in instructions(name) if op == "RUN" and "apt-get install" in rest)
    packages = set(re.search(r"--no-install-recommends(.*?)&&", install)[1].split())
    assert wanted <= packages
    assert "wget" in packages  # the probes of KubeRay
    assert "rm -rf /var/lib/apt/lists/*" in install


@pytest.mark.parametrize("name", FILES)
def test_versions_are_the_pinned_ones(name: str) -> None:
    steps = instructions(name)
    assert steps[0] == ("FROM", "python:3.11-slim-bookworm")
    assert ("LABEL", f"ray.version={pinned('ray')}") in steps
    (install,) = (rest for op, rest in steps if op == "RUN" and "uv pip install" in rest)
    for command in re.split(r"\s*&&\s*", install):
        if "pip install" in command:
            assert "--constraint constraints.txt" in command
    assert f"-ray{pinned('ray')} ." in (INFRA / "docker" / name).read_text()


@pytest.mark.parametrize("name", FILES)
def test_no_root_and_login_shells_find_everything(name: str) -> None:
    steps = instructions(name)
    assert ("USER", "factory") in steps
    after = [op for op, _ in steps[steps.index(("USER", "factory")) :]]
    assert not {"RUN", "COPY"} & set(after)
    given = environment(name)
    # KubeRay and `ray up` start login shells, which set a PATH of their own and keep the rest.
    assert "PATH" not in given
    assert given["PYTHONPATH"] == "/app" and FOLDER_VARIABLE in given
    assert "RAY_AUTH_MODE" not in given  # the cluster decides


def test_the_gpu_image_asks_for_egl_of_the_driver() -> None:
    assert set(environment("Dockerfile.gpu")["NVIDIA_DRIVER_CAPABILITIES"].split(",")) >= {"compute", "graphics"}
    vendor = json.loads((INFRA / "docker" / "10_nvidia.json").read_text())
    assert vendor["ICD"]["library_path"] == "libEGL_nvidia.so.0"
    (copied,) = (rest.split() for op, rest in instructions("Dockerfile.gpu") if op == "COPY" and "nvidia" in rest)
    assert copied == ["infra/docker/10_nvidia.json", "/usr/share/glvnd/egl_vendor.d/10_nvidia.json"]


@pytest.mark.parametrize("name", FILES)
def test_the_command_and_the_scripts_of_the_steps_exist(name: str) -> None:
    steps = instructions(name)
    (command,) = (json.loads(rest) for op, rest in steps if op == "CMD")
    scripts = {word for word in command if word.endswith(".py")}
    scripts |= {found for op, rest in steps if op == "RUN" for found in re.findall(r"jobs/\w+\.py", rest)}
    assert scripts == {"jobs/build_spar7m.py", "jobs/fetch_weights.py"}
    for script in scripts:
        shown = subprocess.run(
            [sys.executable, script, "--help"], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True
        )
        assert shown.returncode == 0, shown.stderr
