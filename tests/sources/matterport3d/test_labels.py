"""From annotators' words to labels."""

import pytest

from factory.sources.labels import LabelMap, read_label_map
from factory.sources.matterport3d.labels import label_of
from factory.sources.procedural.writers.matterport3d_labels import MPCAT40
from tests.sources.matterport3d.conftest import WrittenHome

NOTHING = LabelMap()
MAPPED = LabelMap(
    {
        "windows": ("window", 9),
        "wall /otherroom": ("wall", 1),
        "tv  set": ("tv", 25),
        "refridge": ("refridgerator", 24),
    }
)


@pytest.mark.parametrize(
    ("raw", "mpcat40", "text", "is_structural"),
    [
        ("dining chair", "chair", "dining chair", False),
        ("Dining_Chair ", "chair", "dining chair", False),
        ("wall", "wall", "wall", True),
        ("wall /otherroom", "wall", "wall", True),
        ("wall/otherroom", "wall", "wall", True),
        ("ceiling / other room", "ceiling", "ceiling", True),
        ("floor /outside", "floor", "floor", True),
        ("baseboard", "wall", "baseboard", True),
        ("roof", "ceiling", "roof", True),
        ("tiled floor", "floor", "tiled floor", True),
        ("rug", "floor", "rug", False),
        ("bath mat", "floor", "bath mat", False),
        ("doorframe", "door", "doorframe", False),
        ("chair /otherroom", "chair", "", False),  # a piece of what the other room's annotator has whole
        ("lamp / light", "lighting", "lamp", False),
        ("picture?", "picture", "picture", False),
        ("vase (blue)", "objects", "vase", False),
        ("unknown", "unlabeled", "", False),
        ("unknown / probably part of chair", "misc", "", False),
        ("unknown machine", "misc", "", False),
        ("remove", "void", "", False),
        ("void", "void", "", False),
        ("object", "objects", "", False),
        ("chair", "void", "", False),
        ("chair", "unlabeled", "", False),
        ("", "void", "", False),
        ("/", "objects", "", False),
        ("wall", None, "wall", True),
        ("rug", None, "rug", False),
    ],
)
def test_label(raw: str, mpcat40: str | None, text: str, is_structural: bool) -> None:
    number = None if mpcat40 is None else MPCAT40.index(mpcat40)
    assert label_of(raw, number, NOTHING) == (text, is_structural)


@pytest.mark.parametrize(
    ("raw", "text", "is_structural"),
    [
        ("Windows", "window", False),
        ("windows /otherroom", "", False),
        ("wall /otherroom", "wall", True),
        ("tv set", "tv set", False),
        ("refridge", "refrigerator", False),
        ("stool", "stool", False),
    ],
)
def test_label_by_the_mapping(raw: str, text: str, is_structural: bool) -> None:
    mapping = read_label_map(
        b"index\traw_category\tcategory\tcount\tnyuId\tnyu40id\n"
        + b"".join(f"0\t{raw}\t{to}\t1\t\t{nyu40}\n".encode() for raw, (to, nyu40) in MAPPED.categories.items()),
        "category_mapping.tsv",
    )
    expected = "tv" if raw == "tv set" else text
    assert label_of(raw, None, mapping) == (expected, is_structural)


def test_the_mapping_of_written_houses_keeps_every_label(home: WrittenHome) -> None:
    mapping = read_label_map((home.root / "category_mapping.tsv").read_bytes(), "category_mapping.tsv")
    for thing in home.scene.objects:
        if thing.annotated:
            assert label_of(thing.label, None, mapping).text == thing.label
