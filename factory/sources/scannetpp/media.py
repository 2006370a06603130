"""Images and depth by URI: files, frames of a video, frames of `depth.bin`, undistorted where the URI says so."""

import re
import threading
from collections.abc import Callable

import numpy as np

from factory.errors import DataError
from factory.sources.depth_files import decode_depth, millimetre_png
from factory.sources.images import encode_depth_png
from factory.sources.scannetpp.depth_bin import DepthBin, read_depth_bin
from factory.sources.scannetpp.layout import UNDISTORT
from factory.sources.undistort import Lens, encode_jpeg, undistort_colour, undistort_depth, undistort_pixels
from factory.sources.video import VideoReader
from factory.store.storage import Storage

_URI = re.compile(
    rf"(?P<path>(?P<scene>[^#]+?)/(?:iphone|dslr)/[^#]+)(?:#(?:frame=(?P<number>\d+))?&?(?P<mark>{UNDISTORT})?)?"
)
_SUFFIXES = {".jpg": ".jpg", ".jpeg": ".jpg", ".png": ".png"}
_VIDEO_SUFFIXES = (".mkv", ".mp4")


class MediaReader:
    """Reads the media of all scenes below a root; the container that was read last stays open.

    lens_of : the lens of a scene's images, by the scene's folder, which is asked where a URI wants them undistorted.
    """

    def __init__(self, root: Storage, lens_of: Callable[[str], Lens]) -> None:
        self._root, self._lens_of = root, lens_of
        self._lock = threading.Lock()
        self._video: tuple[tuple[str, int, str], VideoReader] | None = None
        self._depth_bin: tuple[tuple[str, int, str], DepthBin] | None = None

    def read(self, uri: str) -> tuple[bytes, str]:
        """The encoded image and its suffix; depth is a 16-bit PNG [mm]. Raises DataError for what is not there."""
        match = _URI.fullmatch(uri)
        if match is None:
            raise DataError(f"{uri}: expected an image, or a frame of a video or of depth.bin, below iphone/ or dslr/")
        path, number = match["path"], int(match["number"] or 0)
        suffix = path[path.rfind(".") :].lower()
        try:
            lens = self._lens_of(match["scene"]) if match["mark"] else None
            if suffix == ".bin":
                return _depth_png(self._open_depth(path).frame(self._root, number), lens), ".png"
            if suffix in _VIDEO_SUFFIXES:
                with self._lock:  # a decoder has one place in its file
                    pixels = self._open_video(path).frame(number)
                return encode_jpeg(pixels if lens is None else undistort_pixels(pixels, lens)), ".jpg"
            data = self._root.read_bytes(path)
        except FileNotFoundError:
            raise DataError(
                f"{uri}: no such file under {self._root.url}; give the --input that was built from"
            ) from None
        if suffix not in _SUFFIXES:
            raise DataError(f"{uri}: expected an image (.jpg, .png), a video (.mkv, .mp4) or depth.bin")
        if path.rpartition("/")[0].endswith("/depth"):
            png = millimetre_png(data, 1000.0, path)
            return png if lens is None else _depth_png(decode_depth(png, path), lens), ".png"
        return (data, _SUFFIXES[suffix]) if lens is None else undistort_colour(data, lens, path)

    def _open_video(self, path: str) -> VideoReader:
        state = (path, *self._root.stat(path))
        if self._video is None or self._video[0] != state:
            if self._video is not None:
                self._video[1].close()
            self._video = (state, VideoReader(self._root, path))
        return self._video[1]

    def _open_depth(self, path: str) -> DepthBin:
        state = (path, *self._root.stat(path))
        if self._depth_bin is None or self._depth_bin[0] != state:
            self._depth_bin = (state, read_depth_bin(self._root, path))
        return self._depth_bin[1]


def _depth_png(depth_mm: np.ndarray, lens: Lens | None) -> bytes:
    return encode_depth_png(depth_mm if lens is None else undistort_depth(depth_mm, lens))
