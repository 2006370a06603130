"""Writes a procedural scene as an ARKitScenes capture (the 3DOD part): a video with depth, poses, a mesh and boxes.

The world of the files is `world_of_arkitscenes`; the object at a place in the annotation is that of `boxed_objects`.
"""

import json
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from scipy.spatial.transform import Rotation

from factory.geometry.boxes import Boxes
from factory.geometry.transforms import inverse, transform_points
from factory.sources.images import encode_colour_png, encode_depth_png
from factory.sources.procedural.render import SceneRenderer
from factory.sources.procedural.scene import ProceduralObject, ProceduralScene
from factory.sources.procedural.writers.annotation import Annotation
from factory.sources.procedural.writers.folders import complete_folder
from factory.sources.procedural.writers.shots import shots, steps_of
from factory.sources.upright import turned_camera, turned_intrinsics, turned_size
from factory.tasks.rng import rng_for

Array = np.ndarray
Sky = Literal["Up", "Left", "Down", "Right"]

POSE_INTERVAL_S = 0.1
IMAGE_INTERVAL_S = 1 / 60
CM_YUP_FROM_M_ZUP = 100.0 * np.array([[1.0, 0, 0], [0, 0, 1.0], [0, -1.0, 0]])  # the frame of `obb`

# The data set's 17 classes by our labels; nothing else has a box.
CLASSES = {
    "cabinet": "cabinet", "kitchen cabinet": "cabinet", "bathroom vanity": "cabinet", "file cabinet": "cabinet",
    "wardrobe": "cabinet", "dresser": "cabinet", "nightstand": "cabinet", "tv stand": "cabinet",
    "refrigerator": "refrigerator", "shelf": "shelf", "bookshelf": "shelf", "stove": "stove", "bed": "bed",
    "sink": "sink", "washing machine": "washer", "toilet": "toilet", "bathtub": "bathtub", "oven": "oven",
    "dishwasher": "dishwasher", "fireplace": "fireplace", "stool": "stool", "ottoman": "stool", "chair": "chair",
    "office chair": "chair", "armchair": "chair", "table": "table", "coffee table": "table", "end table": "table",
    "desk": "table", "tv": "tv_monitor", "monitor": "tv_monitor", "couch": "sofa",
}  # fmt: skip


def world_of_arkitscenes(scene: ProceduralScene) -> Array:
    """`file_world_from_world` (4, 4): z up, the origin where the device was first, any heading."""
    yaw = rng_for(scene.seed, "procedural", "arkit world").uniform(-np.pi, np.pi)
    a_from_b = np.eye(4)
    a_from_b[:3, :3] = Rotation.from_rotvec([0, 0, yaw]).as_matrix()
    a_from_b[:3, 3] = -a_from_b[:3, :3] @ scene.cameras[0].world_from_camera[:3, 3]
    return a_from_b


def boxed_objects(scene: ProceduralScene) -> list[ProceduralObject]:
    """The objects with a box, in the order of the annotation."""
    return [thing for thing in scene.objects if thing.annotated and thing.label in CLASSES]


def visit_of(video: str) -> int:
    """The visit of a capture: two captures each."""
    return 420_000 + int(video) // 2 % 10_000


def fold_of(video: str) -> str:
    """`Training` or `Validation`, the same for captures of one visit."""
    return "Validation" if visit_of(video) % 5 == 1 else "Training"


def write_arkitscenes(scene: ProceduralScene, root: Path, video: str, sky: Sky = "Up") -> Path:
    """Writes `root/3dod/{Training,Validation}/video` and gives that folder, which appears when it is complete.

    video : digits; sky : the side of the stored images on which the world's up is, as the device was held.
    Every camera gives two images, a sixtieth of a second apart, of which only the first has a pose (in a real capture
    one in six). Cameras that lost track have none.
    """
    file_from_world = world_of_arkitscenes(scene)
    target = root / "3dod" / fold_of(video) / video
    with complete_folder(target) as partial:
        with SceneRenderer(scene) as renderer:
            _write_frames(scene, renderer, partial / f"{video}_frames", video, file_from_world, sky)
            colors = np.rint(renderer.vertex_colors() * 255).astype(np.uint8)
        vertices = transform_points(file_from_world, scene.mesh.vertices.astype(np.float64)).astype(np.float32)
        _write_mesh(partial / f"{video}_3dod_mesh.ply", vertices, colors, scene.mesh.faces)
        text = json.dumps(_annotation(scene, video, file_from_world))
        (partial / f"{video}_3dod_annotation.json").write_text(text, newline="\n")
    return target


def write_arkitscenes_tables(root: Path, videos: list[str], sky: Sky = "Up") -> None:
    """Writes `3dod/metadata.csv` and `3dod/3dod_train_val_splits.csv`: a visit for every two captures."""
    rows = [(video, str(visit_of(video)), fold_of(video)) for video in videos]
    metadata = ["video_id,visit_id,fold,sky_direction,is_in_upsampling,has_laser_scanner_point_clouds"]
    metadata += [",".join((*row, sky, "False", "False")) for row in rows]
    splits = ["video_id,visit_id,fold", *(",".join(row) for row in rows)]
    folder = root / "3dod"
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in (("metadata.csv", metadata), ("3dod_train_val_splits.csv", splits)):
        (folder / name).write_text("".join(f"{line}\n" for line in lines), newline="\n")


def _write_frames(
    scene: ProceduralScene, renderer: SceneRenderer, folder: Path, video: str, file_from_world: Array, sky: Sky
) -> None:
    for name in ("lowres_wide", "lowres_wide_intrinsics", "lowres_depth"):
        (folder / name).mkdir(parents=True)
    turns = -get_args(Sky).index(sky) % 4  # clockwise, from upright images to those that are stored
    width, height = turned_size(scene.width, scene.height, turns)
    k = turned_intrinsics(scene.intrinsics, scene.width, scene.height, turns)
    pincam = f"{width} {height} {k[0, 0]:g} {k[1, 1]:g} {k[0, 2]:g} {k[1, 2]:g}"
    rng = rng_for(scene.seed, "procedural", "arkit clock")
    start = rng.uniform(100, 10_000)
    lines = []
    for i, shot in enumerate(shots(scene, renderer)):
        posed = start + i * POSE_INTERVAL_S + rng.uniform(0, 1e-3)
        image = encode_colour_png(np.rot90(shot.color, -turns))
        depth = encode_depth_png(np.rot90(steps_of(shot.depth_m), -turns))
        for time in (posed, posed + IMAGE_INTERVAL_S):
            (folder / "lowres_wide" / f"{video}_{time:.3f}.png").write_bytes(image)
            (folder / "lowres_depth" / f"{video}_{time:.3f}.png").write_bytes(depth)
            # cut off where the others are rounded: some are a millisecond apart, as in the release
            cut = np.floor(time * 1000) / 1000
            (folder / "lowres_wide_intrinsics" / f"{video}_{cut:.3f}.pincam").write_text(pincam)
        if shot.camera.tracked:
            camera_from_world = inverse(file_from_world @ turned_camera(shot.camera.world_from_camera, turns))
            turn = Rotation.from_matrix(camera_from_world[:3, :3]).as_rotvec()
            numbers = [*(repr(float(x)) for x in turn), *(f"{x:g}" for x in camera_from_world[:3, 3])]
            lines.append(" ".join([f"{posed:.8f}", *numbers]) + "\n")
    (folder / "lowres_wide.traj").write_text("".join(lines), newline="\n")


def _write_mesh(path: Path, vertices: Array, colors: Array, faces: Array) -> None:
    import trimesh

    mesh = trimesh.Trimesh(vertices, faces, vertex_colors=colors, process=False)
    path.write_bytes(mesh.export(file_type="ply", vertex_normal=False))


def _annotation(scene: ProceduralScene, video: str, file_from_world: Array) -> dict[str, Any]:
    annotation = Annotation(scene)
    entries = []
    for thing in boxed_objects(scene):
        box = annotation.box(thing)
        axes = (file_from_world[:3, :3] @ box.rotation).T  # one axis per row
        aligned = Boxes(transform_points(file_from_world, box.center), box.extents, axes)
        elsewhere = Boxes(CM_YUP_FROM_M_ZUP @ aligned.center, box.extents * 100, axes @ CM_YUP_FROM_M_ZUP.T / 100)
        uid = blake2b(f"{video} {thing.object_id}".encode(), digest_size=16).hexdigest()
        entries.append(
            {
                "uid": uid,
                "label": CLASSES[thing.label],
                "modelId": "",
                "children": [],
                "objectId": 1,  # of no use: the same for all
                "segments": {"obb": _solid(elsewhere), "obbAligned": _solid(aligned)},
                "hierarchy": [],
                "isInGroup": False,
                "labelType": "object",
                "attributes": {},
            }
        )
    return {"data": entries, "stats": {}, "comment": "", "confirm": True, "skipped": False}


def _solid(box: Boxes) -> dict[str, list[float]]:
    return {
        "centroid": box.center.tolist(),
        "axesLengths": box.extents.tolist(),
        "normalizedAxes": box.rotation.ravel().tolist(),
    }
