"""Sentences from a language model: which are taken, why others are not, and what is written."""

import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest

from factory.errors import DataError
from factory.wording.expand import MUST_SAY, append, judge, open_list, own_lists, parse_reply
from factory.wording.template_files import with_sentences
from factory.wording.templates import FOLDER, SHARED, VOCABULARY, load


def refusal(task: str | None, name: str, sentence: str) -> str | None:
    (verdict,) = judge(open_list(FOLDER, task, name), [sentence])
    assert verdict.sentence == sentence
    return verdict.reason


def rules() -> list[tuple[str, str]]:
    content = tomllib.loads(MUST_SAY.read_text())
    return [(owner, name) for owner, lists in content.items() if owner != "turning" for name in lists]


@pytest.mark.parametrize(("owner", "name"), rules())
def test_every_list_says_already_what_it_must(owner: str, name: str) -> None:
    target = open_list(FOLDER, None if owner == "shared" else owner, name)
    for sentence in target.sentences:
        for pattern in target.must_say:
            assert pattern.search(sentence), f"{sentence!r} does not say {pattern.pattern}"


def test_every_list_has_a_rule() -> None:
    ruled, unruled = set(rules()), []
    for path in FOLDER.glob("*.toml"):
        for task in tomllib.loads(path.read_text()) if path.name not in (SHARED, VOCABULARY) else ():
            unruled += [(task, name) for name in own_lists(FOLDER, task) if (task, name) not in ruled]
    unruled += [("shared", name) for name in own_lists(FOLDER, None) if ("shared", name) not in ruled]
    assert not unruled


OO, LISTED = "distance_prediction_oo_video", "distance_infer_center_oo_video"
TAKEN = [
    ("obj_count", "question", "What do you get if you count the {plural} of the whole scene?"),
    ("obj_count", "answer", "All in all, {answer} {plural} can be found here."),
    (OO, "question", "Tell me, in meters, the distance that the {red} must have to the {blue}."),
    (OO, "answer", "You have to go about {answer} meters from the {red_name} to get to the {blue_name}."),
    (LISTED, "question", "Take each of {candidates} in turn: which is {asked_to} the {anchor}?"),
    ("room_size", "answer", "The space of this room amounts to {answer} square meters of floor."),
    (None, "frame_rule", "The first frame has the number 0 and the last one the number 31."),
    (None, "yes_no", "Either Yes or No is the whole answer."),
]  # fmt: skip


@pytest.mark.parametrize(("task", "name", "sentence"), TAKEN)
def test_good_paraphrases_are_taken(task: str | None, name: str, sentence: str) -> None:
    assert refusal(task, name, sentence) is None


REFUSED = [
    ("obj_count", "question", "How many of them are there?", "lacks the slot {plural}"),
    ("obj_count", "question", "How many {plural} and {chairs} do you see?", "undeclared slot {chairs}"),
    ("obj_count", "question", "How many {plural} do you see among all {plural}?", "uses the slot {plural} 2 times"),
    ("obj_count", "question", "How many {plural} do the 32 frames show?", "adds the number 32"),
    ("obj_count", "question", "How many {plural} do both sides show?", "adds the number both"),
    ("obj_count", "question", "How many {plural} are not in this place?", "'not'"),
    ("obj_count", "question", "How many {plural} does the gizmo show?", "'gizmo', which is not in vocabulary.toml"),
    ("obj_count", "question", "Watching the whole video, how many different {plural} can you see?", "nearly the same"),
    ("obj_count", "question", "Count the {plural} in this video!", "repeats"),
    ("obj_count", "question", "What about the {plural} of this place?", "does not say how many|number"),
    ("obj_count", "question", "How many {plural} does this place have", "must end with"),
    ("obj_count", "question", "How many {plural} does this place have…", "has the sign '…'"),
    ("obj_count", "question", "How many {plural}\ndoes this place have?", "has the sign '\\n'"),
    ("obj_count", "answer", "The answer is {answer:d} {plural}.", "braces that are not plain"),
    (OO, "answer", "The {red_name} and the {blue_name} have a distance of {answer}.", "does not say"),
    (OO, "question", "How far is the {red} from the {blue}?", "a verb that must agree"),
    (OO, "question", "How far is it from a {red} to the {blue}?", "puts a or an before a label"),
    (LISTED, "question", "Which of {candidates} is closest to the {anchor}?", "lacks all of the slots {asked}"),
    ("nav_video", "question", "What is missing in the words {text} of the video?", "does not say"),
    ("nav_video", "answer", "Put {removed} into the blanks.", "does not say"),
    (None, "frame_rule", "The first frame is called Frame-1 and the last one Frame-31.", "loses the number 0"),
    (None, "frame_rule", "The first frame of the video is called Frame-0.", "loses the number 31"),
    (None, "frame_rule", "Frame-0 is first and Frame-31 is the one after Frame-30.", "adds the number 30"),
    (None, "area_rule", "Count the whole floor in meters.", "does not say square meter"),
    (None, "yes_no", "Say Yes.", "does not say"),
    (None, "camera_format", "Write move_backward in the form that you see here.", "must end with one of :"),
]  # fmt: skip


@pytest.mark.parametrize(("task", "name", "sentence", "reason"), REFUSED)
def test_bad_paraphrases_are_refused_with_a_reason(task: str | None, name: str, sentence: str, reason: str) -> None:
    told = refusal(task, name, sentence)
    assert told is not None
    assert reason in told


def test_a_sentence_that_was_taken_counts_for_the_next() -> None:
    sentence = "What do you get if you count the {plural} of the whole scene?"
    first, second, third = judge(
        open_list(FOLDER, "obj_count", "question"), [sentence, sentence, sentence.replace("whole", "entire")]
    )
    assert first.reason is None
    assert second.reason is not None and "repeats" in second.reason
    assert third.reason is not None and "nearly the same" in third.reason


@pytest.mark.parametrize(
    ("task", "name", "message"),
    [
        ("smell", "question", "no templates for task smell"),
        (
            "obj_count",
            "answer_both",
            "counting.toml: obj_count: no list answer_both of its own, it has question, answer",
        ),
        (None, "smell_rule", "shared.toml: no list smell_rule of its own, it has depth_rule"),
    ],
)
def test_unknown_lists_are_refused(task: str | None, name: str, message: str) -> None:
    with pytest.raises(DataError, match=re.escape(message)):
        open_list(FOLDER, task, name)


def test_a_list_without_a_rule_is_refused(tmp_path: Path) -> None:
    (tmp_path / SHARED).write_text("[smell_rule]\ntext = [\n]\n")
    with pytest.raises(DataError, match=r"must_say\.toml: expected smell_rule = \[\.\.\.\] below \[shared\]"):
        open_list(tmp_path, None, "smell_rule")


@pytest.mark.parametrize(
    "text", ['["One.", "Two."]', '```json\n["One.", "Two."]\n```', 'Here you are:\n["One.",\n "Two."]\nEnjoy!']
)
def test_sentences_are_found_in_a_reply(text: str) -> None:
    assert parse_reply(text) == ["One.", "Two."]


@pytest.mark.parametrize("text", ["", "One.\nTwo.", '["One.", 2]', '{"a": "One."}', "[1", "]["])
def test_replies_without_sentences_are_refused(text: str) -> None:
    with pytest.raises(DataError, match="expected a JSON array of sentences"):
        parse_reply(text)


def test_sentences_are_appended_and_all_else_stays(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "templates"))
    before, ids = (folder / "counting.toml").read_text(), load(folder)["obj_count"].lists["question"]
    new = ["What do you get if you count the {plural} of the whole scene?", "All {plural} of this place: how many?"]
    append(open_list(folder, "obj_count", "question"), new)
    after = (folder / "counting.toml").read_text()
    assert [line for line in after.splitlines() if line not in before.splitlines()] == [
        f"    {json.dumps(sentence)}," for sentence in new
    ]
    assert after.startswith(before.split("\n\n")[0])
    assert load(folder)["obj_count"].lists["question"][: len(ids)] == ids
    assert open_list(folder, "obj_count", "question").sentences[-2:] == new
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('[a.b]\ntext = [\n    "One.",\n]\n', '[a.b]\ntext = [\n    "One.",\n    "Say \\"x\\".",\n]\n'),
        ('[a.b]\ntext = [\n    "One."\n]\n', '[a.b]\ntext = [\n    "One.",\n    "Say \\"x\\".",\n]\n'),
        ("[a.b]\ntext=[\n]\n# end\n", '[a.b]\ntext=[\n    "Say \\"x\\".",\n]\n# end\n'),
        (
            '[a.b]\ntext = [\n    "One.",\n    # last\n]\n[a.c]\ntext = [\n]\n',
            '[a.b]\ntext = [\n    "One.",\n    # last\n    "Say \\"x\\".",\n]\n[a.c]\ntext = [\n]\n',
        ),
    ],
)
def test_lists_in_a_file(content: str, expected: str) -> None:
    assert with_sentences(content, "a.b", ['Say "x".'], "f.toml") == expected


@pytest.mark.parametrize(
    "content",
    [
        '[a.b]\ntext = ["One."]\n',
        '[a.c]\ntext = [\n    "One.",\n]\n',
        '[a.b]\nx = 1\n[a.c]\ntext = [\n    "One.",\n]\n',
        '[a]\nb = { text = [\n    "One.",\n] }\n',
        '[a.b]\ntext = [\n    "One."  # no comma\n]\n',
        '[a.b]\ntext = [\n    "One.",\n]\n[broken\n',
    ],
)
def test_other_layouts_are_left_alone(content: str) -> None:
    with pytest.raises(DataError, match=r"f\.toml: \[a\.b\]: expected"):
        with_sentences(content, "a.b", ["Two."], "f.toml")
