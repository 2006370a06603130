"""The names that an open-vocabulary detector is asked for."""

import tomllib
from functools import cache
from importlib import resources

from factory.errors import DataError


@cache
def default_vocabulary() -> tuple[str, ...]:
    """The names of `vocabulary.toml`, in its order."""
    text = resources.files(__package__).joinpath("vocabulary.toml").read_text()
    return checked([name for names in tomllib.loads(text).values() for name in names])


def checked(names: list[str]) -> tuple[str, ...]:
    """Raises DataError for names that a prompt cannot hold or that are there twice."""
    if not names:
        raise DataError("a vocabulary without names")
    for name in names:
        if not name or name != name.strip().lower() or "." in name or "|" in name:
            raise DataError(f"vocabulary: {name!r} is no name for a detector; expected lower case, without . and |")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"vocabulary: {', '.join(twice)} named more than once")
    return tuple(names)
