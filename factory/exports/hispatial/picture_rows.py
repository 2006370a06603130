"""A picture of the lake with its objects and questions, in the order of the tables."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa

from factory.errors import DataError
from factory.store.lake import Lake
from schemas.scene import Split
from schemas.web import WebFormat, WebImageRecord


class Question(NamedTuple):
    """The columns of `web_qa` that exports say."""

    image_id: str
    qa_id: str
    item_id: str
    split: Split
    task: str
    pair_type: str
    format: WebFormat
    question: str
    answer: str
    answers: list[str]
    options: list[str] | None
    pixels: list[int] | None
    object_ids: list[int]
    box_colors: list[str] | None
    values: list[float] | None


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
    rows: list[Question]


def read_shard(lake: Lake, dataset: str, shard: str) -> Iterator[PictureRows]:
    """Every picture of a shard, also those without questions.

    Raises DataError when the tables do not belong to one another.
    """
    images, objects, qa = (
        lake.read_verified(name, dataset, shard) for name in ("web_images", "web_objects", "web_qa")
    )
    rows_of: dict[str, list[Question]] = defaultdict(list)
    for row in questions(qa):
        rows_of[row.image_id].append(row)
    objects_of: dict[str, dict[int, NamedObject]] = defaultdict(dict)
    for values in objects.drop_columns(["mask", "points"]).to_pylist():  # most of their bytes
        objects_of[values["image_id"]][values["object_id"]] = _named(values)
    known = set()
    for values in images.drop_columns(["detections"]).to_pylist():
        # verified by digest, so that it is what a writer validated
        image = WebImageRecord.model_construct(**values)
        known.add(image.image_id)
        yield PictureRows(image, objects_of[image.image_id], rows_of[image.image_id])
    if lost := sorted(rows_of.keys() - known):
        raise DataError(
            f"{dataset}/{shard}: questions about {lost[0]!r}, which is not among its pictures; build again"
        )


def questions(table: pa.Table) -> Iterator[Question]:
    """The rows of a `web_qa` table."""
    columns = [table.column(name).to_pylist() for name in Question._fields]
    return map(Question._make, zip(*columns, strict=True))


def _named(values: dict[str, Any]) -> NamedObject:
    low, high = values["gravity_min"], values["gravity_max"]
    return NamedObject(
        object_id=values["object_id"],
        label=values["label"],
        score=values["score"],
        box=values["box"],
        reference=values["reference"],
        is_unambiguous=values["reference_kind"] != "box",
        center=values["center"],
        aabb=[*values["aabb_min"], *values["aabb_max"]],
        size=None if low is None or high is None else [b - a for a, b in zip(low, high, strict=True)],
    )


_PROVENANCE = (
    *("source", "shard_id", "image_id", "split", "image", "sha256", "width", "height", "intrinsics_source"),
    *("depth_source", "gravity_source", "gravity_from_camera", "stack", "is_data"),
)


def provenance(image: WebImageRecord) -> dict[str, Any]:
    """Where a picture and its geometry come from, as plain values."""
    models = [dict(model) for model in image.models]
    return {name: getattr(image, name) for name in _PROVENANCE} | {"models": models}
