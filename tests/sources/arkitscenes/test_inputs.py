"""The source as a part of the factory: layouts, resolutions, tables, digests, buckets, pickling."""

import io
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from factory.errors import DataError
from factory.sources.arkitscenes.source import ARKitScenesSource
from factory.sources.registry import open_source
from factory.store.hashing import CachedHasher
from factory.store.storage import Storage
from tests.sources.arkitscenes.tiny_capture import (
    IMAGES,
    INTRINSICS,
    POSED,
    VIDEO,
    TinyCapture,
    load,
    looking,
    picture,
    time_of,
    traj_line,
    write_tiny_capture,
)

# layouts


@pytest.mark.parametrize("above", ["", "Training", "Validation", "3dod/Training", "raw/Validation"])
@pytest.mark.parametrize("below", [f"{VIDEO}_frames", ""])
def test_layouts(tmp_path: Path, above: str, below: str) -> None:
    TinyCapture().write(tmp_path / above / VIDEO, below)
    source = open_source("arkitscenes", Storage(tmp_path))
    assert (source.name, source.version, source.list_scenes()) == ("arkitscenes", 1, [VIDEO])
    scene = source.load(VIDEO)
    assert len(scene.frames) == 4 and len(scene.objects) == 2
    assert scene.frames[0].image.startswith("/".join(part for part in (above, VIDEO, below) if part) + "/lowres_wide/")
    assert scene.split == ("val" if "Validation" in above else "train")


def test_captures_of_both_folds_and_data_sets(tmp_path: Path) -> None:
    write_tiny_capture(tmp_path, "Training", "41000002")
    write_tiny_capture(tmp_path, "Validation", "41000001")
    TinyCapture("41000003").write(tmp_path / "raw/Training/41000003", "")
    TinyCapture("41000002").write(tmp_path / "raw/Training/41000002", "")
    for stray in ("3dod/Training/.41000009.partial", "3dod/Training/notes", "laser_scanner_point_clouds/421380"):
        (tmp_path / stray).mkdir(parents=True)
    source = ARKitScenesSource(Storage(tmp_path))
    assert source.list_scenes() == ["41000001", "41000002", "41000003"]
    assert [source.load(video).split for video in source.list_scenes()] == ["val", "train", "train"]
    assert source.load("41000002").frames[0].image.startswith("3dod/")


def test_names_of_the_documentation(tmp_path: Path) -> None:
    """Older names: no video in front, as many decimals as the clock has, other folders."""
    capture = TinyCapture()
    frames = capture.write(tmp_path / VIDEO) / f"{VIDEO}_frames"
    (frames / "lowres_wide.traj").rename(frames / "color.traj")
    for old, new, name in (
        ("lowres_wide", "wide", "{:.8f}.png"),
        ("lowres_depth", "depth_densified", "{:.8f}.png"),
        ("lowres_wide_intrinsics", "color_intrinsics", "{:.4f}.pincam"),
    ):
        (frames / new).mkdir()
        for path in (frames / old).iterdir():
            time = START_OF[path.stem.partition("_")[2]]
            path.rename(frames / new / name.format(time + 0.0003))
        (frames / old).rmdir()
    scene = load(tmp_path)
    assert [frame.index for frame in scene.frames] == list(POSED)
    assert scene.frames[1].frame_id == f"{time_of(6) + 0.0003:.8f}"
    np.testing.assert_allclose(scene.frames[1].world_from_camera, capture.cameras[6], atol=1e-9)
    np.testing.assert_array_equal(scene.frames[1].intrinsics, INTRINSICS)
    assert all(frame.depth for frame in scene.frames)


START_OF = {f"{time_of(i):.3f}": time_of(i) for i in range(IMAGES)}


def test_jpeg_images(tmp_path: Path) -> None:
    frames = TinyCapture().write(tmp_path / VIDEO) / f"{VIDEO}_frames"
    for path in list((frames / "lowres_wide").iterdir()):
        Image.open(path).save(path.with_suffix(".jpg"))
        path.unlink()
    scene, source = load(tmp_path), ARKitScenesSource(Storage(tmp_path))
    image, suffix = source.read_media(scene.frames[0].image)
    assert suffix == ".jpg" and Image.open(io.BytesIO(image)).size == (8, 6)
    turned, suffix = source.read_media(f"{scene.frames[0].image}#rotate=90")
    assert suffix == ".png" and Image.open(io.BytesIO(turned)).size == (6, 8)


# resolutions


def long_capture(frames: Path, posed: int) -> TinyCapture:
    """A capture whose lowres images have as many poses, one for every third image."""
    capture = TinyCapture()
    capture.cameras = {3 * i: looking((0.2, 0.1, 0.3 + 0.01 * i), (2, 1, 0)) for i in range(posed)}
    capture.write_frames(frames)
    shutil.rmtree(frames / "lowres_wide")
    shutil.rmtree(frames / "lowres_wide_intrinsics")
    capture.write_images(frames, "lowres_wide", range(3 * posed), (8, 6), {})
    return capture


@pytest.mark.parametrize(
    ("wide", "vga", "chosen"),
    [(32, 33, "wide"), (31, 33, "vga_wide"), (31, 20, "lowres_wide"), (0, 40, "vga_wide"), (0, 0, "lowres_wide")],
)
def test_sharper_images_come_first_where_enough_have_a_pose(tmp_path: Path, wide: int, vga: int, chosen: str) -> None:
    TinyCapture().write(tmp_path / VIDEO, "")
    for name in ("lowres_wide", "lowres_wide_intrinsics", "lowres_depth"):
        shutil.rmtree(tmp_path / VIDEO / name)
    capture = long_capture(tmp_path / VIDEO, 40)
    pincams = {3 * i: "16 12 15 14.5 7.3 5.9" for i in range(40)}
    if wide:  # its intrinsics are not there: those of lowres_wide are of the same camera
        capture.write_images(tmp_path / VIDEO, "wide", range(0, 3 * wide, 3), (32, 24), None)
    if vga:
        capture.write_images(tmp_path / VIDEO, "vga_wide", range(0, 3 * vga, 3), (16, 12), pincams)
    scene, source = load(tmp_path), ARKitScenesSource(Storage(tmp_path))
    scale = {"wide": 4, "vga_wide": 2, "lowres_wide": 1}[chosen]
    frame = scene.frames[5]
    assert f"/{chosen}/" in frame.image and (frame.width, frame.height) == (8 * scale, 6 * scale)
    np.testing.assert_allclose(frame.intrinsics[0], [7.5 * scale, 0, 3.9 * scale - 0.5], atol=1e-12)
    np.testing.assert_allclose(frame.intrinsics[1], [0, 7.25 * scale, 3.2 * scale - 0.5], atol=1e-12)
    image, _ = source.read_media(frame.image)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(image))), picture(15, (8 * scale, 6 * scale)))
    np.testing.assert_allclose(frame.world_from_camera, capture.cameras[15], atol=1e-9)
    assert "lowres_depth" in frame.depth


def test_of_too_few_images_those_of_which_most_have_a_pose(tmp_path: Path) -> None:
    frames = TinyCapture().write(tmp_path / VIDEO, "")
    TinyCapture().write_images(frames, "wide", range(0, 7, 6), (32, 24), None)
    assert "/lowres_wide/" in load(tmp_path).frames[0].image
    TinyCapture().write_images(frames, "vga_wide", range(IMAGES), (16, 12), None)
    assert "/vga_wide/" in load(tmp_path).frames[0].image


# tables


def tables(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)


SPLITS = """video_id,visit_id,fold
41000001,420001,Training
41000002,420001,Validation
41000003,NA,Training
41000004,NA,Validation
41000005,420002.0,Training
41000006.0,420002,Training
"""


@pytest.mark.parametrize("place", ["captures", "captures/3dod", "."])
@pytest.mark.parametrize("name", ["3dod_train_val_splits", "raw_train_val_splits", "metadata"])
def test_rooms_and_splits_come_from_the_tables(tmp_path: Path, place: str, name: str) -> None:
    tables(tmp_path / place, **{name: SPLITS})
    (tmp_path / "captures").mkdir(exist_ok=True)
    source = ARKitScenesSource(Storage(tmp_path / "captures"))
    videos = [f"4100000{i}" for i in range(8)]
    assert [source.room_of(video) for video in videos] == [
        "41000000", "420001", "420001", "41000003", "41000004", "420002", "420002", "41000007"
    ]  # fmt: skip
    hasher = CachedHasher(Storage(tmp_path / "captures"))
    assert [source.input_digests(video, hasher)["split"] for video in videos] == [
        "train", "val", "val", "train", "val", "train", "train", "train"
    ]  # fmt: skip


def test_a_capture_of_the_held_out_folder_without_tables(tmp_path: Path) -> None:
    write_tiny_capture(tmp_path, "Validation")
    assert load(tmp_path).split == "val"
    assert load(tmp_path / "3dod").split == "val"
    assert load(tmp_path / "3dod" / "Validation").split == "train"  # nothing tells


def test_a_table_that_is_none(tmp_path: Path) -> None:
    write_tiny_capture(tmp_path)
    tables(tmp_path, metadata="<Error>AccessDenied</Error>\n")
    source = ARKitScenesSource(Storage(tmp_path))
    assert source.input_digests(VIDEO, CachedHasher(Storage(tmp_path)))["split"] == "unreadable"
    with pytest.raises(DataError, match=r"metadata\.csv: expected a csv file with a column video_id"):
        source.load(VIDEO)


# digests


def digests(root: Path, cache: Path | None = None) -> dict[str, str]:
    storage = Storage(root)
    hasher = CachedHasher(storage, cache)
    found = ARKitScenesSource(storage).input_digests(VIDEO, hasher)
    hasher.save()
    return found


def test_digests_follow_what_they_name(tmp_path: Path) -> None:
    root, cache = tmp_path / "captures", tmp_path / "digests.sqlite"
    folder = write_tiny_capture(root)
    frames = folder / f"{VIDEO}_frames"
    before = digests(root, cache)
    assert set(before) == {"mesh", "annotation", "poses", "images", "depth", "intrinsics", "split", "sky"}
    assert "missing" not in before.values() and digests(root, cache) == before

    def changed() -> set[str]:
        after = digests(root, cache)
        assert after == digests(root)  # with a cache and without
        return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}

    def name_of(place: int) -> str:
        return f"{VIDEO}_{time_of(place):.3f}"

    for path, expected in (
        (folder / f"{VIDEO}_3dod_mesh.ply", {"mesh"}),
        (folder / f"{VIDEO}_3dod_annotation.json", {"annotation"}),
        (frames / "lowres_wide_intrinsics" / f"{name_of(6)}.pincam", {"intrinsics"}),
        (frames / "lowres_wide_intrinsics" / f"{name_of(7)}.pincam", set()),  # of an image without a pose
        (frames / "lowres_wide" / f"{name_of(6)}.png", set()),  # bulk media count by path and size
        (frames / "lowres_depth" / f"{name_of(6)}.png", set()),
    ):
        original = path.read_bytes()
        edited = bytearray(original)
        edited[len(edited) // 2] ^= 1
        path.write_bytes(edited)
        assert changed() == expected, path
        path.write_bytes(original)
        assert changed() == set()
    for kind, expected in (("lowres_wide", {"images"}), ("lowres_depth", {"depth"})):
        path = frames / kind / f"{name_of(6)}.png"
        original = path.read_bytes()
        path.write_bytes(original + b" ")
        assert changed() == expected
        path.write_bytes(original)
    with (frames / "lowres_wide.traj").open("a") as file:
        file.write(traj_line(time_of(3), np.eye(4)))
    assert changed() == {"poses", "intrinsics"}
    (frames / "lowres_wide.traj").write_text("no pose\n")
    assert changed() == {"poses", "intrinsics", "images", "depth"}
    assert digests(root)["images"] == "unreadable"


def test_digests_of_the_tables_are_those_of_the_capture(tmp_path: Path) -> None:
    write_tiny_capture(tmp_path)
    before = digests(tmp_path)
    head = "video_id,visit_id,fold,sky_direction\n"
    tables(tmp_path, metadata=f"{head}1,NA,Training,Left\n")
    assert digests(tmp_path) == before
    tables(tmp_path, metadata=f"{head}{VIDEO},NA,Training,Left\n")
    assert digests(tmp_path) == before | {"sky": "1"}
    tables(tmp_path, metadata=f"{head}{VIDEO},1,Training,\n9,1,Validation,\n")
    assert digests(tmp_path) == before | {"split": "val"}


def test_digests_do_not_depend_on_the_place(tmp_path: Path) -> None:
    write_tiny_capture(tmp_path / "here")
    shutil.copytree(tmp_path / "here", tmp_path / "elsewhere" / "copy")
    assert digests(tmp_path / "here") == digests(tmp_path / "elsewhere" / "copy")


# buckets, processes


def test_bucket(s3_endpoint: str, tmp_path: Path) -> None:
    cameras = {i: looking((0.2, 0.1, 0.3), (2.0, 1.0, -0.6), 90) for i in POSED}
    TinyCapture(cameras=cameras).write(tmp_path / "3dod" / "Training" / VIDEO)
    tables(tmp_path / "3dod", metadata=f"video_id,visit_id,fold,sky_direction\n{VIDEO},7,Validation,Up\n")
    local, bucket = Storage(tmp_path), Storage(f"{s3_endpoint}/captures")
    for rel in local.find():
        bucket.write_atomic(rel, local.read_bytes(rel))
    here, there = ARKitScenesSource(local), ARKitScenesSource(bucket)
    assert there.list_scenes() == [VIDEO] and there.room_of(VIDEO) == "7"
    assert there.input_digests(VIDEO, CachedHasher(bucket)) == here.input_digests(VIDEO, CachedHasher(local))
    a, b = here.load(VIDEO), there.load(VIDEO)
    assert pickle.dumps(a) == pickle.dumps(b)
    for uri in (a.frames[2].image, a.frames[2].depth):
        assert "#rotate=90" in uri and there.read_media(uri) == here.read_media(uri)
    with pytest.raises(DataError, match="no such file"):
        there.read_media("3dod/nothing.png#rotate=90")


def test_source_pickles(tmp_path: Path) -> None:
    write_tiny_capture(tmp_path)
    source = ARKitScenesSource(Storage(tmp_path))
    scene = source.load(VIDEO)
    again = pickle.loads(pickle.dumps(source))
    assert len(pickle.dumps(source)) < 1000
    assert pickle.dumps(again.load(VIDEO)) == pickle.dumps(scene)
