"""Procedural homes on disk without a mesh: as a house of Structured3D, and as posed RGB-D images with boxes."""

from pathlib import Path
from typing import NamedTuple

from factory.sources.procedural.scene import build_scene
from factory.sources.procedural.writers.formats import FORMATS
from factory.sources.procedural.writers.rgbd import write_nerfstudio
from factory.store.lake import Lake
from factory.store.storage import Storage

SCENE_OF = {"structured3d": "scene_00000", "rgbd": "home0000"}


class Home(NamedTuple):
    """A home on disk: the source that reads it, its scene there, the folder of scans, and that of its lake."""

    source: str
    scene_id: str
    scans: Path
    root: Path

    @property
    def lake(self) -> Lake:
        return Lake(Storage(self.root))


def write_home(source: str, root: Path, **settings: int) -> Path:
    """Writes the home that the source can read below a folder."""
    small = {"faces": 12_000, "frame_count": 36, "width": 200, "height": 150, "rooms": 2}
    scene = build_scene(3, **{**small, **settings})
    if source == "structured3d":
        form = FORMATS[source]
        return form.write(form.prepare(scene), root, SCENE_OF[source])
    return write_nerfstudio(scene, root, SCENE_OF[source], mesh=False)
