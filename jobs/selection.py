"""`--only`: the data sets and scenes that a build is about, when it is not about all."""

from collections.abc import Collection

from factory.errors import DataError

_FORM = "give scene=ID,scene=ID for one data set, source=NAME,scene=ID,source=NAME for several"


def selected(text: str, sources: Collection[str]) -> dict[str, list[str] | None]:
    """The scenes of each chosen source, sorted, or None for all of them; every scene belongs to the source named
    before it, and needs none where `sources`, those with an input, are one.

    Raises DataError for what has another form or names a source without an input.
    """
    chosen: dict[str, list[str]] = {}
    current = next(iter(sources)) if len(sources) == 1 else ""
    for part in text.split(","):
        kind, _, name = (word.strip() for word in part.partition("="))
        if kind not in ("source", "scene") or not name or (kind == "scene" and not current):
            raise DataError(f"--only {text}: {part.strip()!r} is not understood; {_FORM}")
        if kind == "source":
            if name not in sources:
                raise DataError(f"--only {text}: there is no input of {name}, there are {', '.join(sorted(sources))}")
            current = name
            chosen.setdefault(name, [])
        else:
            chosen.setdefault(current, []).append(name)
    return {source: sorted(set(scenes)) or None for source, scenes in chosen.items()}
