"""The grammar of SPAR's answers, per task and format, as the clients of the data set parse them."""

import re

from factory.exports.spar_types import TYPES

_NUMBER = r"\d+\.\d"
_COORD = r"(?:1000|\d{1,3})"
_BOX = rf"\[{_COORD}, {_COORD}, {_COORD}, {_COORD}\]"
_METRES, _DEGREES = rf"(?:0|(?!0\.0){_NUMBER})", r"(?:0|[1-9]\d*)"
_VIEW_CHANGE = (
    rf"move_(?:right|left):{_METRES},move_(?:up|down):{_METRES},move_(?:forward|backward):{_METRES},"
    rf"rotate_(?:up|down):{_DEGREES},rotate_(?:right|left):{_DEGREES}"
)
_TRIPLE = "(?:left|right)?, (?:above|below)?, (?:{third})?"
_CLOSER, _FRONT = _TRIPLE.format(third="closer|farther"), _TRIPLE.format(third="front|behind")

_NUMERIC = {
    f"{quantity}_prediction_{relation}{view}"
    for quantity in ("depth", "distance")
    for relation in ("oc", "oo")
    for view in ("", "_mv")
} | {"distance_prediction_oo_video"}
# What a `fill` answer and each option of a `select` question must match in full.
_VALUE = (
    dict.fromkeys(_NUMERIC, _NUMBER)
    | dict.fromkeys(("obj_spatial_relation_oo", "obj_spatial_relation_oo_mv"), _CLOSER)
    | dict.fromkeys(("spatial_imagination_oo", "spatial_imagination_oo_mv"), _CLOSER)
    | {"obj_spatial_relation_oc_mv": _FRONT}
    | dict.fromkeys(("spatial_imagination_oc", "spatial_imagination_oc_mv"), _FRONT)
    | {"position_matching": _BOX, "view_change_infer": _VIEW_CHANGE}
)
# What a `sentence` must hold somewhere.
_SENTENCE = dict.fromkeys(_NUMERIC, _NUMBER) | {"position_matching": _BOX}
_NAMED = ("distance_infer_center_oo", "distance_infer_center_oo_mv")

_OPTION = re.compile(r"^([A-D])\. (.*)$", re.MULTILINE)
_LAST_LINE = {
    2: "Your answer can only include one of options A, B.",
    4: "Your answer can only include one of options A, B, C or D.",
}


def split_options(question: str) -> list[str]:
    """The texts of the options that a `select` question ends with, as parsers find them; empty without any."""
    return [text for _, text in _OPTION.findall(question)]


def answer_fault(task: str, form: str, question: str, answer: str) -> str | None:
    """What is wrong with the answer of a row (and with its options), or None."""
    if answer != answer.strip() or not answer:
        return f"answer {answer!r} is empty or padded"
    if form == "judge":
        return None if answer in ("Yes", "No") else f"answer {answer!r} of a judge question is neither Yes nor No"
    if form == "select":
        return _select_fault(task, question, answer)
    if form == "fill":
        return _value_fault(task, question, answer, "answer")
    pattern = _SENTENCE.get(task)
    if not answer.endswith("."):
        return f"sentence {answer!r} does not end with a full stop"
    if pattern and not re.search(pattern, answer):
        return f"sentence {answer!r} holds nothing like {pattern}"
    return None


def _select_fault(task: str, question: str, answer: str) -> str | None:
    count = TYPES[task].options
    lines = question.split("\n")
    letters = "ABCD"[:count]
    if len(lines) < count + 2 or lines[-1] != _LAST_LINE[count]:
        return f"a select question ends with {count} options and the line {_LAST_LINE[count]!r}"
    heads = [line[:3] for line in lines[-count - 1 : -1]]
    if heads != [f"{letter}. " for letter in letters] or len(split_options(question)) != count:
        return f"the options are not the {count} lines before the last, 'A. ' to '{letters[-1]}. '"
    options = [line[3:] for line in lines[-count - 1 : -1]]
    if len(set(options)) != count:
        return "two options are the same"
    for option in options:
        if fault := _value_fault(task, "\n".join(lines[: -count - 1]), option, "option"):
            return fault
    return None if answer in letters else f"answer {answer!r} is not one of the letters {letters}"


def _value_fault(task: str, question: str, value: str, what: str) -> str | None:
    pattern = _VALUE.get(task)
    if pattern and not re.fullmatch(pattern, value):
        return f"{what} {value!r} does not match {pattern}"
    if task == "position_matching" and not _is_box(value):
        return f"{what} {value!r} is not a box x1 < x2, y1 < y2"
    if task in _NAMED and value.lower() not in question.lower():
        return f"{what} {value!r} is not named in the question"
    return None


def _is_box(value: str) -> bool:
    x1, y1, x2, y2 = map(int, re.findall(r"\d+", value))
    return x1 < x2 and y1 < y2
