"""What every row must satisfy, whatever its task: metadata, objects, names, coloured boxes, the form of its answer."""

import re
from itertools import combinations
from typing import Any

from factory.audit.findings import Kind
from factory.audit.web import limits
from factory.audit.web.case import LETTERS, WebCase
from factory.audit.web.evidence import Thing
from factory.audit.web.reading import stray_boxes, tokens


def check_common(case: WebCase) -> bool:
    """Adds what is wrong, and returns whether the answer can be re-derived at all."""
    _metadata(case)
    if not _objects(case) or not _form(case):
        return False
    _boxes(case)
    _mentions(case)
    return True


def _metadata(case: WebCase) -> None:
    row, task, image = case.row, case.audit, case.scenery.image
    expected: dict[str, Any] = {
        "source": image["source"],
        "shard_id": image["shard_id"],
        "split": image["split"],
        "level": task.level,
        "relation": task.relation,
        "frame": case.frame,
        "unit": task.unit,
    }
    if task.name == "problem_solving":  # each kind of problem has its own
        del expected["unit"], expected["relation"]
    for name, value in expected.items():
        case.expect(row[name] == value, Kind.METADATA, f"{name} {row[name]!r}", repr(value))
    case.expect(row["images"] == [image["image"]], Kind.IMAGE, row["images"], [image["image"]])
    case.expect(row["format"] in task.formats, Kind.METADATA, f"format {row['format']!r}", f"one of {task.formats}")
    known = case.frame == "camera" or image["gravity_from_camera"] is not None
    case.expect(known, Kind.RULE, f"frame {row['frame']}", "a picture whose gravity is known")
    if task.level != "level0":
        case.expect(row["pixels"] is None, Kind.METADATA, f"pixels {row['pixels']}", None)


def _objects(case: WebCase) -> bool:
    ids, labels = case.row["object_ids"], case.row["labels"]
    if not case.expect(len(ids) == len(labels), Kind.OBJECT, f"{len(ids)} ids, {len(labels)} labels", "as many"):
        return False
    case.expect(len(set(ids)) == len(ids), Kind.OBJECT, f"objects {ids}", "different objects")
    fewest, most = case.audit.objects
    if not case.expect(fewest <= len(ids) <= most, Kind.OBJECT, f"{len(ids)} objects", f"{fewest} to {most}"):
        return False
    for object_id, label in zip(ids, labels, strict=True):
        thing = case.scenery.things.get(object_id)
        if thing is None:
            case.report(Kind.MISSING, f"object {object_id}", "a row of web_objects")
            return False
        case.expect(label == thing.label, Kind.OBJECT, f"label {label!r} of object {object_id}", repr(thing.label))
        if not case.expect(
            case.frame == "camera" or "gravity" in thing.low, Kind.RULE, f"object {object_id}", "a box in that frame"
        ):
            return False
        case.things.append(thing)
    named = len(ids) if case.audit.named is None else case.audit.named(case)
    colors = iter(limits.COLORS)
    for thing in case.things[:named]:
        color = next(colors, "none left") if thing.kind == "box" else ""
        case.names.append(f"{thing.reference} (highlighted by the {color} box)" if color else thing.reference)
    distinct = len({name.casefold() for name in case.names}) == len(case.names)
    case.expect(distinct, Kind.RULE, case.names, "objects that are called differently")
    for first, second in combinations(case.things[:named], 2):
        one = case.scenery.one_thing(first, second)
        case.expect(not one, Kind.RULE, f"objects {first.object_id}, {second.object_id}", "two things surely")
    return True


def _form(case: WebCase) -> bool:
    """Options, letter and `answers` belong together."""
    row, options, answer = case.row, case.row["options"], case.answer
    if case.format != "mcq":
        case.expect(options is None, Kind.OPTIONS, f"options {options}", "for mcq only")
        case.expect(row["answers"] == [answer], Kind.ANSWER, f"answers {row['answers']}", [answer])
        return True
    several = options is not None and 2 <= len(options) <= len(LETTERS)
    if not case.expect(several, Kind.OPTIONS, f"options {options}", "2 to 10"):
        return False
    distinct = len({" ".join(text.lower().split()) for text in options}) == len(options)
    case.expect(distinct, Kind.OPTIONS, options, "different options")
    place = LETTERS.find(answer) if len(answer) == 1 else -1
    if not case.expect(0 <= place < len(options), Kind.LETTER, answer, f"one of {LETTERS[: len(options)]}"):
        return False
    case.expect(
        row["answers"] == [options[place]], Kind.LETTER, f"answers {row['answers']}", f"{answer}: {options[place]!r}"
    )
    return True


def _boxes(case: WebCase) -> None:
    """The colours of the boxes, in the order of the slots, and their marks."""
    named = len(case.names)
    boxed = [thing for thing in case.things[:named] if thing.kind == "box"]
    color = dict(zip((thing.object_id for thing in boxed), limits.COLORS, strict=False))
    case.expect(len(boxed) <= len(limits.COLORS), Kind.RULE, f"{len(boxed)} boxes", f"at most {len(limits.COLORS)}")
    expected = [color.get(thing.object_id, "") for thing in case.things[:named]] + [""] * (len(case.things) - named)
    stored = case.row["box_colors"]
    case.expect(stored == (expected or None), Kind.MARK, f"box colors {stored}", expected or None)
    marks = [(m["kind"], m["color"], m["image_index"], m["object_id"], m["label"]) for m in case.row["marks"]]
    planned = [("bbox", color.get(thing.object_id, ""), 0, thing.object_id, thing.label) for thing in boxed]
    if not case.expect(marks == planned, Kind.MARK, f"marks {marks}", planned):
        return
    for mark, thing in zip(case.row["marks"], boxed, strict=True):
        expected_box = thousandths(case, thing)
        case.expect(mark["coords"] == expected_box, Kind.MARK, f"{mark['color']} box {mark['coords']}", expected_box)


def thousandths(case: WebCase, thing: Thing) -> list[int]:
    """The box of an object in thousandths of the picture's sides."""
    image = case.scenery.image
    sides = (image["width"], image["height"]) * 2
    return [min(max(round(float(edge) / side * 1000), 0), 1000) for edge, side in zip(thing.box, sides, strict=True)]


def _mentions(case: WebCase) -> None:
    """The question names the objects of the row, or none where it asks for all of a class; no text names others."""
    found = set(tokens(case.question))
    none_needed = case.audit.named is not None or case.audit.name == "vqa_most_objects_in_class"
    every = set(range(len(case.names)))
    case.expect(
        found == every or (none_needed and not found), Kind.MENTION, case.row["question"], f"all of {case.names}"
    )
    others = [
        thing.reference.lower()
        for thing in case.scenery.list
        if thing.kind != "box" and thing.object_id not in case.row["object_ids"]
    ]
    for text in (case.row["question"], case.answer, *case.options):
        said = case.read(text)
        strays = stray_boxes(said) + [name for name in others if name in said and _is_named(name, said)]
        case.expect(not strays, Kind.MENTION, text, f"{case.names}, and no {strays}")


def _is_named(name: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None
