"""Images, depth maps and cameras of the frames that an export shows."""

import os
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from factory.errors import DataError
from factory.exports.spar_places import FramePlace
from factory.sources.base import Source
from schemas.records import ViewRecord

ImageMode = Literal["link", "copy", "none"]

_LINKABLE = (".jpg", ".jpeg", ".png")


class SparMedia:
    """Places media files below `spar/<source>/images`.

    mode : `link` (symbolic links to the files of the input), `copy` (the encoded bytes, frames inside containers
    included) or `none`; input_roots : the local folders of the inputs by source, without those that are remote;
    source : opens a data set over its input.
    """

    def __init__(self, mode: ImageMode, input_roots: Mapping[str, Path], source: Callable[[str], Source]) -> None:
        self.mode = mode
        self._input_roots = input_roots
        self._source = source

    def place(self, dataset: str, uri: str, target: Path, final: Path) -> None:
        """Copies or links the file behind a URI to `target`, which will be moved to `final` later."""
        if self.mode == "none":
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        if self.mode == "copy":
            target.write_bytes(self.read(dataset, uri))
        else:
            target.symlink_to(self._link_target(dataset, uri, final))

    def read(self, dataset: str, uri: str) -> bytes:
        """The encoded bytes of an image or depth map."""
        return self._source(dataset).read_media(uri)[0]

    def _link_target(self, dataset: str, uri: str, final: Path) -> str:
        if "#" in uri or "!/" in uri or not uri.lower().endswith(_LINKABLE):
            raise DataError(f"{uri}: not an image file that can be linked; export with --images copy")
        if dataset not in self._input_roots:
            raise DataError(f"{uri}: the input is not a local folder; export with --images copy")
        path = self._input_roots[dataset].resolve() / uri
        if not path.is_file():
            raise DataError(f"{path}: no such file; give --input as it was given to the build")
        existing = next(folder for folder in final.parents if folder.exists())
        if path.stat().st_dev == existing.stat().st_dev:
            return os.path.relpath(path, final.parent)
        return str(path)


def write_cameras(
    views: list[ViewRecord], places: list[FramePlace], images: Path, scene: str, depth_png: bytes | None
) -> None:
    """Writes the pose of each view (`world_from_camera` as the lake has it) to its place, and `intrinsic/` of a scene.

    depth_png : a depth map of the scene, whose size gives the depth camera: the same rays, other pixels.
    """
    cameras = np.unique([[*view.intrinsics, view.width, view.height] for view in views], axis=0)
    if len(cameras) != 1:
        raise DataError(
            f"{views[0].source}/{views[0].scene_id}: its frames have {len(cameras)} different cameras, an RGBD export "
            "names one per scene; export without --rgbd"
        )
    for view, place in zip(views, places, strict=True):
        (images / place.pose).parent.mkdir(parents=True, exist_ok=True)
        _save_matrix(images / place.pose, np.reshape(view.world_from_camera, (4, 4)))
    folder = images / scene / "intrinsic"
    folder.mkdir()
    color = np.reshape(cameras[0, :9], (3, 3))
    _save_intrinsics(folder / "intrinsic_color.txt", color)
    if depth_png is not None:
        scale = np.array(Image.open(BytesIO(depth_png)).size) / cameras[0, 9:]
        depth = color.copy()
        depth[:2] *= scale[:, None]
        depth[:2, 2] = (color[:2, 2] + 0.5) * scale - 0.5
        _save_intrinsics(folder / "intrinsic_depth.txt", depth)


def _save_intrinsics(path: Path, intrinsics: np.ndarray) -> None:
    matrix = np.eye(4)
    matrix[:3, :3] = intrinsics
    _save_matrix(path, matrix)


def _save_matrix(path: Path, matrix: np.ndarray) -> None:
    np.savetxt(path, matrix, fmt="%.8f")
