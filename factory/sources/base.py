"""What every data set offers: scenes by id, their inputs' digests, and their media."""

from collections.abc import Callable, Iterable
from typing import Protocol

from factory.store.storage import Entry
from schemas.scene import Scene


class FileHasher(Protocol):
    """Digests of input files, relative to the input root; cached between runs by size and modification time."""

    def content(self, path: str) -> str:
        """Digest of a file's bytes."""

    def size(self, path: str) -> str:
        """Digest of a file's relative path and size, for bulk media."""

    def derived(self, path: str, kind: str, compute: Callable[[], str], entries: Iterable[Entry] | None = None) -> str:
        """A digest that `compute` takes from parts of a large file (poses inside a stream, ...), or from the files
        of a folder; entries : its children, sorted by name, where they have just been listed."""


class Source(Protocol):
    """One data set under an input root. Construction is cheap and instances pickle.

    name : the `source` column and the `dataset=` key; version : raised when the same files would give another Scene.
    """

    name: str
    version: int

    def list_scenes(self) -> list[str]:
        """Scene ids under the root, sorted. Folders that are no scenes are left out; broken scenes are not."""

    def room_of(self, scene_id: str) -> str:
        """The physical room or building that a scene shows: rescans of one room have the same. Reads the data set's
        own tables at most, and never raises for a scene that is not there."""

    def input_digests(self, scene_id: str, hasher: FileHasher) -> dict[str, str]:
        """Everything the Scene depends on, by name: what decides answers by content, bulk media by path and size.

        Never raises for a broken scene: what is missing is part of the state (digest `missing`).
        """

    def load(self, scene_id: str) -> Scene:
        """The scene. Decodes no image. Raises `factory.errors.DataError` when it cannot be used."""

    def read_media(self, uri: str) -> tuple[bytes, str]:
        """The encoded bytes of an image, depth or instances URI and their suffix (`.jpg`, `.png`).

        Frames inside containers are extracted on demand. Depth is a 16-bit PNG [mm, 0 = no reading], whatever it is
        stored as; instances are a 16-bit PNG of object ids, 65535 for none.
        """
