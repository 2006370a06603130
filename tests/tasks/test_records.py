"""Reading records: every column, any order, and tables that contradict each other."""

from dataclasses import fields

import numpy as np
import pyarrow as pa
import pytest

from factory.errors import DataError
from factory.geometry.boxes import Boxes, boxes_overlap
from factory.tasks.records import SceneRecords
from tests.tasks.synthetic_records import synthetic_records, to_tables


def assert_same(first: SceneRecords, second: SceneRecords) -> None:
    for column in fields(SceneRecords):
        np.testing.assert_array_equal(getattr(first, column.name), getattr(second, column.name), err_msg=column.name)


def test_tables_round_trip_whatever_the_order_of_their_rows() -> None:
    records = synthetic_records(0)
    rng = np.random.default_rng(1)
    shuffled = to_tables(records, rng.permutation(len(records.object_ids)), rng.permutation(len(records.frame_ids)))
    assert_same(SceneRecords.from_tables(*to_tables(records)), records)
    assert_same(SceneRecords.from_tables(*shuffled), records)


def test_slices_and_chunks_are_read_like_whole_tables() -> None:
    records = synthetic_records(2)
    scenes, objects, views = to_tables(records)
    pieces = pa.concat_tables([views.slice(15), views.slice(0, 4), views.slice(4, 11)])
    assert pieces.column("objects").num_chunks == 3
    assert_same(SceneRecords.from_tables(scenes, objects, pieces), records)


def test_a_scene_without_views_or_objects_has_empty_arrays() -> None:
    scenes, objects, views = to_tables(synthetic_records(0))
    records = SceneRecords.from_tables(scenes, objects.slice(0, 0), views.slice(0, 0))
    assert records.sighting_of.shape == (0, 0)
    assert records.centers_camera.shape == (0, 3)
    assert records.overlapping.shape == (0, 0)


def test_sighting_of_finds_every_sighting_once() -> None:
    records = synthetic_records(3)
    table = records.sighting_of
    assert sorted(table[table >= 0].tolist()) == list(range(len(records.sighting_view)))
    for view, thing in [(0, 2), (5, 7), (11, 3)]:
        rows = np.flatnonzero((records.sighting_view == view) & (records.sighting_object == thing))
        assert table[view, thing] == (rows[0] if rows.size else -1)


def test_overlapping_asks_every_pair_of_boxes() -> None:
    records = synthetic_records(4, objects=30)
    boxes = Boxes(records.centers, records.extents, records.rotations)
    expected = [
        [bool(boxes_overlap(Boxes(*(a[i] for a in boxes)), Boxes(*(a[j] for a in boxes)))) for j in range(30)]
        for i in range(30)
    ]
    assert records.overlapping.tolist() == expected
    assert 0 < records.overlapping[~np.eye(30, dtype=bool)].sum() < 400


def test_tables_that_contradict_each_other_are_refused() -> None:
    scenes, objects, views = to_tables(synthetic_records(0))
    with pytest.raises(DataError, match="one row was expected, there are 2"):
        SceneRecords.from_tables(pa.concat_tables([scenes, scenes]), objects, views)
    with pytest.raises(DataError, match="object_id: ids must be unique"):
        SceneRecords.from_tables(scenes, pa.concat_tables([objects, objects.slice(0, 1)]), views)
    with pytest.raises(DataError, match="frame_id: ids must be unique"):
        SceneRecords.from_tables(scenes, objects, pa.concat_tables([views, views.slice(3, 1)]))
    with pytest.raises(DataError, match="views show object 40, which the table objects does not hold"):
        SceneRecords.from_tables(scenes, objects.slice(0, 13), views)
    short = objects.set_column(6, "center", pa.array([[0.0, 0.0]] * objects.num_rows))
    assert objects.column_names[6] == "center"
    with pytest.raises(DataError, match="column center: 3 numbers per row"):
        SceneRecords.from_tables(scenes, short, views)


def test_a_view_that_lists_an_object_twice_is_refused() -> None:
    scenes, objects, views = to_tables(synthetic_records(0))
    rows = views.to_pylist()
    rows[4]["objects"].append(rows[4]["objects"][0])
    with pytest.raises(DataError, match="lists an object twice"):
        SceneRecords.from_tables(scenes, objects, pa.Table.from_pylist(rows, views.schema))
