"""Rows worked out on paper pass, and each of many corruptions is found and named."""

from collections.abc import Callable
from typing import Any

import pytest

from factory.audit.findings import Kind
from factory.audit.web.registry import WEB_AUDITS
from factory.audit.web.shard import audit_shard, report_shard
from tests.audit.web.clean_rows import GREEN, RED, clean_picture
from tests.audit.web.small_picture import SmallPicture

Mutation = Callable[[SmallPicture], None]
REL, WORLD = "vqa_object_relation_multi", "vqa_object_relation_multi_world"
THREE, COMPARED = "vqa_distance_three_objects", "vqa_distance_three_objects_comparision"
ORDER, MOST, COUNT = "vqa_comparison_multiple_objects", "vqa_most_objects_in_class", "vqa_counting_objects"
OWN, FACING = "vqa_relative_position_new_perspective", "vqa_relative_position_new_perspective_no_orient"
ALIKE, SECTOR = "vqa_orientation_comparison_two_objects", "vqa_spatial_mcq_multiangle"
SIZE, AXIS = "vqa_object_size_single", "vqa_distance_each_axis_multi"
PROBLEM = "problem_solving"


def kinds(picture: SmallPicture) -> set[Kind]:
    return {finding.kind for finding in audit_shard(*picture.tables())}


def test_rows_from_paper_are_clean_and_cover_every_task_and_format() -> None:
    picture = clean_picture()
    report = report_shard(*picture.tables())
    assert report.findings == []
    assert report.rows == report.checked
    assert {(row["task"], row["format"]) for row in picture.rows} == {
        (task.name, form) for task in WEB_AUDITS.values() for form in task.formats
    }


@pytest.mark.parametrize("place", range(len(clean_picture().rows)))
def test_the_other_answer_of_every_row_is_found(place: int) -> None:
    """The next letter, no for yes, a centimetre or one more: each row's answer is wrong then."""
    picture = clean_picture()
    row = picture.rows[place]
    answer = row["answer"]
    if row["format"] == "mcq":
        letters = "ABCD"[: len(row["options"])]
        row["answer"] = letters[(letters.index(answer) + 1) % len(letters)]
        row["answers"] = [row["options"][letters.index(row["answer"])]]
        assert kinds(picture) & {Kind.LETTER}
        return
    if row["format"] == "true_false":
        row["answer"] = "No" if answer == "Yes" else "Yes"
    elif any(character.isdigit() for character in answer):
        last = max(spot for spot, character in enumerate(answer) if character.isdigit())
        row["answer"] = answer[:last] + str((int(answer[last]) + 1) % 10) + answer[last + 1 :]
    else:
        turned = _turned(answer)
        assert turned != answer, f"no way to spoil {answer!r}"
        row["answer"] = turned
    row["answers"] = [row["answer"]]
    assert kinds(picture) & {Kind.ANSWER}


def _turned(answer: str) -> str:
    """The opposite word, or the other object."""
    for one, other in (
        ("left", "right"), ("Below", "Above"), ("lower", "higher"), ("In front of you", "Behind you"), ("front", "back"), ("No", "Yes"),  # noqa: E501
        ("he table", "he sofa"), (f"T{RED[1:]}", f"T{GREEN[1:]}"), ("for the chair", "for the lamp"),
        ("The chair -> the table", "The table -> the chair"),
    ):  # fmt: skip
        if one in answer:
            return answer.replace(other, "\0").replace(one, other).replace("\0", one)
    return answer


def change(of: str, form: str, kind: str = "", /, **columns: Any) -> Mutation:
    def mutate(picture: SmallPicture) -> None:
        row = picture.row(of, form, kind)
        for name, value in columns.items():
            assert row[name] != value
            row[name] = value

    return mutate


def reword(task: str, form: str, old: str, new: str, kind: str = "", column: str = "question") -> Mutation:
    def mutate(picture: SmallPicture) -> None:
        row = picture.row(task, form, kind)
        assert old in row[column]
        row[column] = row[column].replace(old, new)
        if column == "answer":
            row["answers"] = [row["answer"]]

    return mutate


def swap(task: str, form: str, one: str, other: str, kind: str = "", column: str = "question") -> Mutation:
    """Two names change places in a text."""

    def mutate(picture: SmallPicture) -> None:
        row = picture.row(task, form, kind)
        before = row[column]
        row[column] = before.replace(one, "\0").replace(other, one).replace("\0", other)
        assert row[column] != before
        if column == "answer":
            row["answers"] = [row["answer"]]

    return mutate


def option(task: str, form: str, place: int, text: str, kind: str = "") -> Mutation:
    def mutate(picture: SmallPicture) -> None:
        row = picture.row(task, form, kind)
        assert row["options"][place] != text
        row["options"][place] = text
        row["answers"] = [row["options"]["ABCD".index(row["answer"])]]

    return mutate


def of_thing(object_id: int, **columns: Any) -> Mutation:
    def mutate(picture: SmallPicture) -> None:
        for name, value in columns.items():
            assert picture.thing(object_id)[name] != value
            picture.thing(object_id)[name] = value

    return mutate


def of_mask_of(object_id: int, **columns: Any) -> Mutation:
    """The mask of an object and of its detection."""

    def mutate(picture: SmallPicture) -> None:
        thing = picture.thing(object_id)
        detections = [one for one in picture.image["detections"] if one["object_id"] == object_id]
        for one in (thing, *detections):
            one["mask"] = {**one["mask"], **columns}

    return mutate


def of_image(**columns: Any) -> Mutation:
    def mutate(picture: SmallPicture) -> None:
        picture.image.update(columns)

    return mutate


def shift(object_id: int, column: str, place: int, by: float) -> Mutation:
    def mutate(picture: SmallPicture) -> None:
        picture.thing(object_id)[column][place] += by

    return mutate


def drop(task: str, form: str, kind: str) -> Mutation:
    def mutate(picture: SmallPicture) -> None:
        picture.rows.remove(picture.row(task, form, kind))

    return mutate


def value(task: str, form: str, place: int = 0, by: float = 1e-4) -> Mutation:
    def mutate(picture: SmallPicture) -> None:
        picture.row(task, form)["values"] = [
            one + by * (number == place) for number, one in enumerate(picture.row(task, form)["values"])
        ]

    return mutate


def of_mark(**columns: Any) -> Mutation:
    def mutate(picture: SmallPicture) -> None:
        picture.row(MOST, "text")["marks"][0].update(columns)

    return mutate


def repeat(picture: SmallPicture) -> None:
    picture.rows.insert(1, {**picture.rows[0], "qa_id": "0" * 32})


def repeat_id(picture: SmallPicture) -> None:
    picture.rows[1]["qa_id"] = picture.rows[0]["qa_id"]


def tear(picture: SmallPicture) -> None:
    picture.rows.append(picture.rows.pop(1))


def forget_cup(picture: SmallPicture) -> None:
    picture.objects = [one for one in picture.objects if one["object_id"] != 5]
    picture.rows = [row for row in picture.rows if 5 not in row["object_ids"]]
    row = dict(clean_picture().row(COUNT, "text", "count_all"))
    row |= {
        "object_ids": [4],
        "labels": ["cup"],
        "box_colors": [""],
        "values": [1.0],
        "answer": "1.",
        "answers": ["1."],
    }
    picture.rows.append(row)


def without_gravity(picture: SmallPicture) -> None:
    picture.image |= {"gravity_from_camera": None, "gravity_source": None}
    for thing in picture.objects:
        thing |= {"gravity_min": None, "gravity_max": None}


def hide_table(picture: SmallPicture) -> None:
    picture.thing(2)["occluded_by"] = [1]


MUTATIONS: dict[str, tuple[Mutation, Kind]] = {
    # pixels
    "another pixel": (change("level0", "text", pixels=[225, 224]), Kind.MARK),
    "a pixel in the sky": (change("level0", "text", pixels=[224, 3]), Kind.MARK),
    "another location": (reword("level0", "text", "<loc0512>", "<loc0514>"), Kind.MARK),
    "a coordinate": (change("level0", "text", answer="0.08m 0.09m 8.00m", answers=["0.08m 0.09m 8.00m"]), Kind.ANSWER),
    "farther asked": (reword("level0", "text", "closer to", "farther from", "depth"), Kind.ANSWER),
    "pixels swapped in a claim": (
        swap("level0", "true_false", "<loc0512><loc0512><loc0512><loc0512>", "<loc0654><loc0299><loc0654><loc0299>"),
        Kind.ANSWER,
    ),
    "smaller for larger": (reword("level0", "mcq", "larger", "smaller"), Kind.LETTER),
    # lengths
    "a centimetre": (change("vqa_distance_single", "text", answer="3.21m", answers=["3.21m"]), Kind.ANSWER),
    "centimetres as unit": (change("vqa_distance_single", "text", answer="3.20cm", answers=["3.20cm"]), Kind.ANSWER),
    "more for less": (reword("vqa_distance_single", "true_false", "more than", "less than"), Kind.ANSWER),
    "a claim too near the truth": (reword("vqa_distance_single", "true_false", "2.40", "3.00"), Kind.QUESTION),
    "a claim about right": (reword("vqa_distance_single", "true_false", "more than 2.40", "about 3.30"), Kind.QUESTION),  # noqa: E501
    "a right option off": (option("vqa_distance_single", "mcq", 1, "3.19m"), Kind.OPTIONS),
    "a wrong option too near": (option("vqa_distance_single", "mcq", 0, "3.00m"), Kind.OPTIONS),
    "options alike": (option("vqa_distance_single", "mcq", 0, "4.40m"), Kind.OPTIONS),
    "tall for wide": (reword(SIZE, "mcq", "width", "height"), Kind.LETTER),
    "no amount": (reword(SIZE, "true_false", "at least 1.70 meters", "rather"), Kind.QUESTION),
    "tall in the answer": (reword(SIZE, "text", "wide", "tall", column="answer"), Kind.ANSWER),
    "a hidden thing measured": (hide_table, Kind.RULE),
    "the largest bounds first": (reword("vqa_query_aabb", "text", "lower bounds", "upper bounds"), Kind.QUESTION),
    "another axis": (reword(AXIS, "mcq", "sideways", "in depth"), Kind.LETTER),
    "another axis of gravity": (reword(f"{AXIS}_world", "mcq", "in height above the ground", "sideways on the ground plane"), Kind.LETTER),  # noqa: E501
    "the closest for the centers": (reword("vqa_distance_multi", "text", "How far apart are", "What is the least distance of"), Kind.QUESTION),  # noqa: E501
    "the farthest points": (reword("vqa_closest_distance_multi", "mcq", "closest", "farthest"), Kind.QUESTION),
    "a direction turned": (swap("vqa_object_direction_multi", "text", "the chair", "the table"), Kind.ANSWER),
    # orientation
    "the left side": (reword("vqa_orientation", "true_false", "left side", "front"), Kind.ANSWER),
    "a side said twice": (option("vqa_orientation", "mcq", 0, "the left side of it"), Kind.OPTIONS),
    "different for similar": (reword(ALIKE, "true_false", "similar directions", "different directions"), Kind.ANSWER),
    "no fronts": (of_thing(6, symmetry=2), Kind.RULE),
    # relations
    "left for right": (reword(REL, "true_false", "to the left of", "to the right of", "x_left"), Kind.ANSWER),
    "roles swapped in a claim": (swap(REL, "true_false", "the chair", "the lamp", "x_left"), Kind.MENTION),
    "roles swapped in a question": (swap(REL, "text", "the chair", "the lamp", "direction"), Kind.MENTION),
    "roles swapped in an answer": (swap(REL, "text", "he chair", "he lamp", "direction", "answer"), Kind.MENTION),
    "roles swapped for all axes": (swap(REL, "mcq", "the chair", "the lamp", "direction"), Kind.MENTION),
    "former and latter swapped": (swap(WORLD, "true_false", "the table", "the lamp", "x_left"), Kind.MENTION),
    "below for above": (reword(REL, "mcq", "higher up", "lower down", "y"), Kind.LETTER),
    "a word of an axis missing": (option(REL, "mcq", 0, "left and behind", "direction"), Kind.OPTIONS),
    "an axis left out": (reword(REL, "text", ", below,", "", "direction", "answer"), Kind.ANSWER),
    "half of a couple gone": (drop(REL, "true_false", "x_right"), Kind.MISSING),
    "an overlap gone": (drop(REL, "true_false", "y_overlap"), Kind.MISSING),
    "an overlap of another axis": (reword(REL, "true_false", "up-down", "front-back", "y_overlap"), Kind.RULE),
    "a pair type of another axis": (change(REL, "true_false", "x_left", pair_type="z_front_tf"), Kind.METADATA),
    "the camera's directions": (
        reword(WORLD, "true_false", "in gravity-aligned directions seen from the camera", "from the camera's point of view"),  # noqa: E501
        Kind.QUESTION,
    ),
    # sectors
    "front for behind": (option(SECTOR, "mcq", 2, "right-behind"), Kind.OPTIONS),
    "front away from the camera": (reword(SECTOR, "mcq", "Front is the side toward", "Front is the side away from"), Kind.QUESTION),  # noqa: E501
    "sector roles swapped": (swap(SECTOR, "mcq", "the lamp", "the sofa"), Kind.MENTION),
    "the right sector denied": (reword(SECTOR, "true_false", "behind and to the left of", "in front and to the right of"), Kind.ANSWER),  # noqa: E501
    "a sector beside the right one": (reword(SECTOR, "true_false", "behind and to the left of", "straight to the right of"), Kind.QUESTION),  # noqa: E501
    "behind toward the camera": (reword(SECTOR, "true_false", "front meaning", "back meaning"), Kind.QUESTION),
    "backs compared": (reword(ALIKE, "true_false", "fronts", "backs"), Kind.QUESTION),
    # three objects
    "farther for closer": (reword(THREE, "text", "which is closer", "which is farther"), Kind.ANSWER),
    "closer in the answer": (reword(THREE, "text", "is closer to", "is farther from", column="answer"), Kind.ANSWER),
    "another anchor": (swap(THREE, "mcq", "the chair", "the table"), Kind.MENTION),
    "candidates swapped": (swap(COMPARED, "true_false", "the table", "the sofa"), Kind.ANSWER),
    "another subject": (swap(COMPARED, "mcq", "the chair", "the table"), Kind.MENTION),
    "less for more": (reword(COMPARED, "mcq", "less distant", "more distant"), Kind.LETTER),
    # several objects
    "the other way round": (reword(ORDER, "mcq", "decreasing", "increasing"), Kind.LETTER),
    "by height": (reword(ORDER, "text", "from nearest to farthest in depth", "from tallest to shortest"), Kind.VALUE),
    "an object twice in an order": (option(ORDER, "mcq", 0, "the table, the table, then the lamp"), Kind.OPTIONS),
    "the right order claimed": (
        reword(ORDER, "true_false", "the lamp, the chair, then the table", "the lamp, the table, then the chair"),
        Kind.ANSWER,
    ),
    "rightmost": (reword(MOST, "mcq", "leftmost", "rightmost"), Kind.LETTER),
    "the wrong cup": (reword(MOST, "text", "the red box", "the green box", column="answer"), Kind.ANSWER),
    "an instance left out": (change(MOST, "text", object_ids=[4]), Kind.OBJECT),
    # counting
    "a wrong count": (change(COUNT, "text", "count_all", answer="I can see 3 cups.", answers=["I can see 3 cups."]), Kind.ANSWER),  # noqa: E501
    "left for right of the anchor": (reword(COUNT, "text", "right of", "left of", "count_right"), Kind.OBJECT),
    "another class counted": (reword(COUNT, "text", "cups", "lamps", "count_all"), Kind.MENTION),
    "a class that is not closed": (of_image(closed_classes=["chair", "lamp", "sofa", "table"]), Kind.RULE),
    "a cup that was not lifted": (forget_cup, Kind.RULE),
    # perspectives
    "left for right of the observer": (reword(OWN, "true_false", "left-hand", "right-hand"), Kind.ANSWER),
    "another observer": (swap(OWN, "text", "the chair", "the table"), Kind.MENTION),
    "another observer in the answer": (swap(OWN, "text", "the chair", "the table", column="answer"), Kind.MENTION),
    "observer and faced swapped": (swap(FACING, "mcq", "the chair", "the table"), Kind.MENTION),
    "target and faced swapped": (swap(FACING, "mcq", "the lamp", "the table"), Kind.MENTION),
    "behind denied": (reword(FACING, "true_false", "behind you", "in front of you"), Kind.ANSWER),
    # problems
    "a fact": (reword(PROBLEM, "cot", "3.20m from the camera", "3.30m from the camera", "detour", "answer"), Kind.VALUE),  # noqa: E501
    "a fact of another object": (reword(PROBLEM, "cot", "chair and table are", "chair and lamp are", "detour", "answer"), Kind.VALUE),  # noqa: E501
    "an equation": (reword(PROBLEM, "cot", "5.44 - 4.15 = 1.29", "5.44 - 4.15 = 1.30", "detour", "answer"), Kind.VALUE),  # noqa: E501
    "a number from nowhere": (reword(PROBLEM, "cot", "5.44 - 4.15", "5.46 - 4.17", "detour", "answer"), Kind.VALUE),
    "a comparison": (reword(PROBLEM, "cot", "0.45 > 0.18", "0.45 < 0.18", "larger", "answer"), Kind.VALUE),
    "another final answer": (change(PROBLEM, "text", answer="The detour is 1.30 meters."), Kind.ANSWER),
    "a final answer apart from its chain": (
        change(PROBLEM, "text", answer="It is 1.29 meters longer.", answers=["It is 1.29 meters longer."]),
        Kind.ANSWER,
    ),
    "the way past the table": (swap(PROBLEM, "text", "the chair", "the table", "detour"), Kind.VALUE),
    "steps without their headings": (reword(PROBLEM, "cot", "Step3: ", "", "detour", "answer"), Kind.ANSWER),
    "a solution without its answer": (drop(PROBLEM, "text", "detour"), Kind.MISSING),
    "an unknown kind of problem": (change(PROBLEM, "text", pair_type="riddle"), Kind.UNKNOWN_TASK),
    # every row
    "a value": (value("vqa_distance_single", "text"), Kind.VALUE),
    "a value of a vector": (value("vqa_query_aabb", "text", 4), Kind.VALUE),
    "a margin": (change("vqa_orientation", "text", margin=1.5), Kind.MARGIN),
    "a margin for a number": (change("vqa_distance_single", "text", margin=1.5), Kind.MARGIN),
    "no margin for a word": (change(THREE, "text", margin=None), Kind.MARGIN),
    "answers unlike the answer": (change("vqa_distance_single", "mcq", answers=["2.30m"]), Kind.LETTER),
    "a letter beyond the options": (change("vqa_distance_single", "mcq", answer="E"), Kind.LETTER),
    "options of a text": (change("vqa_distance_single", "text", options=["3.20m", "1.00m"]), Kind.OPTIONS),
    "another name": (reword("vqa_distance_multi", "text", "the chair", "the sofa"), Kind.MENTION),
    "one name too many": (reword("vqa_distance_multi", "text", "the chair", "the chair beside the sofa"), Kind.MENTION),  # noqa: E501
    "another color": (reword(MOST, "mcq", "red box", "blue box"), Kind.MENTION),
    "a boxed object without its box": (reword(MOST, "text", " (highlighted by the red box)", ""), Kind.MENTION),
    "box colors": (change(MOST, "text", box_colors=["green", "red"]), Kind.MARK),
    "a mark elsewhere": (of_mark(coords=[1, 2, 3, 4]), Kind.MARK),
    "a mark of another object": (of_mark(object_id=1), Kind.MARK),
    "the level": (change("vqa_distance_single", "text", level="level2"), Kind.METADATA),
    "the unit": (change("vqa_distance_single", "text", unit="none"), Kind.METADATA),
    "the relation": (change("vqa_distance_single", "text", relation="oo"), Kind.METADATA),
    "the frame": (change("vqa_distance_single", "text", frame="gravity"), Kind.METADATA),
    "the split": (change("vqa_distance_single", "text", split="val"), Kind.METADATA),
    "the image": (change("vqa_distance_single", "text", images=["other.jpg"]), Kind.IMAGE),
    "a label": (change("vqa_distance_single", "text", labels=["sofa"]), Kind.OBJECT),
    "an unknown object": (change("vqa_distance_single", "text", object_ids=[77]), Kind.MISSING),
    "an unknown picture": (change("vqa_distance_single", "text", image_id="other"), Kind.MISSING),
    "an unknown task": (change("vqa_distance_single", "text", task="vqa_riddle"), Kind.UNKNOWN_TASK),
    "an unknown format": (change("vqa_query_aabb", "text", format="mcq", options=["1", "2"], answer="A"), Kind.METADATA),  # noqa: E501
    "an id that is none": (change("vqa_distance_single", "text", qa_id="x"), Kind.METADATA),
    "an id twice": (repeat_id, Kind.DUPLICATE_ID),
    "a row twice": (repeat, Kind.DUPLICATE_ROW),
    "an item torn apart": (tear, Kind.DUPLICATE_ID),
    "gravity unknown": (without_gravity, Kind.RULE),
    # records
    "a centre": (shift(1, "center", 0, 0.01), Kind.RECORD),
    "a box": (shift(1, "aabb_max", 1, 0.01), Kind.RECORD),
    "a box of gravity": (shift(1, "gravity_min", 1, -0.01), Kind.RECORD),
    "an azimuth": (of_thing(1, azimuth=30.0), Kind.RECORD),
    "a front": (shift(1, "front_camera", 0, 0.1), Kind.RECORD),
    "the number of points": (of_thing(1, point_count=3), Kind.RECORD),
    "truncated": (of_thing(1, truncated=True), Kind.RECORD),
    "hidden by nobody": (of_thing(1, occluded_by=[99]), Kind.RECORD),
    "a name of two": (of_thing(4, reference_kind="class"), Kind.MENTION),
    "a reference": (of_thing(1, reference="the stool"), Kind.MENTION),
    "a color nobody saw": (of_thing(4, reference="the blue cup", reference_kind="attribute"), Kind.MENTION),
    "the wrong place in the row": (of_thing(4, reference="the cup on the right", reference_kind="ordinal"), Kind.MENTION),  # noqa: E501
    "a description nobody grounded": (of_thing(4, reference="the mug", reference_kind="description"), Kind.MENTION),
    "no points": (of_thing(1, points=[]), Kind.RECORD),
    "half a point": (of_thing(1, points=[0.5]), Kind.SCHEMA),
    "a mask that is none": (of_mask_of(1, counts="~~"), Kind.RECORD),
    "a mask of another size": (of_mask_of(1, size=[10, 10]), Kind.RECORD),
    "an object of no detection": (of_thing(1, label="stool"), Kind.RECORD),
    "an object twice": (lambda picture: picture.objects.append(picture.objects[0]), Kind.DUPLICATE_ID),
    "another shard": (of_thing(1, shard_id="other"), Kind.METADATA),
    "a depth map that is none": (of_image(depth=b"no PNG"), Kind.RECORD),
    "intrinsics": (of_image(intrinsics=[600.0, 0.0, 399.5, 0.0, 600.0, 299.5, 0.0, 0.0, 1.0]), Kind.RECORD),
    "gravity that is no rotation": (of_image(gravity_from_camera=[1.0] * 9), Kind.RECORD),
    "a closed class of nothing": (of_image(closed_classes=["door"]), Kind.RECORD),
    "an invalid record": (of_image(split="holdout"), Kind.SCHEMA),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_corruption_is_found(name: str) -> None:
    mutate, kind = MUTATIONS[name]
    picture = clean_picture()
    mutate(picture)
    assert kind in kinds(picture)


def test_points_away_from_mask_and_depth_are_found() -> None:
    for by in (1.0, -1.0):
        picture = clean_picture()
        thing = picture.thing(1)
        thing["points"] = [one + by * (place % 3 == 0) for place, one in enumerate(thing["points"])]
        assert Kind.RECORD in kinds(picture)
    picture = clean_picture()
    thing = picture.thing(1)
    thing["points"] = [one * 1.1 for one in thing["points"]]  # along the rays
    assert Kind.RECORD in kinds(picture)


def test_a_torn_schema_is_found() -> None:
    images, objects, rows = clean_picture().tables()
    assert {f.kind for f in audit_shard(images, objects, rows.drop_columns("margin"))} == {Kind.SCHEMA}
