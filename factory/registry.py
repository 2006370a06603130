"""A typed registry that refuses collisions, suggests on a miss and freezes."""

import difflib
from typing import Any, Generic, TypeVar

from factory.errors import DataError

Entry = TypeVar("Entry", bound=type[Any])


class Registry(Generic[Entry]):
    """Task classes by the name in their spec.

    base : what every entry is a subclass of; listed_in : the file whose import registers all of them.
    """

    def __init__(self, base: type, listed_in: str) -> None:
        self._entries: dict[str, Entry] = {}
        self._base, self._listed_in = base, listed_in
        self._frozen = False

    def register(self, entry: Entry) -> Entry:
        """Adds a class; use as a decorator. Raises TypeError for anything else, ValueError for a taken name."""
        if not (isinstance(entry, type) and issubclass(entry, self._base) and hasattr(entry, "spec")):
            raise TypeError(f"{entry!r} is not a Task class with a spec")
        name = entry.spec.name
        if self._frozen:
            raise RuntimeError(f"task {name} comes too late: list its family in {self._listed_in}")
        if name in self._entries:
            raise ValueError(f"task {name} is declared twice: by {_place(self._entries[name])} and {_place(entry)}")
        self._entries[name] = entry
        return entry

    def freeze(self) -> None:
        """From here on the set of tasks is fixed."""
        self._frozen = True

    def get(self, name: str) -> Entry:
        """The class of that name. Raises DataError with a suggestion when there is none."""
        if name in self._entries:
            return self._entries[name]
        near = difflib.get_close_matches(name, self._entries, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise DataError(f"no task is called {name!r}; {hint}there are {', '.join(sorted(self._entries))}")

    def all(self) -> tuple[Entry, ...]:
        """All classes, ordered by name."""
        return tuple(self._entries[name] for name in sorted(self._entries))


def _place(entry: type) -> str:
    return f"{entry.__module__}.{entry.__qualname__}"
