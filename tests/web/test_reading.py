"""Pictures are found again in the input that they came from."""

import pickle
from dataclasses import dataclass
from pathlib import Path

import pytest

from factory.errors import DataError
from factory.web.reading import PictureReader
from tests.web.painted_pictures import write_pictures


@dataclass
class Place:
    source: str
    image: str
    scene_id: str | None


def test_pictures_of_the_web_and_of_scenes(procedural_scans: Path, tmp_path: Path) -> None:
    photos = write_pictures(tmp_path / "photos", 2)
    reader = PictureReader({"photos": str(photos), "scannet": str(procedural_scans)})
    reader = pickle.loads(pickle.dumps(reader))
    assert reader(Place("photos", "p1.png", None)) == (photos / "p1.png").read_bytes()
    frame = "scene0000_00/color/0.jpg"
    assert reader(Place("scannet", frame, "scene0000_00")) == (procedural_scans / frame).read_bytes()
    with pytest.raises((DataError, FileNotFoundError)):
        reader(Place("photos", "p9.png", None))
