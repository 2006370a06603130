"""One scene's records as arrays: what every task reads."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from factory.errors import DataError
from factory.geometry.boxes import Boxes, boxes_overlap
from schemas.scene import NavigationPath, Split

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class SceneRecords:
    """Objects (N), views (F) and sightings (S: one object in one view) of a scene, in canonical order.

    Objects are sorted by id, views by frame id, sightings by view, then object, so that the order in which
    records were stored changes nothing. `sighting_view` and `sighting_object` are row numbers of views and objects.

    floor_area [m2], None where unknown; paths : navigation instructions;
    centers (N, 3), extents (N, 3) [m, world], rotations (N, 3, 3) `world_from_box`;
    intrinsics (F, 3, 3) [px], world_from_camera (F, 4, 4); video_index (F,), -1 for none;
    raster_pixels (F,) the pixels that `pixel_counts` are of; boxes (S, 4), points (S, 2) [0..1000];
    centers_camera (S, 3) [m, camera].
    """

    source: str
    scene_id: str
    split: Split
    floor_area: float | None
    paths: tuple[NavigationPath, ...]
    object_ids: Array
    labels: Array
    structural: Array
    centers: Array
    extents: Array
    rotations: Array
    frame_ids: Array
    images: Array
    widths: Array
    heights: Array
    raster_pixels: Array
    intrinsics: Array
    world_from_camera: Array
    is_keyframe: Array
    video_index: Array
    sighting_view: Array
    sighting_object: Array
    boxes: Array
    visible_fractions: Array
    pixel_counts: Array
    points: Array
    centers_camera: Array

    @classmethod
    def from_tables(cls, scenes: pa.Table, objects: pa.Table, views: pa.Table) -> "SceneRecords":
        """The records of one scene from its three tables (columns of `schemas.records`).

        Raises DataError when the tables are not those of one scene or contradict each other.
        """
        if scenes.num_rows != 1:
            raise DataError(f"table scenes: one row was expected, there are {scenes.num_rows}; rebuild the records")
        scene = scenes.select(["source", "scene_id", "split", "floor_area", "paths"]).to_pylist()[0]
        name = f"{scene['source']}/{scene['scene_id']}"

        ids = _numbers(objects, "object_id")
        object_order = np.argsort(ids, kind="stable")
        object_ids = ids[object_order]
        frames = _strings(views, "frame_id")
        view_order = np.argsort(frames.astype(np.str_), kind="stable")
        for what, values in (("objects: object_id", object_ids), ("views: frame_id", frames[view_order])):
            if (values[1:] == values[:-1]).any():
                raise DataError(f"records of {name}, table {what}: ids must be unique; rebuild the records")

        sightings = _Sightings(views, name)
        return cls(
            source=scene["source"],
            scene_id=scene["scene_id"],
            split=scene["split"],
            floor_area=scene["floor_area"],
            paths=tuple(NavigationPath.model_validate(path) for path in scene["paths"]),
            object_ids=object_ids,
            labels=_strings(objects, "label")[object_order],
            structural=_numbers(objects, "is_structural")[object_order],
            centers=_rows(objects, "center", 3, name)[object_order],
            extents=_rows(objects, "extents", 3, name)[object_order],
            rotations=_rows(objects, "rotation", 9, name)[object_order].reshape(-1, 3, 3),
            frame_ids=frames[view_order],
            images=_strings(views, "image")[view_order],
            widths=_numbers(views, "width")[view_order],
            heights=_numbers(views, "height")[view_order],
            raster_pixels=(_numbers(views, "raster_width") * _numbers(views, "raster_height"))[view_order],
            intrinsics=_rows(views, "intrinsics", 9, name)[view_order].reshape(-1, 3, 3),
            world_from_camera=_rows(views, "world_from_camera", 16, name)[view_order].reshape(-1, 4, 4),
            is_keyframe=_numbers(views, "is_keyframe")[view_order],
            video_index=_numbers(views, "video_index", missing=-1)[view_order],
            **sightings.in_order(view_order, object_ids),
        )

    @cached_property
    def pixel_shares(self) -> Array:
        """(S,) the share of the image that the visible pixels of each sighting take."""
        shares: Array = self.pixel_counts / self.raster_pixels[self.sighting_view]
        return shares

    @cached_property
    def sighting_of(self) -> Array:
        """(F, N) row of the sighting of each object in each view, -1 where it does not show."""
        table = np.full((len(self.frame_ids), len(self.object_ids)), -1, dtype=np.int64)
        table[self.sighting_view, self.sighting_object] = np.arange(len(self.sighting_view))
        return table

    @cached_property
    def centers_in_views(self) -> Array:
        """(F, N, 3) centres of all objects [m, camera] in the camera of each view, whether it shows them or not."""
        cameras = self.world_from_camera
        offsets = self.centers - cameras[:, None, :3, 3]
        centers: Array = np.einsum("fji,fnj->fni", cameras[:, :3, :3], offsets)
        return centers

    @cached_property
    def overlapping(self) -> Array:
        """(N, N) whether two objects' oriented boxes share space."""
        reach = np.linalg.norm(self.extents, axis=1) / 2
        gaps = np.linalg.norm(self.centers[:, None] - self.centers, axis=2)
        first, second = np.nonzero(np.triu(gaps <= reach[:, None] + reach, k=1))
        boxes = (self.centers, self.extents, self.rotations)
        overlap = np.eye(len(reach), dtype=bool)
        overlap[first, second] = boxes_overlap(Boxes(*(a[first] for a in boxes)), Boxes(*(a[second] for a in boxes)))
        overlap |= overlap.T
        return overlap


class _Sightings:
    """The nested `objects` column of `views`, flattened."""

    def __init__(self, views: pa.Table, name: str) -> None:
        column = views.column("objects").combine_chunks()
        self._name = name
        self._view = np.repeat(np.arange(views.num_rows), pc.list_value_length(column).to_numpy(zero_copy_only=False))
        structs = column.flatten()
        self._fields = pa.table(structs.flatten(), names=[field.name for field in structs.type])

    def in_order(self, view_order: Array, object_ids: Array) -> dict[str, Array]:
        """Columns of `SceneRecords`, sorted by view and object; `view_order` and `object_ids` are the new order."""
        ids = _numbers(self._fields, "object_id")
        objects = np.searchsorted(object_ids, ids)
        known = objects < len(object_ids)
        known[known] = object_ids[objects[known]] == ids[known]
        if not known.all():
            raise DataError(
                f"records of {self._name}: views show object {ids[~known][0]}, which the table objects does not hold;"
                " rebuild the records"
            )
        rank = np.zeros(len(view_order), dtype=np.int64)
        rank[view_order] = np.arange(len(view_order))
        views = rank[self._view]
        order = np.lexsort((objects, views))
        views, objects = views[order], objects[order]
        if ((views[1:] == views[:-1]) & (objects[1:] == objects[:-1])).any():
            raise DataError(f"records of {self._name}: a view lists an object twice; rebuild the records")
        return {
            "sighting_view": views,
            "sighting_object": objects,
            "boxes": _rows(self._fields, "box", 4, self._name)[order],
            "visible_fractions": _numbers(self._fields, "visible_fraction")[order],
            "pixel_counts": _numbers(self._fields, "pixel_count")[order],
            "points": _rows(self._fields, "point", 2, self._name)[order],
            "centers_camera": _rows(self._fields, "center_camera", 3, self._name)[order],
        }


def _strings(table: pa.Table, column: str) -> Array:
    strings: Array = table.column(column).to_numpy().astype(object)
    return strings


def _numbers(table: pa.Table, column: str, missing: int | None = None) -> Array:
    values = table.column(column)
    if missing is not None:
        values = pc.fill_null(values, missing)
    array: Array = values.to_numpy()
    return array


def _rows(table: pa.Table, column: str, width: int, name: str) -> Array:
    """A list column of constant length as (rows, width)."""
    lists = table.column(column).combine_chunks()
    values: Array = lists.flatten().to_numpy(zero_copy_only=False)
    if values.size != table.num_rows * width:
        raise DataError(
            f"records of {name}, column {column}: {width} numbers per row were expected; rebuild the records"
        )
    return values.reshape(-1, width)
