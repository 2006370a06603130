"""The data sets that can be read, by name."""

import difflib
from importlib import import_module

from factory.errors import DataError
from factory.sources.base import Source
from factory.store.storage import Storage

# Imported when they are opened: a job needs one or two of them.
SOURCES = {
    "arkitscenes": "factory.sources.arkitscenes.source:ARKitScenesSource",
    "matterport3d": "factory.sources.matterport3d.source:Matterport3DSource",
    "procedural": "factory.sources.procedural.source:ProceduralSource",
    "rgbd": "factory.sources.rgbd.source:RGBDSource",
    "rxr": "factory.sources.rxr.source:RxRSource",
    "scannet": "factory.sources.scannet.source:ScanNetSource",
    "scannetpp": "factory.sources.scannetpp.source:ScanNetPPSource",
    "scannetpp_dslr": "factory.sources.scannetpp.source:ScanNetPPDslrSource",
    "structured3d": "factory.sources.structured3d.source:Structured3DSource",
}


def open_source(name: str, root: Storage) -> Source:
    """The source of that name over an input root. Raises DataError for an unknown name."""
    if name not in SOURCES:
        close = difflib.get_close_matches(name, SOURCES, n=1)
        meant = f"; did you mean {close[0]}?" if close else ""
        raise DataError(f"no source {name!r}, there are {', '.join(sorted(SOURCES))}{meant}")
    module, _, kind = SOURCES[name].partition(":")
    source: Source = getattr(import_module(module), kind)(root)
    return source
