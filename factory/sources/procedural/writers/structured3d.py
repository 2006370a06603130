"""Writes a procedural scene as a house of Structured3D: rendered views of its rooms, boxes of things, and plans."""

import json
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from factory.sources.labels import NYU40
from factory.sources.procedural.render import SceneRenderer
from factory.sources.procedural.scene import ProceduralScene
from factory.sources.procedural.walk import Camera
from factory.sources.procedural.writers.annotation import Annotation
from factory.sources.procedural.writers.folders import complete_folder
from factory.sources.procedural.writers.scannet_labels import RAW
from factory.sources.procedural.writers.shots import Shot, shots, steps_of
from factory.sources.procedural.writers.structured3d_plan import house_plan, room_id, room_of_point
from factory.visibility.select import open_rasterizer

Array = np.ndarray

TOP = "Structured3D"
BACKGROUND = ("wall", "floor", "ceiling")  # no instances in this data set
NO_INSTANCE = 65535


class View(NamedTuple):
    """Where the image of a camera lies: `2D_rendering/<room>/perspective/full/<position>`."""

    room: int
    position: int

    @property
    def frame_id(self) -> str:
        return f"{self.room}_{self.position}"


def for_structured3d(scene: ProceduralScene) -> ProceduralScene:
    """The scene as a renderer has it: the principal point in the middle, no camera lost, nothing blurred."""
    intrinsics = scene.intrinsics.copy()
    intrinsics[:2, 2] = (scene.width - 1) / 2, (scene.height - 1) / 2
    cameras = [replace(camera, exposure_end=None) for camera in scene.cameras if camera.tracked]
    return replace(scene, intrinsics=intrinsics, cameras=cameras)


def views_of(scene: ProceduralScene) -> list[View]:
    """The view of each camera of a scene that `for_structured3d` gave: in the room in which it stands, in order."""
    views: list[View] = []
    for camera in scene.cameras:
        room = room_id(room_of_point(scene.rooms, camera.world_from_camera[:2, 3]))
        views.append(View(room, sum(view.room == room for view in views)))
    return views


def write_structured3d(scene: ProceduralScene, root: Path, scene_id: str) -> Path:
    """Writes `root/Structured3D/scene_id` of what `for_structured3d` makes of the scene. The world is the scene's, in
    millimetres. The folder appears when it is complete."""
    scene = for_structured3d(scene)
    annotation = Annotation(scene)
    ids, classes = _ids_and_classes(scene, annotation)
    target = root / TOP / scene_id
    with complete_folder(target) as partial:
        _write_json(partial / "annotation_3d.json", house_plan(scene.rooms))
        _write_json(partial / "bbox_3d.json", _boxes(annotation))
        rasterizer = open_rasterizer("embree")
        rasterizer.load(scene.mesh.vertices, scene.mesh.faces)
        with SceneRenderer(scene) as renderer:
            for view, shot in zip(views_of(scene), shots(scene, renderer), strict=True):
                raster = rasterizer.render(shot.camera.world_from_camera, scene.intrinsics, scene.width, scene.height)
                folder = partial / "2D_rendering" / str(view.room) / "perspective" / "full" / str(view.position)
                _write_view(folder, scene, shot, ids[raster.face_id], classes[raster.face_id], raster.depth_m)
        rasterizer.close()
    return target


def zip_structured3d(root: Path, into: Path, scenes_per_archive: int = 200) -> list[Path]:
    """Packs the houses under `root/Structured3D` as they are delivered; the archives' paths.

    Boxes and plans of all houses have an archive each; views are spread over `Structured3D_perspective_full_00.zip`,
    `..._01.zip`, ..., so many houses in each.
    """
    into.mkdir(parents=True, exist_ok=True)
    scenes = sorted(path for path in (root / TOP).iterdir() if path.name.startswith("scene_"))
    archives = [
        _pack(into / f"{TOP}_bbox.zip", root, (scene / "bbox_3d.json" for scene in scenes)),
        _pack(into / f"{TOP}_annotation_3d.zip", root, (scene / "annotation_3d.json" for scene in scenes)),
    ]
    for number, start in enumerate(range(0, len(scenes), scenes_per_archive)):
        files = [
            path
            for scene in scenes[start : start + scenes_per_archive]
            for path in sorted((scene / "2D_rendering").rglob("*"))
            if path.is_file()
        ]
        archives.append(_pack(into / f"{TOP}_perspective_full_{number:02}.zip", root, files))
    return archives


def _pack(target: Path, root: Path, files: Iterable[Path]) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in files:
            archive.writestr(
                zipfile.ZipInfo(path.relative_to(root).as_posix()), path.read_bytes(), zipfile.ZIP_DEFLATED
            )
    return target


def _boxes(annotation: Annotation) -> list[dict[str, object]]:
    boxes = []
    for thing in annotation.objects:
        if thing.label in BACKGROUND:
            continue
        box = annotation.box(thing)
        boxes.append(
            {
                "ID": thing.object_id,
                "basis": box.rotation.T.tolist(),  # its rows are the axes
                "coeffs": (box.extents / 2 * 1000.0).tolist(),
                "centroid": (box.center * 1000.0).tolist(),
            }
        )
    return boxes


def _ids_and_classes(scene: ProceduralScene, annotation: Annotation) -> tuple[Array, Array]:
    """Per face, and last of all for no face, the id (F + 1,) uint16 of its thing and its class (F + 1,) uint8."""
    background = [thing.object_id for thing in annotation.objects if thing.label in BACKGROUND]
    owners = annotation.face_object()
    ids = np.where((owners < 0) | np.isin(owners, background), NO_INSTANCE, owners)
    # everything that was modelled has a class, clutter that no annotator names too
    class_of_thing = np.array([NYU40.index(RAW.get(thing.label, "otherprop")) + 1 for thing in scene.objects])
    classes = class_of_thing[scene.mesh.vertex_object[scene.mesh.faces[:, 0]]]
    return np.append(ids, NO_INSTANCE).astype(np.uint16), np.append(classes, 0).astype(np.uint8)


def _write_view(folder: Path, scene: ProceduralScene, shot: Shot, ids: Array, classes: Array, depth_m: Array) -> None:
    folder.mkdir(parents=True)
    color = shot.color
    if int(folder.name) % 2:  # a part of the data set has four channels
        color = np.dstack([color, np.full(color.shape[:2], 255, np.uint8)])
    images = {"rgb_rawlight": color, "semantic": classes, "instance": ids, "depth": steps_of(depth_m)}
    for name, image in images.items():
        Image.fromarray(image).save(folder / f"{name}.png", compress_level=3)
    (folder / "camera_pose.txt").write_text(_camera_line(shot.camera, scene) + "\n", newline="\n")


def _camera_line(camera: Camera, scene: ProceduralScene) -> str:
    """Eye [mm], view and up direction, half fields of view [rad], and a constant."""
    _, down, forward, eye = camera.world_from_camera[:3].T
    half_angles = np.arctan([scene.width / 2 / scene.intrinsics[0, 0], scene.height / 2 / scene.intrinsics[1, 1]])
    numbers = [*(eye * 1000.0), *forward, *-down, *half_angles, 1]
    return " ".join(f"{number:g}" for number in numbers)


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content), newline="\n")
