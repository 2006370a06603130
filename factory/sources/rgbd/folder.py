"""The folder of a scene: what lies in it, every folder below listed once."""

import posixpath
from collections.abc import Iterable, Mapping

from factory.sources.inputs import MISSING, read_required
from factory.store.hashing import digest_of
from factory.store.storage import Entry, Storage


class SceneFolder:
    """Files of one scene. `rel` is relative to the folder, `path` of the input root; nothing raises for what is not
    there but `read`."""

    def __init__(self, root: Storage, path: str) -> None:
        self.root, self.path = root, path
        self._listed: dict[str, dict[str, Entry]] = {}

    def children(self, rel: str = "") -> Mapping[str, Entry]:
        """What lies in the folder (or one below it), by name."""
        if rel not in self._listed:
            try:
                entries = self.root.scan(self.inside(rel))
            except (FileNotFoundError, NotADirectoryError):
                entries = []
            self._listed[rel] = {entry.name: entry for entry in entries}
        return self._listed[rel]

    def inside(self, rel: str) -> str:
        """The path, relative to the input root."""
        return f"{self.path}/{rel}" if rel else self.path

    def size(self, rel: str) -> int | None:
        """Size of a file [bytes], None where there is none."""
        below, name = posixpath.split(rel)
        entry = self.children(below).get(name)
        return None if entry is None or entry.is_dir else entry.size

    def has(self, rel: str) -> bool:
        """Whether there is such a file."""
        return self.size(rel) is not None

    def read(self, rel: str, advice: str) -> bytes:
        """A file's bytes. Raises DataError with the advice where it is missing."""
        return read_required(self.root, self.inside(rel), advice)

    def sizes_digest(self, rels: Iterable[str]) -> str:
        """Digest of files by path and size; what is not there counts as such."""
        listed = [f"{self.inside(rel)}\t{self.size(rel)}" for rel in rels]
        return digest_of(listed) if listed else MISSING
