"""Writes a procedural scene as posed RGB-D frames in nerfstudio's, TUM's, 7-Scenes' and 3RScan's layouts, with boxes.

Object ids are those of the scene. The files' world is the scene's, turned so that the axis `up` points up.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.spatial.transform import Rotation

from factory.geometry.cameras import scale_intrinsics
from factory.sources.procedural.render import GL_FROM_CV, SceneRenderer
from factory.sources.procedural.scene import ProceduralScene
from factory.sources.procedural.writers.annotation import Annotation
from factory.sources.procedural.writers.folders import complete_folder
from factory.sources.procedural.writers.shots import Shot, shots, steps_of
from factory.sources.rgbd.settings import Settings, Up

Array = np.ndarray

NERFSTUDIO_STEP_M = 0.0005
TUM_STEPS_PER_METRE = 5000.0
TUM_START_S, TUM_PERIOD_S, TUM_DEPTH_LATER_S = 1305031102.1753, 0.0334, 0.011  # poses have four decimals
RESCAN_DEPTH_SIZE = (224, 172)
NO_READING = 65535  # of 7-Scenes


def file_from_world(up: Up) -> Array:
    """The files' own frame, (4, 4): turned so that another axis points up."""
    matrix = np.eye(4)
    matrix[:3, :3] = Settings(up=up).world_from_file.T
    return matrix


def for_seven_scenes(scene: ProceduralScene) -> ProceduralScene:
    """The scene with the intrinsics that all of 7-Scenes has, in images of its own size."""
    intrinsics = np.array([[585.0, 0, 320], [0, 585.0, 240], [0, 0, 1]])
    return replace(scene, intrinsics=scale_intrinsics(intrinsics, scene.width / 640, scene.height / 480))


def write_nerfstudio(
    scene: ProceduralScene,
    root: Path,
    scene_id: str,
    *,
    mesh: bool = True,
    up: Up = "z",
    applied_transform: Array | None = None,
    applied_scale: float = 1.0,
) -> Path:
    """Writes `root/scene_id/transforms.json`; cameras whose pose was lost are not in it, as after COLMAP.

    applied_transform : (3, 4) rigid and applied_scale : what the writing tool did to the poses (not to mesh and
    boxes), in this order, and tells.
    """
    with complete_folder(root / scene_id) as partial:
        _write_objects(scene, partial, up, mesh)
        for name in ("images", "depths"):
            (partial / name).mkdir()
        own = file_from_world(up)
        if applied_transform is not None:
            own = np.vstack([applied_transform, (0, 0, 0, 1)]) @ own
        frames = []
        with SceneRenderer(scene) as renderer:
            for i, shot in enumerate(shots(scene, renderer), start=1):
                if not shot.camera.tracked:
                    continue
                image, depth = f"images/frame_{i:05d}.jpg", f"depths/frame_{i:05d}.png"
                Image.fromarray(shot.color).save(partial / image, quality=92, subsampling=2)
                Image.fromarray(steps_of(shot.depth_m, 1 / NERFSTUDIO_STEP_M)).save(partial / depth, compress_level=3)
                matrix = own @ shot.camera.world_from_camera @ GL_FROM_CV  # the format's cameras look along -z, y up
                matrix[:3, 3] *= applied_scale
                frames.append({"file_path": image, "depth_file_path": depth, "transform_matrix": matrix.tolist()})
        k = scene.intrinsics
        content = {
            "w": scene.width, "h": scene.height, "fl_x": k[0, 0], "fl_y": k[1, 1],
            "cx": k[0, 2] + 0.5, "cy": k[1, 2] + 0.5,  # from the corner of the first pixel
            "k1": 0.0, "k2": 0.0, "p1": 0.0, "p2": 0.0,
            "camera_model": "OPENCV", "depth_unit_scale_factor": NERFSTUDIO_STEP_M, "frames": frames,
        }  # fmt: skip
        if applied_transform is not None:
            content["applied_transform"] = np.asarray(applied_transform).tolist()
        if applied_scale != 1.0:
            content["applied_scale"] = applied_scale
        _write_json(partial / "transforms.json", content)
    return root / scene_id


def write_tum(scene: ProceduralScene, root: Path, scene_id: str, *, mesh: bool = True, up: Up = "z") -> Path:
    """Writes `root/scene_id/{rgb,depth,groundtruth}.txt`: images at 30 Hz, depth a little later, poses with four
    decimals and none for cameras whose pose was lost."""
    tables: dict[str, list[str]] = {"rgb": [], "depth": [], "groundtruth": []}
    own = file_from_world(up)
    with complete_folder(root / scene_id) as partial:
        _write_objects(scene, partial, up, mesh)
        (partial / "intrinsics.txt").write_text(_rows(scene.intrinsics, "{:f}", " "), newline="\n")
        for name in ("rgb", "depth"):
            (partial / name).mkdir()
        with SceneRenderer(scene) as renderer:
            for i, shot in enumerate(shots(scene, renderer)):
                time = TUM_START_S + i * TUM_PERIOD_S
                pictures = {
                    "rgb": (time, shot.color),
                    "depth": (time + TUM_DEPTH_LATER_S, steps_of(shot.depth_m, TUM_STEPS_PER_METRE)),
                }
                for name, (at, pixels) in pictures.items():
                    Image.fromarray(pixels).save(partial / name / f"{at:.6f}.png", compress_level=3)
                    tables[name].append(f"{at:.6f} {name}/{at:.6f}.png")
                if shot.camera.tracked:
                    matrix = own @ shot.camera.world_from_camera
                    numbers = (*matrix[:3, 3], *Rotation.from_matrix(matrix[:3, :3]).as_quat())  # real part last
                    tables["groundtruth"].append(f"{time:.4f} " + " ".join(f"{number:.4f}" for number in numbers))
        heads = {"rgb": "color images", "depth": "depth maps", "groundtruth": "ground truth trajectory"}
        columns = {"groundtruth": "timestamp tx ty tz qx qy qz qw"}
        for name, lines in tables.items():
            head = [f"# {heads[name]}", f"# file: '{scene_id}.bag'", f"# {columns.get(name, 'timestamp filename')}"]
            (partial / f"{name}.txt").write_text("\n".join([*head, *lines, ""]), newline="\n")
    return root / scene_id


def write_seven_scenes(
    scene: ProceduralScene, root: Path, scene_id: str, *, mesh: bool = True, up: Up = "-y", sequence: int = 1
) -> Path:
    """Writes `root/scene_id/seq-01` of what `for_seven_scenes` makes of the scene: the scene `<scene_id>_seq-01`.

    Boxes, mesh and settings lie in the room's folder. Poses that were lost are infinite, 65535 is no reading.
    """
    scene = for_seven_scenes(scene)
    room = root / scene_id
    own = file_from_world(up)
    room.mkdir(parents=True, exist_ok=True)
    _write_objects(scene, room, up, mesh)
    target = room / f"seq-{sequence:02d}"
    with complete_folder(target) as partial, SceneRenderer(scene) as renderer:
        for i, shot in enumerate(shots(scene, renderer)):
            steps = steps_of(shot.depth_m)
            Image.fromarray(shot.color).save(partial / f"frame-{i:06d}.color.png", compress_level=3)
            Image.fromarray(np.where(steps == 0, NO_READING, steps).astype(np.uint16)).save(
                partial / f"frame-{i:06d}.depth.png", compress_level=3
            )
            (partial / f"frame-{i:06d}.pose.txt").write_text(_pose(shot, own, "{: .7e}", "\t "), newline="\r\n")
    return target


def write_three_rscan(scene: ProceduralScene, root: Path, scene_id: str, *, mesh: bool = True, up: Up = "z") -> Path:
    """Writes `root/scene_id/sequence/_info.txt` with its frames: depth has a camera of its own in the same place, with
    fewer pixels and a view that is higher than that of the colour images."""
    own = file_from_world(up)
    width, height = RESCAN_DEPTH_SIZE
    focal = 0.99 * scene.intrinsics[0, 0] * width / scene.width
    depth_intrinsics = np.array([[focal, 0, 0.51 * width], [0, focal * 1.002, 0.49 * height], [0, 0, 1]])
    with complete_folder(root / scene_id) as partial:
        _write_objects(scene, partial, up, mesh)
        folder = partial / "sequence"
        folder.mkdir()
        with SceneRenderer(scene) as renderer:
            for i, shot in enumerate(shots(scene, renderer)):
                Image.fromarray(shot.color).save(folder / f"frame-{i:06d}.color.jpg", quality=92, subsampling=2)
                (folder / f"frame-{i:06d}.pose.txt").write_text(_pose(shot, own, "{:g}", " "), newline="\n")
        sensor = replace(scene, intrinsics=depth_intrinsics, width=width, height=height)
        with SceneRenderer(sensor) as renderer:
            for i, shot in enumerate(shots(sensor, renderer)):
                head = f"P5\n{width} {height}\n65535\n".encode()
                pixels = steps_of(shot.depth_m).astype(">u2").tobytes()
                (folder / f"frame-{i:06d}.depth.pgm").write_bytes(head + pixels)
        info = {
            "m_versionNumber": "4", "m_sensorName": "rgbd", "m_colorWidth": scene.width, "m_colorHeight": scene.height,
            "m_depthWidth": width, "m_depthHeight": height, "m_depthShift": 1000,
            "m_calibrationColorIntrinsic": _padded(scene.intrinsics),
            "m_calibrationDepthIntrinsic": _padded(depth_intrinsics), "m_frames.size": len(scene.cameras),
        }  # fmt: skip
        (folder / "_info.txt").write_text("".join(f"{key} = {value}\n" for key, value in info.items()), newline="\n")
    return root / scene_id


def write_rescans(root: Path, rooms: dict[str, list[str]], kinds: dict[str, str]) -> None:
    """Writes `3RScan.json`: rescans by reference scan, and the split (`train`, `validation`, `test`) of each room."""
    content = [
        {"reference": reference, "type": kinds[reference], "scans": [{"reference": scan} for scan in rescans]}
        for reference, rescans in rooms.items()
    ]
    _write_json(root / "3RScan.json", content)


def _write_objects(scene: ProceduralScene, folder: Path, up: Up, mesh: bool) -> None:
    """`boxes.json`, `mesh.ply` and, where another axis than z points up, `scene.json`."""
    turn = file_from_world(up)[:3, :3]
    annotation = Annotation(scene)
    boxes = []
    for thing in annotation.objects:
        box = annotation.box(thing)
        boxes.append(
            {
                "id": thing.object_id,
                "label": thing.label,
                "center": (turn @ box.center).round(6).tolist(),
                "size": box.extents.round(6).tolist(),
                "rotation": (turn @ box.rotation).round(8).tolist(),
            }
        )
    _write_json(folder / "boxes.json", boxes)
    if up != "z":
        _write_json(folder / "scene.json", {"up": up})
    if mesh:
        from trimesh import Trimesh
        from trimesh.exchange.ply import export_ply

        turned = scene.mesh.vertices.astype(np.float64) @ turn.T
        (folder / "mesh.ply").write_bytes(export_ply(Trimesh(turned, scene.mesh.faces, process=False)))


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", newline="\n")


def _pose(shot: Shot, own: Array, number: str, between: str) -> str:
    matrix = own @ shot.camera.world_from_camera if shot.camera.tracked else np.full((4, 4), -np.inf)
    return _rows(matrix, number, between)


def _rows(matrix: Array, number: str, between: str) -> str:
    return "".join(between.join(number.format(value) for value in row) + "\n" for row in matrix)


def _padded(intrinsics: Array) -> str:
    padded = np.eye(4)
    padded[:3, :3] = intrinsics
    return " ".join(f"{value:g}" for value in padded.ravel())
