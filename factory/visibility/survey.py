"""How a scene is looked at: who looks at its frames, and the points that tell how much of each object they show."""

from collections import Counter
from dataclasses import dataclass, field

from factory.errors import DataError
from factory.visibility.fusion import PointFusion
from factory.visibility.image_observer import FrameReader, ImageObserver
from factory.visibility.instances import Instances, face_labels
from factory.visibility.observer import MeshObserver, Observer
from factory.visibility.parameters import RecordParams
from factory.visibility.rasterizer import Rasterizer
from factory.visibility.visible_fraction import VertexVisibility
from schemas.scene import Frame, Mesh, Scene

# A sensor's points are as inexact as the depth that they are held against: two independent errors. Where a data set
# rendered images of ids, it rendered the depth too.
_SENSOR_TOLERANCE = 2.0**0.5


@dataclass(frozen=True)
class Survey:
    """frames : those that can be looked at, in order; point_counts : per object; counts : what was left out."""

    observer: Observer
    visibility: VertexVisibility
    frames: list[Frame]
    point_counts: list[int]
    counts: Counter[str] = field(default_factory=Counter)


def survey_mesh(
    scene: Scene, mesh: Mesh, instances: Instances, frames: list[Frame], rasterizer: Rasterizer, params: RecordParams
) -> Survey:
    """Frames rasterized; the points are the objects' vertices."""
    labels = face_labels(scene, mesh, instances)
    ids = [one.vertex_ids for one in instances.objects]
    visibility = VertexVisibility(mesh.vertices, ids, params.depth_tolerance_m, params.depth_tolerance_ratio)
    observer = MeshObserver(rasterizer, mesh, labels, params.raster_long_side)
    return Survey(observer, visibility, frames, [len(one) for one in ids])


def survey_images(
    scene: Scene, instances: Instances, frames: list[Frame], reader: FrameReader | None, params: RecordParams
) -> Survey:
    """Frames as their images tell; the points are fused from the depth of all. No image stays in memory.

    Raises DataError where no frame can be looked at.
    """
    name = f"{scene.source} scene {scene.scene_id}"
    if reader is None:
        raise DataError(f"{name}: expected a mesh, found none, and nobody to read its depth images instead")
    observer = ImageObserver(instances, reader, params.raster_long_side)
    fusion = PointFusion(instances.boxes)
    counts: Counter[str] = Counter()
    usable, problem = [], "no pixel has a reading"
    for frame in frames:
        try:
            seen = observer.observe(frame)
        except (DataError, FileNotFoundError) as error:
            counts["frame: depth unreadable"] += 1
            problem = str(error)
            continue
        if instances.objects and not seen.depth_m.any():
            counts["frame: depth image without a reading"] += 1
            continue
        fusion.add(frame.world_from_camera, seen)
        usable.append(frame)
    if not usable:
        raise DataError(f"{name}: expected depth images, found none of use among {len(frames)}; the last: {problem}")
    points, of_object = fusion.points()
    looser = 1.0 if all(frame.instances is not None for frame in usable) else _SENSOR_TOLERANCE
    visibility = VertexVisibility(
        points, of_object, looser * params.depth_tolerance_m, looser * params.depth_tolerance_ratio
    )
    return Survey(observer, visibility, usable, [len(rows) for rows in of_object], counts)
