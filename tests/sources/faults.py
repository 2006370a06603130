"""Tables of ways to break a scene."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

Change = Callable[[Path], None]


class Fault(NamedTuple):
    """apply : changes a scene folder in place; words : what the message must hold, `{scene}` for the scene's id."""

    apply: Change
    words: tuple[str, ...]

    def expected(self, scene_id: str) -> list[str]:
        """The words for a scene."""
        return [word.format(scene=scene_id) for word in self.words]


class Faults(dict[str, Fault]):
    """Faults by name."""

    def add(self, *words: str) -> Callable[[Change], Change]:
        """Enters a function into the table under its name."""

        def register(function: Change) -> Change:
            self[function.__name__] = Fault(function, words)
            return function

        return register


def file_of(folder: Path, name: str) -> Path:
    """The file of a name in which `{scene}` stands for the folder's."""
    return folder / name.format(scene=folder.name)


def cut(path: Path, keep: float) -> None:
    """Leaves that share of a file."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
