"""Labelled RGB-D pictures: the keyframes of a lake's scenes as rows of `web_images`, with the truth for models.

The scene's records say which frames are kept and what the objects are; its mesh, rasterized at the size of the maps,
says which pixels show which object; without a mesh the frames' own images do. Structure (walls, floors) and objects
without a label are not detections.
"""

import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import imagehash
import numpy as np
from PIL import Image
from scipy.spatial import ConvexHull, QhullError

from factory.errors import DataError
from factory.geometry.boxes import Boxes, points_in_box
from factory.geometry.gravity import gravity_frame
from factory.geometry.resampling import nearest_pixels
from factory.geometry.transforms import inverse
from factory.sources.base import Source
from factory.sources.frame_images import FrameImages
from factory.store.lake import Lake
from factory.tasks.labels import kinds_of
from factory.tasks.records import SceneRecords
from factory.visibility.image_observer import ImageObserver
from factory.visibility.instances import Instances, collect_instances, face_labels
from factory.visibility.observer import MeshObserver, Observer
from factory.visibility.rasterizer import Rasterizer
from factory.web.depth_png import encode_depth
from factory.web.masks import encode_mask
from schemas.records import ObjectRecord, ViewRecord, VisibleObject
from schemas.scene import Frame, Mesh, Scene
from schemas.web import Detection, TrueBox, WebImageRecord

Array = np.ndarray

VERSION = 2  # raised when the same records and media would give other pictures
STACK = "labelled"

MAP_LONG_SIDE_PX = 640
# A pixel shows something that the mesh lacks where the sensor's depth is off the mesh's by more than both together.
_OFF_SHARE, _OFF_M = 0.05, 0.05
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")  # a WebDataset key ends at its first dot
_MODES_OF_DEPTH = ("I;16", "I;16B", "I")


@dataclass(frozen=True, eq=False)
class _Scene:
    """What all pictures of a scene share. kinds : number of the label by object id, -1 where a label is ambiguous;
    place_of : what the observer calls an object, by object id, from 1."""

    records: SceneRecords
    objects: dict[int, ObjectRecord]
    kinds: dict[int, int]
    frames: dict[str, Frame]
    observer: Observer
    has_mesh: bool
    place_of: dict[int, int]
    hulls: dict[int, Array]


def labelled_pictures(
    source: Source, lake: Lake, scene_id: str, rasterizer: Rasterizer, counts: Counter[str]
) -> Iterator[WebImageRecord]:
    """One picture per keyframe of a scene in the lake, in the order of the `views` table; the scene is the shard.

    Depth is the sensor's where the source has it, brought to the size of the maps by the nearest pixel and taken to be
    registered to the colour image, as the sources promise; else it is rendered from the mesh. Without a mesh maps are
    no finer than the frame's own images. What is left out goes to `counts`, by reason. `closed_classes` are the labels
    of which every object with a pixel in the picture is among the detections, and that nobody would read as another
    object's. Raises DataError where records, mesh or media are missing or do not belong together, FileNotFoundError
    where the lake lacks the scene.
    """
    scene, views = _load(source, lake, scene_id, rasterizer)
    names: set[str] = set()
    for view in views:
        if not view.is_keyframe:
            counts["frame: not a keyframe"] += 1
            continue
        picture = _picture(source, scene, view, counts)
        if picture is None:
            continue
        if picture.image_id in names:
            raise DataError(
                f"{source.name} scene {scene_id}: two frames would both be called {picture.image_id}; "
                "rename the frames so that they differ in letters and digits"
            )
        names.add(picture.image_id)
        yield picture


def without_truth(image: WebImageRecord) -> WebImageRecord:
    """The same picture with what one view alone tells: masks and depth, no true boxes."""
    bare = [one.model_copy(update={"truth": None}) for one in image.detections]
    return image.model_copy(update={"detections": bare})


def _load(source: Source, lake: Lake, scene_id: str, rasterizer: Rasterizer) -> tuple[_Scene, list[ViewRecord]]:
    scenes, objects, views = lake.read_records(source.name, scene_id)
    records = SceneRecords.from_tables(scenes, objects, views)
    scene = source.load(scene_id)
    if scene.mesh is not None and not len(scene.mesh.faces):
        raise DataError(f"{source.name} scene {scene_id}: a mesh with faces was expected, there is none")
    instances = collect_instances(scene, scene.mesh)
    by_id = {row["object_id"]: ObjectRecord.model_validate(row) for row in objects.to_pylist()}
    ids = [one.object_id for one in instances.objects]
    frames = {frame.frame_id: frame for frame in scene.frames}
    rows = [ViewRecord.model_validate(row) for row in views.to_pylist()]
    if sorted(by_id) != ids or not all(view.frame_id in frames for view in rows):
        raise DataError(
            f"{source.name} scene {scene_id}: the lake's records are not of the objects and frames that the source "
            "has now; build the scene again"
        )
    kinds = dict(zip(records.object_ids.tolist(), kinds_of(records).tolist(), strict=True))
    shared = _Scene(
        records,
        by_id,
        kinds,
        frames,
        _observer(source, scene, instances, rasterizer),
        scene.mesh is not None,
        {object_id: place + 1 for place, object_id in enumerate(ids)},
        {} if scene.mesh is None else _hulls(instances, scene.mesh),
    )
    return shared, rows


def _observer(source: Source, scene: Scene, instances: Instances, rasterizer: Rasterizer) -> Observer:
    if scene.mesh is None:
        return ImageObserver(instances, FrameImages(source), MAP_LONG_SIDE_PX)
    return MeshObserver(rasterizer, scene.mesh, face_labels(scene, scene.mesh, instances), MAP_LONG_SIDE_PX)


def _picture(source: Source, scene: _Scene, view: ViewRecord, counts: Counter[str]) -> WebImageRecord | None:
    seen = scene.observer.observe(scene.frames[view.frame_id])
    height, width = seen.labels.shape
    surface = np.where(seen.depth_m > 0, seen.depth_m, np.nan).astype(np.float32)
    sensed: Array | None = surface  # without a mesh the surface is what the sensor saw
    if scene.has_mesh:
        sensed = None if view.depth is None else _sensor_depth(source, view.depth, width, height)
        if sensed is not None and not np.isfinite(sensed).any():
            counts["frame: its depth image is empty, rendered depth instead"] += 1
            sensed = None
    depth = surface if sensed is None else sensed
    if not np.isfinite(depth).any():
        counts["frame: no depth at all"] += 1
        return None
    if sensed is None:
        hidden = np.zeros(seen.labels.shape, dtype=bool)
    else:
        with np.errstate(invalid="ignore"):  # where the sensor has no reading, the mesh is believed
            hidden = np.abs(sensed - surface) > _OFF_SHARE * surface + _OFF_M
    world_from_camera = np.array(view.world_from_camera).reshape(4, 4)
    gravity_from_camera = gravity_frame(-world_from_camera[2, :3])  # down in the world is -z
    detections, complete = _detections(scene, view, gravity_from_camera, seen.labels, hidden, counts)
    data, _ = source.read_media(view.image)
    records = scene.records
    if gravity_from_camera is None:
        counts["frame: looks straight up or down"] += 1
    return WebImageRecord(
        source=records.source,
        shard_id=records.scene_id,
        image_id=_UNSAFE.sub("-", f"{records.scene_id}_{view.frame_id}"),
        split=records.split,
        image=view.image,
        sha256=hashlib.sha256(data).hexdigest(),
        phash=_perceptual_hash(data, view.image),
        width=view.width,
        height=view.height,
        caption=None,
        intrinsics=view.intrinsics,
        intrinsics_source="sensor",
        depth=encode_depth(depth),
        depth_source="render" if sensed is None else "sensor",
        gravity_from_camera=None if gravity_from_camera is None else gravity_from_camera.ravel().tolist(),
        gravity_source=None if gravity_from_camera is None else "sensor",
        scene_id=records.scene_id,
        frame_id=view.frame_id,
        stack=STACK,
        models=[],
        is_data=True,
        detections=detections,
        closed_classes=complete,
    )


def map_size(width: int, height: int) -> tuple[int, int]:
    """Width and height of the maps of a picture of that size."""
    scale = min(1.0, MAP_LONG_SIDE_PX / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _hulls(instances: Instances, mesh: Mesh) -> dict[int, Array]:
    """The corners of each object's convex hull, strays left out as in its box."""
    found = {}
    for place, one in enumerate(instances.objects):
        if one.box is not None or not len(one.vertex_ids):
            continue
        points = mesh.vertices[one.vertex_ids].astype(np.float64)
        boxes = instances.boxes
        box = Boxes(boxes.center[place], boxes.extents[place], boxes.rotation[place])
        inside = points[points_in_box(points, box)]
        try:
            found[one.object_id] = inside[ConvexHull(inside).vertices]
        except (QhullError, ValueError):  # flat things have no hull
            found[one.object_id] = inside
    return {object_id: points for object_id, points in found.items() if len(points)}


def _detections(
    scene: _Scene,
    view: ViewRecord,
    gravity_from_camera: Array | None,
    shown: Array,
    hidden: Array,
    counts: Counter[str],
) -> tuple[list[Detection], list[str]]:
    """The objects that show, by rising id, and the labels of which all that show are among them.

    shown : (h, w) the label of what shows, see `Observation`; hidden : (h, w) what stands before it.
    """
    found: list[Detection] = []
    missed: set[int] = set()
    for one in sorted(view.objects, key=lambda one: one.object_id):
        known = scene.objects[one.object_id]
        if known.is_structural or not known.label:
            counts["object: part of the building" if known.is_structural else "object: without a label"] += 1
            continue
        pixels = shown == scene.place_of[one.object_id]
        mask = pixels & ~hidden
        total, left = int(pixels.sum()), int(mask.sum())
        if left < total:
            counts["mask pixels: the sensor sees something else than the mesh"] += total - left
        if not left:
            counts["object: hidden by what the mesh lacks" if total else "object: less than a pixel of the map"] += 1
            missed.add(scene.kinds[one.object_id])
            continue
        hull = scene.hulls.get(one.object_id)
        visible_fraction = one.visible_fraction * (left / total)
        found.append(_detection(view, gravity_from_camera, known, hull, one, mask, visible_fraction))
    kinds = {scene.kinds[one.object_id]: one.label for one in found if one.object_id is not None}
    return found, sorted(label for kind, label in kinds.items() if kind >= 0 and kind not in missed)


def _detection(
    view: ViewRecord,
    gravity_from_camera: Array | None,
    known: ObjectRecord,
    hull: Array | None,
    seen: VisibleObject,
    mask: Array,
    visible_fraction: float,
) -> Detection:
    camera_from_world = inverse(np.array(view.world_from_camera).reshape(4, 4))[:3, :3]
    offsets = None if hull is None else (hull - np.array(known.center)) @ camera_from_world.T
    height, width = mask.shape
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    scale_x, scale_y = view.width / width, view.height / height
    return Detection(
        label=known.label,
        score=1.0,
        box=[
            float(columns[0] * scale_x),
            float(rows[0] * scale_y),
            float((columns[-1] + 1) * scale_x),
            float((rows[-1] + 1) * scale_y),
        ],
        mask=encode_mask(mask),
        object_id=known.object_id,
        truth=TrueBox(
            center=seen.center_camera,
            extents=known.extents,
            rotation=(camera_from_world @ np.array(known.rotation).reshape(3, 3)).ravel().tolist(),
            front=None if known.front is None else (camera_from_world @ np.array(known.front)).tolist(),
            visible_fraction=visible_fraction,
            reach_camera=_reach(offsets, np.eye(3)),
            reach_gravity=_reach(offsets, gravity_from_camera),
        ),
    )


def _reach(offsets: Array | None, axes: Array | None) -> list[float] | None:
    """How far points (n, 3) from a centre reach along axes (3, 3), rows."""
    if offsets is None or axes is None:
        return None
    reach: list[float] = np.abs(offsets @ axes.T).max(axis=0).tolist()
    return reach


def _sensor_depth(source: Source, uri: str, width: int, height: int) -> Array:
    """(height, width) float32 [m], NaN without a reading, of a 16-bit image in millimetres."""
    data, _ = source.read_media(uri)
    image = _open(data, uri)
    if image.mode not in _MODES_OF_DEPTH:
        raise DataError(f"{uri}: expected 16-bit depth in millimetres, found an image of mode {image.mode}")
    millimetres = np.asarray(image)
    picked = nearest_pixels(millimetres, width, height).astype(np.float32)
    metres: Array = np.where(picked > 0, picked / np.float32(1000), np.float32(np.nan))
    return metres


def _perceptual_hash(data: bytes, uri: str) -> str:
    return str(imagehash.phash(_open(data, uri).convert("RGB")))


def _open(data: bytes, uri: str) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data))
        image.load()
    except (OSError, SyntaxError) as error:
        raise DataError(f"{uri}: not a readable image ({error}); export the frame again") from error
    return image
