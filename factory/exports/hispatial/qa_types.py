"""Names that HiSpatial's loader knows (reference: `hispatial/data/vqa_dataset.py` of microsoft/HiSpatial)."""

# The place of each task in the stored dict: lists by level; the loader reads every key but those with "metadata".
WILD_LISTS: dict[str, str] = {
    "level0": "level0_list",
    "vqa_distance_single": "level1_distance_list",
    "vqa_orientation": "level1_orientation_list",
    "vqa_object_size_single": "level1_size_list",
    "vqa_query_aabb": "level1_grounding_list",
    "vqa_object_direction_multi": "level2_direction_list",
    "vqa_object_relation_multi": "level2_relation_list",
    "vqa_object_relation_multi_world": "level2_relation_list",
    "vqa_spatial_mcq_multiangle": "level2_relation_list",
    "vqa_spatial_mcq_multiangle_world": "level2_relation_list",
    "vqa_distance_multi": "level2_distance_list",
    "vqa_distance_each_axis_multi": "level2_distance_list",
    "vqa_distance_each_axis_multi_world": "level2_distance_list",
    "vqa_closest_distance_multi": "level2_distance_list",
    "vqa_distance_three_objects": "level2_distance_list",
    "vqa_distance_three_objects_comparision": "level2_distance_list",
    "vqa_orientation_comparison_two_objects": "level2_comparison_list",
    "vqa_comparison_multiple_objects": "level2_comparison_list",
    "vqa_most_objects_in_class": "level2_comparison_list",
    "vqa_relative_position_new_perspective": "level3_perspective_list",
    "vqa_relative_position_new_perspective_no_orient": "level3_perspective_list",
    "vqa_counting_objects": "level3_counting_list",
}
METADATA = "metadata"

PROBLEM = "problem_solving"

# The keys of an item's objects: one, or two to six. The loader draws boxes for them in this order.
ONE_SLOT = ("",)
SLOTS = ("_i", "_j", "_k", "_l", "_m", "_n")

COLORS = {
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "purple": (255, 0, 255),
}

# True/false pairs that the loader drops unless an axis has both halves, one true and one false.
COUPLES = (("x_left_tf", "x_right_tf"), ("y_above_tf", "y_below_tf"), ("z_front_tf", "z_behind_tf"))
OVERLAPS = ("x_overlap_tf", "y_overlap_tf", "z_overlap_tf")
NEVER_ASKED = ("x_distance_w_lf", "y_distance_w_lf", "z_distance_w_lf", "distance_description")
MOST_OPTIONS = 10  # of its shortest alphabets

LATTICE = 448  # side of the picture that the model sees [px]
LOC_STEPS = 1024


def box_phrase(color: str) -> str:
    """What a text says of an object with a box, and what makes the loader draw it."""
    return f"(highlighted by the {color} box)"


def slots(count: int) -> tuple[str, ...]:
    """The suffixes of the keys of `count` objects."""
    return ONE_SLOT if count == 1 else SLOTS[:count]
