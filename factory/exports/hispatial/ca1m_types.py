"""What a question is called in the CA-1M layout: a name that holds the bucket from which the loader draws it."""

from collections.abc import Mapping, Sequence

import numpy as np

from factory.exports.hispatial.picture_rows import NamedObject, Question
from factory.exports.hispatial.qa_types import PROBLEM

PROBLEM_ANSWER = f"{PROBLEM}_answer"
"""A problem with its short answer; under the bare name the loader asks for steps."""

_NAMES = {
    "level0": "pixel_query",
    "vqa_distance_single": "distance_single",
    "vqa_orientation": "orientation",
    "vqa_query_aabb": "query_aabb",
    "vqa_object_direction_multi": "spatial_relation_direction",
    "vqa_object_relation_multi": "spatial_relation",
    "vqa_object_relation_multi_world": "spatial_relation_world",
    "vqa_spatial_mcq_multiangle": "spatial_relation_multiangle",
    "vqa_spatial_mcq_multiangle_world": "spatial_relation_multiangle_world",
    "vqa_distance_multi": "distance_multi",
    "vqa_distance_each_axis_multi": "distance_each_axis",
    "vqa_distance_each_axis_multi_world": "distance_each_axis_world",
    "vqa_closest_distance_multi": "distance_closest",
    "vqa_distance_three_objects": "distance_three_objects",
    "vqa_distance_three_objects_comparision": "distance_three_objects_comparison",
    "vqa_orientation_comparison_two_objects": "orientation_comparison",
    "vqa_relative_position_new_perspective": "perspective_taking",
    "vqa_relative_position_new_perspective_no_orient": "perspective_taking_no_orient",
    "vqa_counting_objects": "spatial_relation_counting",
}
# Tasks about one of several quantities, and the end of their name after the quantity's.
_COMPARING = {
    "vqa_object_size_single": ("", ("width", "height")),
    "vqa_comparison_multiple_objects": ("_rank", ("depth", "width", "height", "x")),
    "vqa_most_objects_in_class": ("_in_class", ("depth", "distance", "height", "x", "volume")),
}
_QUANTITIES = {
    "width": "object_width",
    "height": "object_height",
    "depth": "object_depth_comparison",
    "distance": "object_depth_comparison",
    "x": "spatial_relation",
    "volume": "object_volume",
}
_UNKNOWN = "object_size"
CA1M_NAMES = frozenset(
    {
        *_NAMES.values(),
        PROBLEM,
        PROBLEM_ANSWER,
        *(quantity + end for end, _ in _COMPARING.values() for quantity in (*_QUANTITIES.values(), _UNKNOWN)),
    }
)
_SAME = 1e-3  # relative: values are stored exactly, this only absorbs float32


def ca1m_type(row: Question, objects: Mapping[int, NamedObject]) -> str | None:
    """The item's `qa_type`, None for a task that the layout does not hold.

    Widths, heights, depths and the like are different types there and one task here: the stored values tell which.
    """
    if row.task in _COMPARING:
        end, quantities = _COMPARING[row.task]
        quantity = _quantity(quantities, row.values or [], [objects[object_id] for object_id in row.object_ids])
        return _QUANTITIES.get(quantity, _UNKNOWN) + end
    return _NAMES.get(row.task)


def _quantity(names: Sequence[str], values: Sequence[float], objects: Sequence[NamedObject]) -> str:
    """Which of these quantities of the objects the values are, empty when they are none of them."""
    if len(values) != len(objects):
        return ""
    errors = {}
    for name in names:
        found = [_measured(name, one) for one in objects]
        gaps = np.abs(np.subtract(found, values))
        errors[name] = float((gaps / np.maximum(np.abs(values), 1e-6)).max())
    best = min(errors, key=lambda name: errors[name])
    return best if errors[best] <= _SAME else ""


def _measured(name: str, one: NamedObject) -> float:
    if name == "x":
        return one.center[0]
    if name == "depth":
        return one.center[2]
    if name == "distance":
        return float(np.linalg.norm(one.center))
    if one.size is None:
        return np.nan
    return {"width": one.size[0], "height": one.size[1], "volume": float(np.prod(one.size))}[name]
