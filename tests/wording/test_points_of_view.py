"""Questions on three images say whose view counts: the first camera's, or that of the image with the mark."""

import re

import pytest

from factory.wording.templates import Template, wording
from tests.wording.sample_facts import rows_of, spec_of

MAIN_VIEW = (
    "distance_prediction_oc_mv",
    "distance_infer_center_oc_mv",
    "obj_spatial_relation_oc_mv",
    "obj_spatial_relation_oo_mv",
)
OWN_VIEW = ("depth_prediction_oc_mv", "depth_prediction_oo_mv")
NO_VIEW = ("distance_prediction_oo_mv", "distance_infer_center_oo_mv")
FIRST = re.compile(r"\bfirst (?:image|camera|view|picture)|\bimage (?:number )?one\b")


def rules(task: str) -> list[Template]:
    """The closings that say how to measure: the first list of each format."""
    return [template for closings in wording(task).closings.values() for template in closings[0]]


@pytest.mark.parametrize("task", MAIN_VIEW)
def test_the_first_camera_is_the_observer(task: str) -> None:
    for template in rules(task):
        text = template.render({})
        assert FIRST.search(text), text


@pytest.mark.parametrize("task", MAIN_VIEW)
def test_every_question_names_the_first_view(task: str) -> None:
    for format_ in spec_of(task).formats:
        rows = [row for _, row in rows_of(task, 60, format_)]
        assert all(FIRST.search(row["question"]) for row in rows)


@pytest.mark.parametrize("task", OWN_VIEW)
def test_each_depth_is_that_of_the_marked_image(task: str) -> None:
    for template in rules(task):
        text = template.render({})
        assert re.search(r"\bmark(?:s|ed)?\b", text), text
        assert re.search(r"\bcameras?\b", text) or "image that marks" in text, text


@pytest.mark.parametrize("task", [*MAIN_VIEW, *OWN_VIEW, *NO_VIEW, "distance_infer_center_oc"])
def test_centers_are_what_is_measured(task: str) -> None:
    for template in rules(task):
        text = template.render({})
        assert re.search(r"\bcenters?\b|\bmiddle\b", text), text


@pytest.mark.parametrize("task", NO_VIEW)
def test_a_distance_in_space_asks_for_no_view(task: str) -> None:
    for format_ in spec_of(task).formats:
        for _, row in rows_of(task, 60, format_):
            assert not re.search(r"\bobserver|main view|first (?:image|camera)", row["question"]), row["question"]
