"""Plain folders of pictures, however deep; a shard is a bucket of names.

A picture's bucket depends on its own name and on the number of buckets, so that one more file restales one shard.
Another number of buckets makes other shards.
"""

from collections.abc import Collection, Iterator
from functools import cached_property

from factory.sources.base import FileHasher
from factory.store.hashing import digest_of
from factory.store.storage import Storage
from factory.web.inputs.ahead import map_ahead
from factory.web.inputs.base import (
    FILE_TOO_LARGE,
    IMAGE_TYPES,
    MAX_FILE_BYTES,
    MISSING,
    NAME_NOT_UTF8,
    RawPicture,
    caption_of,
)
from factory.web.inputs.listing import ListedFile, list_files
from factory.web.inputs.names import bucket_of, printable, safe_name

DEFAULT_BUCKETS = 16
_REMOTE_THREADS = 16


class FolderInput:
    """A folder of pictures; see `WebInput`. A URI is the path; captions come from `.txt` or `.json` beside it."""

    kind = "folder"
    version = 1

    def __init__(self, storage: Storage, buckets: int = DEFAULT_BUCKETS) -> None:
        if buckets < 1:
            raise ValueError(f"{buckets} buckets: at least 1")
        self.storage = storage
        self.buckets = buckets

    def __reduce__(self) -> tuple[type["FolderInput"], tuple[Storage, int]]:
        return FolderInput, (self.storage, self.buckets)

    @cached_property
    def _sizes(self) -> dict[str, int]:
        return {file.path: file.size for file in list_files(self.storage)}

    @cached_property
    def _shards(self) -> dict[str, list[ListedFile]]:
        shards: dict[str, list[ListedFile]] = {}
        digits = len(str(self.buckets))
        for path, size in self._sizes.items():
            if is_picture(path):
                bucket = bucket_of(path, self.buckets)
                shards.setdefault(f"{bucket:0{digits}d}-of-{self.buckets}", []).append(ListedFile(path, size))
        return shards

    def list_shards(self) -> list[str]:
        return sorted(self._shards)

    def input_digest(self, shard_id: str, hasher: FileHasher) -> dict[str, str]:
        """By names and sizes, of the listing that was made already."""
        parts = [
            part
            for file in self._shards[shard_id]
            for path in (file.path, *self._sidecars(file.path))
            for part in (printable(path), str(self._sizes[path]))
        ]
        return {"files": digest_of(parts)}

    def read(self, shard_id: str, only: Collection[str] | None = None) -> Iterator[RawPicture]:
        wanted = (f for f in self._shards[shard_id] if only is None or safe_name(f.path, ".jpg") in only)
        yield from map_ahead(self._load, wanted, 1 if self.storage.is_local else _REMOTE_THREADS)

    def read_one(self, uri: str) -> bytes:
        return self.storage.read_bytes(uri)

    def _load(self, file: ListedFile) -> RawPicture:
        image_id = safe_name(file.path, ".jpg")
        if printable(file.path) != file.path:
            return RawPicture(image_id, printable(file.path), None, reason=NAME_NOT_UTF8)
        if file.size > MAX_FILE_BYTES:
            return RawPicture(image_id, file.path, None, reason=FILE_TOO_LARGE)
        try:
            data = self.storage.read_bytes(file.path)
        except FileNotFoundError:  # removed since it was listed
            return RawPicture(image_id, file.path, None, reason=MISSING)
        texts = {path.rpartition(".")[2]: self.storage.read_bytes(path) for path in self._sidecars(file.path)}
        return RawPicture(image_id, file.path, data, caption_of(texts.get("txt"), texts.get("json")))

    def _sidecars(self, path: str) -> list[str]:
        stem = path.rpartition(".")[0]
        return [other for other in (f"{stem}.txt", f"{stem}.json") if other in self._sizes]


def is_picture(path: str) -> bool:
    """Whether a file's suffix is that of a picture."""
    return path.rpartition(".")[2].lower() in IMAGE_TYPES
