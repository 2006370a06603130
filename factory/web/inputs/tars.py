"""WebDataset tars, as img2dataset writes them: a sample is a run of members whose names are alike up to the first
dot (`000000012.jpg`, `.txt`, `.json`); a shard is a tar."""

import tarfile
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import BinaryIO

from factory.sources.base import FileHasher
from factory.store.storage import Storage
from factory.web.inputs.base import (
    FILE_TOO_LARGE,
    IMAGE_TYPES,
    MAX_FILE_BYTES,
    NAME_NOT_UTF8,
    NO_PICTURE,
    RawPicture,
    caption_of,
    ends_digest,
)
from factory.web.inputs.listing import list_files
from factory.web.inputs.names import printable, safe_name

DAMAGED_TAR = "damaged tar"
REPEATED_NAME = "repeated name"
_MAX_TEXT_BYTES = 1 << 20
_CHUNK = 1 << 20
_BLOCK = 512


@dataclass
class _Sample:
    """Members of one key, as they come."""

    key: str
    member: str = ""
    rank: int = len(IMAGE_TYPES)
    data: bytes | None = None
    reason: str = NO_PICTURE
    texts: dict[str, bytes] = field(default_factory=dict)


class TarInput:
    """A folder of tars; see `WebInput`. Member URIs are `00000.tar!/000000012.jpg`."""

    kind = "tar"
    version = 1

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self._places: tuple[str, dict[str, tuple[int, int]]] = ("", {})

    def __reduce__(self) -> tuple[type["TarInput"], tuple[Storage]]:
        return TarInput, (self.storage,)

    @cached_property
    def _tars(self) -> dict[str, str]:
        paths = [file.path for file in list_files(self.storage) if file.path.endswith(".tar")]
        return {safe_name(path, ".tar"): path for path in paths}

    def list_shards(self) -> list[str]:
        return sorted(self._tars)

    def input_digest(self, shard_id: str, hasher: FileHasher) -> dict[str, str]:
        return {"tar": ends_digest(self.storage, hasher, self._tars[shard_id])}

    def read(self, shard_id: str, only: Collection[str] | None = None) -> Iterator[RawPicture]:
        """A tar that ends early or is damaged yields what comes before, then one picture that names the tar, without
        data."""
        path = self._tars[shard_id]
        stem = path.removesuffix(".tar")
        seen: Counter[str] = Counter()
        with self.storage.open(path) as file:
            sample: _Sample | None = None
            try:
                for archive, member in _members(file):
                    key, kind = _split(member.name)
                    if sample is None or key != sample.key:
                        if sample is not None:
                            yield from self._finished(path, sample, seen, only)
                        sample = _Sample(key)
                    if only is None or safe_name(f"{stem}!/{key}") in only:
                        _add(sample, archive, member, kind)
                damaged = False
            except (tarfile.TarError, ValueError, OverflowError):  # hostile headers raise all of these
                damaged = True
        if sample is not None and not (damaged and sample.data is None):
            yield from self._finished(path, sample, seen, only)
        if damaged:
            picture = RawPicture(safe_name(path), path, None, reason=DAMAGED_TAR)
            if only is None or picture.image_id in only:
                yield picture

    def read_one(self, uri: str) -> bytes:
        path, mark, name = uri.partition(".tar!/")
        path += ".tar"
        if not mark:
            raise FileNotFoundError(f"{uri}: not a member of a tar")
        if self._places[0] != path:
            self._places = (path, self._find_places(path))
        if name not in self._places[1]:
            raise FileNotFoundError(f"{uri}: the tar has no such member")
        start, size = self._places[1][name]
        return self.storage.read_range(path, start, start + size)

    def _find_places(self, path: str) -> dict[str, tuple[int, int]]:
        """First byte and size of the members; the first of a name counts, as in `read`."""
        places: dict[str, tuple[int, int]] = {}
        with self.storage.open(path) as file:
            try:
                for _, member in _members(file):
                    places.setdefault(member.name, (member.offset_data, member.size))
            except (tarfile.TarError, ValueError, OverflowError):  # what comes before is as good
                pass
        return places

    @staticmethod
    def _finished(
        path: str, sample: _Sample, seen: Counter[str], only: Collection[str] | None
    ) -> Iterator[RawPicture]:
        name = f"{path.removesuffix('.tar')}!/{sample.key}"
        uri = f"{path}!/{sample.member or sample.key}"
        if seen[sample.key]:
            picture = RawPicture(safe_name(f"{name}#{seen[sample.key]}"), printable(uri), None, reason=REPEATED_NAME)
        elif printable(uri) != uri:
            picture = RawPicture(safe_name(name), printable(uri), None, reason=NAME_NOT_UTF8)
        elif sample.data is None:
            picture = RawPicture(safe_name(name), uri, None, reason=sample.reason)
        else:
            caption = caption_of(sample.texts.get("txt"), sample.texts.get("json"))
            picture = RawPicture(safe_name(name), uri, sample.data, caption)
        seen[sample.key] += 1
        if only is None or picture.image_id in only:
            yield picture


def _members(file: BinaryIO) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """Regular files of a tar, in order. Raises tarfile.TarError where it is damaged or ends without its mark."""
    with tarfile.open(fileobj=file, mode="r:") as archive:
        while (member := archive.next()) is not None:
            archive.members.clear()  # else it grows with the tar
            if member.isreg():
                yield archive, member
        # `next` also ends, silently, at a header that is none.
        file.seek(archive.offset)
        size, rest = 0, b""
        while not rest.strip(b"\0") and (rest := file.read(_CHUNK)):
            size += len(rest)
        if size < _BLOCK or rest:
            raise tarfile.ReadError("no end mark")


def _split(name: str) -> tuple[str, str]:
    """Key and type of a member: before and after the first dot of its base name."""
    folder, slash, base = name.removeprefix("./").rpartition("/")
    stem, _, kind = base.partition(".")
    return folder + slash + stem, kind.lower()


def _add(sample: _Sample, archive: tarfile.TarFile, member: tarfile.TarInfo, kind: str) -> None:
    if kind in ("txt", "json"):
        if member.size <= _MAX_TEXT_BYTES:
            sample.texts[kind] = _bytes_of(archive, member)
    elif kind in IMAGE_TYPES and IMAGE_TYPES.index(kind) < sample.rank:
        sample.rank, sample.member = IMAGE_TYPES.index(kind), member.name
        if member.size > MAX_FILE_BYTES:
            sample.data, sample.reason = None, FILE_TOO_LARGE
        else:
            sample.data = _bytes_of(archive, member)


def _bytes_of(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    data = file.read() if file is not None else b""
    if len(data) != member.size:
        raise tarfile.ReadError("ends inside a member")
    return data
