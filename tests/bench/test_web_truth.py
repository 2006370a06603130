"""The truth table on solids: what is measured is what was put in."""

from dataclasses import replace

import numpy as np
import pytest

from factory.bench.web_truth import CAMERA_DISTANCE, TruthTable, truth_table
from factory.web.labelled import without_truth
from factory.web.lifting.lift import lift
from schemas.web import TrueBox, WebImageRecord
from tests.web.lifting.analytic import BACK, FLOOR, Block, look, picture, seen_as

BLOCKS = [
    Block((-0.7, 0.85, 2.6), (0.5, 0.7, 0.4), 20),
    Block((0.4, 0.95, 3.4), (0.6, 0.5, 0.5), 50),
    Block((1.9, 0.8, 4.4), (0.5, 0.8, 0.5)),
]


def labelled(blocks=BLOCKS, fractions=(0.7, 0.95, 0.5), true_blocks=None) -> WebImageRecord:
    """A picture whose truth is that of the blocks, or of others."""
    view = look([*blocks, FLOOR, BACK], pitch=12)
    camera_from_gravity = view.gravity_from_camera.T
    seen = []
    for place, (true, fraction) in enumerate(zip(true_blocks or blocks, fractions, strict=True)):
        truth = TrueBox(
            center=(camera_from_gravity @ true.center).tolist(),
            extents=list(true.extents),
            rotation=(camera_from_gravity @ true.axes).ravel().tolist(),
            front=None,
            visible_fraction=fraction,
        )
        seen.append(seen_as(view.shown == place, f"block {place}", object_id=place, truth=truth))
    return picture(view, seen)


def rows_of(table: TruthTable, quantity: str):
    return {row.seen: row for row in table.rows if row.quantity == quantity}


def test_numbers_are_errors_of_what_lifting_finds():
    image = labelled()
    table = truth_table([image])
    lifted, _ = lift(without_truth(image))
    true = [np.linalg.norm(block.center) for block in BLOCKS]
    off = np.abs([np.linalg.norm(one.center) for one in lifted] - np.array(true))
    row = rows_of(table, CAMERA_DISTANCE)["all"]
    assert (row.count, row.unit) == (3, "m")
    assert row.median_abs == pytest.approx(np.median(off)) and row.mean_abs == pytest.approx(off.mean())
    assert row.mean_relative == pytest.approx((off / true).mean())
    assert row.within_25 == 1.0 and row.right is None and row.wrong is None
    assert rows_of(table, "vqa_distance_single")["all"].median_abs == pytest.approx(row.median_abs)
    heights = [np.subtract(one.gravity_max, one.gravity_min)[1] for one in lifted]
    assert rows_of(table, "height")["all"].mean_abs == pytest.approx(
        np.abs(np.subtract(heights, [block.extents[1] for block in BLOCKS])).mean()
    )


def test_whole_objects_decide_the_criterion():
    table = truth_table([labelled()])
    assert (table.pictures, table.whole, table.close, table.holds) == (1, 3, 1.0, True)
    farther = [replace(block, center=tuple(1.1 * c for c in block.center)) for block in BLOCKS]
    table = truth_table([labelled(true_blocks=farther)])
    assert table.whole == 3 and table.close == 0.0 and not table.holds


def test_what_is_hidden_or_cut_off_is_not_whole():
    hidden = Block((0.5, 0.5, 3.4), (0.4, 0.6, 0.2))  # before the middle block
    assert truth_table([labelled([BLOCKS[0], BLOCKS[1], replace(hidden, center=(0.4, 0.7, 2.6))])]).whole == 2
    cut = replace(BLOCKS[0], center=(-1.6, 0.85, 2.6))
    assert truth_table([labelled([cut, *BLOCKS[1:]])]).whole == 2
    # the mask shows much less than the true box: something unnamed is before it
    larger = replace(BLOCKS[2], extents=(1.5, 0.8, 0.5))
    assert truth_table([labelled(true_blocks=[*BLOCKS[:2], larger])]).whole == 2


def test_rows_go_by_the_least_visible_object_of_a_question():
    table = truth_table([labelled(fractions=(0.1, 0.95, 0.5))])
    assert {seen: row.count for seen, row in rows_of(table, CAMERA_DISTANCE).items()} == {
        "all": 3, "< 0.3": 1, "0.3 to 0.6": 1, ">= 0.9": 1, "whole in view": 3
    }  # fmt: skip
    pairs = rows_of(table, "vqa_distance_multi")
    assert pairs["< 0.3"].count == 2 * pairs["0.3 to 0.6"].count  # two of three pairs name the first block
    assert ">= 0.9" not in pairs


def test_words_are_right_where_the_truth_says_the_same_and_wrong_where_it_says_the_opposite():
    row = rows_of(truth_table([labelled()]), "vqa_object_relation_multi")["all"]
    assert row.right > 0.9 and row.wrong == 0 and row.median_abs is None
    swapped = [replace(b, center=(-b.center[0], *b.center[1:])) for b in BLOCKS]
    row = rows_of(truth_table([labelled(true_blocks=swapped)]), "vqa_object_relation_multi")["all"]
    assert row.wrong > 0.25  # one axis of three is mirrored


def test_answers_that_hang_on_points_or_pixels_are_left_out():
    names = {row.quantity.split()[0] for row in truth_table([labelled()]).rows}
    assert not names & {"level0", "vqa_closest_distance_multi", "vqa_counting_objects"}
    assert {"vqa_distance_multi", "vqa_object_size_single", "vqa_distance_each_axis_multi_world"} <= names


def test_what_is_not_lifted_is_counted_and_no_pictures_give_no_verdict():
    image = labelled()
    tiny = seen_as(np.eye(*look([FLOOR]).shown.shape, dtype=bool), "dust", truth=image.detections[0].truth)
    table = truth_table([image.model_copy(update={"detections": [*image.detections, tiny]})])
    assert table.rejects == {"mask too small": 1}
    empty = truth_table([])
    assert empty.rows == [] and empty.whole == 0 and not empty.holds


def test_the_table_does_not_depend_on_the_run():
    assert truth_table([labelled()]) == truth_table([labelled()])
