"""All files below a folder with their sizes, by one listing per folder."""

from dataclasses import dataclass

from factory.store.storage import Storage


@dataclass(frozen=True, slots=True)
class ListedFile:
    """path : relative to the root; size [bytes]."""

    path: str
    size: int


def list_files(storage: Storage, folder: str = "") -> list[ListedFile]:
    """Files below a folder, sorted by path, without those that systems hide there (names that begin with a dot,
    `__MACOSX`). A missing folder raises FileNotFoundError."""
    found = []
    for entry in storage.scan(folder):
        if entry.name.startswith((".", "__MACOSX")):
            continue
        path = f"{folder}/{entry.name}" if folder else entry.name
        if entry.is_dir:
            found += list_files(storage, path)
        else:
            found.append(ListedFile(path, entry.size))
    return sorted(found, key=lambda file: file.path) if not folder else found
