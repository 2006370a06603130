"""The DSLR stream: `dslr/`, fisheye photographs.

The undistorted images of the release are used where they are there (with `transforms_undistorted.json`, which has
their camera); else the fisheye images are undistorted when they are read (`....JPG#undistort`), by its rule. Cameras
are COLMAP's, whose world is that of the mesh, or else those of `nerfstudio/transforms.json`. Images of the test list
may be withheld. Masks of what was made anonymous (`resized_anon_masks`) are not used.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from factory.errors import DataError
from factory.sources.base import FileHasher
from factory.sources.colmap import read_cameras, read_images
from factory.sources.frames import EMPTY_COLOR, UNREADABLE_COLOR, common_size, told
from factory.sources.images import read_image_size
from factory.sources.scannetpp.layout import BAD, NO_COLOR, NO_POSE, UNDISTORT, Folder, intrinsics_of
from factory.sources.scannetpp.nerfstudio import Transforms, read_transforms
from factory.sources.segments import parse_json
from factory.sources.undistort import Lens
from schemas.scene import Frame

WITHHELD = "frame: image of the test list, withheld"

_IMAGE = re.compile(r"[^.].*\.(?:jpg|jpeg|png)", re.IGNORECASE)
_FISHEYE_IMAGES, _STRAIGHT_IMAGES = "resized_images", "resized_undistorted_images"
_STRAIGHT_TRANSFORMS, _TRANSFORMS = "transforms_undistorted.json", "transforms.json"
_LISTS = "train_test_lists.json"


@dataclass(frozen=True)
class DslrLens(Lens):
    """A lens whose undistorted images have their principal point in the middle, as the release makes them."""

    def pinhole(self) -> np.ndarray:
        """Intrinsics (3, 3) [px] of the undistorted images."""
        import cv2

        width, height = self.size
        if self.model != "OPENCV_FISHEYE":
            return super().pinhole()
        shifted = self.intrinsics + np.array([[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]])  # the rule takes COLMAP's numbers
        found = cv2.fisheye.estimateNewCameraMatrixForUndistortRectify(
            shifted, np.array(self.coefficients), self.size, np.eye(3), balance=0.0
        )
        # the middle of the image, which COLMAP writes as w/2, h/2
        return np.array([[found[0, 0], 0, (width - 1) / 2], [0, found[1, 1], (height - 1) / 2], [0, 0, 1]])


class DslrStream:
    """The DSLR's files of a scene. Raises DataError for damaged ones, only when they are needed."""

    def __init__(self, scene: Folder) -> None:
        self._folder = scene.below("dslr")
        self._colmap = self._folder.below("colmap")
        self._nerfstudio = self._folder.below("nerfstudio")

    def digests(self, hasher: FileHasher) -> dict[str, str]:
        """Cameras by content, images by path and size."""
        return {
            "cameras": self._colmap.content_digest("cameras.txt", hasher),
            "poses": self._colmap.content_digest("images.txt", hasher),
            "transforms": self._nerfstudio.content_digest(_TRANSFORMS, hasher),
            "transforms_undistorted": self._nerfstudio.content_digest(_STRAIGHT_TRANSFORMS, hasher),
            "lists": self._folder.content_digest(_LISTS, hasher),
            "color": self._images.sizes_digest(self._images.files(_IMAGE)),
        }

    def lens(self) -> Lens:
        """The camera of the fisheye images."""
        if self._colmap.has("cameras.txt"):
            path = self._colmap.file("cameras.txt")
            lenses = read_cameras(self._colmap.root.read_bytes(path), path)
            if len(lenses) != 1:
                raise DataError(f"{path}: expected the one camera of the DSLR, found {len(lenses)}; download it again")
            found = next(iter(lenses.values()))
        elif self._transforms is not None:
            found = self._transforms.lens
        else:
            raise self._neither("cameras.txt")
        return DslrLens(found.model, found.intrinsics, found.coefficients, found.size)

    def frames(self, counts: Counter[str]) -> list[Frame]:
        """The frames by name; why others were left out goes to `counts`. DSLR frames have no depth."""
        lens, mark = self._pinhole_images()
        cameras = self._cameras(counts)
        names = self._usable(cameras, counts)
        size, unreadable = common_size(
            len(names), lambda i: read_image_size(self._images.root, self._images.file(names[i])), self._images.path
        )
        counts[UNREADABLE_COLOR] += len(unreadable)
        matrix = intrinsics_of(lens, size, lens.pinhole() if mark else lens.intrinsics, self._images.path)
        return [
            Frame(
                frame_id=name.rpartition(".")[0],
                index=i,
                image=self._images.file(name) + mark,
                depth=None,
                width=size[0],
                height=size[1],
                intrinsics=matrix,
                world_from_camera=cameras[name],
            )
            for i, name in enumerate(names)
            if i not in unreadable
        ]

    # inside

    @cached_property
    def _is_straight(self) -> bool:
        """Whether the release's undistorted images are there, with their camera."""
        straight = self._folder.below(_STRAIGHT_IMAGES)
        return bool(straight.files(_IMAGE)) and self._nerfstudio.has(_STRAIGHT_TRANSFORMS)

    @cached_property
    def _images(self) -> Folder:
        return self._folder.below(_STRAIGHT_IMAGES if self._is_straight else _FISHEYE_IMAGES)

    def _pinhole_images(self) -> tuple[Lens, str]:
        """The camera of the images, and what their URIs say to have them undistorted."""
        if not self._is_straight:
            lens = self.lens()
            return lens, f"#{UNDISTORT}" if lens.model == "OPENCV_FISHEYE" or any(lens.coefficients) else ""
        lens = self._read_transforms(_STRAIGHT_TRANSFORMS).lens
        if lens.model == "OPENCV_FISHEYE" or any(lens.coefficients):
            path = self._nerfstudio.file(_STRAIGHT_TRANSFORMS)
            raise DataError(
                f"{path}: expected a camera without distortion, found {lens.coefficients}; download it again"
            )
        return lens, ""

    @cached_property
    def _transforms(self) -> Transforms | None:
        return self._read_transforms(_TRANSFORMS) if self._nerfstudio.has(_TRANSFORMS) else None

    def _read_transforms(self, name: str) -> Transforms:
        path = self._nerfstudio.file(name)
        return read_transforms(self._nerfstudio.root.read_bytes(path), path)

    def _cameras(self, counts: Counter[str]) -> dict[str, np.ndarray]:
        """`world_from_camera` (4, 4) by file name."""
        if self._colmap.has("images.txt"):
            path = self._colmap.file("images.txt")
            images = read_images(self._colmap.root.read_bytes(path), path, counts)
            return {image.name.rpartition("/")[2]: image.world_from_camera for image in images}
        if self._transforms is not None:
            return self._transforms.cameras(counts)
        raise self._neither("images.txt")

    def _neither(self, name: str) -> DataError:
        transforms = self._nerfstudio.file(_TRANSFORMS)
        return DataError(f"{self._colmap.file(name)}: missing, as {transforms} is; download either")

    def _usable(self, cameras: dict[str, np.ndarray], counts: Counter[str]) -> list[str]:
        images = self._images.files(_IMAGE)
        if not images:
            raise DataError(
                f"{self._images.path}: expected images DSC<n>.JPG, found none; download them, or the undistorted ones "
                f"with {self._nerfstudio.file(_STRAIGHT_TRANSFORMS)}"
            )
        tests = self._test_names()
        missing = cameras.keys() - images.keys()
        counts[WITHHELD] += len(missing & tests)
        counts[NO_COLOR] += len(missing - tests)
        counts[NO_POSE] += len(images.keys() - cameras.keys())
        bad = self._transforms.bad if self._transforms is not None else set[str]()
        names = []
        for name in sorted(images.keys() & cameras.keys()):
            if not images[name].size:
                counts[EMPTY_COLOR] += 1
            elif name in bad:
                counts[BAD] += 1
            else:
                names.append(name)
        if not names:
            raise DataError(f"{self._images.path}: no usable frame ({told(counts)}); download the scene again")
        return names

    def _test_names(self) -> set[str]:
        if not self._folder.has(_LISTS):
            return set()
        path = self._folder.file(_LISTS)
        parsed: Any = parse_json(self._folder.root.read_bytes(path), path)
        listed = parsed.get("test") if isinstance(parsed, dict) else None
        if not isinstance(listed, list):
            raise DataError(f"{path}: expected a list of names under test; download the file again, or remove it")
        return {name for name in listed if isinstance(name, str)}
