"""Train, val and test by physical room: scans of one room never fall on both sides."""

from collections.abc import Callable, Iterable, Mapping

from schemas.scene import Split

SPLITS: tuple[Split, ...] = ("train", "val", "test")


class RoomSplits:
    """The split of every scene, from a data set's lists of scene ids.

    lists : scene ids by split, as the data set's own files have them;
    room_of : the physical room (or building) that a scene is a scan of.
    A room belongs to one split as a whole: where its scans are listed in several, to the one that is held out farthest
    (test before val before train). Scans that no list has follow their room; rooms that no list has are for training.
    """

    def __init__(self, lists: Mapping[Split, Iterable[str]], room_of: Callable[[str], str]) -> None:
        self._room_of = room_of
        self._rooms: dict[str, Split] = {}
        for split in SPLITS:  # later ones win
            self._rooms.update((room_of(scene_id), split) for scene_id in lists.get(split, ()))

    def split_of(self, scene_id: str) -> Split:
        """The split of a scene, listed or not."""
        return self._rooms.get(self._room_of(scene_id), SPLITS[0])


def listed_ids(table: bytes | None) -> list[str]:
    """Ids in a list file, one per line; blank lines and what follows a `#` do not count."""
    lines = (line.partition("#")[0].strip() for line in (table or b"").decode("utf-8-sig", "replace").splitlines())
    return [line for line in lines if line]
