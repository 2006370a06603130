"""One definition for validation and for storage."""

import pyarrow as pa
import pytest
from pydantic import ValidationError

from schemas.arrow import arrow_schema
from schemas.base import Record
from schemas.qa import QARow
from schemas.records import ObjectRecord, SceneRecord, ViewRecord

FIXED_COLUMNS = {
    SceneRecord: {
        "floor_area": pa.float64(),
        "floor_polygon": pa.list_(pa.float64()),
        "axis_aligned": pa.bool_(),
    },
    ObjectRecord: {
        "object_id": pa.int32(),
        "label": pa.string(),
        "is_structural": pa.bool_(),
        "center": pa.list_(pa.float64()),
        "rotation": pa.list_(pa.float64()),
        "point_count": pa.int32(),
        "frame_ids": pa.list_(pa.string()),
    },
    ViewRecord: {
        "width": pa.int32(),
        "intrinsics": pa.list_(pa.float64()),
        "world_from_camera": pa.list_(pa.float64()),
        "is_keyframe": pa.bool_(),
        "video_index": pa.int32(),
    },
    QARow: {
        "qa_id": pa.string(),
        "options": pa.list_(pa.string()),
        "object_ids": pa.list_(pa.int32()),
        "values": pa.list_(pa.float64()),
        "margin": pa.float64(),
        "task_version": pa.int32(),
    },
}


@pytest.mark.parametrize("model", FIXED_COLUMNS)
def test_fixed_columns_keep_their_types(model: type[Record]) -> None:
    schema = arrow_schema(model)
    assert {name: schema.field(name).type for name in FIXED_COLUMNS[model]} == FIXED_COLUMNS[model]
    assert schema.field("source").type == pa.string() and schema.field("scene_id").type == pa.string()


def test_only_optional_columns_are_nullable() -> None:
    nullable = {field.name for field in arrow_schema(QARow) if field.nullable}
    assert nullable == {"options", "values", "margin"}


def test_a_type_without_a_place_in_a_table_is_refused() -> None:
    class Odd(Record):
        mapping: dict[str, int]

    with pytest.raises(TypeError, match="column mapping"):
        arrow_schema(Odd)


def test_records_refuse_unknown_fields_and_values_out_of_range() -> None:
    mark = {
        "kind": "point",
        "color": "red",
        "image_index": 0,
        "object_id": 1,
        "label": "chair",
        "coords": [5, 1001],
    }
    row = dict.fromkeys(("source", "scene_id", "qa_id", "task", "question", "answer", "template_id"), "x") | {
        "split": "train",
        "level": "low",
        "view": "single",
        "relation": "oc",
        "format": "fill",
        "images": ["a.jpg"],
        "frame_ids": ["0"],
        "options": None,
        "marks": [],
        "object_ids": [],
        "labels": [],
        "values": None,
        "unit": "m",
        "margin": None,
        "task_version": 1,
    }
    QARow.model_validate(row)
    for change in ({"marks": [mark]}, {"format": "essay"}, {"extra": 1}, {"images": []}, {"answer": ""}):
        with pytest.raises(ValidationError):
            QARow.model_validate(row | change)
