"""Objects and their categories in `house_segmentations/<scan>.house`.

Records come in a fixed order, as many of each as the first one (`H`) says: a letter alone does not tell them apart,
since portals and panoramas are both `P`, and portals are `R` as regions are in files that the authors' viewer saved.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from factory.errors import DataError

# Letters of a record and the number of fields after it, in the order of the file.
_RECORDS = {
    "levels": ("L", 17),
    "regions": ("R", 19),
    "portals": ("PR", 14),
    "surfaces": ("S", 21),
    "vertices": ("V", 12),
    "panoramas": ("P", 12),
    "images": ("I", 40),
    "categories": ("C", 10),
    "objects": ("O", 23),
    "segments": ("E", 18),
}
# Places of the counts in the first record, by version of the format; what is not there does not occur.
_COUNTS = {
    "1.0": ("images", "panoramas", "vertices", "surfaces", "regions", "levels"),
    "1.1": (
        "images",
        "panoramas",
        "vertices",
        "surfaces",
        "segments",
        "objects",
        "categories",
        "regions",
        "portals",
        "levels",
    ),
}
_HEADER_FIELDS = {"1.0": 22, "1.1": 28}


@dataclass(frozen=True)
class Category:
    """raw_label : the annotator's words; mapping_index : `index` in the category mapping; mpcat40 : -1 for none."""

    raw_label: str
    mapping_index: int
    mpcat40: int


def read_house(data: bytes, name: str) -> dict[int, Category | None]:
    """The categories of all objects by object id, None for an object without one; empty in version 1.0, which has no
    objects. Raises DataError for a damaged file."""
    tokens = data.decode("utf-8", "replace").split()
    if len(tokens) < 3 or tokens[0] != "ASCII" or tokens[1] not in _COUNTS or tokens[2] != "H":
        raise DataError(
            f"{name}: expected a house file of version {' or '.join(_COUNTS)}, found one that begins with "
            f"{' '.join(tokens[:3])!r}; download it again"
        )
    version = tokens[1]
    start = 3 + _HEADER_FIELDS[version]
    if len(tokens) < start:
        raise _damaged(name, "the end of the file in it")
    try:
        numbers = [int(token) for token in tokens[5 : 5 + len(_COUNTS[version])]]
    except ValueError as error:
        raise _damaged(name, f"a first record without counts ({error})") from None
    records = _Records(tokens, start, name)
    try:
        return _objects(dict(zip(_COUNTS[version], numbers, strict=True)), records)
    except ValueError as error:
        raise _damaged(name, f"a record without its numbers ({error})") from None


class _Records:
    """Reads a token stream record by record."""

    def __init__(self, tokens: list[str], at: int, name: str) -> None:
        self._tokens, self._at, self._name = tokens, at, name

    def take(self, kind: str, count: int) -> Iterator[list[str]]:
        """The fields of the next `count` records, which must be of this kind."""
        letters, width = _RECORDS[kind]
        for place in range(1, count + 1):
            letter = self._tokens[self._at] if self._at < len(self._tokens) else "the end of the file"
            fields = self._tokens[self._at + 1 : self._at + 1 + width]
            if letter not in letters or len(fields) < width:
                raise _damaged(self._name, f"{letter} where number {place} of {count} {kind} should be")
            self._at += 1 + width
            yield fields


def _objects(counts: dict[str, int], records: _Records) -> dict[int, Category | None]:
    categories: dict[int, Category] = {}
    objects: dict[int, Category | None] = {}
    for kind in _RECORDS:
        for fields in records.take(kind, counts.get(kind, 0)):
            if kind == "categories":
                categories[int(fields[0])] = Category(_text(fields[2]), int(fields[1]), int(fields[3]))
            elif kind == "objects":
                objects[int(fields[0])] = categories.get(int(fields[2]))  # -1 for none
    return objects


def _text(token: str) -> str:
    """A name: `-` is an empty one, and `#` stands for a space."""
    return "" if token == "-" else token.replace("#", " ")


def _damaged(name: str, found: str) -> DataError:
    return DataError(f"{name}: expected records as its first one counts them, found {found}; download it again")
