"""Folders, archives, both, and buckets."""

import shutil
import zipfile
from pathlib import Path

import fsspec
import pytest

from factory.errors import DataError
from tests.sources.structured3d.reading import content_of, digests, load, source_of, without_uris
from tests.sources.structured3d.tiny_house import (
    ARCHIVES,
    SCENE,
    TinyHouse,
    deliver,
    pack,
)


def test_archives_and_folders_give_the_same_house(house: Path, tmp_path: Path) -> None:
    folders = load(house)
    archives = load(deliver(TinyHouse(), tmp_path / "archives"))
    assert sorted(path.name for path in (tmp_path / "archives").iterdir()) == sorted(ARCHIVES)
    assert without_uris(archives) == without_uris(folders)
    frame = archives.frames[1]
    inside = f"Structured3D_perspective_full_00.zip!/Structured3D/{SCENE}/2D_rendering/9001/perspective/full/2"
    assert frame.depth == f"{inside}/depth.png"
    for mine, theirs in zip(archives.frames, folders.frames, strict=True):
        for kind in ("image", "depth", "instances"):
            read = [
                source_of(root).read_media(getattr(f, kind))
                for root, f in ((tmp_path / "archives", mine), (house, theirs))
            ]
            assert read[0] == read[1]


def test_the_folder_structured3d_may_be_the_root(house: Path) -> None:
    assert without_uris(load(house / "Structured3D")) == without_uris(load(house))
    assert load(house / "Structured3D").frames[0].image.startswith(f"{SCENE}/2D_rendering/17/")
    assert source_of(house / "Structured3D").list_scenes() == [SCENE]


@pytest.mark.parametrize("left", sorted(ARCHIVES))
def test_a_house_may_lie_in_folders_and_archives(house: Path, left: str) -> None:
    expected = without_uris(load(house))
    pack(house, house, {name: pattern for name, pattern in ARCHIVES.items() if name != left})
    assert source_of(house).list_scenes() == [SCENE]
    assert without_uris(load(house)) == expected


def test_names_of_archives_do_not_matter_and_other_archives_are_passed_over(tmp_path: Path) -> None:
    root = deliver(TinyHouse(), tmp_path / "root")
    for i, path in enumerate(sorted(root.glob("*.zip"))):
        path.rename(root / f"part {i}.ZIP")
    with zipfile.ZipFile(root / "photos.zip", "w") as archive:
        archive.writestr("photos/scene_00099/bbox_3d.json", "[]")
    assert source_of(root).list_scenes() == [SCENE]
    assert len(load(root).frames) == 3


def test_the_same_views_in_two_archives_are_taken_once(tmp_path: Path) -> None:
    root = deliver(TinyHouse(), tmp_path)
    expected, before = content_of(load(root)), digests(root)
    shutil.copy(root / "Structured3D_perspective_full_00.zip", root / "Structured3D_perspective_full_01.zip")
    assert source_of(root).list_scenes() == [SCENE]
    assert content_of(load(root)) == expected
    assert digests(root) == before


@pytest.mark.parametrize("other", ["archive", "folder"])
def test_two_contents_of_one_file_are_an_error_that_names_both(tmp_path: Path, other: str) -> None:
    root = deliver(TinyHouse(), tmp_path)
    before = digests(root)
    name = f"Structured3D/{SCENE}/bbox_3d.json"
    if other == "archive":
        with zipfile.ZipFile(root / "Structured3D_bbox_new.zip", "w") as archive:
            archive.writestr(name, "[] ")
    else:
        (root / name).parent.mkdir(parents=True)
        (root / name).write_text("[] ")
    with pytest.raises(DataError, match=r"Structured3D_bbox\.zip!/.*another content.*remove"):
        load(root)
    assert digests(root) != before


def test_houses_of_which_there_are_boxes_only_are_not_listed(house: Path) -> None:
    TinyHouse().write(house, "scene_00013")
    shutil.rmtree(house / "Structured3D/scene_00013/2D_rendering")
    with zipfile.ZipFile(house / "boxes.zip", "w") as archive:
        archive.writestr("Structured3D/scene_00014/bbox_3d.json", "[]")
        archive.writestr("Structured3D/scene_00014/2D_rendering/1/panorama/full/depth.png", "")
        archive.writestr("Structured3D/scene_00014/2D_rendering/1/perspective/empty/0/depth.png", "")
    (house / "scene_00015").mkdir()
    (house / "scene_16").mkdir()
    assert source_of(house).list_scenes() == [SCENE]


def test_a_root_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder; give the folder that holds Structured3D"):
        source_of(tmp_path / "none").list_scenes()


def test_houses_in_a_bucket_are_the_same_as_on_a_disk(tmp_path: Path, s3_endpoint: str) -> None:
    root = deliver(TinyHouse(), tmp_path / "root")
    TinyHouse().write(root, "scene_00077")  # and one in folders
    fsspec.filesystem("s3").put(str(root), s3_endpoint, recursive=True)
    remote, local = source_of(s3_endpoint), source_of(root)
    assert remote.list_scenes() == local.list_scenes() == [SCENE, "scene_00077"]
    for scene_id in remote.list_scenes():
        scene = remote.load(scene_id)
        assert content_of(scene) == content_of(local.load(scene_id))
        assert digests(s3_endpoint, scene_id) == digests(root, scene_id)
        for frame in scene.frames:
            for uri in (frame.image, frame.depth, frame.instances):
                assert remote.read_media(uri) == local.read_media(uri)
