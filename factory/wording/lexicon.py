"""Words that decide what is said, as data: `templates/lexicons/<name>.toml`.

A task that depends on a lexicon names it in its table (`lexicon = "plurals"`), so that its wording digest covers it.
"""

import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from factory.errors import DataError

LEXICONS = "lexicons"

Lexicon = Mapping[str, tuple[str, ...]]


def read_lexicon(name: str, folder: Path) -> Lexicon:
    """The phrases of each list of a lexicon, alternatives written out (`(go|walk) up` is `go up`, `walk up`)."""
    path = folder / f"{name}.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"lexicon {name}: expected a file {path.name} in templates/lexicons: {error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name}: expected a TOML file of lists of phrases: {error}") from error
    for key, phrases in content.items():
        if not isinstance(phrases, list) or not all(isinstance(phrase, str) for phrase in phrases):
            raise DataError(f"{path.name}: {key}: expected a list of phrases")
    return {key: tuple(phrase for text in texts for phrase in expanded(text)) for key, texts in content.items()}


@cache
def lexicon(name: str) -> Lexicon:
    """A lexicon of the data set, read once."""
    return read_lexicon(name, Path(__file__).parent / "templates" / LEXICONS)


def expanded(text: str) -> Iterator[str]:
    """Every phrase that a text with alternatives in parentheses stands for; an alternative may be empty."""
    parts = re.split(r"\(([^()]*)\)", text)
    choices = [part.split("|") if place % 2 else [part] for place, part in enumerate(parts)]
    for combination in itertools.product(*choices):
        yield " ".join("".join(combination).split())
