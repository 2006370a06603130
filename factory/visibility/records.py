"""A scene's records: image records and object records that all tasks read (SPAR, section 7.4)."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from factory.errors import DataError
from factory.geometry.cameras import box_to_thousand, point_to_thousand, project
from factory.geometry.footprint import floor_area, polygon_area
from factory.geometry.transforms import inverse, transform_points
from factory.visibility.image_observer import FrameReader
from factory.visibility.instances import Instances, collect_instances
from factory.visibility.keyframes import select_keyframes, video_frames
from factory.visibility.object_pixels import ObjectPixels, summarise
from factory.visibility.parameters import RecordParams
from factory.visibility.rasterizer import Rasterizer
from factory.visibility.survey import Survey, survey_images, survey_mesh
from schemas.records import InputDigest, ObjectRecord, SceneRecord, ViewRecord, VisibleObject
from schemas.scene import Frame, Scene

Array = np.ndarray

VERSION = 2  # raised when the same scene and parameters would give other records


@dataclass(frozen=True)
class Records:
    """Rows of the three tables for one scene, and by reason what was left out or never seen."""

    scene: SceneRecord
    objects: list[ObjectRecord]
    views: list[ViewRecord]
    counts: dict[str, int]


@dataclass(frozen=True)
class _View:
    """What one frame shows, before it is known how much of each object any frame shows."""

    pixels: ObjectPixels
    visible_vertices: Array  # (n,)
    centers_camera: Array  # (n, 3)
    width: int
    height: int
    contradicted: int  # see `Observation`


def build_records(
    scene: Scene,
    rasterizer: Rasterizer,
    params: RecordParams,
    inputs: list[InputDigest],
    reader: FrameReader | None = None,
) -> Records:
    """Keyframes and video frames of a scene with what they show, and its objects.

    Kept frames are the keyframes, the video frames and those along the navigation paths. What they show is told by the
    mesh, rasterized; without one by their images, which `reader` reads. Then frames that cannot be read are left out,
    the rasterizer is not used, and frames of a scene without objects need no depth. The floor area is that of the
    source's polygon, where there is one, or is taken from the mesh of a walk; else it is not known.
    An object's `frame_ids` are the kept frames, in order, with at least one pixel of it. `visible_fraction` is 0 for
    an object of which pixels show but no vertex, as happens with triangles larger than the image. Points are centres
    of raster pixels: rounded to 0..1000 they still lie on the object as long as the raster has at most 1000 pixels
    per side.
    Raises DataError for a scene without frames that can be looked at, and for a mesh without faces.
    """
    counts = Counter(scene.rejected)
    instances = collect_instances(scene, scene.mesh)
    counts["object: no vertices and no box"] += len(scene.objects) - len(instances.objects)
    frames = _usable(scene, instances, counts)
    poses = np.stack([frame.world_from_camera for frame in frames])
    if scene.capture == "walk":
        keyframes = select_keyframes(poses, params.keyframe_distance_m, params.keyframe_angle_deg)
        video = video_frames(len(frames), params.video_frame_count)
    else:
        keyframes, video = np.arange(len(frames)), np.zeros(0, dtype=np.int64)
    walked = {frame_id for path in scene.paths for frame_id in path.frame_ids}
    on_paths = [place for place, frame in enumerate(frames) if frame.frame_id in walked]
    kept = np.union1d(keyframes, np.array([*video, *on_paths], dtype=np.int64))
    counts["frame: near a kept keyframe"] += len(frames) - len(kept)

    chosen = [frames[i] for i in kept]
    if scene.mesh is not None:
        survey = survey_mesh(scene, scene.mesh, instances, chosen, rasterizer, params)
    else:
        survey = survey_images(scene, instances, chosen, reader, params)
    counts.update(survey.counts)
    views = [_look(frame, survey, instances) for frame in survey.frames]
    seen = np.maximum(survey.visibility.seen(), 1)
    counts["pixel: of an object whose box is elsewhere"] += sum(view.contradicted for view in views)

    frame_ids = [frame.frame_id for frame in survey.frames]
    is_keyframe = {frames[i].frame_id for i in keyframes}
    shown = [frame_id for i in video if (frame_id := frames[i].frame_id) in frame_ids]
    video_index = {frame_id: place for place, frame_id in enumerate(shown)}
    view_records = [
        _view_record(
            scene,
            frame,
            view,
            instances,
            view.visible_vertices / seen,
            frame.frame_id in is_keyframe,
            video_index.get(frame.frame_id),
        )
        for frame, view in zip(survey.frames, views, strict=True)
    ]
    object_records = _object_records(scene, instances, survey.point_counts, frame_ids, views)
    counts["object: seen by no kept frame"] += sum(not record.frame_ids for record in object_records)
    scene_record = _scene_record(scene, _floor_area(scene, params), inputs)
    return Records(scene_record, object_records, view_records, {name: n for name, n in counts.items() if n})


def _usable(scene: Scene, instances: Instances, counts: Counter[str]) -> list[Frame]:
    """The frames in the order of the sequence, those left out that nothing is known of."""
    name = f"{scene.source} scene {scene.scene_id}"
    if scene.mesh is not None and not len(scene.mesh.faces):
        raise DataError(f"{name}: expected a mesh with faces, found none; visibility is decided by rasterizing it")
    if not scene.frames:
        raise DataError(f"{name}: expected at least one frame with a valid pose, found none; export its frames again")
    frames = sorted(scene.frames, key=lambda frame: frame.index)
    if scene.mesh is not None or not instances.objects:
        return frames
    with_depth = [frame for frame in frames if frame.depth is not None]
    counts["frame: no depth image"] += len(frames) - len(with_depth)
    if not with_depth:
        raise DataError(f"{name}: expected a mesh or frames with depth images, found neither; export its depth again")
    return with_depth


def _look(frame: Frame, survey: Survey, instances: Instances) -> _View:
    camera_from_world = inverse(frame.world_from_camera)
    seen = survey.observer.observe(frame)
    height, width = seen.labels.shape
    centers_camera = transform_points(camera_from_world, instances.boxes.center)
    return _View(
        summarise(seen.labels, project(seen.intrinsics, centers_camera)),
        survey.visibility.see(camera_from_world, seen.intrinsics, seen.depth_m),
        centers_camera,
        width,
        height,
        seen.contradicted,
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
    scene: Scene, instances: Instances, point_counts: list[int], frame_ids: list[str], views: list[_View]
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
            point_count=points,
            front=None if one.front is None else one.front.tolist(),
            frame_ids=frames,
        )
        for one, box, aabb, points, frames in zip(
            instances.objects, zip(*instances.boxes, strict=True), instances.aabb, point_counts, shown_in, strict=True
        )
    ]


def _floor_area(scene: Scene, params: RecordParams) -> float | None:
    if scene.floor_polygon:
        return polygon_area(np.reshape(scene.floor_polygon, (-1, 2)))
    if scene.mesh is None or scene.capture == "views":
        return None
    return floor_area(scene.mesh.vertices, scene.mesh.faces, params.floor_voxel_m, params.floor_alpha_m)


def _scene_record(scene: Scene, area: float | None, inputs: list[InputDigest]) -> SceneRecord:
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
