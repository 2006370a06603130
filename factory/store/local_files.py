"""Files on a disk that change in one step, and what they look like on the way."""

import errno
import functools
import io
import os
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import IO, BinaryIO

_CHUNK = 16 << 20
_TEMPORARY = re.compile(r"\.(?P<name>.+)\.(?P<machine>[0-9a-f]{8})\.(?P<pid>\d+)-\d+\.tmp")
_STALE_S = 24 * 3600


def is_temporary(name: str) -> bool:
    """Whether a file of this name is one in the making, or the rest of one."""
    return name.startswith(".") and _TEMPORARY.fullmatch(name) is not None


def put(target: Path, content: IO[bytes]) -> None:
    """Writes a file, from another's current place to its end; it is there whole and safe from a power cut, or not at
    all and the old one stays. Makes the folders it needs."""
    with _written(target, content) as temporary:
        temporary.replace(target)
    _sync_folder(target.parent)
    _remove_stale_temporaries(target)


def put_new(target: Path, data: bytes) -> None:
    """Writes a file where none is. Raises FileExistsError where one is with other bytes."""
    with _written(target, io.BytesIO(data)) as temporary:
        try:
            os.link(temporary, target)
        except FileExistsError:
            if target.read_bytes() != data:
                raise
    _sync_folder(target.parent)


@contextmanager
def _written(target: Path, content: IO[bytes]) -> Iterator[Path]:
    """A temporary file beside the target that is safe on the disk; it goes, unless it was renamed."""
    temporary = target.with_name(f".{target.name}.{_machine()}.{os.getpid()}-{threading.get_native_id()}.tmp")
    try:
        with _create(temporary) as file:
            shutil.copyfileobj(content, file, _CHUNK)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def delete(target: Path, root: Path) -> None:
    """Removes a file, the rests of its making, and the folders below the root that became empty."""
    target.unlink(missing_ok=True)
    _remove_stale_temporaries(target)
    for folder in target.parents:
        if folder == root:
            return
        try:
            folder.rmdir()
        except OSError:  # not empty, or gone
            return


def _create(path: Path) -> BinaryIO:
    # A delete next door may remove the folder between the two calls.
    for _ in range(10):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return path.open("wb")
        except FileNotFoundError:
            continue
    return path.open("wb")


def _sync_folder(folder: Path) -> None:
    # Partitions are committed in order; a power cut must not lose the name of an earlier one.
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:  # a delete next door took the file and the folder with it
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems sync files alone
            raise
    finally:
        os.close(descriptor)


def _remove_stale_temporaries(target: Path) -> None:
    for path in target.parent.glob(".*.tmp"):
        match = _TEMPORARY.fullmatch(path.name)
        if match and match["name"] == target.name and _is_stale(path, target, match["machine"], int(match["pid"])):
            path.unlink(missing_ok=True)


def _is_stale(path: Path, target: Path, machine: str, pid: int) -> bool:
    if machine == _machine():
        return not _is_alive(pid)
    # Another machine's processes cannot be asked. The age is told by the clock of the file server alone.
    try:
        return target.stat().st_mtime - path.stat().st_mtime > _STALE_S
    except FileNotFoundError:
        return False


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Whether a process has died and nobody asked how: in containers whose first process does not, it stays listed."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[:1] == ["Z"]  # the name before it may hold anything, brackets, too


@functools.cache
def _machine() -> str:
    """Where a process number means this very process: the host, and the container on it."""
    try:
        processes = os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - no file but a name
    except OSError:
        processes = ""
    return blake2b(f"{socket.gethostname()} {processes}".encode(), digest_size=4).hexdigest()
