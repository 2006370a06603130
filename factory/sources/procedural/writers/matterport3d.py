"""Writes a procedural scene, filmed from tripod stations, in the on-disk layout of Matterport3D.

The world of the files is the scene's own; object ids are the scene's.
"""

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from factory.sources.procedural.render import SceneRenderer
from factory.sources.procedural.scene import ProceduralScene
from factory.sources.procedural.stations import IMAGES, TILTS_DEG, TURNS, Station, in_sight
from factory.sources.procedural.writers.folders import complete_folder
from factory.sources.procedural.writers.matterport3d_house import AnnotatedFaces, write_annotated_mesh
from factory.sources.procedural.writers.matterport3d_records import (
    FILE_FROM_CAMERA,
    file_intrinsics,
    house_records,
    numbers,
)
from factory.sources.procedural.writers.shots import shots, steps_of

Array = np.ndarray

STEPS_PER_METRE = 4000.0
LEVEL = TILTS_DEG.index(0.0)
PACKED = (1980, 1, 1, 0, 0, 0)


def pano_ids(scan_id: str, count: int) -> list[str]:
    """Ids of a scan's panoramas, 32 hexadecimal digits that tell nothing of their order."""
    return [hashlib.md5(f"{scan_id} {place}".encode(), usedforsecurity=False).hexdigest() for place in range(count)]


def stations_of(scene: ProceduralScene) -> list[Station]:
    """The stations whose cameras the scene has. Raises ValueError for a scene that was not filmed from stations."""
    cameras = scene.cameras
    if not cameras or len(cameras) % IMAGES:
        raise ValueError(
            f"expected {IMAGES} cameras per station, found {len(cameras)}; take filmed_from(scene, places)"
        )
    places = []
    for start in range(0, len(cameras), IMAGES):
        poses = np.stack([camera.world_from_camera for camera in cameras[start : start + IMAGES]])
        if np.ptp(poses[:, :3, 3], axis=0).max() > 1e-9:
            raise ValueError(f"expected {IMAGES} cameras in one place, found others; take filmed_from(scene, places)")
        forward = poses[LEVEL * TURNS, :3, 2]
        places.append(Station(poses[0, :3, 3], float(np.arctan2(forward[1], forward[0]))))
    return places


def write_matterport3d(scene: ProceduralScene, root: Path, scan_id: str, packed: bool = False) -> Path:
    """Writes `root/scan_id` and `root/connectivity/<scan_id>_connectivity.json`.

    scan_id : eleven letters and digits; packed : each type of file in a zip, as downloads come.
    The folder appears when it is complete.
    """
    target = root / scan_id
    panos = pano_ids(scan_id, len(stations_of(scene)))
    with complete_folder(target) as partial:
        for kind in (
            "undistorted_color_images",
            "undistorted_depth_images",
            "undistorted_camera_parameters",
            "house_segmentations",
        ):
            (partial / kind).mkdir()
        with SceneRenderer(scene) as renderer:
            _write_images(scene, renderer, partial, panos)
            colors = np.rint(renderer.vertex_colors() * 255).astype(np.uint8)
        conf = partial / "undistorted_camera_parameters" / f"{scan_id}.conf"
        conf.write_text(_conf(scene, panos), newline="\n")
        annotated, house = AnnotatedFaces(scene), partial / "house_segmentations"
        write_annotated_mesh(annotated, house, scan_id, colors)
        (house / f"{scan_id}.house").write_text(house_records(annotated, scan_id, panos), newline="\n")
        if packed:
            _pack(partial, scan_id)
    write_connectivity(scene, root / "connectivity", scan_id)
    return target


def write_connectivity(scene: ProceduralScene, folder: Path, scan_id: str) -> Path:
    """Writes `<scan_id>_connectivity.json`; a station that cannot be reached from any other is not included."""
    places = stations_of(scene)
    clear = in_sight(scene, places)
    viewpoints = [
        {
            "image_id": pano,
            "pose": scene.cameras[IMAGES * i + LEVEL * TURNS].world_from_camera.ravel().tolist(),
            "included": bool(clear[i].any()),
            "visible": clear[i].tolist(),
            "unobstructed": clear[i].tolist(),
            "height": float(place.position[2]),
        }
        for i, (pano, place) in enumerate(zip(pano_ids(scan_id, len(places)), places, strict=True))
    ]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{scan_id}_connectivity.json"
    path.write_text(json.dumps(viewpoints), newline="\n")
    return path


def write_scene_lists(root: Path, scan_ids: list[str]) -> None:
    """Writes the split lists beside the scans: every fifth scan is held out for validation."""
    val = scan_ids[1::5]
    for name, chosen in (("train", [s for s in scan_ids if s not in val]), ("val", val), ("test", [])):
        (root / f"scenes_{name}.txt").write_text("".join(f"{s}\n" for s in chosen), newline="\n")


def _write_images(scene: ProceduralScene, renderer: SceneRenderer, folder: Path, panos: list[str]) -> None:
    for index, shot in enumerate(shots(scene, renderer)):
        pano, place = panos[index // IMAGES], _camera_yaw(index)
        color = folder / "undistorted_color_images" / f"{pano}_i{place}.jpg"
        depth = folder / "undistorted_depth_images" / f"{pano}_d{place}.png"
        Image.fromarray(shot.color).save(color, quality=92, subsampling=2)
        Image.fromarray(steps_of(shot.depth_m, STEPS_PER_METRE)).save(depth, compress_level=3)


def _camera_yaw(index: int) -> str:
    within = index % IMAGES
    return f"{within // TURNS}_{within % TURNS}"


def _conf(scene: ProceduralScene, panos: list[str]) -> str:
    """Panoramas by id; the intrinsics come again before the six images of every camera."""
    lines = [
        "dataset matterport",
        f"n_images {len(scene.cameras)}",
        "depth_directory undistorted_depth_images",
        "color_directory undistorted_color_images",
    ]
    intrinsics = numbers(*file_intrinsics(scene))
    for station in sorted(range(len(panos)), key=lambda station: panos[station]):
        for index in range(IMAGES * station, IMAGES * (station + 1)):
            if index % TURNS == 0:
                lines += ["", f"intrinsics_matrix {intrinsics}"]
            file_pose = scene.cameras[index].world_from_camera @ FILE_FROM_CAMERA
            pano, place = panos[station], _camera_yaw(index)
            lines.append(f"scan {pano}_d{place}.png {pano}_i{place}.jpg  {numbers(*file_pose)}")
    return "".join(f"{line}\n" for line in lines)


def _pack(folder: Path, scan_id: str) -> None:
    for kind in sorted(folder.iterdir()):
        with zipfile.ZipFile(folder / f"{kind.name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(kind.iterdir()):
                entry = zipfile.ZipInfo(f"{scan_id}/{kind.name}/{path.name}", PACKED)
                is_image = path.suffix in (".jpg", ".png")
                entry.compress_type = zipfile.ZIP_STORED if is_image else zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())
        shutil.rmtree(kind)
