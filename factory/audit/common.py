"""What every row must satisfy, whatever its task: metadata, images, objects, marks, visibility, mentions."""

from typing import Any

from factory.audit.case import Case
from factory.audit.evidence import Camera, Thing
from factory.audit.findings import Kind
from factory.audit.rules import check_triple
from factory.audit.text import wrong_mentions

MIN_FRACTION = 0.3
MIN_AREA = 0.002 * 1000 * 1000
MIN_PIXELS = 0.001
NEAR_M, FAR_M = 0.2, 8.0
STRUCTURAL = {"wall", "floor", "ceiling"}
NAMELESS = {"", "unlabeled", "unlabelled", "unannotated", "unknown", "remove"}


def check_common(case: Case) -> bool:
    """Adds what is wrong, and returns whether the answer can be re-derived at all."""
    _metadata(case)
    found = _images(case) and _objects(case) and _marks(case)
    if found:
        if case.audit.view == "multi" and case.audit.images == 3:
            check_triple(case)
        _visibility(case)
        _mentions(case)
    return found


def is_structural(thing: Thing) -> bool:
    """Whether a thing is a part of the building."""
    return thing.is_structural or thing.label.lower() in STRUCTURAL


def pixel_share(camera: Camera, shown: dict[str, Any]) -> float:
    """The share of an image that the visible pixels of an object take."""
    return float(shown["pixel_count"]) / (camera.raster_width * camera.raster_height)


def check_subject(case: Case, thing: Thing, camera: Camera) -> None:
    """What an object must satisfy in a view to be asked about."""
    shown = camera.shown[thing.object_id]
    fraction = shown["visible_fraction"]
    x1, y1, x2, y2 = shown["box"]
    area = (x2 - x1) * (y2 - y1)
    depth = case.evidence.seen(camera.frame_id, thing.object_id)[2]
    for holds, stored, derived in (
        (fraction >= MIN_FRACTION, f"visible fraction {fraction:.3f}", ">= 0.3"),
        (pixel_share(camera, shown) >= MIN_PIXELS, f"{shown['pixel_count']} pixels", ">= 0.1 % of the image"),
        (area >= MIN_AREA, f"box {shown['box']} of {area / 1e4:.3f} %", ">= 0.2 %"),
        (min(x1, y1) > 0 and max(x2, y2) < 1000, f"truncated, box {shown['box']}", "not at the image border"),
        (NEAR_M <= depth <= FAR_M, f"depth {depth:.3f}", "0.2 to 8 m"),
    ):
        if not holds:
            item = f"object {thing.object_id} in view {camera.frame_id}"
            case.report(Kind.VISIBILITY, f"{item}: {stored}", derived)


def _metadata(case: Case) -> None:
    row, task, evidence = case.row, case.audit, case.evidence
    expected = {
        "source": evidence.source,
        "scene_id": evidence.scene_id,
        "split": evidence.split,
        "level": task.level,
        "view": task.view,
        "relation": task.relation,
        "unit": task.unit,
    }
    for name, value in expected.items():
        case.expect(row[name] == value, Kind.METADATA, f"{name} {row[name]!r}", repr(value))
    if not task.has_margin:
        case.expect(row["margin"] is None, Kind.MARGIN, f"margin {row['margin']}", "none for a number")
    case.expect(row["format"] in task.formats, Kind.METADATA, f"format {row['format']!r}", f"one of {task.formats}")
    has_options = row["options"] is not None
    case.expect(
        has_options == (row["format"] == "select"),
        Kind.OPTIONS,
        f"options {row['options']}",
        "for select, and only there",
    )


def _images(case: Case) -> bool:
    frames, images, audit = case.row["frame_ids"], case.row["images"], case.audit
    count = len(frames) if audit.images is None else audit.images
    right_number = len(frames) == len(images) == count
    if not case.expect(right_number, Kind.IMAGE, f"{len(images)} images, {len(frames)} frames", f"{count} each"):
        return False
    if audit.frames is not None:
        expected = audit.frames(case)
        case.expect(frames == expected, Kind.IMAGE, f"frames {frames}", expected)
    else:
        case.expect(len(set(frames)) == count, Kind.IMAGE, f"frames {frames}", "different frames")
    for frame, image in zip(frames, images, strict=True):
        camera = case.evidence.cameras.get(frame)
        if camera is None:
            case.report(Kind.MISSING, f"frame {frame}", "a stored view")
            return False
        case.expect(image == camera.image, Kind.IMAGE, f"{image} for frame {frame}", camera.image)
        case.expect(audit.view == "video" or camera.is_keyframe, Kind.IMAGE, f"frame {frame}", "a keyframe")
        case.cameras.append(camera)
    return True


def _objects(case: Case) -> bool:
    ids, labels = case.row["object_ids"], case.row["labels"]
    if not case.expect(len(ids) == len(labels), Kind.OBJECT, f"{len(ids)} ids, {len(labels)} labels", "as many"):
        return False
    case.expect(len(set(ids)) == len(ids), Kind.OBJECT, f"objects {ids}", "different objects")
    for object_id, label in zip(ids, labels, strict=True):
        thing = case.evidence.things.get(object_id)
        if thing is None:
            case.report(Kind.MISSING, f"object {object_id}", "an annotated object")
            return False
        case.expect(label == thing.label, Kind.OBJECT, f"label {label!r} of object {object_id}", repr(thing.label))
        case.expect(not is_structural(thing), Kind.OBJECT, f"{thing.label!r}", "no structural class as subject")
        case.expect(thing.label.strip().lower() not in NAMELESS, Kind.OBJECT, f"{thing.label!r}", "a labelled object")
    return True


def _marks(case: Case) -> bool:
    marks, audit = case.row["marks"], case.audit
    stored = tuple((m["kind"], m["color"]) for m in marks)
    least = len(audit.marks) if audit.least_marks is None else audit.least_marks
    planned = len(stored) >= least and stored == audit.marks[: len(stored)]
    if not case.expect(planned, Kind.MARK, f"marks {stored}", audit.marks):
        return False
    on = [m["image_index"] for m in marks]
    if not case.expect(all(0 <= i < len(case.cameras) for i in on), Kind.MARK, f"on images {on}", "images of the row"):
        return False
    case.expect(audit.placing.allows(on), Kind.MARK, f"marks on images {on}", audit.placing)
    of_marks = [(m["object_id"], m["label"]) for m in marks]
    of_row = list(zip(case.row["object_ids"], case.row["labels"], strict=True))
    if marks and not case.expect(of_marks == of_row, Kind.MARK, f"marks of {of_marks}", f"objects {of_row}"):
        return False
    places = [(m["image_index"], *m["coords"]) for m in marks]
    case.expect(len(set(places)) == len(places), Kind.MARK, f"marks at {places}", "different places")
    for mark in marks:
        camera = case.cameras[mark["image_index"]]
        shown = camera.shown.get(mark["object_id"])
        if shown is None:
            case.report(Kind.MARK, f"{mark['color']} on view {camera.frame_id}", "an object with pixels there")
            return False
        _mark_place(case, mark, shown)
        case.marked[mark["color"]] = case.evidence.things[mark["object_id"]]
        case.marked_in[mark["color"]] = camera
    return True


def _mark_place(case: Case, mark: dict[str, Any], shown: dict[str, Any]) -> None:
    coords, box, point = mark["coords"], shown["box"], shown["point"]
    if mark["kind"] == "bbox":
        case.expect(coords == box, Kind.MARK, f"{mark['color']} box {coords}", f"{box}")
        return
    # Only the stored point is known to lie on the object's own pixels.
    case.expect(coords == point, Kind.MARK, f"{mark['color']} point {coords}", f"{point}")


def _visibility(case: Case) -> None:
    for mark in case.row["marks"]:
        check_subject(case, case.marked[mark["color"]], case.marked_in[mark["color"]])


def check_plain_label(case: Case, label: str) -> None:
    """A label that stands alone may not be the general word, plural or singular of another one in the scene."""
    others = case.evidence.lookalikes(label)
    case.expect(not others, Kind.MENTION, repr(label), f"a label that is kept apart from {others}")


def check_unique_name(case: Case, thing: Thing, cameras: list[Camera]) -> None:
    """A label that stands alone must be unique in the images shown: no other object with pixels may carry it."""
    check_plain_label(case, thing.label)
    for camera in cameras:
        others = [i for i, o in camera.shown.items() if o["label"] == thing.label and i != thing.object_id]
        case.expect(not others, Kind.MENTION, f"{thing.label!r} in view {camera.frame_id}", f"a name not of {others}")


def _mentions(case: Case) -> None:
    row, named = case.row, case.named
    texts = [row["question"], row["answer"], *case.options]
    for text in texts:
        wrong = wrong_mentions(text, named, case.evidence.longer_labels)
        case.expect(not wrong, Kind.MENTION, text, f"marks {named}, not {wrong}")
    question = row["question"].lower()
    tokens = case.tokens(question)
    for token, label, marks in named:
        # In a video, only the frame says where to look for a mark.
        in_full = not marks or case.audit.view != "video" or f"{label.lower()} ({marks[0]})" in question
        mentioned = in_full and f"@{token}" in tokens
        case.expect(mentioned, Kind.MENTION, row["question"], f"a mention of {label} {marks[:1]}")
