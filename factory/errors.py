"""The exceptions that say whose fault it is: the input's or the environment's."""

import errno
import os

_OF_THE_MACHINE = {
    errno.ENOSPC: "no space left; free some",
    errno.EDQUOT: "the disk quota is used up; free some space",
    errno.EROFS: "the file system is read-only; mount it for writing",
    errno.EMFILE: "too many open files; raise the limit (ulimit -n)",
    errno.ENFILE: "too many open files on this machine; close some",
    errno.ESTALE: "a network file system went away; mount it again",
    errno.ENOTCONN: "a network file system went away; mount it again",
}


class DataError(Exception):
    """Input that cannot be used: its message names the file, what was expected and what to do.

    A stage that meets one quarantines the partition and goes on with the others.
    """


class EnvironmentFailure(Exception):
    """The disk, the bucket or the machine fails, which is no fault of a scene: its message says what, where and what
    to do.

    It ends a build, which then goes on where it stopped when the same command is run again.
    """


def of_environment(error: BaseException) -> EnvironmentFailure | None:
    """The failure of the environment behind an error or one of its causes: an `EnvironmentFailure`, or an OSError
    that every scene would meet (disk full, read-only, too many open files, ...); None where there is none."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        if isinstance(cause, EnvironmentFailure):
            return cause
        if isinstance(cause, OSError) and cause.errno in _OF_THE_MACHINE:
            return failure_of(cause, str(cause.filename or "") or "a file")
        cause = cause.__cause__ or cause.__context__
    return None


def failure_of(error: OSError, place: str) -> EnvironmentFailure:
    """An error met at a place that belongs to no scene, such as the lake, as a failure of the environment."""
    what = _OF_THE_MACHINE.get(error.errno or 0)
    if what is None:
        known = os.strerror(error.errno) if error.errno else str(error) or type(error).__name__
        what = f"{known}; put that right"
    return EnvironmentFailure(f"{place}: {what} and run the same command again, it goes on where it stopped")
