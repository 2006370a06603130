"""Frames of a video file, which may lie in a bucket: one after the other, as numbered from 0 by their order."""

import io
from typing import Any

import numpy as np

from factory.errors import DataError
from factory.sources.cameras import Size
from factory.store.storage import Storage


class VideoReader:
    """An open video. size : (width, height); frame_count : as its header tells, 0 where it does not.

    Seeking in a compressed video is not exact, so frames are decoded in order and frames before the current one begin
    it anew: ask in order. Raises DataError for a file that is no video.
    """

    def __init__(self, storage: Storage, path: str) -> None:
        self._storage, self._path = storage, path
        self._open()

    def _open(self) -> None:
        import cv2

        file: Any = self._storage.open(self._path)
        self._file: Any = file if isinstance(file, io.BufferedIOBase) else io.BufferedReader(file)
        self._capture = cv2.VideoCapture(self._file, cv2.CAP_FFMPEG, [])
        self._next = 0
        sides = [int(self._capture.get(p)) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)]
        if not self._capture.isOpened() or min(sides) <= 0:
            self.close()
            raise DataError(f"{self._path}: expected a video, found none that can be decoded; download the file again")
        self.size: Size = (sides[0], sides[1])
        self.frame_count = max(int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT)), 0)

    def frame(self, number: int) -> np.ndarray:
        """The colours (H, W, 3) uint8 of a frame. Raises DataError beyond the end."""
        if number < self._next - 1:  # the current one can be had again
            self.close()
            self._open()
        while self._next <= number:
            if not self._capture.grab():
                raise DataError(
                    f"{self._path}: it ends before frame {number}, after {self._next} frames; download the file again"
                )
            self._next += 1
        read, pixels = self._capture.retrieve()
        if not read:
            raise DataError(f"{self._path}: frame {number} cannot be decoded; download the file again")
        return np.ascontiguousarray(pixels[..., ::-1])  # OpenCV decodes to blue, green, red

    def close(self) -> None:
        """Frees decoder and file."""
        self._capture.release()
        self._file.close()
