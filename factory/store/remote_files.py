"""The objects of a bucket, or the files behind any other URL that fsspec knows; what fails is tried again."""

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Sequence
from typing import IO, Any, BinaryIO, TypeVar, cast

import fsspec
from fsspec.spec import AbstractBufferedFile

from factory.errors import DataError, EnvironmentFailure
from factory.store.retries import Patience, is_transient, persistently

_T = TypeVar("_T")
_PART = 16 << 20
_CONNECT_S, _ANSWER_S = 10, 30
_CONNECTIONS = 32
_S3 = {
    "config_kwargs": {
        "connect_timeout": _CONNECT_S,
        "read_timeout": _ANSWER_S,
        "max_pool_connections": _CONNECTIONS,
        # A request is tried twice at once, so that a bad page does not repeat a long listing; the rest is `Patience`.
        "retries": {"mode": "standard", "total_max_attempts": 2},
    },
    "max_concurrency": 1,  # else the size is asked for before each file
}


class RemoteFiles:
    """Files by their whole URL. All calls raise EnvironmentFailure when the store is out of reach or refuses us."""

    patience = Patience()

    def __init__(self, url: str) -> None:
        self._url = url
        self._system: tuple[int, Any] | None = None

    def read(self, path: str, start: int | None = None, end: int | None = None) -> bytes:
        """A file's bytes; those of a range may be fewer where the file ends before."""

        def fetch() -> bytes:
            data = cast(bytes, self.fs.cat_file(path, start=start, end=end))
            if start is not None and start >= 0 and end is not None and len(data) < end - start:
                _expect(path, data, min(end, self._size(path)) - start)
            return data

        return self._persistently(path, fetch)

    def read_many(self, paths: Sequence[str]) -> list[bytes]:
        """The bytes of many files, asked for at the same time; what failed is asked for again, what came is not."""
        found: dict[str, bytes] = {}

        def fetch() -> None:
            left = [path for path in paths if path not in found]
            answers = self.fs.cat_ranges(left, None, None, on_error="return")
            found.update((path, data) for path, data in zip(left, answers, strict=True) if isinstance(data, bytes))
            errors = [answer for answer in answers if isinstance(answer, BaseException)]
            if errors:
                raise next((error for error in errors if not is_transient(error)), errors[0])

        self._persistently(self._url, fetch)
        return [found[path] for path in paths]

    def open(self, path: str) -> BinaryIO:
        """A seekable file, fetched in blocks. Raises DataError where its content changes while it is read."""
        file = self._persistently(path, lambda: self.fs.open(path, "rb"))
        if isinstance(file, AbstractBufferedFile):
            fetch = file.cache.fetcher

            def fetch_all(start: int, end: int) -> bytes:
                def once() -> bytes:
                    try:
                        data = cast(bytes, fetch(start, end))
                    except OSError as error:
                        if type(error).__name__ != "FileExpired":  # s3fs's, for another etag
                            raise
                        raise DataError(f"{path}: changed while it was read; run again when it is complete") from error
                    _expect(path, data, min(end, file.size) - start)
                    return data

                return self._persistently(path, once)

            file.cache.fetcher = fetch_all
        return cast(BinaryIO, file)

    def info(self, path: str) -> dict[str, Any]:
        """What fsspec knows of a file or folder. Raises FileNotFoundError."""
        return cast(dict[str, Any], self._persistently(path, lambda: self.fs.info(path)))

    def children(self, path: str) -> list[dict[str, Any]]:
        """The `info` of what is in a folder. Raises FileNotFoundError."""
        return cast(list[dict[str, Any]], self._persistently(path, lambda: self.fs.ls(path, detail=True)))

    def find(self, path: str) -> dict[str, dict[str, Any]]:
        """The `info` of all files below a folder, by path without the protocol: one flat listing."""
        return cast(dict[str, dict[str, Any]], self._persistently(path, lambda: self.fs.find(path, detail=True)))

    def strip(self, path: str) -> str:
        """A URL without its protocol, as listings show it."""
        return cast(str, self.fs._strip_protocol(path))

    def put(self, path: str, content: IO[bytes]) -> None:
        """Writes an object that shows only when it is complete, from a seekable file's place to its end."""
        start = content.tell()
        abandoned: list[AbstractBufferedFile] = []

        def put() -> None:
            content.seek(start)
            self._put_once(path, content, abandoned)

        try:
            self._persistently(path, put)
        except FileNotFoundError as error:
            raise EnvironmentFailure(
                f"{path}: there is no such bucket ({error}); create it, then run again"
            ) from error
        finally:
            # Parts whose upload broke off while the store was away take room that nobody sees.
            for file in abandoned:
                with contextlib.suppress(Exception):
                    file.discard()

    def create(self, path: str, data: bytes) -> None:
        """Writes a small object where none is. Raises FileExistsError where one is with other bytes; one with these
        may be our own, of a call whose answer was lost."""

        def create() -> None:
            try:
                self.fs.pipe_file(path, data, mode="create")
            except OSError:
                if (found := self._bytes_or_none(path)) is None:
                    raise
                if found != data:
                    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path) from None

        self._persistently(path, create)

    def delete(self, path: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._persistently(path, lambda: self.fs.rm_file(path))

    @property
    def fs(self) -> Any:
        # Remote file systems hold sockets and an event loop that do not survive a fork.
        if self._system is None or self._system[0] != os.getpid():
            self._system = (os.getpid(), _open_system(self._url))
        return self._system[1]

    def _put_once(self, path: str, content: IO[bytes], abandoned: list[AbstractBufferedFile]) -> None:
        head = content.read(_PART)
        if len(head) < _PART:
            self.fs.pipe_file(path, head)
            return
        # An object sent in parts shows in the bucket only once it is closed, so what fails on the way is discarded.
        file = self.fs.open(path, "wb", block_size=_PART)
        try:
            file.write(head)
            shutil.copyfileobj(content, file, _PART)
            file.close()
        except BaseException:
            if isinstance(file, AbstractBufferedFile):
                file.closed = True
                try:
                    file.discard()
                except Exception:
                    abandoned.append(file)
            raise

    def _bytes_or_none(self, path: str) -> bytes | None:
        try:
            return cast(bytes, self.fs.cat_file(path))
        except FileNotFoundError:
            return None

    def _size(self, path: str) -> int:
        return cast(int, self.fs.info(path)["size"])

    def _persistently(self, path: str, call: Callable[[], _T]) -> _T:
        return persistently(path, self.patience, call)


def _open_system(url: str) -> Any:
    protocol = fsspec.utils.get_protocol(url)
    options: dict[str, Any] = {}
    if protocol in ("s3", "s3a"):
        options = _S3
    elif protocol in ("gs", "gcs"):
        import aiohttp

        options = {"requests_timeout": aiohttp.ClientTimeout(sock_connect=_CONNECT_S, sock_read=_ANSWER_S)}
    try:
        system = fsspec.core.url_to_fs(url, use_listings_cache=False, **options)[0]
    except ImportError as error:
        extra = "; install the project's extra [gcs]" if protocol in ("gs", "gcs") else ""
        raise DataError(f"{url}: a package for {protocol}:// is missing ({error}){extra}") from error
    except ValueError as error:
        raise DataError(f"{url}: not a folder or URL that can be read ({error})") from error
    if protocol in ("s3", "s3a"):
        system.retries = 1  # its own loop around each request would multiply with botocore's and ours
    return system


def _expect(path: str, data: bytes, size: int) -> None:
    if len(data) < size:
        raise ConnectionError(f"{path}: {len(data)} bytes came where {size} are")
