"""Things of one class: all that show are known, and no other class may be taken for it."""

from collections import Counter

import numpy as np

from factory.tasks.labels import mistakable_labels
from factory.web.picture import Picture

Array = np.ndarray


def closed_classes(picture: Picture) -> tuple[dict[str, Array], Counter[str]]:
    """The rows of all instances by class, in the order of the classes' first objects, and the number of classes that
    are left out, by reason."""
    rejects: Counter[str] = Counter()
    mistakable = mistakable_labels(picture.labels)
    instances: dict[str, list[int]] = {}
    for row, label in enumerate(picture.labels):
        instances.setdefault(label, []).append(row)
    kept = {}
    for label, rows in instances.items():
        if label not in picture.closed_classes:
            rejects["class not closed"] += 1
        elif label in mistakable:
            rejects["class may be mistaken for another"] += 1
        else:
            kept[label] = np.array(rows, dtype=np.int64)
    return kept, rejects
