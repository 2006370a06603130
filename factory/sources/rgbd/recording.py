"""What every layout of posed RGB-D frames comes down to."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from factory.sources.base import FileHasher
from factory.sources.rgbd.cameras import RecordedCamera
from factory.sources.rgbd.folder import SceneFolder

NO_COLOR, NO_POSE = "frame: no colour image", "frame: no pose"


@dataclass(frozen=True)
class PosedImage:
    """One image and where it was taken from.

    image, depth : files, relative to the scene's folder; camera : None where only `scene.json` can tell;
    world_from_camera : (4, 4), axes x right, y down, z forward, in the files' world and unit, not yet checked.
    """

    frame_id: str
    index: int
    image: str
    depth: str | None
    camera: RecordedCamera | None
    world_from_camera: np.ndarray


@dataclass(frozen=True)
class Recording:
    """The images of a scene in order. `described_in` is the file that tells the intrinsics, for messages;
    `depth_camera` where depth images have a calibration of their own; `left_out` counts frames by reason."""

    images: list[PosedImage]
    steps_per_metre: float
    described_in: str
    depth_camera: RecordedCamera | None = None
    left_out: Counter[str] = field(default_factory=Counter)


class Layout(Protocol):
    """One way to lay out posed RGB-D frames in a folder."""

    name: str

    def matches(self, folder: SceneFolder) -> bool:
        """Whether a folder is meant to be of this layout, complete or not."""

    def digests(self, folder: SceneFolder, hasher: FileHasher) -> dict[str, str]:
        """Poses and intrinsics by content, images by path and size; raises for nothing that is missing or broken."""

    def read(self, folder: SceneFolder) -> Recording:
        """The recording; images may still be missing. Raises DataError where it cannot be used."""
