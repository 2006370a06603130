"""Right rows about one or two images of the small scene."""

import math

from tests.audit.small_world import World


def _depth_rows(world: World) -> None:
    given = "The towel (red point) is 2.0 meters deep. How deep is the lamp (blue point)?"
    oc = {"red": 1, "blue": 2}
    world.ask("depth_prediction_oc", "fill", oc, given, "3.0", [3.0])
    world.ask("depth_prediction_oc", "select", oc, given, "B", [3.0], ["2.4", "3.0", "3.6", "1.9"])
    said = "The towel has a depth of 2.0 meters; the central depth of the lamp is 3.0 meters."
    world.ask("depth_prediction_oc", "sentence", oc, given, said, [3.0])
    # green (table) 2.4, blue (lamp) 3.0; sideways offset (-0.5, 1.0)
    margin = (0.6 - 0.1) / math.sqrt(2 * 0.02**2 + math.radians(1) ** 2 * (0.5**2 + 1.0**2))
    oo = {"red": 1, "blue": 2, "green": 3}
    given = (
        "With the towel (red point) at 2.0 meters, how much deeper or shallower is the table (green point) than the"
        " lamp (blue point)? Use the 3D center points."
    )
    world.ask("depth_prediction_oo", "fill", oo, given, "0.6", [-0.6], None, margin)
    world.ask("depth_prediction_oo", "select", oo, given, "D", [-0.6], ["0.9", "0.3", "1.4", "0.6"], margin)
    said = "Compared with the lamp, the table (green point) is 0.6 meters shallower."
    world.ask("depth_prediction_oo", "sentence", oo, given, said, [-0.6], None, margin)


def _distance_rows(world: World) -> None:
    away = math.sqrt(0.3**2 + 0.6**2 + 2.4**2)  # 2.492
    question = "How far is the table (red point) from the observer?"
    oc = {"red": 3}
    world.ask("distance_prediction_oc", "fill", oc, question, "2.5", [away])
    world.ask("distance_prediction_oc", "select", oc, question, "A", [away], ["2.5", "2.0", "3.3", "1.6"])
    world.ask("distance_prediction_oc", "sentence", oc, question, "Table is about 2.5 meters away.", [away])
    lamp = math.sqrt(1.3**2 + 1.0**2 + 0.7**2)  # towel to lamp, 1.783
    question = "How far apart are the red point (towel) and the lamp (blue point)?"
    oo = {"red": 1, "blue": 2}
    world.ask("distance_prediction_oo", "fill", oo, question, "1.8", [lamp])
    world.ask("distance_prediction_oo", "select", oo, question, "C", [lamp], ["2.2", "1.5", "1.8", "0.9"])
    world.ask("distance_prediction_oo", "sentence", oo, question, "They are 1.8 meters apart.", [lamp])
    table = math.sqrt(0.8**2 + 0.4**2 + 0.3**2)  # towel to table, 0.943
    cosine = (1.3 * 0.8 + 1.0 * 0.4 - 0.7 * 0.3) / (lamp * table)
    # each end moves its own distance, the shared end both: the unit vectors' difference
    margin = (lamp - table - 0.1) / (0.02 * math.sqrt(2 + (2 - 2 * cosine)))
    question = "Which is closer to the towel (red point), the lamp (green point) or the table (blue point)?"
    near = {"red": 1, "green": 2, "blue": 3}
    ends = [lamp, table]
    task = "distance_infer_center_oo"
    world.ask(task, "fill", near, question, "table", ends, None, margin)
    world.ask(task, "select", near, question, "A", ends, ["table", "lamp"], margin)
    said = (
        "From towel to lamp it is 1.8 meters, and to the table 0.9 meters. Hence the lamp is farther from the towel."
    )
    world.ask(task, "sentence", near, question, said, ends, None, margin)
    left, right = (
        math.sqrt(2.0**2 + 0.6**2 + 1.1**2),
        math.sqrt(0.5**2 + 0.8**2 + 1.2**2),
    )  # lamp to chairs: 2.36, 1.53
    cosine = (-2.0 * 0.5 + 0.6 * 0.8 + 1.1 * 1.2) / (left * right)
    margin = (left - right - 0.1) / (0.02 * math.sqrt(2 + (2 - 2 * cosine)))
    question = "Which is farther from the lamp (red point): the chair (green point) or the chair (blue point)?"
    same = {"red": 2, "green": 4, "blue": 5}
    world.ask(task, "fill", same, question, "chair (green point)", [left, right], None, margin)
    options = ["chair (green point)", "chair (blue point)"]
    world.ask(task, "select", same, question, "A", [left, right], options, margin)


def _relation_rows(world: World) -> None:
    # red (table) minus blue (lamp): (-0.5, 1.0, -0.6), nearer by 0.64; left is the slot nearest to its threshold
    nearer = math.sqrt(0.3**2 + 0.6**2 + 2.4**2) - math.sqrt(0.8**2 + 0.4**2 + 3.0**2)
    values = [-0.5, 1.0, nearer]
    margin = (0.5 - 0.1) / math.sqrt(2 * 0.02**2 + math.radians(1) ** 2 * (1.0**2 + 0.6**2))
    task, marks = "obj_spatial_relation_oo", {"red": 3, "blue": 2}
    question = "Where is the table (red bbox) relative to the lamp (blue bbox)?"
    options = ["right, below, closer", "left, above, farther", "left, below, closer", "left, , closer"]
    world.ask(task, "select", marks, question, "C", values, options, margin)
    said = "The table (red bbox) is to the left of and below the lamp (blue bbox), and it is closer to the observer."
    world.ask(task, "sentence", marks, question, said, values, None, margin)
    yes = "Is the table (red bbox) below the lamp (blue bbox)?"
    world.ask(task, "judge", marks, yes, "Yes", values, None, margin)
    no = "Compared with the lamp (blue bbox), is the table (red bbox) farther from the observer?"
    world.ask(task, "judge", marks, no, "No", values, None, margin)
    # red (mirror) minus blue (lamp): (0, 0, 0.5): only the third slot is filled
    farther = math.sqrt(0.8**2 + 0.4**2 + 3.5**2) - math.sqrt(0.8**2 + 0.4**2 + 3.0**2)
    margin = 0.1 / math.sqrt(2 * 0.02**2 + math.radians(1) ** 2 * 0.5**2)
    marks = {"red": 8, "blue": 2}
    question = "Where is the mirror (red bbox) relative to the lamp (blue bbox)?"
    options = [", , farther", ", , closer", "left, , ", ", above, "]
    world.ask(task, "select", marks, question, "A", [0.0, 0.0, farther], options, margin)
    world.ask(task, "sentence", marks, question, "Mirror is farther.", [0.0, 0.0, farther], None, margin)


def _pair_rows(world: World) -> None:
    box = world.shown("20", 2)["box"]
    marks = {"red": 2}
    question = "Where is the lamp (red bbox) in the second image?"
    values = [float(v) for v in box]
    task = "position_matching"
    world.ask(task, "fill", marks, question, f"{box}", values)
    others = ["[10, 10, 90, 90]", "[700, 700, 900, 950]", "[50, 600, 99, 800]"]
    world.ask(task, "select", marks, question, "D", values, [*others, f"{box}"])
    world.ask(task, "sentence", marks, question, f"The lamp is at {box} there.", values)
    # the second camera stands 0.43 right, 0.18 up and 0.62 ahead, turned 20 right and 10 up
    values = [0.43, 0.18, 0.62, 10.0, 20.0]
    question = "How does the camera move from the first to the second image?"
    fill = "move_right:0.4,move_up:0.2,move_forward:0.6,rotate_up:10,rotate_right:20"
    world.ask("view_change_infer", "fill", {}, question, fill, values)
    said = (
        "Move 0.6 meters forward and 0.4 meters to the right. Go up by 0.2 meters. Rotate up by 10 degrees, then turn"
        " right by 20 degrees."
    )
    world.ask("view_change_infer", "sentence", {}, question, said, values)


def _size_rows(world: World) -> None:
    question = "How large is the table (red bbox)?"
    task, sides = "spatial_volume_infer", [60.0, 40.0, 30.0]
    fill = "length is 60 cm, width is 40 cm, and height is 30 cm"
    world.ask(task, "fill", {"red": 3}, question, fill, sides)
    world.ask(task, "sentence", {"red": 3}, question, f"Of the table, {fill}.", sides)


def _camera_motion_rows(world: World) -> None:
    # the second camera is at (0.43, -0.18, 0.62) along the axes of the first
    task, values = "camera_motion_infer", [500 + 500 * 0.43 / 0.62, 500 - 625 * 0.18 / 0.62, 0.62]
    question = "Where in the first image is the second camera?"
    world.ask(task, "fill", {}, question, "(847,319),0.6", values)
    options = [(600, 319, "0.6"), (847, 100, "0.6"), (847, 319, "1.2"), (847, 319, "0.6")]
    texts = [f"Image Coor: ({u}, {v}), Depth: {depth} meters" for u, v, depth in options]
    world.ask(task, "select", {}, question, "D", values, texts)
    world.ask(task, "sentence", {}, question, "It is at (847, 319), 0.6 meters deep.", values)


ROWS = (_depth_rows, _distance_rows, _relation_rows, _pair_rows, _size_rows, _camera_motion_rows)
