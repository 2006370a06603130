import pytest

from factory.errors import DataError
from factory.sources.labels import LabelMap, read_label_map

COLUMNS = "id\traw_category\tcategory\tcount\tnyu40id\teigen13id\tnyuClass\tnyu40class"
ROWS = [
    "1\twall\twall\t8277\t1\t12\twall\twall",
    "22\tceiling\tceiling\t1\t22\t1\tceiling\tceiling",
    "3\tfloor mat\tmat\t9\t20\t5\tfloor mat\tfloor mat",
    "27\trefridgerator\trefrigerator\t5\t24\t1\trefridgerator\trefridgerator",
    "9\tcalender\tcalendar\t5\t40\t1\t\t",
    '10\t3" pipe\tpipe\t5\t\t1\t\t',
    "11\thung ceiling\tcover\t5\t22\t1\t\t",
    "12\tthings\tobject\t5\t40\t1\t\t",
]


@pytest.fixture
def label_map() -> LabelMap:
    return read_label_map("\r\n".join([COLUMNS, *ROWS, ""]).encode(), "labels.tsv")


@pytest.mark.parametrize(
    ("raw", "label", "structural"),
    [
        ("wall", "wall", True),
        (" Wall ", "wall", True),
        ("ceiling", "ceiling", True),
        ("hung ceiling", "cover", True),  # nyu40 says ceiling
        ("floor mat", "mat", False),
        ("refridgerator", "refrigerator", False),
        ("refrigerator", "refrigerator", False),
        ("calender", "calendar", False),
        ('3" pipe', "pipe", False),
        ("trashcan", "trashcan", False),  # not in the map
        ("DishRack", "dishrack", False),
        ("things", "", False),
        ("object", "", False),
    ],
)
def test_with_a_map(label_map: LabelMap, raw: str, label: str, structural: bool) -> None:
    assert label_map.normalise(raw) == (label, structural)


@pytest.mark.parametrize(
    ("raw", "label", "structural"),
    [
        ("Office  Chair ", "office chair", False),
        ("kitchen_cabinet", "kitchen cabinet", False),
        ("refridgerator", "refrigerator", False),
        ("Floor", "floor", True),
        ("floor lamp", "floor lamp", False),
        ("unknown", "", False),
        ("REMOVE", "", False),
        ("otherprop", "", False),
        ("", "", False),
        ("  ", "", False),
    ],
)
def test_without_a_map(raw: str, label: str, structural: bool) -> None:
    assert LabelMap().normalise(raw) == (label, structural)


def test_labels_are_their_own_normal_form(label_map: LabelMap) -> None:
    for row in ROWS:
        text = label_map.normalise(row.split("\t")[1]).text
        assert text == " ".join(text.lower().split())


@pytest.mark.parametrize("data", [b"", b"id\tcategory\tnyu40id\n", b"raw_category,category,nyu40id\nwall,wall,1\n"])
def test_another_table_is_refused(data: bytes) -> None:
    with pytest.raises(DataError, match=r"labels\.tsv: expected tab-separated columns .*remove it"):
        read_label_map(data, "labels.tsv")


def test_byte_order_mark_and_short_rows() -> None:
    label_map = read_label_map(b"\xef\xbb\xbfraw_category\tcategory\tnyu40id\nsofa\tcouch\n\nbin\n", "labels.tsv")
    assert label_map.normalise("sofa") == ("couch", False)
    assert label_map.normalise("bin") == ("bin", False)
