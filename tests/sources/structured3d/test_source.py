"""What a house is: its views, things and splits."""

from pathlib import Path

import pytest

from factory.sources.registry import open_source
from factory.store.storage import Storage
from tests.sources.structured3d.reading import digests, load, source_of, write
from tests.sources.structured3d.tiny_house import (
    SCENE,
    SIZE,
    TinyHouse,
    tiny_plan,
)


def test_a_house_is_a_scene_and_the_furnished_views_of_all_its_rooms_are_its_frames(house: Path) -> None:
    source = open_source("structured3d", Storage(house))
    assert source.list_scenes() == [SCENE]
    assert source.room_of(SCENE) == SCENE
    scene = source.load(SCENE)
    assert (scene.source, scene.scene_id, scene.split, scene.mesh) == ("structured3d", SCENE, "train", None)
    # in the order of the numbers, not of the digits
    assert [(f.frame_id, f.index) for f in scene.frames] == [("17_0", 0), ("9001_2", 1), ("9001_10", 2)]
    folder = f"Structured3D/{SCENE}/2D_rendering/9001/perspective/full/2"
    frame = scene.frames[1]
    assert (frame.image, frame.depth, frame.instances) == (
        f"{folder}/rgb_rawlight.png",
        f"{folder}/depth.png",
        f"{folder}/instance.png",
    )
    assert (frame.width, frame.height) == SIZE


def test_rooms_without_perspective_views_are_normal(house: Path) -> None:
    (house / f"Structured3D/{SCENE}/2D_rendering/555/panorama").mkdir(parents=True)
    (house / f"Structured3D/{SCENE}/2D_rendering/556/perspective").mkdir(parents=True)
    assert [f.frame_id for f in load(house).frames] == ["17_0", "9001_2", "9001_10"]


def test_a_thing_seen_from_another_room_is_the_same_thing(house: Path) -> None:
    scene = load(house)
    assert [(o.object_id, o.label) for o in scene.objects] == [(0, "chair"), (812, "table")]
    table = scene.objects[1]
    assert (table.raw_label, table.is_structural, len(table.vertex_ids)) == ("table", False, 0)
    assert table.front is None  # axes of boxes do not tell it: in part of the releases they are those of other things


@pytest.mark.parametrize(
    ("number", "split"), [(0, "train"), (2999, "train"), (3000, "val"), (3249, "val"), (3250, "test"), (3499, "test")]
)
def test_splits_go_by_number(tmp_path: Path, number: int, split: str) -> None:
    scene_id = f"scene_{number:05d}"
    TinyHouse().write(tmp_path, scene_id)
    assert source_of(tmp_path).load(scene_id).split == split
    assert digests(tmp_path, scene_id)["split"] == split


def test_a_house_of_several_rooms_has_no_floor_of_its_own(house: Path) -> None:
    assert load(house).floor_polygon is None


def test_a_scene_of_one_room_has_its_floor(tmp_path: Path) -> None:
    plan = tiny_plan()
    plan["semantics"] = [entry for entry in plan["semantics"] if entry["ID"] != 17]
    assert load(write(tmp_path, plan=plan)).floor_polygon == [0, 0, 4, 0, 4, 4, 0, 4]


def test_a_missing_or_damaged_plan_is_counted_and_no_more(tmp_path: Path) -> None:
    without = load(write(tmp_path / "a", plan=None))
    assert without.rejected == {"object: in no view": 1, "room: no annotation": 1} and without.floor_polygon is None
    damaged = load(write(tmp_path / "b", plan={"junctions": []}))
    assert damaged.rejected == {"object: in no view": 1, "room: annotation damaged": 1}
