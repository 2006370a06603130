"""The data sets that can be read, by name."""

import difflib
from collections.abc import Callable

from factory.errors import DataError
from factory.sources.base import Source
from factory.sources.procedural.source import ProceduralSource
from factory.sources.scannet import ScanNetSource
from factory.store.storage import Storage

SOURCES: dict[str, Callable[[Storage], Source]] = {source.name: source for source in (ScanNetSource, ProceduralSource)}


def open_source(name: str, root: Storage) -> Source:
    """The source of that name over an input root. Raises DataError for an unknown name."""
    if name not in SOURCES:
        close = difflib.get_close_matches(name, SOURCES, n=1)
        meant = f"; did you mean {close[0]}?" if close else ""
        raise DataError(f"no source {name!r}, there are {', '.join(sorted(SOURCES))}{meant}")
    return SOURCES[name](root)
