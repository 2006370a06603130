"""The files of a scan: folders of one type each, or the zips they are downloaded as."""

from functools import cached_property
from typing import NamedTuple

from factory.errors import DataError
from factory.sources.archives import Archives, archive_uri
from factory.sources.base import FileHasher
from factory.sources.inputs import MISSING
from factory.store.hashing import digest_of
from factory.store.storage import Entry, Storage

HOUSE, CAMERAS, REGIONS = "house_segmentations", "undistorted_camera_parameters", "region_segmentations"
COLOR, DEPTH = "undistorted_color_images", "undistorted_depth_images"
UNREADABLE = "unreadable"


class Found(NamedTuple):
    """A file: where it is, its length [bytes], and its checksum where an archive tells it."""

    uri: str
    size: int
    digest: str | None


class ScanFiles:
    """The folder of a scan, relative to the root, listed once. A folder of a type comes before a zip of it."""

    def __init__(self, storage: Storage, archives: Archives, folder: str) -> None:
        self.folder = folder
        self._storage = storage
        self._archives = archives
        self._scan_id = folder.rpartition("/")[2]
        self._listings: dict[str, dict[str, Found]] = {}

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """The children of the folder by name; none where there is no such folder."""
        try:
            return {entry.name: entry for entry in self._storage.scan(self.folder)}
        except FileNotFoundError:
            return {}

    def place(self, kind: str) -> str:
        """The folder or the archive that holds files of this type, or should: for messages."""
        name = f"{kind}.zip" if self._is_packed(kind) else kind
        return f"{self.folder}/{name}"

    def listing(self, kind: str) -> dict[str, Found]:
        """All files of a type by name. Raises DataError for a damaged archive."""
        if kind not in self._listings:
            self._listings[kind] = self._list(kind)
        return self._listings[kind]

    def read(self, kind: str, name: str, advice: str) -> tuple[bytes, str]:
        """The bytes of a file and its URI. Raises DataError with the advice where it is missing or unreadable."""
        found = self.listing(kind).get(name)
        if found is None:
            raise DataError(f"{self.place(kind)}: expected {name} in it, found none; {advice}")
        try:
            return self._archives.read(found.uri), found.uri
        except OSError as error:
            raise DataError(f"{found.uri}: cannot be read ({error.strerror}); {advice}") from error

    def content_digest(self, kind: str, name: str, hasher: FileHasher) -> str:
        """Of a file's bytes; a word for one that is missing or cannot be read."""
        try:
            found = self.listing(kind).get(name)
            if found is None:
                return MISSING
            return found.digest or hasher.content(found.uri)
        except (DataError, OSError):
            return UNREADABLE

    def listing_digest(self, kind: str) -> str:
        """Of the paths and sizes of all files of a type."""
        try:
            listed = [f"{found.uri}\t{found.size}" for found in self.listing(kind).values()]
        except (DataError, OSError):
            return UNREADABLE
        return digest_of(listed) if listed else MISSING

    # inside

    def _is_packed(self, kind: str) -> bool:
        folder, archive = self.entries.get(kind), self.entries.get(f"{kind}.zip")
        return archive is not None and not archive.is_dir and (folder is None or not folder.is_dir)

    def _list(self, kind: str) -> dict[str, Found]:
        if self._is_packed(kind):
            path, below = self.place(kind), f"{self._scan_id}/{kind}/"
            return {
                member.name.removeprefix(below): Found(archive_uri(path, member.name), member.size, member.digest)
                for member in self._archives.open(path).members(below)
            }
        if kind not in self.entries:
            return {}
        folder = self.place(kind)
        return {e.name: Found(f"{folder}/{e.name}", e.size, None) for e in self._storage.scan(folder) if not e.is_dir}
