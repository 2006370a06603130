"""A picture of the lake with its objects and questions, in the order of the tables."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from factory.errors import DataError
from factory.store.lake import Lake
from schemas.web import WebImageRecord, WebObjectRecord, WebQARow

# Columns that no export says; of the objects most of their bytes.
_UNUSED = {"web_images": ["detections"], "web_objects": ["mask", "points"], "web_qa": ["marks", "labels", "images"]}


@dataclass(frozen=True)
class NamedObject:
    """What questions and provenance say of an object; box x1 y1 x2 y2 [px], the rest in metres of the camera frame.

    is_unambiguous : the reference alone tells it from others; size : full lengths of the gravity box (right, down,
    forward), None where gravity is unknown.
    """

    object_id: int
    label: str
    score: float
    box: list[float]
    reference: str
    is_unambiguous: bool
    center: list[float]
    aabb: list[float]
    size: list[float] | None


@dataclass(frozen=True)
class PictureRows:
    """One picture; `objects` by id."""

    image: WebImageRecord
    objects: dict[int, NamedObject]
    rows: list[WebQARow]


def read_shard(lake: Lake, dataset: str, shard: str) -> Iterator[PictureRows]:
    """Every picture of a shard, also those without questions.

    Raises DataError when the tables do not belong to one another.
    """
    images, objects, qa = (
        lake.read_verified(name, dataset, shard).drop_columns(unused).to_pylist() for name, unused in _UNUSED.items()
    )
    rows_of: dict[str, list[WebQARow]] = defaultdict(list)
    for row in qa:
        # verified by digest, so that it is what a writer validated
        rows_of[row["image_id"]].append(WebQARow.model_construct(**row))
    objects_of: dict[str, dict[int, NamedObject]] = defaultdict(dict)
    for values in objects:
        objects_of[values["image_id"]][values["object_id"]] = _named(values)
    known = set()
    for values in images:
        image = WebImageRecord.model_construct(**values)
        known.add(image.image_id)
        yield PictureRows(image, objects_of[image.image_id], rows_of[image.image_id])
    if lost := sorted(rows_of.keys() - known):
        raise DataError(
            f"{dataset}/{shard}: questions about {lost[0]!r}, which is not among its pictures; build again"
        )


def _named(values: dict[str, Any]) -> NamedObject:
    record = WebObjectRecord.model_construct(**values)
    low, high = record.gravity_min, record.gravity_max
    return NamedObject(
        object_id=record.object_id,
        label=record.label,
        score=record.score,
        box=record.box,
        reference=record.reference,
        is_unambiguous=record.reference_kind != "box",
        center=record.center,
        aabb=[*record.aabb_min, *record.aabb_max],
        size=None if low is None or high is None else [b - a for a, b in zip(low, high, strict=True)],
    )


def provenance(image: WebImageRecord) -> dict[str, Any]:
    """Where a picture and its geometry come from, as plain values."""
    names = ("source", "shard_id", "image_id", "split", "image", "sha256", "width", "height", "intrinsics_source")
    names += ("depth_source", "gravity_source", "gravity_from_camera", "stack", "is_data")
    return {name: getattr(image, name) for name in names} | {"models": [dict(model) for model in image.models]}
