"""Where and how large marks are drawn."""

import numpy as np
from PIL import Image

from factory.exports.spar_markers import DrawnMark, draw_markers, draw_marks, row_marks

SIZE = (1000, 500)


def painted(image: Image.Image, color: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """First and last column and row of a colour."""
    rows, columns = np.nonzero((np.asarray(image) == color).all(axis=2))
    return columns.min(), columns.max(), rows.min(), rows.max()


def test_a_point_is_a_disc_of_radius_20() -> None:
    (image,) = draw_markers([Image.new("RGB", SIZE)], {"type": "distance_prediction_oc", "red_point": [[300, 600]]})
    assert painted(image, (255, 0, 0)) == (280, 320, 280, 320)
    assert image.getpixel((300, 300)) == (255, 0, 0)
    assert image.getpixel((281, 281)) == (0, 0, 0)


def test_a_box_is_a_frame_that_grows_outward() -> None:
    row = {"type": "position_matching", "red_bbox": [[200, 200, 400, 600]]}
    first, second = draw_markers([Image.new("RGB", SIZE)] * 2, row)
    assert painted(first, (255, 0, 0)) == (182, 417, 82, 317)
    assert [first.getpixel((x, 200)) for x in (201, 202, 397, 398)] == [(255, 0, 0), (0, 0, 0), (0, 0, 0), (255, 0, 0)]
    assert np.asarray(second).max() == 0


def test_green_is_the_dark_one() -> None:
    row = {
        "type": "distance_infer_center_oo",
        "red_point": [[100, 500]],
        "green_point": [[500, 500]],
        "blue_point": [[900, 500]],
    }
    (image,) = draw_markers([Image.new("RGB", SIZE)], row)
    assert [image.getpixel((x, 250)) for x in (100, 500, 900)] == [(255, 0, 0), (0, 128, 0), (0, 0, 255)]


def test_marks_go_to_the_images_that_the_row_names() -> None:
    row = {
        "type": "depth_prediction_oo_mv",
        "red_point": [[10, 20]],
        "blue_point": [[30, 40]],
        "green_point": [[50, 60]],
        "point_img_idx": [[0, 2, 1]],
    }
    assert row_marks(row) == [
        DrawnMark(0, "red", [10, 20]),
        DrawnMark(2, "blue", [30, 40]),
        DrawnMark(1, "green", [50, 60]),
    ]
    single = {"type": "obj_spatial_relation_oc_mv", "blue_bbox": [[1, 2, 3, 4]], "bbox_img_idx": [[2]]}
    assert row_marks(single) == [DrawnMark(2, "blue", [1, 2, 3, 4])]


def test_images_are_left_alone() -> None:
    image = Image.new("RGB", SIZE)
    draw_marks([image], [DrawnMark(0, "red", [500, 500])])
    assert np.asarray(image).max() == 0


def test_smaller_pictures_get_smaller_marks() -> None:
    (image,) = draw_marks([Image.new("RGB", (500, 250))], [DrawnMark(0, "red", [500, 500])], scale=0.5)
    assert painted(image, (255, 0, 0)) == (240, 260, 115, 135)


def test_names_are_written_beside_the_marks_that_have_them() -> None:
    row = {"type": "distance_infer_center_oo_video", "point_list": [[[500, 500]] * 3], "point_img_idx": [[4, 0, 31]]}
    marks = row_marks(row)
    assert [(mark.image_index, mark.name) for mark in marks] == [(4, "objectA"), (0, "object0"), (31, "object1")]
    images = draw_markers([Image.new("RGB", SIZE)] * 32, row)
    assert painted(images[4], (0, 0, 255)) == (480, 520, 230, 270)
    left, right, top, bottom = painted(images[4], (0, 255, 0))
    assert 500 <= left < right < 900 and 100 < top < bottom <= 240
    assert np.asarray(images[1]).max() == 0


def test_colored_boxes_of_videos_have_numbers_in_the_order_of_their_places() -> None:
    colors = ("green", "blue", "red", "yellow")
    row = {"type": "spatial_imagination_oo_video", **{f"{color}_bbox": [[1, 2, 3, 4]] for color in colors}}
    names = {mark.color: mark.name for mark in row_marks(row | {"bbox_img_idx": [[3, 2, 1, 0]]})}
    assert names == {"green": "object0", "blue": "object1", "red": "object2", "yellow": "object3"}
