"""How questions call each object, so that nobody can mistake it for another (HiSpatial's textual references).

In this order: its class where the picture shows one such thing; a captioner's description that was grounded back to
it; a color that no other thing of its class has; its place in the order from left to right; else a colored box, which
the wording adds. Whether a class has more instances is decided over all detections, those too that were not lifted.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from factory.tasks.labels import mistakable_labels
from factory.web.masks import mask_area
from factory.web.references.ordinals import ordinals
from schemas.web import Detection, ReferenceKind, WebImageRecord, WebObjectRecord

VERSION = 2

_MIN_DESCRIPTION_IOU = 0.7  # of the supplement, by way of third parties' notes
_LONGEST_DESCRIPTION = 25  # words
# What nobody would count from the left: less of the picture, or of the largest of its class.
_MIN_SHARE, _MIN_SHARE_OF_LARGEST = 0.001, 0.05


def refer(image: WebImageRecord, objects: Sequence[WebObjectRecord]) -> list[WebObjectRecord]:
    """The objects of a picture with `reference`, `reference_kind` and `reference_iou` set."""
    seen = Counter(detection.label for detection in image.detections)
    unclear = mistakable_labels(seen)
    detections = {_key(detection.label, detection.box): detection for detection in image.detections}
    own = [detections[_key(o.label, o.box)] for o in objects]
    said = Counter(_normalised(d.description) for d in own if d.description)
    places = _places(image, seen, unclear)
    named = []
    for record, detection in zip(objects, own, strict=True):
        kind: ReferenceKind
        iou = None
        if seen[record.label] == 1 and record.label not in unclear:
            kind, text = "class", f"the {record.label}"
        elif _usable(detection) and said[_normalised(detection.description)] == 1:
            kind, text, iou = "description", _as_phrase(str(detection.description)), detection.description_iou
        elif _color_is_unique(detection, image.detections, unclear):
            kind, text = "attribute", f"the {detection.attribute} {record.label}"
        elif (phrase := places.get(_key(record.label, record.box))) is not None:
            kind, text = "ordinal", phrase
        else:
            kind, text = "box", f"the {record.label}"
        named.append(record.model_copy(update={"reference": text, "reference_kind": kind, "reference_iou": iou}))
    return named


def _key(label: str, box: Sequence[float]) -> tuple[object, ...]:
    return label, *box


def _normalised(text: str | None) -> str:
    return " ".join((text or "").casefold().split()).rstrip(".")


def _as_phrase(description: str) -> str:
    """A noun phrase that begins with `the` and ends without a stop."""
    text = " ".join(description.split()).rstrip(".")
    for article in ("the ", "a ", "an "):
        if text.casefold().startswith(article):
            text = text[len(article) :]
            break
    return f"the {text}"


def _usable(detection: Detection) -> bool:
    words = (detection.description or "").split()
    return 0 < len(words) <= _LONGEST_DESCRIPTION and (detection.description_iou or 0.0) > _MIN_DESCRIPTION_IOU


def _color_is_unique(detection: Detection, all_detections: Sequence[Detection], unclear: frozenset[str]) -> bool:
    """Whether the color is known of every thing of the class, and this one's is no other's."""
    if detection.attribute is None or detection.label in unclear:
        return False
    colors = [d.attribute for d in all_detections if d.label == detection.label]
    return None not in colors and colors.count(detection.attribute) == 1


def _places(image: WebImageRecord, seen: Counter[str], unclear: frozenset[str]) -> dict[tuple[object, ...], str]:
    """Phrases by place for the classes of which every instance is known and plain to see."""
    found = {}
    for label in sorted(set(image.closed_classes) & set(seen) - unclear):
        instances = [d for d in image.detections if d.label == label]
        phrases = ordinals(np.array([d.box for d in instances]), image.width, label)
        if phrases is not None and _all_plain(instances):
            found |= {_key(label, d.box): phrase for d, phrase in zip(instances, phrases, strict=True)}
    return found


def _all_plain(instances: Sequence[Detection]) -> bool:
    """Whether none is but a sliver behind a door or at the border of the picture."""
    areas = [mask_area(d.mask) for d in instances]
    height, width = instances[0].mask.size
    return min(areas) >= max(_MIN_SHARE * height * width, _MIN_SHARE_OF_LARGEST * max(areas))
