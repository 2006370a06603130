"""Reading an input root: files that must be there, tables of the whole data set, digests of what may be missing."""

import re
from collections.abc import Callable
from typing import ParamSpec

from factory.errors import DataError
from factory.store.storage import Storage

MISSING = "missing"

P = ParamSpec("P")


def read_required(root: Storage, path: str, advice: str) -> bytes:
    """A file's bytes. Raises DataError with the advice where it is missing or cannot be read."""
    try:
        return root.read_bytes(path)
    except FileNotFoundError:
        raise DataError(f"{path}: missing; {advice}") from None
    except (PermissionError, IsADirectoryError) as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); {advice}") from error


def folders_below(root: Storage, scene: re.Pattern[str], below: str, expected: str) -> list[str]:
    """Names of the folders that match, sorted: those in the root, and those in its folder `below`.

    Raises DataError for a root that is not there; expected : what to give instead.
    """
    try:
        children = root.scan()
    except FileNotFoundError:
        raise DataError(f"{root.url}: no such folder; give {expected}") from None
    if any(child.name == below and child.is_dir for child in children):
        children += root.scan(below)
    return sorted({child.name for child in children if child.is_dir and scene.fullmatch(child.name)})


def places_of_tables(root: Storage) -> list[Storage]:
    """Where files of a whole data set may lie: the root, and the folder that holds the root."""
    parent = root.url.rpartition("/")[0]
    return [root] if not parent or parent.endswith(":/") else [root, Storage(parent)]


def find_table(root: Storage, *names: str) -> bytes | None:
    """The first of these files of a whole data set that is found, in the root or in the folder that holds the root."""
    for name in names:
        for place in places_of_tables(root):
            try:
                return place.read_bytes(name)
            except (FileNotFoundError, PermissionError):  # a bucket may show the root and hide what is beside it
                continue
    return None


def digest_or_missing(digest: Callable[P, str], *args: P.args, **kwargs: P.kwargs) -> str:
    """What `digest` gives, or a word for a file that is not there: part of a scene's state, not an error."""
    try:
        return digest(*args, **kwargs)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return MISSING
    except PermissionError:
        return "unreadable"
