"""Every row says its fact: questions and answers are read back by plain words and compared with the fact."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from factory.web.tasks.spec import WebFact
from factory.wording.web.rows import to_web_table
from tests.wording.web.parsing import amount, axis_word, numbers, sector, without_names
from tests.wording.web.web_facts import OBJECTS, TASKS, make_facts, named_picture, render

Row = dict[str, Any]
LENGTHS = (
    "vqa_distance_single", "vqa_object_size_single", "vqa_distance_multi", "vqa_closest_distance_multi",
    "vqa_distance_each_axis_multi", "vqa_distance_each_axis_multi_world",
)  # fmt: skip
FACTS = 120


def said(task: str, seed: int = 3) -> Iterator[tuple[WebFact, Row, list[str]]]:
    """Rows with their facts and the names that they call the objects by."""
    facts = make_facts(task, FACTS, 7)
    table = to_web_table([render((task,), FACTS, seed)])
    items: dict[str, WebFact] = {}
    left = iter(facts)
    for row in table.to_pylist():
        if row["item_id"] not in items:
            items[row["item_id"]] = next(left)
        fact = items[row["item_id"]]
        named = fact.rows if row["task"] != "vqa_counting_objects" else fact.rows[: len(fact.asked) > 3]
        colors = row["box_colors"] or []
        names = [
            OBJECTS[place][0] + (f" (highlighted by the {color} box)" if color else "")
            for place, color in zip(named, colors, strict=False)
        ]
        yield fact, row, names


def test_every_task_is_read_back_somewhere() -> None:
    read = {*LENGTHS, "vqa_query_aabb", "vqa_object_direction_multi", "level0", "vqa_orientation"}
    read |= {task for task in TASKS if "relation_multi" in task or "multiangle" in task or "perspective" in task}
    read |= {"vqa_distance_three_objects", "vqa_distance_three_objects_comparision", "vqa_counting_objects"}
    read |= {"vqa_orientation_comparison_two_objects", "vqa_comparison_multiple_objects", "vqa_most_objects_in_class"}
    assert read == set(TASKS)


@pytest.mark.parametrize("task", LENGTHS)
def test_lengths(task: str) -> None:
    for fact, row, _ in said(task):
        value, printed = fact.values[0], f"{fact.values[0]:.2f}"
        if row["format"] == "text":
            assert numbers(row["answer"]) == [printed]
            assert "meter" in row["question"] or "metric" in row["question"]
        elif row["format"] == "mcq":
            assert numbers(row["answers"][0]) == [printed]
            ordered = sorted(float(numbers(option)[0]) for option in row["options"])
            assert all(round(b * 100) >= 1.3 * round(a * 100) for a, b in itertools.pairwise(ordered))
        else:
            kind, claimed = amount(row["question"])
            if kind == "about":
                true = f"{claimed:.2f}" == printed
                assert true or max(value / claimed, claimed / value) >= 1.5
            else:
                true = value > claimed if kind == "more" else value < claimed
                assert abs(claimed - value) >= 0.2 * value - 1e-9
            assert row["answer"] == ("Yes" if true else "No")


def test_boxes_and_directions() -> None:
    for task in ("vqa_query_aabb", "vqa_object_direction_multi"):
        for fact, row, _ in said(task):
            unit = "m" if task == "vqa_query_aabb" else ""
            expected = [("0.00" if f"{v:.2f}" == "-0.00" else f"{v:.2f}") + unit for v in fact.values]
            assert row["answer"].split(" ") == expected


def _pixel(x: int, y: int) -> str:
    token = f"<loc{round(y / 448 * 1024):04d}><loc{round(x / 448 * 1024):04d}>"
    return token + token


def test_pixels() -> None:
    loader = 0
    for fact, row, _ in said("level0"):
        if fact.asked == "pixel_xyz":
            loader += row["question"] == f"what is the xyz of the pixel in {_pixel(*fact.pixels)}"
            assert _pixel(*fact.pixels) in row["question"]
            printed = [f"{value:.2f}m" for value in fact.values[1:]]
            assert row["answer"].split(" ") == ["0.00m", *printed]
            continue
        pixels = [_pixel(*fact.pixels[:2]), _pixel(*fact.pixels[2:])]
        text = without_names(row["question"], pixels)
        nearer = bool(re.search(r"closer|nearer|less distant|smaller|lower", text))
        assert nearer != bool(re.search(r"farther|more distant|larger|greater", text)), text
        first_wins = (fact.values[0] < fact.values[1]) == nearer
        if row["format"] == "true_false":
            asked_first = not text.index("<0>") > text.index("<1>")
            if text.startswith(("Take the", "Relative to")):  # the reference comes first
                asked_first = not asked_first
            assert row["answer"] == ("Yes" if asked_first == first_wins else "No"), row["question"]
        elif row["format"] == "mcq":
            assert pixels[not first_wins] in row["answers"][0]
        else:
            answer = without_names(row["answer"], pixels)
            winner = re.search(r"Compared with the pixel in <\d>, the pixel in <(\d)>|<(\d)>", answer)
            assert winner is not None
            assert int(winner[1] or winner[2]) == int(not first_wins), row["answer"]
    assert 0.3 * FACTS / 2 < loader < 0.7 * FACTS / 2


@pytest.mark.parametrize("task", ["vqa_object_relation_multi", "vqa_object_relation_multi_world"])
def test_relations(task: str) -> None:
    for fact, row, names in said(task):
        decided = {axis: word for axis, word in fact.words.items() if word not in ("", "overlap")}
        question, answer = without_names(row["question"], names), without_names(row["answers"][0], names)
        if row["format"] == "true_false":
            axis, word, _ = row["pair_type"].split("_")
            if word == "overlap":
                assert (row["answer"], fact.words[axis]) == ("Yes", "overlap")
                continue
            assert axis_word(question, axis) == word
            assert question.index("<0>") < question.index("<1>")
            assert row["answer"] == ("Yes" if fact.words[axis] == word else "No")
        elif row["pair_type"] in ("direction_text", "direction_mcq"):
            for axis, word in decided.items():
                assert axis_word(answer, axis) == word, answer
            if row["format"] == "mcq":
                assert len(row["options"]) == (2 if len(decided) == 1 else 4)
            else:
                assert answer.index("<0>") < answer.index("<1>")
        elif row["pair_type"] == "axis_text":
            found = [axis for axis in "xyz" if _names_side(answer, axis)]
            assert [axis_word(answer, axis) for axis in found] == [fact.words[axis] for axis in found]
            assert len(found) == 1
        else:
            axis = row["pair_type"][0]
            asked = axis_word(question, axis)
            assert row["answers"][0] == names[0 if asked == fact.words[axis] else 1]


def _names_side(text: str, axis: str) -> bool:
    try:
        axis_word(text, axis)
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize("task", ["vqa_spatial_mcq_multiangle", "vqa_spatial_mcq_multiangle_world"])
def test_sectors(task: str) -> None:
    for fact, row, names in said(task):
        truth = fact.words["sector"]
        if row["format"] == "mcq":
            assert sector(row["answers"][0]) == truth
            assert len({sector(option) for option in row["options"]}) == 4
        else:
            question = without_names(row["question"], names)
            claimed = sector(question)
            assert (claimed == truth) == (row["answer"] == "Yes"), row["question"]


def test_facing_sides() -> None:
    for fact, row, names in said("vqa_orientation"):
        truth = fact.words["side"]
        if row["format"] == "true_false":
            question = without_names(row["question"], names)
            claimed = re.search(r"(?i)the (front|left side|right side|back)", question)
            assert claimed is not None
            assert row["answer"] == ("Yes" if claimed[1].split(" ")[0] == truth else "No")
        else:
            assert truth in without_names(row["answers"][0], names)


def _side(text: str) -> set[str]:
    patterns = {
        "left": r"\bleft\b",
        "right": r"\bright\b(?! to say)",
        "front": r"in front of you|ahead of you|on the side you face",
        "behind": r"behind you\b|at your back|behind your back",
    }
    plain = re.sub(r"straight ahead of you|of the front", "", text)
    return {side for side, pattern in patterns.items() if re.search(pattern, plain, re.IGNORECASE)}


@pytest.mark.parametrize("task", [task for task in TASKS if "new_perspective" in task])
def test_imagined_sides(task: str) -> None:
    for fact, row, names in said(task):
        truth = fact.words["side"]
        if row["format"] == "true_false":
            (claimed,) = _side(without_names(row["question"], names))
            assert row["answer"] == ("Yes" if claimed == truth else "No")
        else:
            assert _side(without_names(row["answers"][0], names)) == {truth}
            assert len(_side(without_names(row["question"], names))) == 2


def test_closer_of_two() -> None:
    for fact, row, names in said("vqa_distance_three_objects"):
        question, answer = without_names(row["question"], names), without_names(row["answers"][0], names)
        nearer = bool(re.search(r"closer|nearer|less distant", question))
        assert nearer == (fact.asked == "closer")
        winner = 1 if (fact.values[0] < fact.values[1]) == nearer else 2
        named = re.search(r"^Compared with <\d>, <(\d)>|one .* is <(\d)>|<([12])>", answer)
        assert named is not None
        assert {int(place) for place in named.groups() if place} == {winner}, answer


def test_closer_claims() -> None:
    for fact, row, names in said("vqa_distance_three_objects_comparision"):
        question = without_names(row["question"], names)
        nearer = bool(re.search(r"closer|nearer|less distant", question))
        assert re.search(r"<1> than (?:to|from) <2>", question)
        truth = (fact.values[0] < fact.values[1]) == nearer
        assert row["answers"] == ["Yes" if truth else "No"]


def test_alike() -> None:
    for fact, row, names in said("vqa_orientation_comparison_two_objects"):
        claimed = not re.search(r"different", without_names(row["question"], names))
        truth = claimed == (fact.words["similar"] == "yes")
        assert row["answers"][0].startswith("Yes" if truth else "No")
        if ". " in row["answers"][0]:
            said_alike = "different" not in without_names(row["answers"][0], names)
            assert said_alike == (fact.words["similar"] == "yes")


def _places(text: str) -> list[int]:
    return [int(place) for place in re.findall(r"<(\d)>", text)]


def test_orders() -> None:
    ascending = {"depth_near", "height_short", "width_narrow", "x_left"}
    for fact, row, names in said("vqa_comparison_multiple_objects"):
        order = sorted(
            range(len(names)), key=lambda place: fact.values[place] * (1 if fact.asked in ascending else -1)
        )
        if row["format"] == "true_false":
            assert row["answer"] == ("Yes" if _places(without_names(row["question"], names)) == order else "No")
        else:
            assert _places(without_names(row["answers"][0], names)) == order
            assert sorted(_places(without_names(row["question"], names))) == sorted(order)


def test_winners() -> None:
    for fact, row, names in said("vqa_most_objects_in_class"):
        smallest = fact.asked in ("nearest", "smallest", "leftmost")
        winner = fact.values.index((min if smallest else max)(fact.values))
        assert _places(without_names(row["answers"][0], names)) == [winner]


def test_counts() -> None:
    picture = named_picture()
    for fact, row, names in said("vqa_counting_objects"):
        count = int(fact.values[0])
        text = without_names(row["answers"][0], names)
        assert [int(number) for number in re.findall(r"(?<!<)\b\d+\b", text)] == [count]
        assert row["object_ids"] == picture.object_ids[list(fact.rows)].tolist()
        if row["format"] == "mcq":
            assert all(int(option) >= 1 for option in row["options"])
        elif f"{count} " in text and count == 1:
            assert not re.search(r"1 (?:chairs|people|potted plants)", text)


def test_facts_are_all_said() -> None:
    for task in TASKS:
        rendered = render((task,), FACTS)
        assert not rendered.rejected, rendered.rejected
        formats = Counter(row.format for row in rendered.rows)
        assert len(rendered.items) == FACTS
        assert min(formats.values()) >= FACTS / 2
