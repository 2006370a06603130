"""Rows about the small picture, one or more per task and format, written by hand; numbers from paper."""

import hashlib
import math
from typing import Any

from tests.audit.web.small_picture import IMAGE, OBJECTS, SHARD, SOURCE, Row, SmallPicture, small_picture

RED, GREEN = "the cup (highlighted by the red box)", "the cup (highlighted by the green box)"
LEVELS = {"level0": "level0", "vqa_distance_single": "level1", "vqa_orientation": "level1"}
LEVELS |= {"vqa_object_size_single": "level1", "vqa_query_aabb": "level1", "vqa_counting_objects": "level3"}
LEVELS |= {"problem_solving": "level3", "vqa_relative_position_new_perspective": "level3"}
LEVELS |= {"vqa_relative_position_new_perspective_no_orient": "level3"}
RELATIONS = {"level0": "none", "vqa_distance_single": "oc", "vqa_orientation": "oc", "vqa_query_aabb": "oc"}
RELATIONS |= {"vqa_object_size_single": "none"}
UNITS = {"vqa_orientation": "deg", "vqa_orientation_comparison_two_objects": "deg", "vqa_counting_objects": "count"}
UNITS |= {"vqa_spatial_mcq_multiangle": "deg", "vqa_spatial_mcq_multiangle_world": "deg"}
UNITS |= {"vqa_object_direction_multi": "none"}
GRAVITY_TASKS = ("vqa_object_size_single", "problem_solving", "vqa_relative_position_new_perspective")


def _id(*parts: object) -> str:
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()


class Writer:
    """Adds the rows of one item after the other."""

    def __init__(self) -> None:
        self.picture = small_picture()
        self._items = 0

    def item(self, task: str, ids: tuple[int, ...], values: list[float], margin: float | None, **more: Any) -> Row:
        """What the rows of an item share; `named` is how many of the objects the question names."""
        self._items += 1
        named = more.pop("named", len(ids))
        colors = iter(("red", "green"))
        of_box = [next(colors) if OBJECTS[i][0] == "cup" and place < named else "" for place, i in enumerate(ids)]
        gravity = task.endswith(("_world", "_no_orient")) or task in GRAVITY_TASKS
        return {
            "source": SOURCE,
            "shard_id": SHARD,
            "image_id": IMAGE,
            "item_id": _id("item", self._items),
            "split": "train",
            "task": task,
            "level": LEVELS.get(task, "level2"),
            "view": "single",
            "relation": RELATIONS.get(task, "oo"),
            "frame": "gravity" if gravity else "camera",
            "images": [f"{SHARD}/color/10.jpg"],
            "pixels": None,
            "object_ids": list(ids),
            "labels": [OBJECTS[i][0] for i in ids],
            "box_colors": of_box or None,
            "marks": [self._mark(i, color) for i, color in zip(ids, of_box, strict=True) if color],
            "values": values,
            "unit": UNITS.get(task, "m"),
            "margin": margin,
            "template_id": "by hand",
            "task_version": 1,
            **more,
        }

    def _mark(self, object_id: int, color: str) -> Row:
        x1, y1, x2, y2 = self.picture.thing(object_id)["box"]
        coords = [round(x1 / 0.8), round(y1 / 0.6), round(x2 / 0.8), round(y2 / 0.6)]
        return {
            "kind": "bbox", "color": color, "image_index": 0, "object_id": object_id,
            "label": OBJECTS[object_id][0], "coords": coords,
        }  # fmt: skip

    def add(self, item: Row, form: str, pair_type: str, question: str, answer: str, *options: str) -> None:
        """A row; for mcq the letter as answer, behind it the options."""
        right = options["ABCD".index(answer)] if options else answer
        self.picture.rows.append(
            {
                **item,
                "qa_id": _id("row", len(self.picture.rows)),
                "format": form,
                "pair_type": pair_type,
                "question": question,
                "answer": answer,
                "answers": [right],
                "options": list(options) or None,
            }
        )


def clean_picture() -> SmallPicture:
    """The small picture with all its rows."""
    writer = Writer()
    for write in (_pixels, _single, _pairs, _relations, _sectors, _three, _sets, _counts, _perspectives, _problems):
        write(writer)
    return writer.picture


def _pixels(w: Writer) -> None:
    # lattice pixel (224, 224): column 40, row 30 of the map, where u = 404.5, v = 304.5 and the wall is 8 m away
    item = w.item("level0", (), [0.08, 0.08, 8.0], None, pixels=[224, 224])
    loc = "<loc0512><loc0512><loc0512><loc0512>"
    w.add(item, "text", "pixel_xyz", f"what is the xyz of the pixel in {loc}", "0.08m 0.08m 8.00m")
    # the chair: column 23, row 38, lattice 131..134 and 286..290; its depth is 3 m
    item = w.item("level0", (), [8.0, 3.0], 5 / 0.8, pixels=[224, 224, 131, 286])
    first, second = f"the pixel in {loc}", "the pixel in <loc0654><loc0299><loc0654><loc0299>"
    question = f"Which one is closer to the camera: {first} or {second}?"
    w.add(item, "text", "depth_text", question, f"T{second[1:]}.")
    w.add(
        item,
        "mcq",
        "depth_mcq",
        f"Tell me whether {first} or {second} has the larger depth value.",
        "A",
        first,
        second,
    )
    w.add(
        item,
        "true_false",
        "depth_tf",
        f"Take {second} as the reference. Is {first} farther from the viewer in depth?",
        "Yes",
    )


def _single(w: Writer) -> None:
    away = math.sqrt(1 + 0.25 + 9)  # 3.2016
    item = w.item("vqa_distance_single", (1,), [away], None)
    w.add(item, "text", "distance_text", "How far is the chair from the camera, in meters?", "3.20m")
    w.add(
        item,
        "mcq",
        "distance_mcq",
        "State the distance of the chair from the viewpoint in meters.",
        "B",
        "2.30m",
        "3.20m",
        "4.40m",
        "6.01m",
    )
    w.add(item, "true_false", "distance_tf", "Is the chair more than 2.40 meters away from the camera?", "Yes")
    item = w.item("vqa_distance_single", (4,), [math.sqrt(0.16 + 0.04 + 4)], None)
    w.add(
        item,
        "text",
        "distance_text",
        f"How distant is {RED} from where the picture was taken? Answer in meters.",
        f"About 2.05 meters separate the camera from {RED}.",
    )
    w.add(item, "true_false", "distance_tf", f"Is it about 3.30 meters from the camera to the center of {RED}?", "No")
    azimuth = math.degrees(math.pi - math.atan2(1.0, -2.1))  # a front of 180 degrees, the camera at atan2(1, -2.1)
    item = w.item("vqa_orientation", (1,), [azimuth], (45 - azimuth) / 15)
    w.add(item, "text", "facing_text", "Which side of the chair is turned toward the camera?", "The front.")
    w.add(
        item,
        "mcq",
        "facing_mcq",
        "Name the side of the chair that faces the viewer, left and right as somebody at the chair would say.",
        "C",
        "the back",
        "the left side",
        "the front",
        "the right side",
    )
    w.add(item, "true_false", "facing_tf", "Is the left side of the chair facing the camera?", "No")
    item = w.item("vqa_object_size_single", (2,), [1.2], None)
    w.add(item, "text", "width_text", "How wide is the table, in meters?", "The table is about 1.20 meters wide.")
    w.add(
        item,
        "mcq",
        "width_mcq",
        "Tell me the metric width of the table.",
        "A",
        "1.20 meters",
        "1.80 meters",
        "0.80 meters",
        "2.40 meters",
    )
    w.add(item, "true_false", "width_tf", "Is the table at least 1.70 meters wide?", "No")
    item = w.item("vqa_object_size_single", (3,), [0.6], None)
    w.add(item, "text", "height_text", "How tall is the lamp, in meters?", "0.60 meters.")
    # half extents in the camera: 0.25 | 0.8 * 0.45 + 0.6 * 0.25 | 0.6 * 0.45 + 0.8 * 0.25
    item = w.item("vqa_query_aabb", (1,), [-1.25, -0.01, 2.53, -0.75, 1.01, 3.47], None)
    w.add(
        item,
        "text",
        "aabb_text",
        "I need the metric bounds of the chair along x, y, and z of the camera, lower bounds first.",
        "-1.25m -0.01m 2.53m -0.75m 1.01m 3.47m",
    )


def _pairs(w: Writer) -> None:
    between = math.sqrt(4 + 0 + 1)  # chair and table
    item = w.item("vqa_distance_multi", (1, 2), [between], None)
    w.add(item, "text", "distance_text", "How far apart are the chair and the table, in meters?", "2.24 meters.")
    w.add(
        item,
        "mcq",
        "distance_mcq",
        "State how many meters lie between the chair and the table.",
        "D",
        "1.60 meters",
        "3.10 meters",
        "4.30 meters",
        "2.24 meters",
    )
    w.add(item, "true_false", "distance_tf", "Are the chair and the table under 1.50 meters apart?", "No")
    item = w.item("vqa_object_direction_multi", (1, 2), [2 / between, 0.0, 1 / between], None)
    w.add(
        item,
        "text",
        "direction_vector_text",
        "What is the unit vector from the chair to the table in camera coordinates?",
        "0.89 0.00 0.45",
    )
    item = w.item("vqa_distance_each_axis_multi", (1, 2), [2.0], None)
    w.add(
        item,
        "text",
        "x_text",
        "How many meters separate the chair from the table along the camera's left-right axis?",
        "2.00 meters.",
    )
    w.add(
        item,
        "mcq",
        "x_mcq",
        "How many meters separate the chair from the table sideways in the camera's view?",
        "A",
        "2.00 meters",
        "3.00 meters",
        "1.30 meters",
        "0.90 meters",
    )
    item = w.item("vqa_distance_each_axis_multi_world", (1, 2), [0.6], None)
    w.add(
        item,
        "text",
        "y_text",
        "By how many meters do the positions of the chair and the table differ in physical height?",
        "The positions of the chair and the table differ by approximately 0.60 meters in physical height.",
    )
    w.add(
        item,
        "mcq",
        "y_mcq",
        "How far apart are the chair and the table in height above the ground, in meters?",
        "B",
        "0.40 meters",
        "0.60 meters",
        "0.90 meters",
        "1.30 meters",
    )
    closest = _closest(w.picture, 1, 2)
    item = w.item("vqa_closest_distance_multi", (1, 2), [closest], None)
    w.add(
        item,
        "text",
        "distance_text",
        "What is the minimum distance between the chair and the table in meters?",
        f"{closest:.2f} meters.",
    )
    w.add(
        item,
        "mcq",
        "distance_mcq",
        "At the closest spot, how many meters separate the chair from the table?",
        "A",
        f"{closest:.2f} meters",
        f"{closest * 1.5:.2f} meters",
        f"{closest / 1.5:.2f} meters",
        f"{closest * 2.2:.2f} meters",
    )
    w.add(
        item,
        "true_false",
        "distance_tf",
        f"Is the minimum distance between the chair and the table less than {closest * 1.5:.2f} meters?",
        "Yes",
    )
    # fronts look along -z and +x of the level plane
    item = w.item("vqa_orientation_comparison_two_objects", (1, 6), [90.0], 3.0)
    w.add(item, "text", "similar_text", "Do the chair and the sofa face in roughly the same direction?", "No.")
    w.add(item, "mcq", "similar_mcq", "Are the chair and the sofa oriented different ways?", "A", "Yes", "No")
    w.add(
        item,
        "true_false",
        "similar_tf",
        "Are the fronts of the chair and the sofa pointing in similar directions?",
        "No",
    )


def _closest(picture: SmallPicture, first: int, second: int) -> float:
    """By trying all pairs of points."""
    one, other = (
        [tuple(flat[i : i + 3]) for i in range(0, len(flat), 3)]
        for flat in (picture.thing(first)["points"], picture.thing(second)["points"])
    )
    return min(math.dist(p, q) for p in one for q in other)


def _relations(w: Writer) -> None:
    # camera: chair - lamp = (-1, 1, -2); z takes 10 % of the mean depth, 0.4
    item = w.item("vqa_object_relation_multi", (1, 3), [-1.0, 1.0, -2.0], 2 / 0.4)
    ask, view = "the chair relative to the lamp", "from the camera's point of view"
    w.add(
        item,
        "text",
        "direction_text",
        f"As the camera sees the scene, where is {ask}?",
        "The chair is left of, below, and in front of the lamp.",
    )
    w.add(item, "text", "axis_text", f"Would you say that the chair is above or below the lamp, {view}?", "Below.")
    w.add(
        item,
        "mcq",
        "direction_mcq",
        f"What is the spatial relation of the chair to the lamp, {view}?",
        "B",
        "left, above, and behind",
        "left, below, and in front",
        "right, above, and in front",
        "right, below, and behind",
    )
    for axis, most, letter in (
        ("x", "farther to the left", "A"),
        ("y", "higher up", "B"),
        ("z", "nearer in depth", "A"),
    ):
        w.add(
            item,
            "mcq",
            f"{axis}_mcq",
            f"Which of the two is {most}, the lamp or the chair, {view}?",
            letter,
            "the chair",
            "the lamp",
        )
    for word, claim, truth in (
        ("x_left", "to the left of", "Yes"), ("x_right", "to the right of", "No"), ("y_above", "higher than", "No"),
        ("y_below", "lower than", "Yes"), ("z_front", "at a smaller depth than", "Yes"), ("z_behind", "behind", "No"),
    ):  # fmt: skip
        w.add(
            item, "true_false", f"{word}_tf", f"Can the chair be described as being {claim} the lamp, {view}?", truth
        )
    # gravity: table - lamp = (1, 0.2, -1.4); y takes 10 % of the larger height, 0.07, z 10 % of the mean 3.6
    item = w.item("vqa_object_relation_multi_world", (2, 3), [1.0, 0.2, -1.4], 0.2 / 0.07)
    frame = "in gravity-aligned directions seen from the camera"
    w.add(
        item,
        "text",
        "direction_text",
        f"Starting at the lamp, which way do you have to go to get to the table, {frame}?",
        "The center of the table lies right of, physically lower than, and in front of that of the lamp.",
    )
    w.add(
        item,
        "text",
        "axis_text",
        f"{frame}, does the center of the table lie physically higher than or physically lower than that of the lamp?",
        "Physically lower.",
    )
    w.add(
        item,
        "mcq",
        "direction_mcq",
        f"Take the lamp as the reference. {frame}, on which side would you find the table?",
        "A",
        "right, closer to the ground, and in front",
        "right, higher above the ground, and behind",
    )
    for axis, most in (
        ("x", "more to the right"),
        ("y", "closer to the ground"),
        ("z", "nearer along the ground"),
    ):
        w.add(
            item,
            "mcq",
            f"{axis}_mcq",
            f"Of the lamp and the table, pick the one that is {most}, {frame}.",
            "B",
            "the lamp",
            "the table",
        )
    for word, claim, truth in (
        ("x_left", "left of", "No"), ("x_right", "right of", "Yes"), ("y_above", "physically higher than", "No"),
        ("y_below", "physically lower than", "Yes"), ("z_front", "nearer along the ground than", "Yes"),
        ("z_behind", "farther away along the ground than", "No"),
    ):  # fmt: skip
        w.add(
            item,
            "true_false",
            f"{word}_tf",
            f"Speaking of the table and the lamp, {frame}, is the former {claim} the latter?",
            truth,
        )
    # camera: chair - table = (-2, 0, -1): level with each other, and their boxes share heights
    item = w.item("vqa_object_relation_multi", (1, 2), [-2.0, 0.0, -1.0], 1 / 0.35)
    for word, claim, truth in (
        ("x_left", "on the left side of", "Yes"), ("x_right", "on the right side of", "No"),
        ("z_front", "in front of", "Yes"), ("z_behind", "behind", "No"),
    ):  # fmt: skip
        w.add(
            item,
            "true_false",
            f"{word}_tf",
            f"Someone says that the chair is {claim} the table, {view}. Do you agree?",
            truth,
        )
    w.add(
        item,
        "true_false",
        "y_overlap_tf",
        f"Along the up-down direction, do the extents of the chair and the table overlap, {view}?",
        "Yes",
    )


def _sectors(w: Writer) -> None:
    # camera: lamp - sofa = (1.5, -0.8, -1): 123.69 degrees, 11.31 off right-front
    angle = math.degrees(math.atan2(1.5, -1.0))
    item = w.item("vqa_spatial_mcq_multiangle", (3, 6), [angle], (22.5 - abs(angle - 135)) / 7.5)
    view = "from the camera's point of view"
    w.add(
        item,
        "mcq",
        "sector_mcq",
        f"Ignoring height, where is the lamp relative to the sofa, {view}? Front is the side toward the camera.",
        "C",
        "left-front",
        "behind",
        "right-front",
        "right",
    )
    w.add(
        item,
        "true_false",
        "sector_tf",
        f"Is the lamp behind and to the left of the sofa, {view}, with front meaning toward the camera?",
        "No",
    )
    # gravity: sofa - lamp = (-1.5, 1.24, 0.32): 282.04 degrees, 12.04 off left
    angle = math.degrees(math.atan2(-1.5, 0.32)) % 360
    item = w.item("vqa_spatial_mcq_multiangle_world", (6, 3), [angle], (22.5 - (angle - 270)) / 7.5)
    w.add(
        item,
        "mcq",
        "sector_mcq",
        "On the level ground plane, go from the lamp to the sofa: which way is that?",
        "A",
        "straight to the left",
        "behind and to the right",
        "straight in front",
        "in front and to the left",
    )
    w.add(
        item,
        "true_false",
        "sector_tf",
        "Would the place of the sofa be exactly to the left of that of the lamp, on the level ground plane?",
        "Yes",
    )


def _three(w: Writer) -> None:
    # chair to table sqrt 5, chair to sofa sqrt 9.29
    near, far = math.sqrt(5), math.sqrt(0.25 + 0.04 + 9)
    margin = (far - near) / (0.1 * far)
    item = w.item("vqa_distance_three_objects", (1, 2, 6), [near, far], margin)
    w.add(
        item,
        "text",
        "closer_text",
        "Seen from the chair, which is closer: the table or the sofa?",
        "The table is closer to the chair than the sofa is.",
    )
    w.add(
        item,
        "mcq",
        "closer_mcq",
        "Which of the two is farther away from the chair, the sofa or the table?",
        "B",
        "the table",
        "the sofa",
    )
    item = w.item("vqa_distance_three_objects_comparision", (1, 2, 6), [near, far], margin)
    w.add(
        item, "mcq", "comparison_mcq", "Is the chair less distant from the table than from the sofa?", "A", "Yes", "No"
    )
    w.add(
        item,
        "true_false",
        "comparison_tf",
        "If you stood at the chair, would you be farther from the table than from the sofa?",
        "No",
    )


def _sets(w: Writer) -> None:
    # depths 3, 4, 5; distances 3.20, 4.15, 5.02
    distances = [math.sqrt(10.25), math.sqrt(17.25), math.sqrt(25.25)]
    depth = [1 / 0.4, 1 / 0.5]
    away = [(distances[1] - distances[0]) / (0.1 * distances[1]), (distances[2] - distances[1]) / (0.1 * distances[2])]
    item = w.item("vqa_comparison_multiple_objects", (2, 1, 3), [4.0, 3.0, 5.0], min(*depth, *away))
    listed = "the table, the chair, and the lamp"
    w.add(
        item,
        "text",
        "order_text",
        f"Rank {listed} from nearest to farthest in depth.",
        "The chair -> the table -> the lamp.",
    )
    w.add(
        item,
        "mcq",
        "order_mcq",
        f"Sort {listed} in order of decreasing depth.",
        "B",
        "the table, the lamp, then the chair",
        "the lamp, the table, then the chair",
        "the chair, the lamp, then the table",
    )
    w.add(
        item,
        "true_false",
        "order_tf",
        "Are these objects listed from farthest to nearest in depth: the lamp, the chair, then the table?",
        "No",
    )
    # cups: x -0.4 and 0.6; gap 1 m against max(0.05, 10 % of 0.1); bearings -0.2 and 0.24, at 2 m
    item = w.item("vqa_most_objects_in_class", (4, 5), [-0.4, 0.6], min(1 / 0.05, 0.44 * 2 / 0.05))
    w.add(
        item,
        "text",
        "leftmost_text",
        f"Compare {RED} and {GREEN}. Which is leftmost in camera coordinates?",
        f"T{RED[1:]}.",
    )
    w.add(
        item,
        "mcq",
        "leftmost_mcq",
        f"Consider {RED} and {GREEN}: which of them is leftmost in camera coordinates?",
        "B",
        GREEN,
        RED,
    )


def _counts(w: Writer) -> None:
    item = w.item("vqa_counting_objects", (4, 5), [2.0], None, named=0)
    w.add(item, "text", "count_all_text", "How many cups are there in this picture?", "I can see 2 cups.")
    w.add(item, "mcq", "count_all_mcq", "Count the cups in the image.", "C", "1", "3", "2", "4")
    item = w.item("vqa_counting_objects", (1, 4, 5), [2.0], None, named=1)
    w.add(item, "text", "count_right_text", "How many cups are right of the chair?", "2.")
    w.add(
        item,
        "mcq",
        "count_right_mcq",
        "Count the cups that are on the right side of the chair.",
        "A",
        "2",
        "3",
        "1",
        "4",
    )


def _perspectives(w: Writer) -> None:
    # the chair looks at the camera: whatever is right in the picture is on its left. Table - chair = (2, 0.6, 0.8)
    level = math.hypot(2.0, 0.8)
    item = w.item("vqa_relative_position_new_perspective", (1, 2), [-2.0, -0.6, -0.8], 2 / (0.3 * level))
    stand = "Imagine you are at the chair and look the way that the chair faces."
    w.add(
        item,
        "text",
        "left_right_text",
        f"{stand} Is the table on your right or on your left?",
        "From the perspective of the chair, the table is on your left.",
    )
    w.add(
        item,
        "mcq",
        "left_right_mcq",
        f"{stand} Is the table to your left or to your right?",
        "B",
        "to your right",
        "to your left",
    )
    w.add(item, "true_false", "left_right_tf", f"{stand} Is the table on your left-hand side?", "Yes")
    # at the chair, facing the table: forward (2, 0.8) / 2.154, right (0.8, -2) / 2.154; lamp - chair = (1, 0.4, 2.2)
    right, ahead = (0.8 * 1 - 2 * 2.2) / level, (2 * 1 + 0.8 * 2.2) / level
    margin = abs(ahead) / (0.3 * math.hypot(1, 2.2))
    item = w.item("vqa_relative_position_new_perspective_no_orient", (1, 2, 3), [right, -0.4, ahead], margin)
    stand = "Imagine standing at the chair and facing the table."
    w.add(item, "text", "front_behind_text", f"{stand} Is the lamp in front of you or behind you?", "In front of you.")
    w.add(
        item,
        "mcq",
        "front_behind_mcq",
        f"{stand} Is the lamp ahead of you or at your back?",
        "A",
        "ahead of you",
        "at your back",
    )
    w.add(item, "true_false", "front_behind_tf", f"{stand} Is the lamp behind you?", "No")


def _problems(w: Writer) -> None:
    # camera to chair 3.2016, chair to table 2.2361, camera to table 4.1533
    more = math.sqrt(10.25) + math.sqrt(5) - math.sqrt(17.25)
    item = w.item("problem_solving", (1, 2), [more], None)
    question = "You go from the camera to the chair and then to the table. How much longer is that than going straight to the table?"  # noqa: E501
    w.add(item, "text", "detour", question, "The detour is 1.29 meters.")
    chain = (
        "Step1: Plan\nSum the two legs past the chair and compare the sum with the direct distance to the table.\n"
        "Step2: Facts\nobject_camera_distance: chair is 3.20m from the camera\n"
        "object_center_distance: chair and table are 2.24m apart\n"
        "object_camera_distance: table is 4.15m from the camera\n"
        "Step3: Reasoning with facts\nThe two legs together: 3.20 + 2.24 = 5.44m.\n"
        "Minus the direct distance: 5.44 - 4.15 = 1.29m.\nStep4: Final answer\nThe detour is 1.29 meters."
    )
    w.add(item, "cot", "detour", question, chain)
    # chair 0.5 x 0.9 = 0.45, lamp 0.3 x 0.6 = 0.18
    item = w.item("problem_solving", (1, 3), [2.5], math.log(2.5) / math.log(1.25), unit="none")
    question = "Going by width times height, which of the two has the bigger front, the chair or the lamp?"
    w.add(item, "text", "larger_front", question, "It is larger for the chair.")
    chain = (
        "Step1: Plan\nMultiply width and height of each and compare the areas.\nStep2: Facts\n"
        "object_size_width: chair is 0.50m wide\nobject_size_height: chair is 0.90m tall\n"
        "object_size_width: lamp is 0.30m wide\nobject_size_height: lamp is 0.60m tall\n"
        "Step3: Reasoning with facts\nWidth times height for the chair gives 0.50 * 0.90 = 0.45, for the lamp it gives "  # noqa: E501
        "0.30 * 0.60 = 0.18.\nSo 0.45 > 0.18.\nStep4: Final answer\nIt is larger for the chair."
    )
    w.add(item, "cot", "larger_front", question, chain)
    # chair at x -1, lamp at 0: 1 - 0.25 - 0.15 = 0.6 m free, less than the table's 1.2 m
    item = w.item("problem_solving", (1, 3, 2), [-0.6], 0.6 / 0.12)
    question = "Is the gap between the chair and the lamp, measured from left to right, wide enough for the table?"
    w.add(item, "text", "fits_in_gap", question, "No, 1.20 meters do not fit into 0.60 meters.")
    chain = (
        "Step1: Plan\nWork out the gap between the edges of the chair and the lamp, then compare it with the width of "
        "the table.\nStep2: Facts\nobject_left_right_distance: chair and lamp are 1.00m apart from left to right\n"
        "object_size_width: chair is 0.50m wide\nobject_size_width: lamp is 0.30m wide\n"
        "object_size_width: table is 1.20m wide\nStep3: Reasoning with facts\n"
        "The half widths are 0.50 / 2 = 0.25m and 0.30 / 2 = 0.15m.\nThat leaves a gap of 1.00 - 0.25 - 0.15 = 0.60m.\n"  # noqa: E501
        "Gap against needed width: 0.60 < 1.20.\nStep4: Final answer\nNo, 1.20 meters do not fit into 0.60 meters."
    )
    w.add(item, "cot", "fits_in_gap", question, chain)
