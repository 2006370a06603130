"""Names of objects, which annotators typed freely: `dining chair`, `wall /otherroom`, `unknown / probably a vase`.

The label is the `category` that `category_mapping.tsv` gives for the annotator's words, or those words, up to the
first slash. The 40 classes of mpcat40 are no labels: `objects`, `furniture` and `lighting` name nothing. They tell
what is structural, and what annotators marked for removal.
"""

import re

from factory.sources.labels import Label, LabelMap

MAPPING_FILE = "category_mapping.tsv"

_VOID, _WALL, _FLOOR, _CEILING, _UNLABELLED = 0, 1, 2, 17, 41
# mpcat40 counts what lies on a floor as floor.
_LIES_ON_FLOOR = re.compile(r"\b(rug|mat|carpet|doormat)s?\b")
_UNNAMED = re.compile(r"(unknown|unidentified|remove|clutter)\b")
_OTHER_ROOM = re.compile(r"[/\\]\s*other\s*room")


def label_of(raw: str, mpcat40: int | None, names: LabelMap) -> Label:
    """The label of an object; mpcat40 is None where it is not known.

    What an annotator saw through a door (`chair /otherroom`) is a piece of a thing that was annotated whole with the
    room it stands in. It takes up room, and no question names it, unless it is structural.
    """
    words = " ".join(raw.replace("_", " ").lower().split())
    key = words if words in names.categories else _until_slash(words)
    mapped = names.normalise(key)
    label = names.normalise(_until_slash(mapped.text)) if mapped.text else mapped
    if not label.text or mpcat40 in (_VOID, _UNLABELLED) or _UNNAMED.match(label.text):
        return Label("", False)
    is_structural = mapped.is_structural or label.is_structural or mpcat40 in (_WALL, _CEILING)
    if mpcat40 == _FLOOR:
        is_structural = not _LIES_ON_FLOOR.search(label.text)
    if _OTHER_ROOM.search(words) and not is_structural:
        return Label("", False)
    return Label(label.text, is_structural)


def _until_slash(words: str) -> str:
    return re.split(r"[/\\?(]", words, maxsplit=1)[0].strip()
