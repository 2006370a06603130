"""Boxes, ids in images, and the classes of things."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from schemas.scene import Scene
from tests.sources.structured3d.reading import boxes_with, content_of, load, write
from tests.sources.structured3d.tiny_house import (
    NOTHING,
    NYU,
    TinyView,
    box_entry,
)


def test_boxes_have_half_extents_in_millimetres_and_axes_in_rows(house: Path) -> None:
    box = load(house).objects[1].box
    np.testing.assert_allclose(box.center, [2.0, 3.0, 0.4])
    np.testing.assert_allclose(box.extents, [1.6, 0.9, 0.8])
    np.testing.assert_allclose(box.rotation[:, 0], [np.cos(0.3), np.sin(0.3), 0.0])
    np.testing.assert_allclose(box.rotation[:, 2], [0.0, 0.0, 1.0])


def test_lengths_may_be_negative_and_axes_in_any_order_of_either_hand(tmp_path: Path) -> None:
    straight = box_entry(0, [1000.0, 2500.0, 500.0], [300.0, 250.0, 500.0], 0.4)
    x, y, z = straight["basis"]
    mirrored = {**straight, "basis": [z, [-n for n in x], y], "coeffs": [-500.0, 300.0, -250.0]}
    assert np.linalg.det(mirrored["basis"]) < 0
    boxes = [
        load(write(tmp_path / str(i), boxes=[entry])).objects[0].box for i, entry in enumerate((straight, mirrored))
    ]
    for box in boxes:
        np.testing.assert_allclose(box.extents, [0.6, 0.5, 1.0])
        np.testing.assert_allclose(box.rotation[:, 0], x)
        np.testing.assert_allclose(box.rotation[:, 2], [0, 0, 1])
        assert np.linalg.det(box.rotation) == pytest.approx(1)


def test_boxes_that_are_none_are_left_out_and_counted(tmp_path: Path) -> None:
    good = box_entry(0, [1000.0, 2500.0, 500.0], [250.0, 300.0, 500.0])
    bad = [
        {**good, "ID": 1, "basis": [[1, 0, 0], [0.9, 0.1, 0], [0, 0, 1]]},
        {**good, "ID": 2, "coeffs": [0.0, 0.0, 0.0]},
        {**good, "ID": 3, "centroid": [float("nan"), 0, 0]},
        {**good, "ID": 4, "coeffs": [100.0, 100.0]},
        {"ID": 5},
    ]
    without_id = [dict(good), {**good, "ID": NOTHING}, {**good, "ID": "7"}, {**good, "ID": -1}, 8]
    scene = load(write(tmp_path, boxes=[good, *bad, *without_id]))
    assert [o.object_id for o in scene.objects] == [0]
    assert scene.rejected["object: box malformed"] == len(bad)
    assert scene.rejected["object: no id of its own"] == len(without_id)


def show(root: Path, *things: tuple[int, int, slice, slice], boxes: list[dict]) -> Scene:
    view = TinyView(1, 0, (0, 0, 1500), (0, 1, 0), things=list(things))
    return load(write(root, views=[view], boxes=boxes))


EVERYWHERE = slice(None)


def test_the_largest_id_is_a_thing_where_no_pixel_is_background(tmp_path: Path) -> None:
    left, right = (3, NYU["chair"], EVERYWHERE, slice(0, 16)), (9, NYU["table"], EVERYWHERE, slice(16, 32))
    scene = show(tmp_path, left, right, boxes=boxes_with(3, 9))
    assert [(o.object_id, o.label) for o in scene.objects] == [(3, "chair"), (9, "table")]


def test_the_class_of_a_thing_is_that_of_most_of_its_pixels_over_all_views(tmp_path: Path) -> None:
    views = [
        TinyView(1, 0, (0, 0, 1500), (0, 1, 0), things=[(5, NYU["table"], slice(0, 4), slice(0, 4))]),
        TinyView(1, 1, (0, 0, 1500), (0, 1, 0), things=[(5, NYU["table"], slice(0, 4), slice(0, 4))]),
        TinyView(1, 2, (0, 0, 1500), (0, 1, 0), things=[(5, NYU["chair"], slice(0, 10), slice(0, 4))]),
    ]
    assert [o.label for o in load(write(tmp_path, views=views, boxes=boxes_with(5))).objects] == ["chair"]


def test_unlabelled_and_other_things_have_no_name_and_stay(tmp_path: Path) -> None:
    things = [
        (1, 0, slice(0, 4), EVERYWHERE),
        (2, NYU["otherprop"], slice(4, 8), EVERYWHERE),
        (3, NYU["refridgerator"], slice(8, 12), EVERYWHERE),
        (4, NYU["wall"], slice(12, 16), EVERYWHERE),
        (5, 200, slice(16, 20), EVERYWHERE),  # no class of the 40
    ]
    scene = show(tmp_path, *things, boxes=boxes_with(1, 2, 3, 4, 5))
    assert [(o.label, o.raw_label, o.is_structural) for o in scene.objects] == [
        ("", "", False),
        ("", "otherprop", False),
        ("refrigerator", "refridgerator", False),
        ("wall", "wall", True),
        ("", "", False),
    ]


def test_things_in_no_view_and_ids_without_a_box_are_counted(house: Path, tmp_path: Path) -> None:
    assert load(house).rejected == {"object: in no view": 1}
    chair = (0, NYU["chair"], slice(0, 4), EVERYWHERE)
    scene = show(tmp_path / "other", chair, (77, 5, slice(5, 6), EVERYWHERE), boxes=boxes_with(0))
    assert scene.rejected == {"object: an id in images without a box": 1}


def test_an_image_of_classes_with_a_palette_holds_their_numbers(house: Path) -> None:
    expected = load(house)
    for path in house.rglob("perspective/full/*/semantic.png"):
        image = Image.open(path)
        paletted = Image.new("P", image.size)
        paletted.putdata(list(image.getdata()))
        paletted.putpalette([(91 * i + 30) % 256 for i in range(768)])
        paletted.save(path)
        assert Image.open(path).mode == "P"
    assert content_of(load(house)) == content_of(expected)
