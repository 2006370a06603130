"""A folder on disk or in a bucket, behind one small class."""

import errno
import io
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from stat import S_ISDIR
from typing import IO, Any, BinaryIO, NamedTuple

from factory.store import local_files
from factory.store.remote_files import RemoteFiles


class Entry(NamedTuple):
    """A child of a folder. `stamp` changes with the content: modification time or etag; empty for folders."""

    name: str
    is_dir: bool
    size: int
    stamp: str


class Storage:
    """Files below a folder: a local path, or any URL that fsspec knows (`s3://bucket/folder`).

    Paths (`rel`) are relative, with forward slashes; `""` is the folder itself. Missing files raise FileNotFoundError.
    Options of a bucket come from the environment (`AWS_*`, including `AWS_ENDPOINT_URL`; for `gs://`, which needs the
    extra `[gcs]`, `GOOGLE_APPLICATION_CREDENTIALS`). Nothing is cached, so objects that others wrote are seen at once.
    Instances pickle and may be used by many threads and after a fork.

    A store that is slow, overloaded or out of reach is asked again for a while (`retries.Patience`); then, or where
    it refuses the credentials, the call raises EnvironmentFailure.
    """

    def __init__(self, url: str | os.PathLike[str]) -> None:
        url = os.fspath(url).removeprefix("file://")
        self.is_local = "://" not in url
        # Workers start in another folder, so that a relative path is made absolute where it was given.
        self.url = os.path.abspath(url) if self.is_local else url.rstrip("/")  # noqa: PTH100
        self._remote = RemoteFiles(self.url)

    def __repr__(self) -> str:
        return f"Storage({self.url!r})"

    def __reduce__(self) -> tuple[type["Storage"], tuple[str]]:
        return Storage, (self.url,)

    def sub(self, *parts: str) -> "Storage":
        """The folder below this one."""
        return Storage(self._path("/".join(parts)))

    # reading

    def read_bytes(self, rel: str) -> bytes:
        return self._local(rel).read_bytes() if self.is_local else self._remote.read(self._path(rel))

    def read_many(self, rels: list[str]) -> list[bytes]:
        """The contents of several files; a bucket is asked for them at the same time."""
        if self.is_local:
            return [self.read_bytes(rel) for rel in rels]
        return self._remote.read_many([self._path(rel) for rel in rels])

    def read_range(self, rel: str, start: int, end: int | None = None) -> bytes:
        """Bytes `start` to `end` (exclusive), fewer where the file ends sooner; negative starts count from there."""
        if start < 0 and end is not None:
            raise ValueError("a start counted from the end of the file goes with no end")
        if end is not None and start >= end:
            return b""
        if self.is_local:
            with self._local(rel).open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(size + start, 0) if start < 0 else start)
                return file.read() if end is None else file.read(end - start)
        try:
            return self._remote.read(self._path(rel), start, end)
        except OSError as error:
            # What a bucket answers when no byte of the range exists.
            if error.errno == errno.EINVAL and (start < 0 or start >= self.size(rel)):
                return b""
            raise

    def open(self, rel: str) -> BinaryIO:
        """A seekable binary file; remote ones are fetched in blocks, ahead of what is read."""
        return self._local(rel).open("rb") if self.is_local else self._remote.open(self._path(rel))

    # looking

    def exists(self, rel: str) -> bool:
        """Whether there is a file or a folder."""
        return self._local(rel).exists() if self.is_local else self._type(rel) != ""

    def is_dir(self, rel: str) -> bool:
        return self._local(rel).is_dir() if self.is_local else self._type(rel) == "directory"

    def size(self, rel: str) -> int:
        return self.stat(rel)[0]

    def stat(self, rel: str) -> tuple[int, str]:
        """Size [bytes] and stamp (modification time or etag) of a file."""
        if self.is_local:
            path = self._local(rel)
            found = path.stat()
            if not path.is_file():
                raise _missing(str(path))
            return found.st_size, str(found.st_mtime_ns)
        info = self._remote.info(self._path(rel))
        if info["type"] == "directory":
            raise _missing(self._path(rel))
        return info["size"], _stamp(info)

    def scan(self, rel: str = "") -> list[Entry]:
        """The children of a folder, sorted by name: one listing, however many files there are."""
        entries = self._scan_local(rel) if self.is_local else self._scan_remote(rel)
        return sorted(e for e in entries if not local_files.is_temporary(e.name))  # names come first and differ

    def list_dir(self, rel: str = "") -> list[str]:
        """The names of the files and folders of a folder, sorted. A missing folder raises FileNotFoundError."""
        return [entry.name for entry in self.scan(rel)]

    def find(self, rel: str = "") -> list[str]:
        """All files below a folder, as sorted paths relative to this storage; none for a missing folder."""
        return [entry.name for entry in self.find_entries(rel)]

    def find_entries(self, rel: str = "") -> list[Entry]:
        """As `find`, with sizes and stamps; a name is the path. A bucket gives them with its one flat listing."""
        entries = self._walk(self._path(rel)) if self.is_local else self._find_remote(rel)
        return sorted(entry for entry in entries if not local_files.is_temporary(entry.name.rpartition("/")[2]))

    # writing

    def write_atomic(self, rel: str, data: bytes) -> None:
        """Writes a file so that a reader sees the old one or the new one, never half. Makes the folders it needs."""
        self.put_atomic(rel, io.BytesIO(data))

    def put_atomic(self, rel: str, content: IO[bytes]) -> None:
        """As `write_atomic`, from a seekable file's current place to its end, in chunks."""
        if self.is_local:
            local_files.put(self._local(rel), content)
        else:
            self._remote.put(self._path(rel), content)

    def write_new(self, rel: str, data: bytes) -> None:
        """As `write_atomic`, where nothing is; of many that try, one succeeds if each has other bytes.

        Raises FileExistsError where a file with other bytes is.
        """
        if self.is_local:
            local_files.put_new(self._local(rel), data)
        else:
            self._remote.create(self._path(rel), data)

    def delete(self, rel: str) -> None:
        """Removes a file, and locally the folders that became empty; does nothing when it is gone already."""
        if self.is_local:
            local_files.delete(self._local(rel), Path(self.url))
        else:
            self._remote.delete(self._path(rel))

    # inside

    def _type(self, rel: str) -> str:
        try:
            return str(self._remote.info(self._path(rel))["type"])
        except FileNotFoundError:
            return ""

    def _path(self, rel: str) -> str:
        parts = [part for part in rel.split("/") if part]
        if ".." in parts:
            raise ValueError(f"{rel}: leads out of {self.url}")
        return "/".join([self.url, *parts])

    def _local(self, rel: str) -> Path:
        return Path(self._path(rel))

    def _scan_local(self, rel: str) -> list[Entry]:
        try:
            children = os.scandir(self._path(rel))
        except NotADirectoryError:
            raise _missing(self._path(rel)) from None
        with children:
            return _entries(children)

    def _walk(self, folder: str) -> Iterator[Entry]:
        try:
            children = os.scandir(folder)
        except FileNotFoundError:
            return
        except NotADirectoryError:
            if os.path.isfile(folder):  # noqa: PTH113 - strings here; a file where the root should be is an error
                return
            raise
        with children:
            for entry in _entries(children):
                path = f"{folder}/{entry.name}"
                if entry.is_dir:
                    yield from self._walk(path)
                else:
                    yield entry._replace(name=path[len(self.url) :].lstrip("/"))

    def _find_remote(self, rel: str) -> list[Entry]:
        prefix = self._remote.strip(self.url) + "/"
        below = self._remote.strip(self._path(rel)) + "/"
        # An empty object whose name ends in a slash marks a folder.
        return [
            Entry(path.removeprefix(prefix), False, info["size"], _stamp(info))
            for path, info in self._remote.find(self._path(rel)).items()
            if path.startswith(below) and path[-1] != "/"
        ]

    def _scan_remote(self, rel: str) -> list[Entry]:
        folder = self._remote.strip(self._path(rel)).rstrip("/") + "/"
        entries = []
        for info in self._remote.children(self._path(rel)):
            name = info["name"].rstrip("/").removeprefix(folder)
            if "/" in name:  # the path itself: a file, or the empty object that marks a folder
                if info["type"] == "file" and not info["name"].endswith("/"):
                    raise _missing(self._path(rel))
                continue
            is_dir = info["type"] == "directory"
            entries.append(Entry(name, is_dir, 0 if is_dir else info["size"], "" if is_dir else _stamp(info)))
        return entries


def _entries(children: Iterable[os.DirEntry[str]]) -> list[Entry]:
    entries = []
    for child in children:
        try:
            found = child.stat()
        except FileNotFoundError:  # removed meanwhile, or a dangling link
            continue
        if S_ISDIR(found.st_mode):
            entries.append(Entry(child.name, True, 0, ""))
        else:
            entries.append(Entry(child.name, False, found.st_size, str(found.st_mtime_ns)))
    return entries


def _missing(path: str) -> FileNotFoundError:
    return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)


def _stamp(info: dict[str, Any]) -> str:
    for key in ("ETag", "etag", "md5Hash", "LastModified", "mtime", "created"):
        if info.get(key):
            return str(info[key]).strip('"')
    return ""
