"""Frames in `.sens` streams and in flat exports."""

import io
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from factory.errors import DataError
from factory.sources.scannet.source import ScanNetSource
from factory.store.storage import Storage
from tests.sources.scannet.tiny_scannet import (
    COLOR_INTRINSICS,
    COLOR_SIZE,
    DEPTH_INTRINSICS,
    DEPTH_SIZE,
    FRAMES,
    SCENE,
    WORLD_FROM_CAMERA,
    TinyScene,
    load,
    write_tiny_scene,
)


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


@pytest.mark.parametrize("version", [3, 4])
def test_stream(tmp_path: Path, version: int) -> None:
    scene = TinyScene()
    scene.write_annotated_mesh(tmp_path / SCENE)
    scene.write_stream(tmp_path / SCENE, version=version)
    source = ScanNetSource(Storage(tmp_path))
    loaded = source.load(SCENE)
    assert loaded.rejected == {}
    assert [f.frame_id for f in loaded.frames] == ["0", "1", "2", "3"]
    for frame, number in zip(loaded.frames, FRAMES, strict=True):
        assert frame.image == f"{SCENE}/{SCENE}.sens#frame={frame.index}"
        assert frame.depth == f"{SCENE}/{SCENE}.sens#depth={frame.index}"
        assert (frame.width, frame.height) == COLOR_SIZE
        np.testing.assert_allclose(frame.intrinsics, COLOR_INTRINSICS, rtol=1e-6)
        np.testing.assert_allclose(frame.world_from_camera, WORLD_FROM_CAMERA[number], atol=1e-5)
        assert source.read_media(frame.image) == (scene.color(number), ".jpg")
        depth, suffix = source.read_media(frame.depth)
        assert suffix == ".png" and pixels(depth).dtype == np.uint16
        np.testing.assert_array_equal(pixels(depth), scene.depth(number))


def test_stream_codecs(tmp_path: Path) -> None:
    scene = TinyScene()
    scene.write_annotated_mesh(tmp_path / SCENE)
    source = ScanNetSource(Storage(tmp_path))
    raw = np.asarray(Image.open(io.BytesIO(scene.color(0, kind="PNG"))))
    for compression, encoded in ((0, raw.tobytes()), (1, scene.color(0, kind="PNG"))):
        scene.color = lambda number, encoded=encoded: encoded
        scene.write_stream(tmp_path / SCENE, color_compression=compression, depth_compression=0, depth_shift=4000.0)
        frame = source.load(SCENE).frames[0]
        data, suffix = source.read_media(frame.image)
        assert suffix == ".png"
        np.testing.assert_array_equal(pixels(data), raw)
        # Quarters of a millimetre become millimetres.
        depth = pixels(source.read_media(frame.depth)[0])
        np.testing.assert_array_equal(depth, np.rint(scene.depth(0) / 4.0))


def test_stream_with_depth_of_an_unknown_codec_has_colour_only(tmp_path: Path) -> None:
    scene = TinyScene()
    scene.write_annotated_mesh(tmp_path / SCENE)
    scene.write_stream(tmp_path / SCENE, depth_compression=2)
    source = ScanNetSource(Storage(tmp_path))
    frame = source.load(SCENE).frames[0]
    assert frame.depth is None and source.read_media(frame.image) == (scene.color(0), ".jpg")
    with pytest.raises(DataError, match="depth compression 2"):
        source.read_media(f"{SCENE}/{SCENE}.sens#depth=0")


def test_stream_of_resized_images(tmp_path: Path) -> None:
    """The header describes the recording; the images in the stream say what they are."""
    scene = TinyScene()
    original = scene.color
    scene.color = lambda number: original(number, (48, 36))
    scene.write_annotated_mesh(tmp_path / SCENE)
    scene.write_stream(tmp_path / SCENE)
    frame = load(tmp_path).frames[0]
    assert (frame.width, frame.height) == DEPTH_SIZE
    np.testing.assert_allclose(frame.intrinsics, DEPTH_INTRINSICS, rtol=1e-6)


def test_stream_rejects_by_reason_and_keeps_numbers(tmp_path: Path) -> None:
    scene = TinyScene()
    scene.raw_from_camera[2] = np.full((4, 4), -np.inf)
    scene.write_annotated_mesh(tmp_path / SCENE)
    scene.write_stream(tmp_path / SCENE)
    path = tmp_path / SCENE / f"{SCENE}.sens"
    path.write_bytes(path.read_bytes()[: -(8 + 128 + 40)])  # the last frame loses its end
    loaded = load(tmp_path)
    assert [f.frame_id for f in loaded.frames] == ["0", "2"]
    assert loaded.rejected == {"frame: pose not finite": 1, "frame: the stream ends before it": 1}


def test_flat_export(tmp_path: Path) -> None:
    scene = TinyScene()
    scene.write_annotated_mesh(tmp_path / SCENE)
    scene.write_flat_export(tmp_path / SCENE)
    source = ScanNetSource(Storage(tmp_path))
    frames = source.load(SCENE).frames
    assert [f.frame_id for f in frames] == [str(n) for n in FRAMES]
    np.testing.assert_allclose(frames[0].intrinsics, COLOR_INTRINSICS)
    np.testing.assert_allclose(frames[3].world_from_camera, WORLD_FROM_CAMERA[25], atol=5e-6)
    depth, suffix = source.read_media(frames[3].depth)
    assert frames[3].depth.endswith("frame-000025.depth.pgm") and suffix == ".png"
    np.testing.assert_array_equal(pixels(depth), scene.depth(25))


def test_export_comes_before_the_stream_unless_it_lacks_poses(tmp_path: Path) -> None:
    folder = write_tiny_scene(tmp_path)
    TinyScene().write_stream(folder)
    assert load(tmp_path).frames[0].image.endswith("color/0.jpg")
    shutil.rmtree(folder / "pose")
    assert load(tmp_path).frames[0].image.endswith(".sens#frame=0")


@pytest.mark.parametrize(
    "uri",
    [
        f"{SCENE}/color/77.jpg",
        f"{SCENE}/{SCENE}.sens#frame=4",
        f"{SCENE}/{SCENE}.sens#frame=99999999999",
        f"{SCENE}/absent.sens#frame=0",
        f"{SCENE}/{SCENE}.txt",
        f"{SCENE}/color",
        "",
    ],
)
def test_media_that_are_not_there(tmp_path: Path, uri: str) -> None:
    folder = write_tiny_scene(tmp_path)
    TinyScene().write_stream(folder)
    with pytest.raises(DataError, match=r"no such file|expected an image|has 4 frames"):
        ScanNetSource(Storage(tmp_path)).read_media(uri)


def test_stream_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    folder, scene = write_tiny_scene(tmp_path), TinyScene()
    scene.write_stream(folder)
    source = ScanNetSource(Storage(tmp_path))
    uri = f"{SCENE}/{SCENE}.sens#frame=0"
    assert source.read_media(uri)[0] == scene.color(0)
    scene.color = lambda number: b"\xff\xd8 other bytes"
    scene.write_stream(folder)
    assert source.read_media(uri)[0] == b"\xff\xd8 other bytes"
