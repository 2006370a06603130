"""The templates of the data set, their ids and digests."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest

from factory.errors import DataError
from factory.tasks import all_tasks
from factory.wording import templates
from factory.wording.kinds import SPEAKERS
from factory.wording.renderer import check_wording
from factory.wording.speaker import basic_slots
from factory.wording.templates import FOLDER, TaskWording, Template, compile_template, digest, load, wording
from tests.wording.sample_facts import LABELS, TASKS, make_facts, render, spec_of


def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "templates"))


def edited(folder: Path, file: str, old: str, new: str) -> dict[str, TaskWording]:
    text = (folder / file).read_text()
    assert text.count(old) == 1
    (folder / file).write_text(text.replace(old, new))
    return load(folder)


def test_every_task_has_its_wording() -> None:
    for task in all_tasks():
        check_wording(task.spec, wording(task.spec.name))
    assert [task.spec.name for task in all_tasks()] == sorted(load(FOLDER))
    assert [task.spec.name for task in all_tasks()] == sorted(TASKS)


def test_family_names_the_file() -> None:
    for task in all_tasks():
        assert wording(task.spec.name).file == f"{task.spec.family}.toml"


def every_rendering(task: str) -> list[str]:
    """Every sentence of a task that suits a fact, with that fact's slots."""
    text = wording(task)
    speaker = SPEAKERS[next(t.spec.answer for t in all_tasks() if t.spec.name == task)]
    texts, seen = [], set()
    for number, fact in enumerate(make_facts(task, 60)):
        phrases = {group: tables[number % len(tables)] for group, tables in text.phrases.items()}
        slots = basic_slots(fact, in_video=spec_of(task).view == "video") | speaker.slots(fact, phrases)
        names = [speaker.question_list(fact, format_) for format_ in text.closings]
        for name in dict.fromkeys([*names, speaker.sentence_list(fact)]):
            seen.add(name)
            texts += [template.render(slots) for template in text.lists[name]]
    assert seen == set(text.lists)
    return texts


@pytest.mark.parametrize("task", TASKS)
def test_every_sentence_renders_and_reads_well(task: str) -> None:
    for text in every_rendering(task):
        assert not re.search(r"[{}]|  | ,| \.|-0\.0|None|nan|\bfarer\b", text), text
        assert text[0].isupper() or text[0].isdigit(), text
        assert text.endswith((".", "?", "!")), text
        assert not re.search(r"[.?!] [a-z]", text), text
        assert not re.search(rf"\b(the the|of of|to to|an? (?:{'|'.join(LABELS)}))\b", text), text


@pytest.mark.parametrize("task", TASKS)
def test_rows_hold_no_braces_and_no_options(task: str) -> None:
    for row in render(task, make_facts(task, 40)).table.to_pylist():
        text = row["question"] + row["answer"]
        assert not re.search(r"[{}]", text)
        assert not re.search(r"(^|\n)[A-D]\. ", row["question"])
        assert (row["options"] is not None) == (row["format"] == "select")
        if row["format"] == "sentence":
            assert row["answer"].endswith(".")


def test_capital_letter_where_a_slot_begins_a_sentence() -> None:
    template = compile_template("q01", "{a} is here. {b} too, {a} says; {b}? {a}.")
    assert template.render({"a": "the x", "b": "its y"}) == "The x is here. Its y too, the x says; its y? The x."
    assert compile_template("q01", "No slot.") == Template("q01", ("No slot.",), ())
    assert compile_template("q01", "At {n}{b}.").render({"n": "1", "b": "m"}) == "At 1m."


def test_ids_name_list_and_place() -> None:
    lists = wording("obj_spatial_relation_oo").lists
    assert [t.id for t in lists["question"]][:2] == ["q01", "q02"]
    assert lists["question_place"][0].id == "q_place01"
    assert lists["answer_both"][2].id == "a_both03"


def test_a_sentence_at_the_end_keeps_the_other_ids(tmp_path: Path) -> None:
    before = load(FOLDER)["distance_prediction_oc"].lists["answer"]
    last = "Between the viewer and the {red_name} there are about {answer} meters."
    new = f'{last}",\n    "Some {{answer}} meters separate the camera from the {{red_name}}.'
    after = edited(copied(tmp_path), "distance.toml", last, new)["distance_prediction_oc"].lists["answer"]
    assert len(after) == len(before) + 1
    assert after[:10] == before[:10]


def digests(found: dict[str, TaskWording]) -> dict[str, str]:
    return {task: text.digest for task, text in found.items()}


def changed_tasks(found: dict[str, TaskWording]) -> set[str]:
    old = digests(load(FOLDER))
    return {task for task, value in digests(found).items() if value != old[task]}


def test_digest_covers_the_task_and_no_other(tmp_path: Path) -> None:
    found = edited(copied(tmp_path), "depth.toml", "That makes the depth of", "This makes the depth of")
    assert changed_tasks(found) == {"depth_prediction_oc"}


def test_digest_covers_shared_sentences_that_the_task_uses(tmp_path: Path) -> None:
    found = edited(copied(tmp_path), "shared.toml", "Say just Yes or No.", "Just say Yes or No.")
    assert changed_tasks(found) == {"obj_spatial_relation_oo", "obj_spatial_relation_oo_mv"}


def test_digest_covers_phrases_and_machine_formats(tmp_path: Path) -> None:
    found = edited(copied(tmp_path), "shared.toml", "Example:move_left:2.6", "Example:move_left:2.7")
    assert changed_tasks(found) == {"view_change_infer"}
    last = 'from"\n\n[distance_infer_center_oo.question]'
    found = edited(tmp_path / "templates", "distance.toml", last, last.replace("from", "off from"))
    assert changed_tasks(found) == {"view_change_infer", "distance_infer_center_oo"}


def test_a_task_like_another_has_its_sentences_and_its_own(tmp_path: Path) -> None:
    found = load(FOLDER)
    one, hard = found["spatial_imagination_oo"], found["spatial_imagination_oo_video_hard"]
    assert hard.lists["question"] == one.lists["question"]
    assert hard.phrases == one.phrases
    assert hard.closings["sentence"] != one.closings["sentence"]
    assert hard.lists["answer_same"] != one.lists["answer_same"]
    found = edited(copied(tmp_path), "imagination.toml", "What do you get?", "What results?")
    compared = {task for task in found if task.startswith("spatial_imagination_oo")}
    assert len(compared) == 4
    assert changed_tasks(found) == compared


def test_digest_leaves_comments_out(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    text = (folder / "depth.toml").read_text()
    (folder / "depth.toml").write_text("# another comment\n" + text)
    assert changed_tasks(load(folder)) == set()


def test_digest_covers_the_renderer(monkeypatch: pytest.MonkeyPatch) -> None:
    old = load(FOLDER)
    monkeypatch.setattr(templates, "RENDERER_VERSION", templates.RENDERER_VERSION + 1)
    assert not set(digests(load(FOLDER)).values()) & set(digests(old).values())


def test_digest_of_an_unknown_task_is_refused() -> None:
    assert digest("depth_prediction_oc") == wording("depth_prediction_oc").digest
    with pytest.raises(DataError, match="no templates for task smell"):
        digest("smell")


def test_vocabulary_has_no_word_that_nothing_uses() -> None:
    words = set(tomllib.loads((FOLDER / "vocabulary.toml").read_text())["words"].split())
    text = " ".join(path.read_text() for path in FOLDER.glob("*.toml") if path.name != "vocabulary.toml")
    assert words <= set(re.findall(r"[a-z]+(?:'[a-z]+)?", re.sub(r"\{.*?\}", " ", text).casefold()))
