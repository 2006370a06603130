"""What the files of infra/ are compared with."""

import importlib
import re
import shlex
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
INFRA = ROOT / "infra"


def pinned(package: str) -> str:
    """The version of a package in constraints.txt."""
    found = re.search(rf"^{package}==(\S+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert found, package
    return found[1]


def load(name: str) -> Any:
    """A YAML file of infra/."""
    return yaml.safe_load((INFRA / name).read_text())


def instructions(name: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile: keyword and the rest of its lines, joined."""
    lines = [line for line in (INFRA / "docker" / name).read_text().splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def parse_job(command: str) -> Any:
    """The options of a command that runs a job, `python jobs/NAME.py ...`, as the job itself understands them."""
    words = shlex.split(command)
    (place,) = (i for i, word in enumerate(words) if re.fullmatch(r"(/app/)?jobs/\w+\.py", word))
    script = words[place].removeprefix("/app/")
    assert (ROOT / script).is_file(), script
    return importlib.import_module(f"jobs.{Path(script).stem}").parse(words[place + 1 :])
