"""Which failures are tried again, for how long, and what is said at the end."""

import errno

import aiohttp
import pytest
import requests
from botocore import exceptions as boto

from factory.errors import DataError, EnvironmentFailure
from factory.store.retries import Patience, is_refused, is_transient, persistently

QUICK = Patience(total_s=0.3, first_s=0.01, longest_s=0.05)


def answered(kind: type[OSError], code: str, status: int, number: int | None = None) -> OSError:
    """An error as s3fs makes it of an answer."""
    answer = {"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    error = kind(number, "m") if number else kind("m")
    error.__cause__ = boto.ClientError(answer, "GetObject")
    return error


class Google(Exception):
    def __init__(self, code: int) -> None:
        self.code = code


class Calls:
    """Fails in turn with each of some errors, then returns."""

    def __init__(self, *errors: Exception) -> None:
        self.errors, self.count = list(errors), 0

    def __call__(self) -> str:
        self.count += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


TRANSIENT = {
    "slow down": answered(OSError, "SlowDown", 503, errno.EBUSY),
    "internal": answered(OSError, "InternalError", 500, errno.EREMOTEIO),
    "unknown 502": answered(OSError, "Bad Gateway", 502, errno.EIO),
    "too many": answered(OSError, "TooManyRequests", 429, errno.EIO),
    "timeout 400": answered(TimeoutError, "RequestTimeout", 400),
    "damaged on the way": answered(OSError, "BadDigest", 400, errno.EINVAL),
    "upload finished before": answered(FileNotFoundError, "NoSuchUpload", 404),
    "conflict": answered(OSError, "OperationAborted", 409, errno.EBUSY),
    "refused": boto.EndpointConnectionError(endpoint_url="http://x"),
    "read": boto.ReadTimeoutError(endpoint_url="http://x"),
    "closed": boto.ConnectionClosedError(endpoint_url="http://x"),
    "cut": aiohttp.ClientPayloadError("short"),
    "checksum": boto.FlexibleChecksumError(error_msg="m"),
    "reset": ConnectionResetError(errno.ECONNRESET, "reset"),
    "unreachable": OSError(errno.EHOSTUNREACH, "no route"),
    "name": aiohttp.ClientConnectionError("no such name"),
    "late": TimeoutError("late"),
    "google 503": Google(503),
    "google timeout": requests.exceptions.ReadTimeout("late"),
}
FINAL = {
    "missing": FileNotFoundError(errno.ENOENT, "no"),
    "no key": answered(FileNotFoundError, "NoSuchKey", 404),
    "bad request": answered(OSError, "InvalidArgument", 400, errno.EINVAL),
    "not implemented": answered(OSError, "NotImplemented", 501, errno.ENOSYS),
    "google 404": Google(404),
    "disk full": OSError(errno.ENOSPC, "full"),
    "bug": ValueError("bug"),
    "input": DataError("bad"),
}
REFUSED = {
    "denied": answered(PermissionError, "AccessDenied", 403),
    "expired": answered(PermissionError, "ExpiredToken", 400),
    "no credentials": boto.NoCredentialsError(),
    "google 401": Google(401),
    "google 403": OSError("Forbidden: https://storage/x\nno"),
}


@pytest.mark.parametrize("name", TRANSIENT)
def test_what_may_pass_is_tried_again(name: str) -> None:
    calls = Calls(TRANSIENT[name], TRANSIENT[name])
    assert persistently("s3://b/f", QUICK, calls) == "done" and calls.count == 3


@pytest.mark.parametrize("name", FINAL)
def test_what_will_not_pass_is_raised_at_once(name: str) -> None:
    calls = Calls(FINAL[name])
    with pytest.raises(type(FINAL[name])) as caught:
        persistently("s3://b/f", QUICK, calls)
    assert caught.value is FINAL[name] and calls.count == 1


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_ends_the_build_at_once(name: str) -> None:
    calls = Calls(REFUSED[name])
    assert is_refused(REFUSED[name]) and not is_transient(REFUSED[name])
    with pytest.raises(EnvironmentFailure, match=r"s3://b/f: access refused .*credentials"):
        persistently("s3://b/f", QUICK, calls)
    assert calls.count == 1


def test_the_end_of_the_patience_says_what_failed_last() -> None:
    errors = [TRANSIENT["slow down"]] * 500 + [TRANSIENT["reset"]]
    calls = Calls(*errors)
    with pytest.raises(
        EnvironmentFailure, match=r"s3://b/f: failed \d+ times in 0 s, at last with OSError.*run the same"
    ):
        persistently("s3://b/f", QUICK, calls)
    assert 4 <= calls.count < 500


def test_one_slow_failure_is_not_the_end() -> None:
    calls = Calls(TRANSIENT["read"])
    assert persistently("u", Patience(total_s=0.0, first_s=0.0), calls) == "done"


def test_patience_lasts_a_minute_and_waits_grow_to_a_bound() -> None:
    patience = Patience()
    assert patience.total_s >= 60
    waits = [patience.wait_s("u", attempt) for attempt in range(2000)]
    assert all(0.5 * 0.5 * 2**n <= waits[n] <= 1.5 * 0.5 * 2**n for n in range(5))
    assert max(waits) <= 1.5 * patience.longest_s and min(waits[5:]) >= 0.5 * patience.longest_s
    assert len({round(wait, 6) for wait in waits[5:105]}) > 90  # jitter
