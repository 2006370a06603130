"""Houses that cannot be used: the message names the file and says what to do."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from factory.errors import DataError
from tests.sources.structured3d.reading import digests, load, source_of
from tests.sources.structured3d.tiny_house import ARCHIVES, NOTHING, SCENE, SIZE, TinyHouse, pack, png


class Fault(NamedTuple):
    """apply : changes the folder of a house; words : what the message must hold."""

    apply: Callable[[Path], object]
    words: tuple[str, ...]


def _boxes(content: object) -> Callable[[Path], object]:
    return lambda house: (house / "bbox_3d.json").write_text(json.dumps(content))


def _each(pattern: str, change: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda house: [change(path) for path in sorted(house.glob(f"2D_rendering/*/perspective/full/{pattern}"))]


FAULTS = {
    "boxes missing": Fault(
        lambda house: (house / "bbox_3d.json").unlink(), ("bbox_3d.json", "missing", "download Structured3D_bbox.zip")
    ),
    "boxes cut off": Fault(
        lambda house: (house / "bbox_3d.json").write_text('[{"ID": 1'), ("bbox_3d.json", "damaged text", "download")
    ),
    "boxes empty": Fault(_boxes([]), ("bbox_3d.json", "a list of boxes", "download")),
    "boxes in words": Fault(_boxes({"a": 1}), ("bbox_3d.json", "a list of boxes", "download")),
    "boxes without numbers": Fault(_boxes([{"ID": 3}]), ("bbox_3d.json", "none of its 1 boxes", "download")),
    "views not downloaded": Fault(
        lambda house: shutil.rmtree(house / "2D_rendering"), ("perspective/full", "download", "01600 to 01799")
    ),
    "views without cameras": Fault(
        _each("*/camera_pose.txt", Path.unlink), ("no usable view", "no camera_pose.txt: 3", "download")
    ),
    "views of another house": Fault(
        _each("*/instance.png", lambda path: path.write_bytes(png(np.full(SIZE[::-1], 4321, np.uint16)))),
        ("has a box in bbox_3d.json", "download both again"),
    ),
    "nothing in the views": Fault(
        _each("*/instance.png", lambda path: path.write_bytes(png(np.full(SIZE[::-1], NOTHING, np.uint16)))),
        ("has a box in bbox_3d.json", "download both again"),
    ),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("delivery", ["folders", "archives"])
def test_a_house_that_cannot_be_used_is_refused(tmp_path: Path, name: str, delivery: str) -> None:
    fault = FAULTS[name]
    fault.apply(TinyHouse().write(tmp_path))
    if delivery == "archives":
        pack(tmp_path, tmp_path, ARCHIVES)
        shutil.rmtree(tmp_path / "Structured3D")
    with pytest.raises(DataError) as caught:
        load(tmp_path)
    for word in (SCENE, *fault.words):
        assert word in str(caught.value)
    assert "split" in digests(tmp_path)


@pytest.mark.parametrize("number", [1155, 1714, 1816, 3398, 1192, 1852])
def test_houses_on_the_list_of_errors_are_refused(tmp_path: Path, number: int) -> None:
    scene_id = f"scene_{number:05d}"
    TinyHouse().write(tmp_path, scene_id)
    assert source_of(tmp_path).list_scenes() == [scene_id]  # refused, and not left out in silence
    with pytest.raises(DataError, match=f"{scene_id}: .*list of errors.*leave it out"):
        source_of(tmp_path).load(scene_id)


def test_a_house_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"{SCENE}: no files of this scene"):
        load(tmp_path)


def test_an_archive_that_is_cut_off_is_named(tmp_path: Path) -> None:
    TinyHouse().write(tmp_path)
    pack(tmp_path, tmp_path, ARCHIVES)
    views = tmp_path / "Structured3D_perspective_full_00.zip"
    views.write_bytes(views.read_bytes()[:-100])
    for ask in (source_of(tmp_path).list_scenes, lambda: load(tmp_path)):
        with pytest.raises(DataError, match=r"Structured3D_perspective_full_00\.zip: .*download it again"):
            ask()
    assert "split" in digests(tmp_path)


def test_a_damaged_file_in_an_archive_costs_its_view(tmp_path: Path) -> None:
    TinyHouse().write(tmp_path)
    pack(tmp_path, tmp_path, ARCHIVES)
    path = tmp_path / "Structured3D_perspective_full_00.zip"
    data = bytearray(path.read_bytes())
    name = f"Structured3D/{SCENE}/2D_rendering/17/perspective/full/0/depth.png".encode()
    data[data.index(name) + len(name) + 60] ^= 0xFF
    path.write_bytes(data)
    scene = load(tmp_path)
    assert [f.frame_id for f in scene.frames] == ["9001_2", "9001_10"]
    assert scene.rejected["frame: depth.png unreadable"] == 1
    uri = f"{path.name}!/{name.decode()}"
    with pytest.raises(DataError, match="download the archive again") as caught:
        source_of(tmp_path).read_media(uri)
    assert str(caught.value).startswith(uri)


def test_a_damaged_plan_in_an_archive_costs_the_plan(tmp_path: Path) -> None:
    TinyHouse().write(tmp_path)
    pack(tmp_path, tmp_path, ARCHIVES)
    path = tmp_path / "Structured3D_annotation_3d.zip"
    data = bytearray(path.read_bytes())
    data[100] ^= 0xFF
    path.write_bytes(data)
    scene = load(tmp_path)
    assert len(scene.frames) == 3 and scene.rejected["room: annotation damaged"] == 1
