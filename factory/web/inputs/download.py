"""Pictures from their URLs."""

import http.client
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from urllib.parse import quote

import fsspec

from factory.errors import DataError
from factory.web.inputs.base import FILE_TOO_LARGE, MAX_FILE_BYTES

NOT_DOWNLOADED = "not downloaded"
NOT_ALLOWED = "not allowed by its site"
_AGENT = "Mozilla/5.0 (compatible; spatial-qa-factory)"
# Sites say with these that a picture is not for collections or for training.
_OPT_OUTS = frozenset({"noai", "noimageai", "noindex", "noimageindex"})
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Downloader:
    """timeout_s : of one attempt as a whole; retries : after what may pass (no connection, overload), the n-th one
    `pause_s` times 2^n later; threads : downloads at once."""

    timeout_s: float = 10.0
    retries: int = 2
    pause_s: float = 0.5
    threads: int = 16

    def fetch(self, url: str) -> tuple[bytes | None, str]:
        """The bytes behind a URL (http, https, or what fsspec knows), else None and the reason."""
        for attempt in range(self.retries + 1):
            if attempt:
                time.sleep(self.pause_s * 2 ** (attempt - 1))
            try:
                data = self._over_http(url) if url.startswith(("http://", "https://")) else _over_fsspec(url)
                return (data, "") if len(data) <= MAX_FILE_BYTES else (None, FILE_TOO_LARGE)
            except _NotAllowed:
                return None, NOT_ALLOWED
            except urllib.error.HTTPError as error:
                error.close()
                if error.code != 429 and error.code < 500:
                    break
            except (FileNotFoundError, PermissionError, ValueError, http.client.InvalidURL):
                break
            except (OSError, http.client.HTTPException):
                continue
        return None, NOT_DOWNLOADED

    def _over_http(self, url: str) -> bytes:
        deadline = time.monotonic() + self.timeout_s
        request = urllib.request.Request(quote(url, safe="%/:=&?~#+!$,;'@()*[]"), headers={"User-Agent": _AGENT})
        with urllib.request.urlopen(request, timeout=self.timeout_s) as response:
            _check_allowed(response.headers.get_all("X-Robots-Tag", []))
            parts, size = [], 0
            while size <= MAX_FILE_BYTES and (part := response.read1(_CHUNK)):
                parts.append(part)
                size += len(part)
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{url}: more than {self.timeout_s} s")
            expected = response.headers.get("Content-Length", "")
            if expected.isdigit() and size < min(int(expected), MAX_FILE_BYTES):
                raise http.client.IncompleteRead(b"", int(expected) - size)
        return b"".join(parts)


class _NotAllowed(Exception):
    """The site does not want the picture to be used."""


def _check_allowed(tags: list[str]) -> None:
    for tag in tags:
        # `agent: directive, directive`; what is addressed to another agent says as much
        if _OPT_OUTS & {word.rpartition(":")[2].strip().lower() for word in tag.split(",")}:
            raise _NotAllowed


def _over_fsspec(url: str) -> bytes:
    if "://" not in url:
        raise ValueError(f"{url}: no URL")
    try:
        with fsspec.open(url, "rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except ImportError as error:
        raise DataError(f"{url}: cannot be read here: {error}") from error
