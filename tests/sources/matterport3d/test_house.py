"""Records of `.house` files: told apart by the counts of the first one, names, missing indices."""

from pathlib import Path

import numpy as np
import pytest

from factory.errors import DataError
from factory.sources.matterport3d.house import Category, read_house
from tests.sources.matterport3d.conftest import SCAN, WrittenHome

# By hand, as the authors' viewer writes it: two levels, three regions, two portals, two panoramas, one image, ...
ZERO5 = "0 0 0 0 0"
ONES = " ".join("1" * 10)
HOUSE = f"""ASCII 1.1
H  17DRP5sb8fy  -  1 2 3 1 2 4 3 3 2  2  {ZERO5} -1.5 -2.25 0  7.5 5.5 5.1  {ZERO5}
L  0  2  -  1 2 0  -1.5 -2.25 0 7.5 5.5 2.6  {ZERO5}
L  1  1  -  1 2 2.7  -1.5 -2.25 2.7 7.5 5.5 5.1  {ZERO5}
R  0 0  0 0  k  1 1 0  -1.5 -2.25 0 2 5.5 2.6  2.6  0 0 0 0
R  1 0  0 0  -  4 1 0  2 -2.25 0 7.5 5.5 2.6  2.6  0 0 0 0
R  2 -1  0 0  b  4 1 2.7  2 -2.25 2.7 7.5 5.5 5.1  2.4  0 0 0 0
P  0 0 1  -  2 1 0  2 2 2.1  0 0 0 0
P  1 1 2  -  3 1 0  3 2 2.1  0 0 0 0
S  0 0 0  -  1 1 0  0 0 1  -1.5 -2.25 0 2 5.5 0  {ZERO5}
V  0 0  -  0 0 0  0 0 1  0 0 0
V  1 0  -  2 0 0  0 0 1  0 0 0
V  2 0  -  2 2 0  0 0 1  0 0 0
P  0f37bd0737e349de9d536263a4bdd60d  0 1  0  2.5 1 1.5  {ZERO5}
P  1  1 -1  0  3.5 1 1.5  {ZERO5}
I  0 0   0f37bd0737e349de9d536263a4bdd60d  1 0  {ONES} {ONES} 1 1  1 1 1  1280 1024  2.5 1 1.5  {ZERO5}
C  0  5 dining#chair  3 chair  {ZERO5}
C  1  12 wall#/otherroom  1 wall  {ZERO5}
C  2  -1 -  0 void  {ZERO5}
O  0 1 0  4 1 0.5  1 0 0  0 1 0  0.25 0.25 0.5  0 0 0 0 0 0 0 0
O  1 -1 -1  4 1 0.5  1 0 0  0 1 0  0.25 0.25 0.5  0 0 0 0 0 0 0 0
O  2 0 1  4 1 0.5  1 0 0  0 1 0  0.25 0.25 0.5  0 0 0 0 0 0 0 0
O  3 0 2  4 1 0.5  1 0 0  0 1 0  0.25 0.25 0.5  0 0 0 0 0 0 0 0
E  0 0  17  0.25  4 1 0.5  3 0 0 5 2 1  {ZERO5}
E  1 -1  18  0.5  4 1 0.5  3 0 0 5 2 1  {ZERO5}
"""
OBJECTS = {0: Category("dining chair", 5, 3), 1: None, 2: Category("wall /otherroom", 12, 1), 3: Category("", -1, 0)}


def read(text: str) -> dict[int, Category | None]:
    return read_house(text.encode(), "x.house")


def test_names_and_missing_indices() -> None:
    """`#` is a space, `-` no name, -1 no category."""
    assert read(HOUSE) == OBJECTS


def test_portals_and_panoramas_share_a_letter() -> None:
    """A panorama may even have a number for a name, so that only the counts tell them apart."""
    without = HOUSE.replace("4 3 3 2  2", "4 3 3 0  2")
    with pytest.raises(DataError, match="P where number 1 of 1 surfaces should be"):
        read(without)
    swapped = HOUSE.replace("1 2 3 1 2 4 3 3 2  2", "1 3 3 1 2 4 3 3 1  2")
    with pytest.raises(DataError):
        read(swapped)


def test_portals_saved_by_the_viewer_have_the_letter_of_regions() -> None:
    assert read(HOUSE.replace("P  0 0 1", "R  0 0 1").replace("P  1 1 2", "R  1 1 2")) == OBJECTS


def test_white_space_does_not_count() -> None:
    assert read(HOUSE.replace("\n", "\r\n").replace("  ", " \t ")) == OBJECTS
    assert read(" ".join(HOUSE.split())) == OBJECTS


def test_version_without_objects() -> None:
    header = f"ASCII 1.0\nH  17DRP5sb8fy  -  0 1 0 0 1 1  -1.5 -2.25 0  7.5 5.5 5.1  {ZERO5} 0 0 0\n"
    level = f"L  0  1  -  1 2 0  -1.5 -2.25 0 7.5 5.5 2.6  {ZERO5}\n"
    region = "R  0 0  0 0  k  1 1 0  -1.5 -2.25 0 2 5.5 2.6  2.6  0 0 0 0\n"
    pano = f"P  0f37bd  0 0  0  2.5 1 1.5  {ZERO5}\n"
    assert read(header + level + region + pano) == {}
    with pytest.raises(DataError, match="regions"):
        read(header + level + pano)


def test_objects_of_a_written_house(home: WrittenHome) -> None:
    path = home.folder / "house_segmentations" / f"{SCAN}.house"
    found = read_house(path.read_bytes(), path.name)
    expected = {thing.object_id: thing.label for thing in home.scene.objects if thing.annotated}
    assert {object_id: category.raw_label for object_id, category in found.items() if category} == expected


@pytest.mark.parametrize(
    "change",
    [
        ("ASCII 1.1", "ASCII 2.0"),
        ("ASCII 1.1\nH", "ASCII 1.1\nL"),
        ("ASCII 1.1", "<!DOCTYPE html>"),
        ("  1 2 3 1 2 4", "  1 2 3 1 2 four"),
        ("  1 2 3 1 2 4", "  1 2 3 1 2 5"),
        ("  1 2 3 1 2 4", "  1 2 3 1 2 3"),
        ("C  0  5", "C  0  five"),
        ("O  0 1 0", "O  zero 1 0"),
        ("O  2 0 1", "Q  2 0 1"),
    ],
)
def test_damage_is_refused(change: tuple[str, str]) -> None:
    assert change[0] in HOUSE
    with pytest.raises(DataError, match=r"^x\.house: expected .*download it again"):
        read(HOUSE.replace(*change, 1))


def test_a_file_cut_anywhere_is_refused() -> None:
    tokens = HOUSE.split()
    for count in range(len(tokens)):
        with pytest.raises(DataError):
            read(" ".join(tokens[:count]))


def test_many_records_are_read_fast(tmp_path: Path) -> None:
    """Large houses have tens of thousands of segments and thousands of objects."""
    count = 20_000
    rows = [f"E  {i} -1  {i}  0.25  4 1 0.5  3 0 0 5 2 1  {ZERO5}" for i in range(count)]
    text = HOUSE.replace("1 2 3 1 2 4 3 3 2  2", f"1 2 3 1 {count} 4 3 3 2  2").split("E  0")[0] + "\n".join(rows)
    assert read(text) == OBJECTS
    assert np.array_equal(sorted(read(text)), range(4))
