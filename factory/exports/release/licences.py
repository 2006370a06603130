"""Whose terms the questions of a source stand under: a table in the package, and what users add for others."""

import tomllib
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from factory.errors import DataError
from schemas.base import Record


class DataSet(Record):
    """A data set and its terms. url : where access is asked for; images : how to get the pictures."""

    title: str
    licence: str
    url: str
    redistribution: str
    terms: str
    images: str


class Licences(Record):
    """sources : names of the data sets that a source reads, the one that was scanned first; data_sets : by name."""

    sources: dict[str, list[str]]
    data_sets: dict[str, DataSet]

    def data_sets_of(self, source: str) -> list[str]:
        """The data sets of a source, empty for one of which nothing is known."""
        return self.sources.get(source, [])


def load_licences(added: Path | None = None) -> Licences:
    """The package's table and, over it, those of a file of the same form. Raises DataError for a file of another."""
    known = _parse("sources.toml", files(__package__).joinpath("sources.toml").read_text("utf-8"))
    if added is not None:
        try:
            more = _parse(str(added), added.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"{added}: a TOML file of licences was expected ({error})") from error
        known = Licences(sources=known.sources | more.sources, data_sets=known.data_sets | more.data_sets)
    for source, names in known.sources.items():
        if missing := [name for name in names if name not in known.data_sets]:
            raise DataError(f"{added}: source {source} names {missing[0]!r}; add a table [data_sets.{missing[0]}]")
    return known


def _parse(name: str, text: str) -> Licences:
    try:
        return Licences.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise DataError(
            f"{name}: tables [sources] and [data_sets.NAME] with {', '.join(DataSet.model_fields)} "
            f"were expected ({error})"
        ) from error
