"""The stored records that all tasks read: one scene row, a row per object, a row per kept frame.

Names and types of the fixed columns are a contract; matrices are flat and row-major.
"""

from typing import Annotated

from pydantic import Field

from schemas.base import Record
from schemas.scene import NavigationPath, Split

Floats3 = Annotated[list[float], Field(min_length=3, max_length=3)]
Floats9 = Annotated[list[float], Field(min_length=9, max_length=9)]
Floats16 = Annotated[list[float], Field(min_length=16, max_length=16)]
Thousandth = Annotated[int, Field(ge=0, le=1000)]
Point1000 = Annotated[list[Thousandth], Field(min_length=2, max_length=2)]
Box1000 = Annotated[list[Thousandth], Field(min_length=4, max_length=4)]


class InputDigest(Record):
    """An input that the records depend on, and its digest."""

    name: str
    digest: str


class SceneRecord(Record):
    """What is neither view nor object."""

    source: str
    scene_id: str
    split: Split
    floor_area: float | None
    floor_polygon: list[float] | None
    axis_aligned: bool
    paths: list[NavigationPath]
    inputs: list[InputDigest]


class ObjectRecord(Record):
    """An annotated object: oriented box (columns of `rotation` are its axes, the third is up) and where it shows."""

    source: str
    scene_id: str
    object_id: int
    label: str
    raw_label: str
    is_structural: bool
    center: Floats3
    extents: Floats3
    rotation: Floats9
    aabb_min: Floats3
    aabb_max: Floats3
    point_count: int
    front: Floats3 | None
    frame_ids: list[str]


class VisibleObject(Record):
    """An object in one view: tight `box` and on-object `point` in 0..1000, centre in the camera [m]."""

    object_id: int
    label: str
    box: Box1000
    visible_fraction: Annotated[float, Field(ge=0, le=1)]
    pixel_count: Annotated[int, Field(ge=1)]
    point: Point1000
    center_camera: Floats3


class ViewRecord(Record):
    """A kept frame. `pixel_count`s refer to an image of `raster_width` x `raster_height` pixels."""

    source: str
    scene_id: str
    frame_id: str
    image: str
    depth: str | None
    width: int
    height: int
    intrinsics: Floats9
    world_from_camera: Floats16
    is_keyframe: bool
    video_index: int | None
    raster_width: int
    raster_height: int
    objects: list[VisibleObject]


class QuarantineRecord(Record):
    """Why a partition could not be built: the stage, the error's class and its message."""

    source: str
    scene_id: str
    stage: str
    error: str
    message: str
