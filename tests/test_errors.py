"""Whose fault an error is."""

import errno
import os
import pickle

import pytest

from factory.errors import DataError, EnvironmentFailure, failure_of, of_environment


def os_error(number: int) -> OSError:
    return OSError(number, os.strerror(number), "/data/lake/x")


def wrapped(error: Exception) -> DataError:
    """An error as a reader passes it on."""
    try:
        try:
            raise error
        except Exception as cause:
            raise DataError("image.jpg: cannot be decoded") from cause
    except DataError as error_of_reader:
        return error_of_reader


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ESTALE])
def test_a_machine_that_fails_is_found_behind_other_errors(number: int) -> None:
    for error in (os_error(number), wrapped(os_error(number)), wrapped(failure_of(os_error(number), "/data/lake/x"))):
        failure = of_environment(error)
        assert failure is not None and str(failure).startswith("/data/lake/x: ")
        assert str(failure).endswith("and run the same command again, it goes on where it stopped")


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EIO, errno.EACCES, errno.EISDIR])
def test_a_file_of_a_scene_that_cannot_be_read_is_the_scenes_fault(number: int) -> None:
    assert of_environment(os_error(number)) is None
    assert of_environment(wrapped(os_error(number))) is None


def test_a_failure_says_what_and_where_and_travels_between_processes() -> None:
    full = failure_of(os_error(errno.ENOSPC), "s3://b/lake")
    assert str(full).startswith("s3://b/lake: no space left; free some and run the same command again")
    denied = failure_of(PermissionError(errno.EACCES, "Permission denied"), "/lake")
    assert str(denied).startswith("/lake: Permission denied; put that right and run")
    again = pickle.loads(pickle.dumps(full))
    assert isinstance(again, EnvironmentFailure) and str(again) == str(full)
