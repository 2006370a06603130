"""The linter finds each kind of defect, and says where it is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from factory.errors import DataError
from factory.wording.templates import load

WORDS = "how far is the number which of it a an and what say goes to one two three four five six seven about than"
NUMERALS = ("one", "two", "three", "four", "five", "six", "seven")


def sentences(count: int, start: str, end: str) -> list[str]:
    """Different sentences out of a few words."""
    rng = np.random.default_rng(0)
    return [f"{start} {' '.join(rng.choice(NUMERALS, 9))}{end}" for _ in range(count)]


class Files:
    """Template files without a defect, to be broken in one place."""

    def __init__(self) -> None:
        self.words = WORDS
        self.shared: dict[str, dict[str, Any]] = {"unit": {"text": sentences(8, "Say", ".")}}
        self.task: dict[str, Any] = {
            "closings": {"fill": ["unit"]},
            "question": {"required": ["red"], "text": sentences(30, "How far is it to the {red} of", "?")},
            "answer": {
                "required": ["answer"],
                "optional": ["red_name"],
                "text": sentences(15, "It is {answer} to the {red_name} of", "."),
            },
        }

    def write(self, folder: Path) -> Path:
        (folder / "vocabulary.toml").write_text(f"words = '''{self.words}'''\n")
        (folder / "shared.toml").write_text("".join(toml_table(name, value) for name, value in self.shared.items()))
        (folder / "family.toml").write_text(
            "".join(
                toml_table(f"smell.{name}", value) if isinstance(value, dict) else ""
                for name, value in self.task.items()
            )
            + self.task.get("raw", "")
        )
        return folder


def toml_table(name: str, value: dict[str, Any]) -> str:
    def literal(item: Any) -> str:
        if isinstance(item, list):
            return "[" + ", ".join(literal(part) for part in item) + "]"
        return f"'''{item}'''" if isinstance(item, str) else str(item)

    return f"[{name}]\n" + "".join(f"{key} = {literal(item)}\n" for key, item in value.items())


def test_files_without_defects_load(tmp_path: Path) -> None:
    found = load(Files().write(tmp_path))
    assert list(found) == ["smell"]
    assert {name: len(templates) for name, templates in found["smell"].lists.items()} == {"question": 30, "answer": 15}


def question(text: str) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        files.task["question"]["text"][3] = text

    return change


def changed(path: str, value: Any) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        *parents, last = path.split(".")
        target: Any = files
        for name in parents:
            target = target[name] if isinstance(target, dict) else getattr(target, name)
        target[last] = value

    return change


WHERE = "family.toml: smell.question: "
DEFECTS: dict[str, tuple[Callable[[Files], None], str]] = {
    "undeclared slot": (
        question("How far is the {rad} to {red}?"),
        f"{WHERE}'How far is the {{rad}} to {{red}}?' uses the undeclared slot {{rad}}, did you mean {{red}}?",
    ),
    "missing slot": (question("How far is it to one?"), "'How far is it to one?' lacks the slot {red}"),
    "format in a slot": (question("How far is it to the {red:.1f}?"), "braces that are not plain {slot}s"),
    "open brace": (question("How far is it to the {red?"), "braces that are not plain {slot}s"),
    "doubled brace": (question("How far is {{it}} to the {red}?"), "braces that are not plain {slot}s"),
    "no punctuation": (question("How far is it to the {red}"), "must end with one of . ? !"),
    "colon at the end": (question("How far is it to the {red}:"), "must end with one of . ? !"),
    "small letter": (question("how far is it to the {red}?"), "must begin with a capital letter or a slot"),
    "double space": (question("How far  is it to the {red}?"), "white space"),
    "padded": (question(" How far is it to the {red}?"), "white space"),
    "line break": (question("How far is it\nto the {red}?"), "white space"),
    "banned word": (question("How farer is it to the {red}?"), "says 'farer': write 'farther'"),
    "misspelt": (
        question("How far is the numbr of the {red}?"),
        "'numbr', which is not in vocabulary.toml, did you mean",
    ),
    "article": (question("How far is it to a {red}?"), "puts a or an before a label"),
    "agreement behind": (question("The {red} is how far?"), "a verb that must agree with a label"),
    "agreement before": (question("How far is the {red}?"), "a verb that must agree with a label"),
    "agreement in a clause": (question("Which of it or the {red} is one?"), "a verb that must agree with a label"),
    "repeated": (
        lambda files: question(files.task["question"]["text"][0].replace("far", "far,").replace("?", "!"))(files),
        "repeats 'How far is it to the {red} of ",
    ),
    "nearly repeated": (
        lambda files: question(files.task["question"]["text"][0].replace("?", " of it?"))(files),
        "of it?' says nearly the same as 'How far is it to the {red} of ",
    ),
    "too few": (
        lambda files: files.task["question"]["text"].pop(),
        f"{WHERE}has 29 sentences, expected at least 30",
    ),
    "too few answers": (lambda files: files.task["answer"]["text"].pop(), "smell.answer: has 14 sentences"),
    "too few shared": (
        lambda files: files.shared["unit"]["text"].pop(),
        "shared.toml: unit: has 7 sentences, expected at least 8",
    ),
    "slot in a shared sentence": (
        changed("shared.unit.text", sentences(8, "Say {red}", ".")),
        f"shared.toml: unit: {sentences(1, 'Say {red}', '.')[0]!r} uses the undeclared slot {{red}}",
    ),
    "unknown key": (changed("task.question.slots", ["red"]), f"{WHERE}unknown key 'slots'"),
    "no required": (lambda files: files.task["answer"].pop("required"), "smell.answer: expected `required`"),
    "unknown list": (changed("task.remark", {"text": []}), "smell.remark: unknown list"),
    "unknown closing": (
        changed("task.closings.fill", ["unti"]),
        "smell.closings: fill: no list 'unti' in shared.toml",
    ),
    "unknown format": (changed("task.closings.guess", ["unit"]), "smell.closings: unknown format 'guess'"),
    "no closings": (lambda files: files.task.pop("closings"), "family.toml: smell: expected a table with `closings`"),
    "text is no list": (changed("task.question.text", "How far?"), f"{WHERE}expected a table with a list `text`"),
    "not a string": (question(3), f"{WHERE}3 is not a string"),  # type: ignore[arg-type]
    "one of": (changed("task.question.one_of", ["asked"]), "lacks all of the slots {asked}"),
    "phrases differ in keys": (
        changed("task.raw", "[[smell.phrases.far]]\none = 'one'\n[[smell.phrases.far]]\ntwo = 'two'\n"),
        "smell.phrases: far 2: has the keys ['two'], the first table ['one']",
    ),
    "phrases differ in slots": (
        changed("task.raw", "[[smell.phrases.far]]\none = 'one {x}'\n[[smell.phrases.far]]\none = 'two'\n"),
        "smell.phrases: far 2: one = 'two' must have the slots of 'one {x}'",
    ),
    "phrase misspelt": (
        changed("task.raw", "[[smell.phrases.far]]\none = 'onne'\n"),
        "smell.phrases: far 1: 'onne' has the word 'onne'",
    ),
    "agreement in a phrase": (
        changed("task.raw", "[[smell.phrases.far]]\none = 'the {red} is one'\n"),
        "smell.phrases: far 1: 'the {red} is one' has a verb that must agree with a label",
    ),
    "like no other task": (
        changed("task.raw", "[smell]\nlike = 'sound'\n"),
        "smell.like: expected a task above it in family.toml, not 'sound'",
    ),
    "like itself": (
        changed("task.raw", "[smell]\nlike = 'smell'\n"),
        "smell.like: expected a task above it in family.toml, not 'smell'",
    ),
    "phrases are no tables": (changed("task.raw", "[smell.phrases]\nfar = 'one'\n"), "expected arrays of tables"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_defect_is_found(defect: str, tmp_path: Path) -> None:
    files = Files()
    change, message = DEFECTS[defect]
    change(files)
    with pytest.raises(DataError) as caught:
        load(files.write(tmp_path))
    lines = [line for line in str(caught.value).splitlines() if message in line]
    assert len(lines) >= 1, str(caught.value)
    assert lines[0].startswith(("family.toml: smell", "shared.toml: unit"))


def test_predicates_and_possessives_are_no_agreement(tmp_path: Path) -> None:
    files = Files()
    question("Which is it, and what is it than the {red}? The number of the {red} is one.")(files)
    load(files.write(tmp_path))


def test_all_defects_are_told_at_once(tmp_path: Path) -> None:
    files = Files()
    question("How far is it to the {red}")(files)
    files.task["answer"]["text"][0] = "It is {answer}  about."
    with pytest.raises(DataError) as caught:
        load(files.write(tmp_path))
    assert "must end with" in str(caught.value)
    assert "white space" in str(caught.value)


def test_broken_toml_names_the_file(tmp_path: Path) -> None:
    folder = Files().write(tmp_path)
    (folder / "other.toml").write_text("[open\n")
    with pytest.raises(DataError, match=r"other\.toml"):
        load(folder)


def test_task_in_two_files_is_refused(tmp_path: Path) -> None:
    folder = Files().write(tmp_path)
    (folder / "second.toml").write_text((folder / "family.toml").read_text())
    with pytest.raises(DataError, match=r"second\.toml: smell: already in family\.toml"):
        load(folder)
