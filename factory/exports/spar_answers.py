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

_ORDINAL = "(?:first|second|third)"
_PLACE = rf"\({_COORD},{_COORD}\),{_NUMBER}"
_PAIR = rf":\(-?{_NUMBER},-?{_NUMBER}\)\."

_NUMERIC = {
    f"{quantity}_prediction_{relation}{view}"
    for quantity in ("depth", "distance")
    for relation in ("oc", "oo")
    for view in ("", "_mv")
} | {"distance_prediction_oo_video", "room_size"}
_BOXES = ("position_matching", "distance_infer_center_oc", "distance_infer_center_oc_mv")
# What a `fill` answer must match in full.
_FILL = (
    dict.fromkeys(_NUMERIC, _NUMBER)
    | dict.fromkeys(("position_matching", "distance_infer_center_oc"), _BOX)
    | {
        "distance_infer_center_oc_mv": rf"the {_ORDINAL} image, {_BOX}",
        "spatial_volume_infer": r"length is \d+ cm, width is \d+ cm, and height is \d+ cm",
        "view_change_infer": _VIEW_CHANGE,
        "camera_motion_infer": _PLACE,
        "appearance_order": r"[^,]+(?:, [^,]+){3}",
        "obj_count": r"[1-9]\d*",
    }
)
# What each option of a `select` question must match; the others are as in `fill`.
_CHOICE = _FILL | (
    dict.fromkeys(("obj_spatial_relation_oo", "obj_spatial_relation_oo_mv"), _CLOSER)
    | dict.fromkeys(("spatial_imagination_oo", "spatial_imagination_oo_mv"), _CLOSER)
    | dict.fromkeys(("spatial_imagination_oc", "spatial_imagination_oc_mv", "obj_spatial_relation_oc_mv"), _FRONT)
    | {"camera_motion_infer": rf"Image Coor: \({_COORD}, {_COORD}\), Depth: {_NUMBER} meters"}
)
# What a `sentence` must hold somewhere.
_SENTENCE = (
    dict.fromkeys(_NUMERIC, _NUMBER)
    | dict.fromkeys(_BOXES, _BOX)
    | {
        "distance_infer_center_oc_mv": rf"\b{_ORDINAL}\b",
        "spatial_imagination_map_mv": rf"Object0 {_PAIR}(?: Object\d {_PAIR}){{2,6}}",
        "camera_motion_infer": rf"\({_COORD}, ?{_COORD}\)",
        "distance_infer_center_oo_video": _NUMBER,
        "obj_frame_locate": r"\b\d+\b",
        "obj_count": r"\b\d+\b",
        "spatial_volume_infer": r"\b\d+\b",
    }
)
# Names that must occur in the question.
_NAMED = ("distance_infer_center_oo", "distance_infer_center_oo_mv", "distance_infer_center_oo_video")

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
        return _value_fault(task, question, answer, _FILL.get(task))
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
        if fault := _value_fault(task, "\n".join(lines[: -count - 1]), option, _CHOICE.get(task)):
            return fault
    return None if answer in letters else f"answer {answer!r} is not one of the letters {letters}"


def _value_fault(task: str, question: str, value: str, pattern: str | None) -> str | None:
    if pattern and not re.fullmatch(pattern, value):
        return f"{value!r} does not match {pattern}"
    if task in _BOXES and not _is_box(value):
        return f"{value!r} is not a box x1 < x2, y1 < y2"
    names = [value] if task in _NAMED else value.split(", ") if task == "appearance_order" else []
    if len(set(names)) < len(names):
        return f"{value!r} names something twice"
    for name in names:
        if name.lower() not in question.lower():
            return f"{name!r} is not named in the question"
    return None


def _is_box(value: str) -> bool:
    x1, y1, x2, y2 = map(int, re.findall(r"\d+", value))
    return x1 < x2 and y1 < y2
