"""Templates about sizes, cameras, extremes, three images and videos: true texts pass, false ones are found."""

import re
from collections.abc import Iterable, Mapping
from itertools import product

import pytest

from factory.audit.claims import claims
from factory.audit.findings import Kind
from factory.audit.text import Named, tokenise
from tests.audit.clean_world import clean_world
from tests.audit.wordings import check, shared_rules, table

Slots = Mapping[str, str]
SLOT = re.compile(r"\{(\w+)\}")


def fill(texts: Iterable[str], truth: Slots, lie: Slots | None = None) -> list[str]:
    """The templates with their slots filled; for a lie, only those that say what it changes."""
    lie = lie or {}
    return [t.format(**{**truth, **lie}) for t in texts if not lie or lie.keys() & set(SLOT.findall(t))]


def check_answers(task: str, family: str, truth: Slots, lies: Iterable[Slots]) -> None:
    texts = table(family, task)["answer"]["text"]
    check(task, "sentence", fill(texts, truth), [text for lie in lies for text in fill(texts, truth, lie)])


def questions(task: str, family: str, truth: Slots, form: str = "fill", part: str = "question") -> list[str]:
    """Every question, and every ending of a question, of a format."""
    entry, rules = table(family, task), shared_rules()
    names = entry["closings"][form]
    first = " ".join(rules[name][0] for name in names)
    endings = [first, *(text for name in names for text in rules[name])]
    texts = fill(entry[part]["text"], truth)
    return [f"{text} {first}" for text in texts] + [f"{texts[0]} {end}" for end in endings]


def test_depth_in_the_image_of_the_mark() -> None:
    names = {"red_name": "towel", "blue_name": "lamp", "red_depth": "2.0"}
    lies: list[Slots] = [{"answer": "3.0"}, {"red_depth": "2.1"}, {"answer": "2.0", "red_depth": "2.5"}]
    check_answers("depth_prediction_oc_mv", "depth", {**names, "answer": "2.5"}, lies)


def test_difference_of_depths_in_two_images() -> None:
    truth = {"red_name": "towel", "blue_name": "lamp", "green_name": "table", "red_depth": "2.0"}
    lies: list[Slots] = [{"direction": "deeper"}, {"answer": "0.6"}]
    check_answers("depth_prediction_oo_mv", "depth", {**truth, "answer": "0.5", "direction": "shallower"}, lies)


@pytest.mark.parametrize("task", ["depth_prediction_oc_mv", "depth_prediction_oo_mv"])
def test_given_depth(task: str) -> None:
    names = {"red": "towel (red point)", "blue": "lamp (blue point)", "green": "table (green point)"}
    true, false = (questions(task, "depth", {**names, "red_depth": depth}) for depth in ("2.0", "1.9"))
    check(task, "fill", true, false, "question")


@pytest.mark.parametrize(
    ("task", "answer"),
    [
        ("distance_prediction_oc_mv", "2.5"),
        ("distance_prediction_oo_mv", "1.8"),
        ("distance_prediction_oo_video", "1.8"),
    ],
)
def test_distance(task: str, answer: str) -> None:
    red = "table" if "_oc_" in task else "towel"
    check_answers(task, "distance", {"red_name": red, "blue_name": "lamp", "answer": answer}, [{"answer": "2.1"}])
    frames = (" in Frame-4", " in Frame-9") if task.endswith("video") else ("", "")
    names = {"red": f"{red} (red point{frames[0]})", "blue": f"lamp (blue point{frames[1]})"}
    false = {name: mention.replace("point", "bbox") for name, mention in names.items()}
    true, wrong = (questions(task, "distance", said) for said in (names, false))
    check(task, "fill", true, wrong, "question", found_as=frozenset({Kind.MENTION}))


def test_which_is_closer() -> None:
    task = "distance_infer_center_oo_mv"
    entry = table("distance", task)
    names = {"red_name": "towel", "green_name": "lamp", "blue_name": "table"}
    names |= {"red": "towel (red point)", "green": "lamp (green point)", "blue": "table (blue point)"}
    lies: list[Slots] = [
        {"green_distance": "0.9", "blue_distance": "1.8"},
        {"green_distance": "1.8", "blue_distance": "1.0"},
    ]
    asked_questions: dict[str, list[str]] = {"closer": [], "farther": []}
    for phrase, (asked, winner, loser) in product(
        entry["phrases"]["asked"], (("closer", "table", "lamp"), ("farther", "lamp", "table"))
    ):
        truth = {**names, "green_distance": "1.8", "blue_distance": "0.9", "winner": winner}
        truth |= {"asked": phrase[asked].split()[0], "asked_to": phrase[asked]}
        check_answers(task, "distance", truth, [*lies, {"winner": loser}])
        asked_questions[asked] += questions(task, "distance", truth)
    check(task, "fill", asked_questions["closer"], asked_questions["farther"], "question")


RELATION = "obj_spatial_relation_oo_mv"


def test_relation_sentences() -> None:
    entry = table("relation", RELATION)
    names = {"red_name": "table", "blue_name": "lamp"}
    true, false = [], []
    for phrase in entry["phrases"]["relation"]:
        place = f"{phrase['left']} and {phrase['below']}"
        truth = {**names, "place": place, "range": phrase["closer"]}
        both = entry["answer_both"]["text"]
        true += fill(both, truth)
        false += fill(both, truth, {"range": phrase["farther"]})
        false += fill(both, truth, {"place": f"{phrase['right']} and {phrase['below']}"})
        false += fill(both, truth, {"place": f"{phrase['left']} and {phrase['above']}"})
        false += fill(both, truth, {"place": phrase["left"]})
        false += fill(entry["answer_place"]["text"], truth)
    check(RELATION, "sentence", true, false)


def test_relation_sentences_with_one_slot() -> None:
    """The mirror stands straight behind the lamp."""
    entry = table("relation", RELATION)
    texts, names = entry["answer_range"]["text"], {"red_name": "mirror", "blue_name": "lamp"}
    phrases = entry["phrases"]["relation"]
    farther, closer = (
        [text for phrase in phrases for text in fill(texts, {**names, "range": phrase[word]})]
        for word in ("farther", "closer")
    )
    check(RELATION, "sentence", farther, closer, place=1)


def test_places_alone() -> None:
    """No row of the clean world has an empty third slot: the reading itself is checked."""
    entry = table("relation", RELATION)
    named = (Named("red", "table", ("red bbox",)), Named("blue", "lamp", ("blue bbox",)))
    for phrase in entry["phrases"]["relation"]:
        place = f"{phrase['left']} and {phrase['below']}"
        for text in fill(entry["answer_place"]["text"], {"red_name": "table", "blue_name": "lamp", "place": place}):
            found = claims(tokenise(text, named), WORDS, ("red", "blue"))
            said = {OPPOSITE[word] if holder == "blue" else word for word, holder in found}
            assert said == {"left", "below"}, text


WORDS = ("left", "right", "above", "below", "closer", "farther", "front", "behind")
OPPOSITE = {a: b for pair in zip(WORDS[::2], WORDS[1::2], strict=True) for a, b in (pair, pair[::-1])}


def test_judge_questions() -> None:
    entry = table("relation", RELATION)
    names = {"red": "table (red bbox)", "blue": "lamp (blue bbox)"}
    true, false = [], []
    for phrase in entry["phrases"]["relation"]:
        for part, yes, no in (
            ("question_place", "left", "right"),
            ("question_place", "below", "above"),
            ("question_range", "closer", "farther"),
        ):
            true += questions(RELATION, "relation", {**names, "claim": phrase[yes]}, "judge", part)
            false += questions(RELATION, "relation", {**names, "claim": phrase[no]}, "judge", part)
    check(RELATION, "judge", true, false, "question")


OBSERVER = "obj_spatial_relation_oc_mv"


def test_relation_to_the_observer() -> None:
    entry = table("relation", OBSERVER)
    true, false = [], []
    for phrase in entry["phrases"]["relation"]:
        truth = {"red_name": "lamp", "place": f"{phrase['right']} and {phrase['above']}", "range": phrase["front"]}
        both = entry["answer_both"]["text"]
        true += fill(both, truth)
        false += fill(both, truth, {"range": phrase["behind"]})
        false += fill(both, truth, {"place": f"{phrase['left']} and {phrase['above']}"})
        false += fill(both, truth, {"place": f"{phrase['right']} and {phrase['below']}"})
        false += fill(both, truth, {"place": phrase["above"]})
        false += fill(entry["answer_place"]["text"], truth) + fill(entry["answer_range"]["text"], truth)
    check(OBSERVER, "sentence", true, false)


def test_one_slot_for_the_observer() -> None:
    entry, named = table("relation", OBSERVER), (Named("red", "lamp", ("red bbox",)),)
    for phrase in entry["phrases"]["relation"]:
        for part, slot, words in (
            ("answer_place", "place", ("right",)),
            ("answer_place", "place", ("left", "below")),
            ("answer_range", "range", ("front",)),
            ("answer_range", "range", ("behind",)),
        ):
            said = " and ".join(phrase[word] for word in words)
            for text in fill(entry[part]["text"], {"red_name": "lamp", slot: said}):
                found = claims(tokenise(text, named), WORDS, ("red", "observer"))
                assert {word for word, _ in found} == set(words), text
                assert {holder for _, holder in found} <= {"red", None}, text


@pytest.mark.parametrize("task", [RELATION, OBSERVER])
def test_what_an_empty_slot_means(task: str) -> None:
    names = {"red": "table (red bbox)", "blue": "lamp (blue bbox)"}
    if task == OBSERVER:
        names["red"] = "lamp (red bbox)"
    true = questions(task, "relation", names, "select")
    check(task, "select", true, [text.replace("0.1", "0.2") for text in true if "0.1" in text], "question")


@pytest.mark.parametrize("task", ["distance_infer_center_oc", "distance_infer_center_oc_mv"])
def test_extremes(task: str) -> None:
    world = clean_world()
    several = task.endswith("mv")
    frame, winner, away = ("30", 10, "1.8") if several else ("10", 1, "2.1")
    box = f"{world.shown(frame, winner)['box']}"
    truth = {"winner": world.thing(winner)["label"], "box": box, "answer": away, "image": "the third image"}
    lies: list[Slots] = [{"winner": "lamp"}, {"box": "[1, 2, 3, 4]"}, {"answer": "1.9"}, {"image": "the second image"}]
    asked_questions: dict[str, list[str]] = {"closest": [], "farthest": []}
    for phrase in table("distance", task)["phrases"]["asked"]:
        for asked, found in asked_questions.items():
            found += questions(task, "distance", {"asked": phrase[asked].split()[0], "asked_to": phrase[asked]})
        said = {"asked": phrase["closest"].split()[0], "asked_to": phrase["closest"]}
        other = {"asked": phrase["farthest"].split()[0], "asked_to": phrase["farthest"]}
        check_answers(task, "distance", {**truth, **said}, [*lies, other])
    # another object is the farthest
    check(task, "fill", *asked_questions.values(), "question", found_as=frozenset({Kind.OBJECT}))


def test_listed() -> None:
    task = "distance_infer_center_oo_video"
    candidates = (
        "the lamp (object0 in Frame-7), the table (object1 in Frame-9), the chair (object2 in Frame-4) and the chair"
        " (object3 in Frame-9)"
    )
    names = {"anchor": "towel (objectA in Frame-4)", "anchor_name": "towel", "candidates": candidates}
    lies: list[Slots] = [{"winner": "lamp"}, {"answer": "1.8"}, {"winner": "chair (object3)"}]
    asked_questions: dict[str, list[str]] = {"closest": [], "farthest": []}
    for phrase in table("distance", task)["phrases"]["asked"]:
        for asked, found in asked_questions.items():
            said = {"asked": phrase[asked].split()[0], "asked_to": phrase[asked]}
            found += questions(task, "distance", {**names, **said})
            truth = {**names, **said, "winner": "table", "answer": "0.9"}
            if asked == "closest":
                check_answers(task, "distance", truth, lies)
    check(task, "fill", asked_questions["closest"], asked_questions["farthest"], "question")


def test_size() -> None:
    truth = {"red_name": "table", "length": "60", "width": "40", "height": "30"}
    lies: list[Slots] = [{"length": "59"}, {"width": "60", "length": "40"}, {"height": "40", "width": "30"}]
    check_answers("spatial_volume_infer", "volume", truth, lies)


def test_place_of_the_camera() -> None:
    truth = {"point": "(847, 319)", "depth": "0.6"}
    check_answers("camera_motion_infer", "camera_motion", truth, [{"point": "(319, 847)"}, {"depth": "0.7"}])
