"""The physical rooms that scenes show, named so that sources which share a data set share its rooms."""

import tempfile
from collections.abc import Mapping

from factory.exports.release.licences import Licences
from factory.sources.base import Source
from factory.sources.registry import SOURCES, open_source
from factory.store.storage import Storage


class Rooms:
    """inputs : where the input of a source is, for data sets that say in tables which scans are of one room; without
    it the names of scenes decide."""

    def __init__(self, licences: Licences, inputs: Mapping[str, Storage]) -> None:
        self._licences, self._inputs = licences, inputs
        self._sources: dict[str, Source] = {}

    def room_of(self, source: str, scene: str) -> str:
        """The room or building of a scene; the scene itself for a source that cannot be opened here."""
        owner = next(iter(self._licences.data_sets_of(source)), source)
        return f"{owner}/{self._source(source).room_of(scene) if source in SOURCES else scene}"

    def _source(self, name: str) -> Source:
        if name not in self._sources:
            if name in self._inputs:
                self._sources[name] = open_source(name, self._inputs[name])
            else:
                with tempfile.TemporaryDirectory() as nothing:
                    self._sources[name] = open_source(name, Storage(nothing))
        return self._sources[name]
