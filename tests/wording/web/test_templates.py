"""The templates of web tasks: what the checks find, what digests cover."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.errors import DataError
from factory.wording.web import renderer
from factory.wording.web.renderer import checked_wording
from factory.wording.web.slots import Slots, agreeing
from factory.wording.web.speakers import SPEAKERS
from factory.wording.web.templates import FOLDER, load, web_wording
from tests.wording.web.web_facts import TASKS, rows_of

_CENTER = '"How far apart are the centers of {a} and {b}, in meters?"'


def changed(folder: Path, file: str, old: str, new: str) -> Path:
    copy = folder / "templates"
    shutil.copytree(FOLDER, copy)
    text = (copy / file).read_text(encoding="utf-8")
    assert text.count(old) >= 1
    (copy / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return copy


@pytest.mark.parametrize(
    ("old", "new", "defect"),
    [
        (_CENTER, '"How far apart are {a} and {c}, in meters?"', "undeclared slot {c}"),
        (_CENTER, '"How far apart are {a} and the rest, in meters?"', "lacks the slot {b}"),
        (_CENTER, '"How far apart are {a} and {b}, in metres?"', "says 'metres'"),
        (_CENTER, '"How far apart are {a} and {b}, in metters?"', "did you mean 'meters'"),
        (_CENTER, '"How far apart are {a} and {b}, in meters"', "must end with"),
        (_CENTER, '"how far apart are {a} and {b}, in meters?"', "must begin with a capital"),
        (_CENTER, '"How far is {a} from {b}, in meters?"', "must agree with an object"),
        (_CENTER, '"I wonder how {a} is from {b}, in meters."', "must agree with an object"),
        (_CENTER, '"How far apart are the {a} and {b}, in meters?"', "article before an object"),
        (_CENTER, '"How many meters separate {a} from {b}, center to center?"', "says nearly the same"),
        (_CENTER, '"How many meters separate {a} from {b}, measured center to center?"', "repeats"),
        (_CENTER + ",", "", "has 15 sentences, expected at least 16"),
        ('[vqa_distance_multi.question]\nrequired = ["a", "b"]', '[vqa_distance_multi.question]\nrequired = ["a", "b"]'
         '\noptional = ["c"]', "declares c, which no sentence uses"),
        ("[vqa_distance_multi.question]", "[vqa_distance_multi.asked]", "unknown pool"),
    ],
)  # fmt: skip
def test_defects_are_found_and_named(tmp_path: Path, old: str, new: str, defect: str) -> None:
    folder = changed(tmp_path, "distances.toml", old, new)
    with pytest.raises(DataError, match=re.escape(defect)) as found:
        load(folder)
    assert "distances.toml: vqa_distance_multi" in str(found.value)


def test_phrases_are_checked(tmp_path: Path) -> None:
    folder = changed(tmp_path, "shared.toml", 'about = "roughly"', "")
    with pytest.raises(DataError, match=r"shared.toml: amount 2: has the keys"):
        load(folder)


def test_groups_have_three_tables(tmp_path: Path) -> None:
    text = (FOLDER / "counting.toml").read_text(encoding="utf-8")
    third = text[text.index('[[vqa_counting_objects.phrases.where]]\nnearer = "at a') :].split("\n\n")[0]
    folder = changed(tmp_path, "counting.toml", third, "")
    with pytest.raises(DataError, match="where: has 2 tables, expected at least 3"):
        load(folder)


def test_a_task_stands_in_one_file(tmp_path: Path) -> None:
    folder = changed(tmp_path, "shared.toml", "[[amount]]", "[[amount]]")
    shutil.copy(folder / "vectors.toml", folder / "vectors_again.toml")
    with pytest.raises(DataError, match=r"vectors_again.toml: vqa_object_direction_multi: already in vectors.toml"):
        load(folder)


@pytest.mark.parametrize(
    ("change", "defect"),
    [
        (("[vqa_query_aabb.question]", "[vqa_query_aabb.question_more]"), "needs a pool of sentences"),
        (('required = ["loc"]', 'required = ["loc"]\none_of = ["loc"]'), None),
        (("[level0.answer_depth]", "[level0.answer_deep]"), "needs a pool of sentences [level0.answer_depth]"),
        (("[[level0.phrases.depth]]", "[[level0.phrases.deep]]"), "needs phrases [[level0.phrases.depth]]"),
    ],
)
def test_speakers_get_what_they_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: tuple[str, str], defect: str | None
) -> None:
    copy = tmp_path / "templates"
    shutil.copytree(FOLDER, copy)
    for path in copy.glob("*.toml"):
        path.write_text(path.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    found = load(copy)
    monkeypatch.setattr(renderer, "web_wording", found.__getitem__)
    check: Callable[[str], object] = checked_wording.__wrapped__  # type: ignore[attr-defined]
    if defect is None:
        assert all(check(task) for task in SPEAKERS)
        return
    with pytest.raises(DataError, match=re.escape(defect)):
        [check(task) for task in SPEAKERS]


def test_every_sentence_is_used() -> None:
    used = {part for row in rows_of(count=600) for part in _parts(row["template_id"])}
    for task in TASKS:
        for pool in web_wording(task).pools.values():
            for template in pool:
                assert (task, template.id) in used


def _parts(template_id: str) -> list[tuple[str, str]]:
    task, *ids = template_id.split("/")
    return [(task, part) for part in ids]


def digests_after(folder: Path, file: str, old: str, new: str) -> set[str]:
    before, after = load(FOLDER), load(changed(folder, file, old, new))
    return {task for task, wording in after.items() if wording.digest != before[task].digest}


def test_a_digest_covers_its_task_alone(tmp_path: Path) -> None:
    assert digests_after(tmp_path, "distances.toml", _CENTER, '"How far apart in meters would {a} and {b} be?"') == {
        "vqa_distance_multi"
    }


def test_a_digest_covers_what_is_inherited(tmp_path: Path) -> None:
    assert digests_after(tmp_path, "relations.toml", "You can find {a}", "One can find {a}") == {
        "vqa_object_relation_multi",
        "vqa_object_relation_multi_world",
    }


def test_a_digest_covers_shared_phrases_but_no_comments(tmp_path: Path) -> None:
    assert digests_after(tmp_path / "1", "shared.toml", '"more than"', '"greater than"') == set(TASKS)
    assert digests_after(tmp_path / "2", "shared.toml", "# Phrases", "# The phrases") == set()


def test_verbs_agree_with_their_object() -> None:
    assert [agreeing(verb, True) for verb in ("is", "does", "has", "faces")] == ["are", "do", "have", "face"]
    slots = Slots({"b"}, {"a": "the cup", "b": "the scissors"})
    assert slots["is_a"] + slots["is_b"] + slots["lies_b"] == "isarelie"
    with pytest.raises(KeyError, match="is_c"):
        slots["is_c"]
