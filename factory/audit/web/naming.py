"""What objects are called, against all that was detected in their picture."""

import re
from collections import Counter
from itertools import pairwise
from typing import Any

from factory.audit.findings import Kind
from factory.audit.web import limits
from factory.audit.web.evidence import Scenery, Thing
from factory.audit.web.notes import Notes

_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth")


def check_reference(
    thing: Thing, detection: dict[str, Any], scenery: Scenery, named: Counter[str], notes: Notes
) -> None:
    """What an object is called is true of it, and of no other that was detected."""
    image, item, label, text = scenery.image, f"object {thing.object_id}", thing.label, thing.reference
    same_class = [one for one in image["detections"] if one["label"] == label]
    if thing.kind == "box":
        notes.expect(text == f"the {label}", item, text, f"the {label}", Kind.MENTION)
        return
    notes.expect(named[text.casefold()] == 1, item, text, "a name of one object", Kind.MENTION)
    if thing.kind == "class":
        alone = len(same_class) == 1 and text == f"the {label}"
        notes.expect(alone, item, text, f"the {label}, alone of its class", Kind.MENTION)
    elif thing.kind == "attribute":
        color = detection["attribute"]
        others = [one["attribute"] for one in same_class]
        unique = None not in others and others.count(color) == 1 and text == f"the {color} {label}"
        notes.expect(unique, item, text, f"a color of its own among {others}", Kind.MENTION)
    elif thing.kind == "ordinal":
        _ordinal(thing, same_class, scenery, notes)
    else:
        grounded = (thing.record["reference_iou"] or 0.0) > limits.DESCRIPTION_IOU
        described = " ".join((detection["description"] or "").casefold().split()).rstrip(".")
        owned = re.sub(r"^(?:the|an|a) ", "", described)
        true = grounded and text.casefold() == f"the {owned}"
        notes.expect(true, item, text, f"the grounded description {described!r}", Kind.MENTION)


def _ordinal(thing: Thing, same_class: list[dict[str, Any]], scenery: Scenery, notes: Notes) -> None:
    middles = sorted((one["box"][0] + one["box"][2]) / 2 for one in same_class)
    own = float(thing.box[0] + thing.box[2]) / 2
    place, count, label = middles.index(own), len(middles), thing.label
    back = count - 1 - place
    right = {f"the {_PLACES[place]} {label} from the left"} if place < len(_PLACES) else set()
    right |= {f"the {_PLACES[back]} {label} from the right"} if back < len(_PLACES) else set()
    right |= {f"the leftmost {label}"} if place == 0 else set()
    right |= {f"the rightmost {label}"} if back == 0 else set()
    if count == 2:
        right.add(f"the {label} on the {'left' if place == 0 else 'right'}")
    item = f"object {thing.object_id}"
    notes.expect(thing.reference in right, item, thing.reference, sorted(right), Kind.MENTION)
    closed = label in scenery.image["closed_classes"]
    notes.expect(closed, item, thing.reference, f"a row of which all are known: {label}", Kind.MENTION)
    apart = all(b - a > 0.01 * scenery.image["width"] for a, b in pairwise(middles))
    notes.expect(apart, item, thing.reference, f"places that are plain to see, {middles}", Kind.MENTION)
