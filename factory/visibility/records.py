"""A scene's records: image records and object records that all tasks read (SPAR, section 7.4)."""

from collections import Counter
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from factory.errors import DataError
from factory.geometry.cameras import box_to_thousand, point_to_thousand, project, scale_intrinsics
from factory.geometry.footprint import floor_area, polygon_area
from factory.geometry.transforms import inverse, transform_points
from factory.visibility.instances import Instances, collect_instances, face_labels
from factory.visibility.keyframes import select_keyframes, video_frames
from factory.visibility.object_pixels import ObjectPixels, summarise
from factory.visibility.rasterizer import Rasterizer
from factory.visibility.select import RasterizerName
from factory.visibility.visible_fraction import VertexVisibility
from schemas.base import Record
from schemas.records import InputDigest, ObjectRecord, SceneRecord, ViewRecord, VisibleObject
from schemas.scene import Frame, Mesh, Scene

Array = np.ndarray

VERSION = 2  # raised when the same scene and parameters would give other records


class RecordParams(Record):
    """What decides records besides the scene.

    rasterizer : resolved name; keyframe_* : see `select_keyframes`; video_frame_count : see `video_frames`;
    raster_long_side : images are rasterized at their own size, at most this long [px];
    depth_tolerance_* : see `VertexVisibility`; floor_* : see `floor_area`.
    """

    rasterizer: RasterizerName
    keyframe_distance_m: float = 0.3
    keyframe_angle_deg: float = 20.0
    video_frame_count: int = 32
    raster_long_side: Annotated[int, Field(ge=1, le=1000)] = 640
    depth_tolerance_m: float = 0.02
    depth_tolerance_ratio: float = 0.01
    floor_voxel_m: float = 0.1
    floor_alpha_m: float = 0.5


@dataclass(frozen=True)
class Records:
    """Rows of the three tables for one scene, and by reason what was left out or never seen."""

    scene: SceneRecord
    objects: list[ObjectRecord]
    views: list[ViewRecord]
    counts: dict[str, int]


@dataclass(frozen=True)
class _View:
    """What one rasterized frame shows, before it is known how much of each object any frame shows."""

    pixels: ObjectPixels
    visible_vertices: Array  # (n,)
    centers_camera: Array  # (n, 3)
    width: int
    height: int


def build_records(scene: Scene, rasterizer: Rasterizer, params: RecordParams, inputs: list[InputDigest]) -> Records:
    """Keyframes and video frames of a scene with what they show, and its objects.

    Kept frames are the keyframes, the video frames and those along the navigation paths. The floor area is that of
    the source's polygon, where there is one, or is taken from the mesh.
    An object's `frame_ids` are the kept frames, in order, with at least one pixel of it. `visible_fraction` is 0 for
    an object of which pixels show but no vertex, as happens with triangles larger than the image. Points are centres
    of raster pixels: rounded to 0..1000 they still lie on the object as long as the raster has at most 1000 pixels
    per side.
    Raises DataError for a scene without mesh or frames.
    """
    mesh, frames = _usable(scene)
    counts = Counter(scene.rejected)
    poses = np.stack([frame.world_from_camera for frame in frames])
    keyframes = select_keyframes(poses, params.keyframe_distance_m, params.keyframe_angle_deg)
    video = {int(frame): place for place, frame in enumerate(video_frames(len(frames), params.video_frame_count))}
    walked = {frame_id for path in scene.paths for frame_id in path.frame_ids}
    on_paths = [place for place, frame in enumerate(frames) if frame.frame_id in walked]
    kept = np.union1d(keyframes, np.array([*video, *on_paths], dtype=np.int64))
    counts["frame: near a kept keyframe"] += len(frames) - len(kept)
    counts["object: no vertices and no box"] += sum(not len(o.vertex_ids) and o.box is None for o in scene.objects)

    instances = collect_instances(scene, mesh)
    labels = face_labels(scene, mesh, instances)
    visibility = VertexVisibility(
        mesh.vertices,
        [one.vertex_ids for one in instances.objects],
        params.depth_tolerance_m,
        params.depth_tolerance_ratio,
    )
    rasterizer.load(mesh.vertices, mesh.faces)
    views = [_look(frames[i], rasterizer, params, instances, labels, visibility) for i in kept]
    seen = np.maximum(visibility.seen(), 1)

    is_keyframe = np.isin(kept, keyframes)
    view_records = [
        _view_record(scene, frames[i], view, instances, view.visible_vertices / seen, bool(key), video.get(int(i)))
        for i, view, key in zip(kept, views, is_keyframe, strict=True)
    ]
    object_records = _object_records(scene, instances, [frames[i].frame_id for i in kept], views)
    counts["object: seen by no kept frame"] += sum(not record.frame_ids for record in object_records)
    scene_record = _scene_record(scene, _floor_area(scene, mesh, params), inputs)
    return Records(scene_record, object_records, view_records, {name: n for name, n in counts.items() if n})


def _usable(scene: Scene) -> tuple[Mesh, list[Frame]]:
    """The mesh and the frames in the order of the sequence."""
    name = f"{scene.source} scene {scene.scene_id}"
    if scene.mesh is None or not len(scene.mesh.faces):
        raise DataError(f"{name}: expected a mesh with faces, found none; visibility is decided by rasterizing it")
    if not scene.frames:
        raise DataError(f"{name}: expected at least one frame with a valid pose, found none; export its frames again")
    return scene.mesh, sorted(scene.frames, key=lambda frame: frame.index)


def _look(
    frame: Frame,
    rasterizer: Rasterizer,
    params: RecordParams,
    instances: Instances,
    labels: Array,
    visibility: VertexVisibility,
) -> _View:
    scale = min(1.0, params.raster_long_side / max(frame.width, frame.height))
    width, height = (max(1, round(side * scale)) for side in (frame.width, frame.height))
    intrinsics = scale_intrinsics(frame.intrinsics, width / frame.width, height / frame.height)
    camera_from_world = inverse(frame.world_from_camera)
    raster = rasterizer.render(frame.world_from_camera, intrinsics, width, height)
    centers_camera = transform_points(camera_from_world, instances.boxes.center)
    return _View(
        summarise(labels[raster.face_id], project(intrinsics, centers_camera)),
        visibility.see(camera_from_world, intrinsics, raster),
        centers_camera,
        width,
        height,
    )


def _view_record(
    scene: Scene,
    frame: Frame,
    view: _View,
    instances: Instances,
    fraction: Array,
    is_keyframe: bool,
    video_index: int | None,
) -> ViewRecord:
    pixels = view.pixels
    places = pixels.label - 1
    rows = zip(
        (instances.objects[place] for place in places),
        box_to_thousand(pixels.box, view.width, view.height).tolist(),
        fraction[places].tolist(),
        pixels.count.tolist(),
        point_to_thousand(pixels.point, view.width, view.height).tolist(),
        view.centers_camera[places].tolist(),
        strict=True,
    )
    return ViewRecord(
        source=scene.source,
        scene_id=scene.scene_id,
        frame_id=frame.frame_id,
        image=frame.image,
        depth=frame.depth,
        width=frame.width,
        height=frame.height,
        intrinsics=frame.intrinsics.ravel().tolist(),
        world_from_camera=frame.world_from_camera.ravel().tolist(),
        is_keyframe=is_keyframe,
        video_index=video_index,
        raster_width=view.width,
        raster_height=view.height,
        objects=[
            VisibleObject(
                object_id=one.object_id,
                label=one.label,
                box=box,
                visible_fraction=shown,
                pixel_count=count,
                point=point,
                center_camera=center,
            )
            for one, box, shown, count, point, center in rows
        ],
    )


def _object_records(
    scene: Scene, instances: Instances, frame_ids: list[str], views: list[_View]
) -> list[ObjectRecord]:
    shown_in: list[list[str]] = [[] for _ in instances.objects]
    for frame_id, view in zip(frame_ids, views, strict=True):
        for place in view.pixels.label - 1:
            shown_in[place].append(frame_id)
    return [
        ObjectRecord(
            source=scene.source,
            scene_id=scene.scene_id,
            object_id=one.object_id,
            label=one.label,
            raw_label=one.raw_label,
            is_structural=one.is_structural,
            center=box[0].tolist(),
            extents=box[1].tolist(),
            rotation=box[2].ravel().tolist(),
            aabb_min=aabb[0].tolist(),
            aabb_max=aabb[1].tolist(),
            point_count=len(one.vertex_ids),
            front=None if one.front is None else one.front.tolist(),
            frame_ids=frames,
        )
        for one, box, aabb, frames in zip(
            instances.objects, zip(*instances.boxes, strict=True), instances.aabb, shown_in, strict=True
        )
    ]


def _floor_area(scene: Scene, mesh: Mesh, params: RecordParams) -> float:
    if scene.floor_polygon:
        return polygon_area(np.reshape(scene.floor_polygon, (-1, 2)))
    return floor_area(mesh.vertices, mesh.faces, params.floor_voxel_m, params.floor_alpha_m)


def _scene_record(scene: Scene, area: float, inputs: list[InputDigest]) -> SceneRecord:
    return SceneRecord(
        source=scene.source,
        scene_id=scene.scene_id,
        split=scene.split,
        floor_area=area,
        floor_polygon=scene.floor_polygon,
        axis_aligned=scene.axis_aligned,
        paths=scene.paths,
        inputs=inputs,
    )
