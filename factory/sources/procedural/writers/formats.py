"""The formats in which a procedural scene can be put on disk, by the name of the source that reads each."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from factory.geometry.transforms import inverse
from factory.sources.procedural.scene import ProceduralScene
from factory.sources.procedural.stations import filmed_from, stations
from factory.sources.procedural.writers.arkitscenes import (
    fold_of,
    world_of_arkitscenes,
    write_arkitscenes,
    write_arkitscenes_tables,
)
from factory.sources.procedural.writers.matterport3d import write_matterport3d, write_scene_lists
from factory.sources.procedural.writers.rgbd import write_nerfstudio
from factory.sources.procedural.writers.rxr import write_rxr
from factory.sources.procedural.writers.scannet import write_scannet, write_splits
from factory.sources.procedural.writers.scannet_labels import write_label_table
from factory.sources.procedural.writers.scannetpp import (
    world_of_scannetpp,
    write_scannetpp,
    write_scannetpp_splits,
)
from factory.sources.procedural.writers.structured3d import TOP, for_structured3d, write_structured3d
from factory.tasks.rng import rng_for

Array = np.ndarray

_WALKS = 8  # with instructions, through each building


class Format(NamedTuple):
    """How scenes of a format are written.

    scene_id : of the scene of a number; folder : where it lies below the root; write : scene, root, id -> its folder;
    write_tables : what belongs to all scenes, given their ids; prepare : the scene as the format can hold it;
    file_from_world : (4, 4), where the format's own world lies, as far as the source does not undo it;
    appends : scenes add to files that they share, so that they are written one at a time.
    """

    scene_id: Callable[[int], str]
    folder: Callable[[str], str]
    write: Callable[[ProceduralScene, Path, str], Path]
    write_tables: Callable[[Path, list[str]], None]
    prepare: Callable[[ProceduralScene], ProceduralScene] = lambda scene: scene
    file_from_world: Callable[[ProceduralScene], Array] = lambda scene: np.eye(4)
    appends: bool = False


def _scannet_tables(root: Path, scene_ids: list[str]) -> None:
    write_label_table(root)
    write_splits(root, scene_ids)


def _five_letters(number: int) -> str:
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz"
    return "".join(letters[i] for i in rng_for(number, "procedural", "scan name").integers(0, len(letters), 5))


def _from_stations(scene: ProceduralScene) -> ProceduralScene:
    return filmed_from(scene, stations(scene))


def _write_walks(scene: ProceduralScene, root: Path, scan_id: str) -> Path:
    folder = write_matterport3d(scene, root, scan_id)
    write_rxr(scene, root, scan_id, walks=_WALKS, first_id=1 + _WALKS * int(scan_id[-6:]))
    return folder


_MATTERPORT3D = Format(
    scene_id=lambda number: f"{_five_letters(number)}{number:06d}",
    folder=lambda scan_id: scan_id,
    write=lambda scene, root, scan_id: write_matterport3d(scene, root, scan_id),
    write_tables=write_scene_lists,
    prepare=_from_stations,
)

FORMATS: dict[str, Format] = {
    "scannet": Format(
        scene_id=lambda number: f"scene{number:04d}_00",
        folder=lambda scene_id: scene_id,
        write=write_scannet,
        write_tables=_scannet_tables,
    ),
    "scannetpp": Format(
        scene_id=lambda number: f"{number:010x}",
        folder=lambda scene_id: f"data/{scene_id}",
        write=lambda scene, root, scene_id: write_scannetpp(scene, root, scene_id),
        write_tables=write_scannetpp_splits,
        file_from_world=world_of_scannetpp,
    ),
    "structured3d": Format(
        scene_id=lambda number: f"scene_{number:05d}",
        folder=lambda scene_id: f"{TOP}/{scene_id}",
        write=write_structured3d,
        write_tables=lambda root, scene_ids: None,  # splits go by number
        prepare=for_structured3d,
    ),
    "matterport3d": _MATTERPORT3D,
    "rxr": _MATTERPORT3D._replace(write=_write_walks, appends=True),
    "arkitscenes": Format(
        scene_id=lambda number: str(40_000_000 + number),
        folder=lambda video: f"3dod/{fold_of(video)}/{video}",
        write=lambda scene, root, video: write_arkitscenes(scene, root, video),
        write_tables=lambda root, videos: write_arkitscenes_tables(root, videos),
        file_from_world=world_of_arkitscenes,
    ),
    "rgbd": Format(
        scene_id=lambda number: f"home{number:04d}",
        folder=lambda scene_id: scene_id,
        write=lambda scene, root, scene_id: write_nerfstudio(scene, root, scene_id),
        write_tables=lambda root, scene_ids: None,
    ),
}


def world_from_file(name: str, scene: ProceduralScene) -> Array:
    """(4, 4) from the world in which a source reads a scene of that format to the scene's own."""
    return inverse(FORMATS[name].file_from_world(scene))
