"""Every template of the data set can be read: what it says passes when true, and is found when false."""

from itertools import product

import pytest

from factory.audit.landmark import false_landmark_claims
from factory.audit.scene import audit_scene
from tests.audit.clean_world import clean_world
from tests.audit.wordings import check, shared_rules, table

RELATION = "obj_spatial_relation_oo"
INFER = "distance_infer_center_oo"


def test_depth_of_one() -> None:
    texts = table("depth", "depth_prediction_oc")["answer"]["text"]
    names = {"red_name": "towel", "blue_name": "lamp"}
    true = [t.format(answer="3.0", red_depth="2.0", **names) for t in texts]
    false = [t.format(answer="3.1", red_depth="2.0", **names) for t in texts]
    false += [t.format(answer="3.0", red_depth="2.1", **names) for t in texts if "{red_depth}" in t]
    check("depth_prediction_oc", "sentence", true, false)


@pytest.mark.parametrize("task", ["depth_prediction_oc", "depth_prediction_oo"])
def test_given_depth(task: str) -> None:
    entry = table("depth", task)
    rules = shared_rules()
    names = {"red": "towel (red point)", "blue": "lamp (blue point)", "green": "table (green point)"}
    endings = [" ".join(rules[name][0] for name in entry["closings"]["fill"])]
    endings += [" " + text for name in entry["closings"]["fill"] for text in rules[name]]
    texts = [f"{t} {end}" for t, end in product(entry["question"]["text"], endings)]
    true = [t.format(red_depth="2.0", **names) for t in texts]
    false = [t.format(red_depth="1.9", **names) for t in texts]
    check(task, "fill", true, false, "question")


def test_difference_of_depth() -> None:
    texts = table("depth", "depth_prediction_oo")["answer"]["text"]
    names = {"red_name": "towel", "blue_name": "lamp", "green_name": "table", "red_depth": "2.0"}
    true = [t.format(answer="0.6", direction="shallower", **names) for t in texts]
    false = [t.format(answer="0.6", direction="deeper", **names) for t in texts]
    false += [t.format(answer="0.5", direction="shallower", **names) for t in texts]
    check("depth_prediction_oo", "sentence", true, false)


@pytest.mark.parametrize(("task", "answer"), [("distance_prediction_oc", "2.5"), ("distance_prediction_oo", "1.8")])
def test_distance(task: str, answer: str) -> None:
    texts = table("distance", task)["answer"]["text"]
    names = {"red_name": "table" if task.endswith("oc") else "towel", "blue_name": "lamp"}
    true = [t.format(answer=answer, **names) for t in texts]
    false = [t.format(answer="2.1", **names) for t in texts]
    check(task, "sentence", true, false)


def test_which_is_closer() -> None:
    entry = table("distance", INFER)
    names = {"red_name": "towel", "green_name": "lamp", "blue_name": "table"}
    true, false = [], []
    for text, phrase in product(entry["answer"]["text"], entry["phrases"]["asked"]):
        for asked, winner, loser in (("closer", "table", "lamp"), ("farther", "lamp", "table")):
            said = {**names, "asked": phrase[asked].split()[0], "asked_to": phrase[asked]}
            true.append(text.format(winner=winner, green_distance="1.8", blue_distance="0.9", **said))
            false.append(text.format(winner=loser, green_distance="1.8", blue_distance="0.9", **said))
            false.append(text.format(winner=winner, green_distance="0.9", blue_distance="1.8", **said))
            false.append(text.format(winner=winner, green_distance="1.8", blue_distance="1.0", **said))
    check(INFER, "sentence", true, false)


def test_which_is_asked() -> None:
    entry = table("distance", INFER)
    rules = shared_rules()
    names = {"red": "towel (red point)", "green": "lamp (green point)", "blue": "table (blue point)"}
    true, false = [], []
    for text, phrase in product(entry["question"]["text"], entry["phrases"]["asked"]):
        for end in rules["gap_rule"]:
            for asked, texts in (("closer", true), ("farther", false)):
                said = text.format(asked=phrase[asked].split()[0], asked_to=phrase[asked], **names)
                texts.append(f"{said} {end}")
    check(INFER, "fill", true, false, "question")


def relation_texts(part: str, place: str, near: str, names: dict[str, str]) -> list[str]:
    texts = table("relation", RELATION)[part]["text"]
    return [t.format(place=place, range=near, **names) for t in texts]


def test_relation_sentences() -> None:
    names = {"red_name": "table", "blue_name": "lamp"}
    true, false = [], []
    for phrase in table("relation", RELATION)["phrases"]["relation"]:
        place = f"{phrase['left']} and {phrase['below']}"
        true += relation_texts("answer_both", place, phrase["closer"], names)
        false += relation_texts("answer_both", place, phrase["farther"], names)
        false += relation_texts("answer_both", f"{phrase['right']} and {phrase['below']}", phrase["closer"], names)
        false += relation_texts("answer_both", f"{phrase['left']} and {phrase['above']}", phrase["closer"], names)
        false += relation_texts("answer_both", phrase["left"], phrase["closer"], names)
        false += relation_texts("answer_place", place, "", names)
    check(RELATION, "sentence", true, false)


def test_relation_sentences_with_one_slot() -> None:
    """The mirror stands straight behind the lamp."""
    names = {"red_name": "mirror", "blue_name": "lamp"}
    phrases = table("relation", RELATION)["phrases"]["relation"]
    farther, closer = (
        [t for phrase in phrases for t in relation_texts("answer_range", "", phrase[word], names)]
        for word in ("farther", "closer")
    )
    check(RELATION, "sentence", farther, closer, place=1)


def test_judge_questions() -> None:
    entry = table("relation", RELATION)
    rules = shared_rules()
    names = {"red": "table (red bbox)", "blue": "lamp (blue bbox)"}
    true, false = [], []
    for phrase, end in product(entry["phrases"]["relation"], rules["relation_rule"] + rules["yes_no"]):
        for part, words in (("question_place", ("left", "right")), ("question_place", ("below", "above"))):
            for word, texts in zip(words, (true, false), strict=True):
                texts += [f"{t.format(claim=phrase[word], **names)} {end}" for t in entry[part]["text"]]
        for word, texts in (("closer", true), ("farther", false)):
            texts += [f"{t.format(claim=phrase[word], **names)} {end}" for t in entry["question_range"]["text"]]
    check(RELATION, "judge", true, false, "question")


def test_camera_moves() -> None:
    entry = table("view_change", "view_change_infer")
    true, false = [], []
    for phrase in entry["phrases"]["actions"]:
        for amounts, texts in (("0.4", true), ("0.5", false)):
            moves = [
                phrase["right"].format(amount=amounts),
                phrase["up"].format(amount="0.2"),
                phrase["forward"].format(amount="0.6"),
            ]
            turns = [phrase["tilt_up"].format(amount="10"), phrase["turn_right"].format(amount="20")]
            listed = phrase["moves"].format(list=f"{moves[0]}, {moves[1]} and {moves[2]}")
            actions = phrase["both"].format(moves=listed, turns=" and ".join(turns))
            # what is told of the landmark is checked elsewhere; no object is listed here
            told = {"landmark": "vase", "landmark_from": "on the left", "landmark_to": "at the top"}
            told["landmark_shift"] = "to the right and upward"
            for part in ("answer_moved", "answer_within", "answer_still"):
                texts += [t.format(actions=actions, **told) for t in entry[part]["text"]]
    check("view_change_infer", "sentence", true, false)


def test_landmarks() -> None:
    """The lamp is right of the middle and high in the first image, and moves left and down."""
    entry = table("view_change", "view_change_infer")
    world = clean_world()
    first, second = (world.shown(frame, 2)["box"] for frame in ("10", "20"))
    assert first[0] > 500 > first[3] and second[2] < 500 and first[1] < second[1]
    row = world.row("view_change_infer", "sentence")
    actions = row["answer"][0].lower() + row["answer"][1:-1]
    row["object_ids"], row["labels"] = [2], ["lamp"]
    places = {"from": "top-right", "to": "left", "shift": ["left", "down"]}
    lies = [{"from": "bottom-right"}, {"to": "right"}, {"shift": ["right", "down"]}, {"shift": ["left", "up"]}]
    for lie in ({}, *lies):
        texts = []
        said = {**places, **lie}
        for words, shifts in product(entry["phrases"]["places"], entry["phrases"]["shifts"]):
            for text in entry["answer_moved"]["text"]:
                told = {"landmark_from": words[said["from"]], "landmark_to": words[said["to"]]}
                told["landmark_shift"] = " and ".join(shifts[word] for word in said["shift"])
                texts.append(text.format(landmark="lamp", actions=actions, **told))
        world.rows = [{**row, "qa_id": f"{i:06d}", "answer": t, "question": f"{i}"} for i, t in enumerate(texts)]
        wrong = {f.item for f in audit_scene(*world.tables())}
        assert len(wrong) == (len(texts) if lie else 0), [r["answer"] for r in world.rows if r["qa_id"] in wrong][:3]


def test_ending_up_somewhere_is_no_way_up() -> None:
    told = ["the object hardly changes its place in the frame and ends up in the center"]
    assert false_landmark_claims(told, [450, 450, 500, 500], [450, 470, 500, 520]) == []
    assert false_landmark_claims(["it goes up"], [450, 450, 500, 500], [450, 470, 500, 520]) == ["up"]
