"""Frames of videos, by their order."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from factory.errors import DataError
from factory.sources.video import VideoReader
from factory.store.storage import Storage

SIZE = (64, 48)


def picture(number: int) -> np.ndarray:
    """A picture (H, W, 3) that tells its number by where its light part ends."""
    pixels = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    pixels[:, : number + 10], pixels[10:20, 50:, 2] = 220, 200
    return pixels


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video")
    for name, codec in (("a.mkv", "FFV1"), ("a.mp4", "mp4v")):
        writer = cv2.VideoWriter(str(path / name), cv2.VideoWriter.fourcc(*codec), 60, SIZE)
        for number in range(40):
            writer.write(np.ascontiguousarray(picture(number)[..., ::-1]))
        writer.release()
    return path


def test_frames_in_any_order(folder: Path) -> None:
    video = VideoReader(Storage(folder), "a.mkv")
    assert (video.size, video.frame_count) == (SIZE, 40)
    for number in (0, 1, 7, 7, 39, 3, 38):
        np.testing.assert_array_equal(video.frame(number), picture(number))


def test_frames_of_a_lossy_video_keep_their_numbers(folder: Path) -> None:
    video = VideoReader(Storage(folder), "a.mp4")
    for number in (12, 30, 5):
        assert (video.frame(number)[:, :, 0].mean(axis=0) > 110).sum() == number + 10


def test_beyond_the_end(folder: Path) -> None:
    video = VideoReader(Storage(folder), "a.mkv")
    with pytest.raises(DataError, match=r"a.mkv: it ends before frame 40, after 40 frames"):
        video.frame(40)
    np.testing.assert_array_equal(video.frame(2), picture(2))


@pytest.mark.parametrize("data", [b"", b"no video " * 500])
def test_no_video(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "b.mkv").write_bytes(data)
    with pytest.raises(DataError, match=r"b.mkv: expected a video"):
        VideoReader(Storage(tmp_path), "b.mkv")


def test_a_video_in_a_bucket(folder: Path, s3_endpoint: str) -> None:
    bucket = Storage(f"{s3_endpoint}/videos")
    bucket.write_atomic("a.mkv", (folder / "a.mkv").read_bytes())
    np.testing.assert_array_equal(VideoReader(bucket, "a.mkv").frame(11), picture(11))
