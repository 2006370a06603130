"""Writes a procedural scene in the on-disk layout of ScanNet++.

An object's id in the files is its `object_id` and one more (`annotated_id`), since 0 means unlabelled there.
"""

import json
from pathlib import Path
from typing import Any, Literal

import numpy as np

from factory.geometry.boxes import box_corners
from factory.geometry.transforms import transform_points
from factory.sources.procedural.render import SceneRenderer
from factory.sources.procedural.scene import ProceduralObject, ProceduralScene
from factory.sources.procedural.writers.annotation import Annotation
from factory.sources.procedural.writers.folders import complete_folder
from factory.sources.procedural.writers.scannetpp_streams import Depth, write_dslr, write_iphone
from factory.tasks.rng import rng_for

Array = np.ndarray

SEGMENTER = {"kThresh": 0.01, "segMinVerts": 20}
SOFT_SEATS = ("couch", "armchair", "bed")  # what lies on them is painted with them, and again by itself
OTHER_WORDS = {"tv": "TV", "trash can": "trash_can", "picture": "Picture"}  # as some annotators write


def world_of_scannetpp(scene: ProceduralScene) -> Array:
    """`file_from_world` (4, 4): turned so that the mesh's vertices spread farthest along x, and moved to where no
    coordinate is negative."""
    points = scene.mesh.vertices.astype(np.float64)
    _, axes = np.linalg.eigh(np.cov(points[:, :2].T))
    along = axes[:, -1] if axes[np.abs(axes[:, -1]).argmax(), -1] > 0 else -axes[:, -1]
    file_from_world = np.eye(4)
    file_from_world[:2, :2] = [along, (-along[1], along[0])]
    file_from_world[:3, 3] = -(points @ file_from_world[:3, :3].T).min(axis=0)
    return file_from_world


def annotated_id(object_id: int) -> int:
    """The id in the files of a procedural object."""
    return object_id + 1


def write_scannetpp(
    scene: ProceduralScene,
    root: Path,
    scene_id: str,
    segments: Literal["over-segmentation", "vertices"] = "vertices",
    undistorted: bool = False,
    video: bool = False,
    depth: Depth = "png",
) -> Path:
    """Writes `root/data/scene_id` (ten hexadecimal digits), which appears when it is complete; its folder.

    segments : what `segIndices` names, segments as until 2023 or vertices as since then; undistorted : with the
    undistorted photographs; video : the iPhone's video instead of frames taken out of it; depth : as images, or in
    one of the encodings of `depth.bin`.
    """
    target = root / "data" / scene_id
    target.parent.mkdir(parents=True, exist_ok=True)
    file_from_world = world_of_scannetpp(scene)
    with complete_folder(target) as partial:
        _write_scans(scene, partial / "scans", file_from_world, segments == "vertices")
        write_dslr(scene, partial / "dslr", file_from_world, undistorted)
        write_iphone(scene, partial / "iphone", file_from_world, video, depth)
    return target


def write_scannetpp_splits(root: Path, scene_ids: list[str]) -> None:
    """Writes the split lists: every fifth scene is held out for validation."""
    lists = {
        "nvs_sem_train": [s for i, s in enumerate(scene_ids) if i % 5 != 1],
        "nvs_sem_val": scene_ids[1::5],
        "nvs_test": [],
        "sem_test": [],
    }
    (root / "splits").mkdir(parents=True, exist_ok=True)
    for name, chosen in lists.items():
        (root / "splits" / f"{name}.txt").write_text("".join(f"{s}\n" for s in chosen), newline="\n")


def _write_scans(scene: ProceduralScene, folder: Path, file_from_world: Array, by_vertex: bool) -> None:
    import trimesh

    folder.mkdir()
    with SceneRenderer(scene) as renderer:
        colors = np.rint(renderer.vertex_colors() * 255).astype(np.uint8)
    vertices = transform_points(file_from_world, scene.mesh.vertices.astype(np.float64)).astype(np.float32)
    mesh = trimesh.Trimesh(vertices, scene.mesh.faces, vertex_colors=colors, process=False)
    (folder / "mesh_aligned_0.05.ply").write_bytes(mesh.export(file_type="ply", vertex_normal=False))
    annotation = Annotation(scene)
    own_name = f"2022-12-{1 + scene.seed % 28:02d}_11-18"  # not the public id
    indices = np.arange(len(vertices)) if by_vertex else annotation.segments
    content = {"params": SEGMENTER, "sceneId": own_name, "segIndices": indices.tolist()}
    (folder / "segments.json").write_text(json.dumps(content, separators=(",", ":")), newline="\n")
    groups = _groups(scene, annotation, file_from_world, by_vertex)
    content = {"sceneId": f"scannetpp.{own_name}", "appId": "stk.v1", "annId": str(scene.seed), "segGroups": groups}
    (folder / "segments_anno.json").write_text(json.dumps(content, separators=(",", ":")), newline="\n")


def _groups(
    scene: ProceduralScene, annotation: Annotation, file_from_world: Array, by_vertex: bool
) -> list[dict[str, Any]]:
    """The annotated objects in no order."""
    ids = {
        thing.object_id: annotation.vertex_ids(thing) if by_vertex else annotation.painted[thing.object_id]
        for thing in annotation.objects
    }
    listed = {object_id: [found] for object_id, found in ids.items()}
    for thing in annotation.objects:
        if thing.supporter in listed and scene.objects[thing.supporter].label in SOFT_SEATS:
            listed[thing.supporter].append(ids[thing.object_id])
    order = rng_for(scene.seed, "procedural", "scannetpp groups").permutation(len(annotation.objects))
    return [
        _group(thing, np.concatenate(listed[thing.object_id]), annotation, file_from_world)
        for thing in (annotation.objects[i] for i in order)
    ]


def _group(thing: ProceduralObject, ids: Array, annotation: Annotation, file_from_world: Array) -> dict[str, Any]:
    box = annotation.box(thing)
    axes = file_from_world[:3, :3] @ box.rotation
    corners = transform_points(file_from_world, box_corners(box))
    return {
        "id": annotated_id(thing.object_id),
        "objectId": annotated_id(thing.object_id),
        "label": OTHER_WORDS.get(thing.label, thing.label),
        "segments": ids.tolist(),
        "obb": {
            "centroid": transform_points(file_from_world, box.center).tolist(),
            "axesLengths": box.extents.tolist(),
            "normalizedAxes": axes.T.ravel().tolist(),
            "min": corners.min(axis=0).tolist(),
            "max": corners.max(axis=0).tolist(),
        },
        "dominantNormal": axes[:, 2].tolist(),
    }
