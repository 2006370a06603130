"""Right rows about three images and a video of the small scene, and the scene with all its rows."""

import copy
import math
from collections.abc import Mapping

from tests.audit.clean_rows import ROWS
from tests.audit.small_world import OBJECTS, PITCH, VIDEO, YAW, World


def _shown_rows(world: World) -> None:
    # distances to the first camera: towel 2.083, then table 2.492; chairs 3.859 and 4.095
    box = world.shown("10", 1)["box"]
    near = math.sqrt(0.5**2 + 0.3**2 + 2.0**2)
    noise = 0.02 * math.sqrt(2)
    margin = (math.sqrt(0.3**2 + 0.6**2 + 2.4**2) - near - 0.1) / noise
    task, values = "distance_infer_center_oc", [float(v) for v in box]
    question = "Which object is closest to the observer?"
    world.ask(task, "fill", {}, question, f"{box}", values, None, margin, unmarked=[1])
    options = [f"{world.shown('10', i)['box']}" for i in (2, 1, 4, 5)]
    world.ask(task, "select", {}, question, "B", values, options, margin, unmarked=[1])
    said = f"The closest one is the towel at {box}, 2.1 meters away."
    world.ask(task, "sentence", {}, question, said, values, None, margin, unmarked=[1])
    far, next_far = (math.sqrt(x * x + y * y + z * z) for x, y, z in ((1.3, 0.8, 3.8), (1.2, 0.7, 3.6)))
    question = "Which object is farthest from the observer?"
    box, margin = world.shown("10", 5)["box"], (far - next_far - 0.1) / noise
    world.ask(task, "fill", {}, question, f"{box}", [float(v) for v in box], None, margin, unmarked=[5])


def _shown_rows_of_three(world: World) -> None:
    # beside the first image, the bin is closer than the towel: 1.752
    box, near = world.shown("30", 10)["box"], math.sqrt(0.5**2 + 0.3**2 + 2.0**2)
    margin = (near - math.sqrt(1.5**2 + 0.1**2 + 0.9**2) - 0.1) / (0.02 * math.sqrt(2))
    task, values = "distance_infer_center_oc_mv", [2.0, *(float(v) for v in box)]
    question = "Seen from the first image, which object is closest to the observer?"
    world.ask(task, "fill", {}, question, f"the third image, {box}", values, None, margin, unmarked=[10])
    wrong = [("first", "10", 1), ("third", "30", 2), ("second", "20", 2)]
    options = [f"the {image} image, {world.shown(frame, i)['box']}" for image, frame, i in wrong]
    options.insert(1, f"the third image, {box}")
    world.ask(task, "select", {}, question, "B", values, options, margin, unmarked=[10])
    said = f"Nearest to the observer of the first image is the bin, 1.8 meters away: the third image, {box}."
    world.ask(task, "sentence", {}, question, said, values, None, margin, unmarked=[10])


def _depth_rows(world: World) -> None:
    # towel in the first image 2.0, lamp in the third (-0.6, -0.4, 2.5)
    given = "The towel (red point) is 2.0 meters deep. How deep is the lamp (blue point)?"
    task, oc, on = "depth_prediction_oc_mv", {"red": 1, "blue": 2}, (0, 2)
    world.ask(task, "fill", oc, given, "2.5", [2.5], on=on)
    world.ask(task, "select", oc, given, "C", [2.5], ["3.0", "1.9", "2.5", "3.6"], on=on)
    world.ask(task, "sentence", oc, given, "Depths are 2.0 for the towel, 2.5 meters for the lamp.", [2.5], on=on)
    # lamp in the second image: (0.37, 2.38, 0.22) from the camera, along its gaze; table in the third one:
    # (-1.1, 0.6, 1.9)
    ahead = 0.37 * math.sin(YAW) * math.cos(PITCH) + 2.38 * math.cos(YAW) * math.cos(PITCH) + 0.22 * math.sin(PITCH)
    aside = 0.37**2 + 2.38**2 + 0.22**2 - ahead**2
    values = [1.9 - ahead]  # -0.47
    # two cameras, each turning by itself
    margin = (ahead - 1.9 - 0.1) / math.sqrt(2 * 0.02**2 + math.radians(1) ** 2 * (1.1**2 + 0.6**2 + aside))
    task, oo, on = "depth_prediction_oo_mv", {"red": 1, "blue": 2, "green": 3}, (0, 1, 2)
    given = (
        "With the towel (red point) at 2.0 meters, how much deeper or shallower is the table (green point) than the"
        " lamp (blue point)?"
    )
    world.ask(task, "fill", oo, given, "0.5", values, None, margin, on=on)
    world.ask(task, "select", oo, given, "A", values, ["0.5", "0.2", "1.4", "0.9"], margin, on=on)
    said = "Compared with the lamp, the table (green point) is 0.5 meters shallower."
    world.ask(task, "sentence", oo, given, said, values, None, margin, on=on)


def _observer_rows(world: World) -> None:
    # the lamp is at (0.8, -0.4, 3.0) of the first camera; its height in the image is the slot nearest to its threshold
    task, lamp, values = "obj_spatial_relation_oc_mv", {"red": 2}, [0.8, -0.4, 3.0]
    margin = 0.3 / math.hypot(0.02, math.radians(1) * math.hypot(0.8, 3.0))
    question = "Where is the lamp (red bbox) for the observer of the first image?"
    options = ["right, above, front", "left, above, front", "right, below, behind", ", above, front"]
    world.ask(task, "select", lamp, question, "A", values, options, margin, on=(1,))
    said = "The lamp (red bbox) is to the right of and above the observer, in front of him."
    world.ask(task, "sentence", lamp, question, said, values, None, margin, on=(2,))


def _repeat(world: World, task: str, suffix: str, image_of: Mapping[int, int]) -> None:
    """The rows of a single-view task once more, with marks on other images: what they ask is independent of them."""
    for row in [r for r in world.rows if r["task"] == task]:
        marks = {mark["color"]: mark["object_id"] for mark in row["marks"]}
        question, on = row["question"], [image_of[i] for i in marks.values()]
        if suffix == "video":
            for color, image in zip(marks, on, strict=True):
                label = OBJECTS[marks[color]][0]
                question = question.replace(f"{color} point ({label})", f"{label} ({color} point)")
                question = question.replace(f"({color} point)", f"({color} point in Frame-{image})")
        answer, values, options, margin = (row[name] for name in ("answer", "values", "options", "margin"))
        world.ask(f"{task}_{suffix}", row["format"], marks, question, answer, values, options, margin, on=on)


def _repeated_rows(world: World) -> None:
    image_of = {1: 0, 2: 1, 3: 2, 4: 0, 5: 2, 8: 2}
    for task in (
        "distance_prediction_oc",
        "distance_prediction_oo",
        "distance_infer_center_oo",
        "obj_spatial_relation_oo",
    ):
        _repeat(world, task, "mv", image_of)
    _repeat(world, "distance_prediction_oo", "video", {1: 4, 2: 9})


def _listed_rows(world: World) -> None:
    # from the towel: lamp 1.783, table 0.943, chairs 1.792 and 2.594
    ends = {2: (1.3, 1.0, 0.7), 3: (0.8, 0.4, -0.3), 4: (-0.7, 1.6, -0.4), 5: (1.8, 1.8, -0.5)}
    values = [math.sqrt(x * x + y * y + z * z) for x, y, z in ends.values()]
    task, marks, on = "distance_infer_center_oo_video", {f"point{i}": i + 1 for i in range(5)}, (4, 7, 9, 4, 9)
    listed = (
        "Of lamp (object0 in Frame-7), table (object1 in Frame-9), chair (object2 in Frame-4) and chair (object3 in"
        " Frame-9), which is {} the towel (objectA in Frame-4)?"
    )

    def margin(winner: int, rival: int) -> float:
        a, b = ends[winner], ends[rival]
        one, other = (math.sqrt(sum(v * v for v in end)) for end in (a, b))
        cosine = sum(v * w for v, w in zip(a, b, strict=True)) / (one * other)
        return (abs(one - other) - 0.1) / (0.02 * math.sqrt(4 - 2 * cosine))

    closest, farthest = min(margin(3, i) for i in (2, 4, 5)), min(margin(5, i) for i in (2, 3, 4))
    question = listed.format("closest to")
    world.ask(task, "fill", marks, question, "table", values, None, closest, on=on)
    options = ["lamp", "table", "chair (object2)", "chair (object3)"]
    world.ask(task, "select", marks, question, "B", values, options, closest, on=on)
    said = "The object closest to the towel is the table, which is 0.9 meters away."
    world.ask(task, "sentence", marks, question, said, values, None, closest, on=on)
    question = listed.format("farthest from")
    world.ask(task, "fill", marks, question, "chair (object3)", values, None, farthest, on=on)
    said = "At 2.6 meters, the chair (object3) is the farthest from the towel."
    world.ask(task, "sentence", marks, question, said, values, None, farthest, on=on)


def _clean() -> World:
    world = World(video=VIDEO)
    for rows in (*ROWS, _shown_rows, _shown_rows_of_three, _depth_rows, _observer_rows, _repeated_rows, _listed_rows):
        rows(world)
    world.sort()
    return world


_CLEAN = _clean()


def clean_world() -> World:
    """A fresh copy with one or two rows of every task and format of the small scene, all of them right."""
    return copy.deepcopy(_CLEAN)
