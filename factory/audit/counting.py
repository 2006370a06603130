"""Counting: how many objects of a label are in the room."""

import re

from factory.audit.appearance import appears
from factory.audit.case import Case, TaskAudit, video_frames
from factory.audit.common import check_plain_label
from factory.audit.findings import Kind
from factory.audit.numeric import check_letter, check_values
from factory.audit.text import Named, number_words

MIN_COUNT = 2
_COUNT = re.compile(r"[1-9]\d*")
_LINK = re.compile(r" (?=(?:of|with|in|on|for|under|from|without) )")
_IRREGULAR = (("person", "people"), ("man", "men"), ("child", "children"), ("mouse", "mice"), ("foot", "feet"))
_ENDINGS = (("", "s"), ("", "es"), ("y", "ies"), ("f", "ves"), ("fe", "ves"), ("us", "i"), ("", ""))


def check_count(case: Case) -> None:
    """All instances of the label, each of which the video shows."""
    labels = sorted(set(case.row["labels"]))
    if not case.expect(len(labels) == 1, Kind.OBJECT, f"labels {labels}", "one label"):
        return
    check_plain_label(case, labels[0])
    instances = sorted(thing.object_id for thing in case.evidence.things.values() if thing.label == labels[0])
    count = len(instances)
    listed = sorted(case.row["object_ids"])
    case.expect(listed == instances, Kind.OBJECT, f"objects {listed}", f"all {labels[0]}: {instances}")
    case.expect(count >= MIN_COUNT, Kind.RULE, f"{count} {labels[0]}", f"at least {MIN_COUNT}")
    unseen = [i for i in instances if not any(appears(camera, i) for camera in case.cameras)]
    case.expect(not unseen, Kind.RULE, f"objects {unseen} not to be seen in the video", "every instance in a frame")
    check_values(case, [float(count)])
    _check_question(case)
    if case.format == "fill":
        case.expect(case.answer == str(count), Kind.ANSWER, case.answer, count)
    elif case.format == "select":
        numbers = all(_COUNT.fullmatch(text) and int(text) <= 10 * count for text in case.options)
        case.expect(numbers, Kind.OPTIONS, case.options, f"counts of the order of {count}")
        check_letter(case, [text == str(count) for text in case.options])
    else:
        said = number_words(case.tokens(case.answer))
        case.expect(said == [str(count)], Kind.ANSWER, case.answer, count)


def _check_question(case: Case) -> None:
    """No longer label that ends with this one is meant."""
    question = case.row["question"].lower()
    label = case.row["labels"][0].lower()
    for longer in case.evidence.longer_labels.get(label, ()):
        found = [form for form in plurals(longer) if re.search(rf"\b{re.escape(form)}\b", question)]
        case.expect(not found, Kind.MENTION, case.row["question"], f"{label!r}, not {longer!r}")


def plurals(label: str) -> list[str]:
    """What may be the plural of a label, in lower case, longest first. Good grammar is not judged."""
    noun, *rest = _LINK.split(label.lower(), maxsplit=1)
    endings = [(old, new) for old, new in (*_IRREGULAR, *_ENDINGS) if noun.endswith(old)]
    forms = {" ".join([noun[: len(noun) - len(old)] + new, *rest]) for old, new in endings}
    return sorted(forms, key=lambda form: (-len(form), form))


def _forms(case: Case) -> tuple[Named, ...]:
    label = case.row["labels"][0] if case.row["labels"] else ""
    return tuple(Named("label", form) for form in plurals(label))


AUDITS = (
    TaskAudit(
        name="obj_count",
        level="high",
        view="video",
        relation="none",
        unit="count",
        formats=("fill", "sentence", "select"),
        options=4,
        images=32,
        has_margin=False,
        marks=(),
        check=check_count,
        frames=video_frames,
        names=_forms,
    ),
)
