"""Trying again what a network or an object store fails to do, for a while."""

import contextlib
import errno
import functools
import logging
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import count
from typing import TypeVar

from factory.errors import EnvironmentFailure

_T = TypeVar("_T")
_STATUS = {408, 425, 429, 500, 502, 503, 504}
# What S3 answers with another status: a body that arrived damaged or too slowly, an upload finished by a call whose
# answer was lost.
_CODES = {"RequestTimeout", "SlowDown", "BadDigest", "IncompleteBody", "XAmzContentSHA256Mismatch", "NoSuchUpload"}
_ERRNO = {
    errno.EBUSY,
    errno.EREMOTEIO,
    errno.ETIMEDOUT,
    errno.ENETDOWN,
    errno.ENETUNREACH,
    errno.EHOSTDOWN,
    errno.EHOSTUNREACH,
}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a failing call is tried again.

    total_s : at least so long after its start, and at least twice; first_s, longest_s : the wait after the first
    failure, which doubles with each, and its bound; half of each wait is jitter.
    """

    total_s: float = 90.0
    first_s: float = 0.5
    longest_s: float = 15.0

    def wait_s(self, url: str, attempt: int) -> float:
        """Wait after the attempt of this number (from 0); differs between processes, so that they do not come back
        all at once, and needs no random state."""
        draw = blake2b(f"{url} {attempt} {os.getpid()}".encode(), digest_size=4).digest()
        jitter = int.from_bytes(draw, "little") / (1 << 32)
        return min(self.longest_s, self.first_s * 2.0 ** min(attempt, 30)) * (0.5 + jitter)


def persistently(url: str, patience: Patience, call: Callable[[], _T]) -> _T:
    """What a call returns, tried again while it fails in a way that may pass.

    Raises EnvironmentFailure when the patience is at an end, or when the store refuses us (credentials); other
    errors, such as FileNotFoundError, at once.
    """
    start = time.monotonic()
    for attempt in count():
        try:
            return call()
        except Exception as error:
            if is_refused(error):
                raise EnvironmentFailure(
                    f"{url}: access refused ({_brief(error)}); check the credentials (AWS_* or "
                    "GOOGLE_APPLICATION_CREDENTIALS), the endpoint and the policy of the bucket, then run the same "
                    "command again, it goes on where it stopped"
                ) from error
            if not is_transient(error):
                raise
            passed = time.monotonic() - start
            if attempt >= 1 and passed >= patience.total_s:
                raise EnvironmentFailure(
                    f"{url}: failed {attempt + 1} times in {passed:.0f} s, at last with {_brief(error)}; check the "
                    "network, the endpoint (AWS_ENDPOINT_URL) and the state of the store, then run the same command "
                    "again, it goes on where it stopped"
                ) from error
            wait = patience.wait_s(url, attempt)
            logging.getLogger(__name__).info("%s: %s; tried again in %.1f s", url, _brief(error), wait)
            time.sleep(wait)
    raise AssertionError("count() never ends")


def is_transient(error: BaseException) -> bool:
    """Whether the same call may succeed later: time-outs, broken connections, damaged bodies, overload."""
    if isinstance(error, TimeoutError | ConnectionError) or getattr(error, "retryable", False) is True:
        return True
    code, status = _answer(error)
    if code in _CODES:
        return True
    if status is not None:
        return status in _STATUS or status == 409
    if isinstance(error, FileNotFoundError | FileExistsError | PermissionError):
        return False
    return isinstance(error, _network_errors()) or (isinstance(error, OSError) and error.errno in _ERRNO)


def is_refused(error: BaseException) -> bool:
    """Whether the store, or the library that looks for credentials, says that this user may not do that."""
    if is_transient(error):
        return False
    from botocore import exceptions as boto

    no_credentials = (boto.NoCredentialsError, boto.PartialCredentialsError, boto.ProfileNotFound)
    if isinstance(error, (PermissionError, *no_credentials)) or _answer(error)[1] in (401, 403):
        return True
    return type(error).__module__.startswith("google.auth") or str(error).startswith("Forbidden: ")


def _answer(error: BaseException) -> tuple[str, int | None]:
    """The code and the HTTP status that a store answered, as S3's, Google's and HTTP's libraries tell them."""
    for each in _chain(error):
        if type(each).__module__ == "aiohttp.http_exceptions":  # what it makes of bytes that break off, with a status
            continue
        response = getattr(each, "response", None)
        if isinstance(response, dict):
            status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            return str(response.get("Error", {}).get("Code", "")), status
        for name in ("status", "code"):
            with contextlib.suppress(TypeError, ValueError):
                return "", int(getattr(each, name, None))  # type: ignore[arg-type]
    return "", None


def _chain(error: BaseException) -> Iterator[BaseException]:
    yield error
    if error.__cause__ is not None:
        yield error.__cause__


@functools.cache
def _network_errors() -> tuple[type[BaseException], ...]:
    # Imported when something went wrong: a second that a build on a disk need not spend.
    import http.client

    import aiohttp
    import requests
    from botocore import exceptions as boto
    from botocore.parsers import ResponseParserError

    return (
        aiohttp.ClientError,
        boto.HTTPClientError,
        boto.ConnectionError,
        boto.IncompleteReadError,
        boto.ResponseStreamingError,
        boto.FlexibleChecksumError,
        boto.CredentialRetrievalError,
        boto.MetadataRetrievalError,
        http.client.HTTPException,
        requests.exceptions.ConnectionError,
        requests.exceptions.Timeout,
        requests.exceptions.ChunkedEncodingError,
        ResponseParserError,
    )


def _brief(error: BaseException) -> str:
    """One line of what an error says."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
