"""The web tasks that the audit knows, and how each of them is checked."""

from factory.audit.web import (
    counting,
    lengths,
    limits,
    perspective,
    pixels,
    problems,
    ranking,
    relation,
    sectors,
    three,
    vectors,
)
from factory.audit.web.case import WebTaskAudit

_ALL = ("text", "mcq", "true_false")

WEB_AUDITS: dict[str, WebTaskAudit] = {
    task.name: task
    for task in (
        WebTaskAudit(
            "level0",
            "level0",
            "none",
            "camera",
            "m",
            _ALL,
            (0, 0),
            pixels.check_pixels,
            tolerance=limits.DEPTH_TOLERANCE,
        ),
        WebTaskAudit(
            "vqa_distance_single", "level1", "oc", "camera", "m", _ALL, (1, 1), lengths.check_camera_distance
        ),
        WebTaskAudit("vqa_orientation", "level1", "oc", "camera", "deg", _ALL, (1, 1), vectors.check_facing_side),
        WebTaskAudit("vqa_object_size_single", "level1", "none", "gravity", "m", _ALL, (1, 1), lengths.check_size),
        WebTaskAudit("vqa_query_aabb", "level1", "oc", "camera", "m", ("text",), (1, 1), vectors.check_box),
        WebTaskAudit(
            "vqa_object_direction_multi", "level2", "oo", "camera", "none", ("text",), (2, 2), vectors.check_direction
        ),
        *(
            WebTaskAudit(
                f"vqa_object_relation_multi{end}", "level2", "oo", frame, "m", _ALL, (2, 2), relation.check_relation
            )
            for end, frame in (("", "camera"), ("_world", "gravity"))
        ),
        *(
            WebTaskAudit(
                f"vqa_spatial_mcq_multiangle{end}",
                "level2",
                "oo",
                frame,
                "deg",
                ("mcq", "true_false"),
                (2, 2),
                sectors.check_sector,
            )
            for end, frame in (("", "camera"), ("_world", "gravity"))
        ),
        WebTaskAudit("vqa_distance_multi", "level2", "oo", "camera", "m", _ALL, (2, 2), lengths.check_center_distance),
        *(
            WebTaskAudit(
                f"vqa_distance_each_axis_multi{end}",
                "level2",
                "oo",
                frame,
                "m",
                ("text", "mcq"),
                (2, 2),
                lengths.check_axis_distance,
            )
            for end, frame in (("", "camera"), ("_world", "gravity"))
        ),
        WebTaskAudit(
            "vqa_closest_distance_multi", "level2", "oo", "camera", "m", _ALL, (2, 2), lengths.check_closest_distance
        ),
        WebTaskAudit(
            "vqa_distance_three_objects", "level2", "oo", "camera", "m", ("text", "mcq"), (3, 3), three.check_which
        ),
        WebTaskAudit(
            "vqa_distance_three_objects_comparision",
            "level2",
            "oo",
            "camera",
            "m",
            ("mcq", "true_false"),
            (3, 3),
            three.check_compared,
        ),
        WebTaskAudit(
            "vqa_orientation_comparison_two_objects",
            "level2",
            "oo",
            "camera",
            "deg",
            _ALL,
            (2, 2),
            vectors.check_alike,
        ),
        WebTaskAudit(
            "vqa_comparison_multiple_objects",
            "level2",
            "oo",
            "camera",
            "m",
            _ALL,
            limits.RANKED,
            ranking.check_order,
        ),
        WebTaskAudit(
            "vqa_most_objects_in_class",
            "level2",
            "oo",
            "camera",
            "m",
            ("text", "mcq"),
            limits.INSTANCES,
            ranking.check_most,
        ),
        WebTaskAudit(
            "vqa_relative_position_new_perspective",
            "level3",
            "oo",
            "gravity",
            "m",
            _ALL,
            (2, 2),
            perspective.check_own_front,
        ),
        WebTaskAudit(
            "vqa_relative_position_new_perspective_no_orient",
            "level3",
            "oo",
            "gravity",
            "m",
            _ALL,
            (3, 3),
            perspective.check_facing,
        ),
        WebTaskAudit(
            "vqa_counting_objects",
            "level3",
            "oo",
            "camera",
            "count",
            ("text", "mcq"),
            (1, limits.COUNTS[1] + 1),
            counting.check_count,
            named=counting.named,
        ),
        WebTaskAudit(
            "problem_solving", "level3", "oo", "gravity", "m", ("text", "cot"), (1, 4), problems.check_problem
        ),
    )
}
