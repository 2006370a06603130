"""Keys of samples, names of CA-1M's types, lengths of texts, cameras."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.errors import DataError
from factory.exports.hispatial.ca1m_items import chain_steps
from factory.exports.hispatial.ca1m_types import ca1m_type
from factory.exports.hispatial.picture_rows import NamedObject, Question
from factory.exports.hispatial.samples import map_intrinsics, normalised_intrinsics
from factory.exports.hispatial.shard import sample_keys
from factory.exports.hispatial.tokens import estimated_tokens
from tests.exports.hispatial.sample_lake import CHAIN, OBJECTS, sample_image, sample_rows

# as its loader draws: the first of these that is part of the name
BUCKETS = (
    "orientation", "perspective_taking", "spatial_relation", "distance", "object_depth_comparison", "object_width",
    "object_height", "problem_solving",
)  # fmt: skip
OTHER = "other"


@given(st.lists(st.text(min_size=1, max_size=12), unique=True, max_size=12))
def test_keys_are_safe_and_unique(ids: list[str]) -> None:
    keys = sample_keys(ids)
    assert len({key.lower() for key in keys}) == len(ids)
    for key in keys:
        assert re.fullmatch(r"[A-Za-z0-9_-]+", key) and not key.startswith("__")


def test_plain_ids_are_their_own_keys() -> None:
    assert sample_keys(["a", "scene0000_00-12", "000017"]) == ["a", "scene0000_00-12", "000017"]
    clashing = sample_keys(["a.b", "A-B", "c"])
    assert clashing[2] == "c" and clashing[0].startswith("a-b-") and clashing[1].startswith("A-B-")


def questions() -> list[Question]:
    rows = sample_rows(sample_image("scannet", "0", "a", b""))
    return [Question(*(getattr(row, name) for name in Question._fields)) for row in rows]


def objects() -> dict[int, NamedObject]:
    return {
        i: NamedObject(i, label, 0.9, box, reference, kind != "box", list(center), [], list(size))
        for i, (label, box, center, size, reference, kind) in OBJECTS.items()
    }


def test_every_task_lands_in_a_sensible_bucket() -> None:
    found: dict[str, set[str]] = {}
    for row in questions():
        name = ca1m_type(row, objects())
        if row.task != "problem_solving":
            assert name is not None
            found.setdefault(row.task, set()).add(next((b for b in BUCKETS if b in name), OTHER))
    expected = {
        "level0": {OTHER},
        "vqa_query_aabb": {OTHER},
        "vqa_object_size_single": {"object_width", "object_height"},
        "vqa_comparison_multiple_objects": {
            "object_depth_comparison",
            "object_height",
            "object_width",
            "spatial_relation",
        },
        "vqa_most_objects_in_class": {"object_depth_comparison", OTHER},
        "vqa_counting_objects": {"spatial_relation"},
    }
    words = {"distance": "distance", "orientation": "orientation", "perspective": "perspective_taking"}
    words |= {"relation": "spatial_relation", "direction": "spatial_relation", "multiangle": "spatial_relation"}
    for task, buckets in found.items():
        assert buckets == expected.get(task, {next((b for word, b in words.items() if word in task), OTHER)}), task


def test_unknown_quantities_have_no_bucket() -> None:
    (row,) = [r for r in questions() if "wide is" in r.question]
    assert ca1m_type(row, objects()) == "object_width"
    assert ca1m_type(row._replace(values=[1.0]), objects()) == "object_size"
    assert ca1m_type(row._replace(values=None), objects()) == "object_size"


@pytest.mark.parametrize("answer", ["No steps", CHAIN.replace("Step4: ", ""), "Step1: a\nStep2: b\nStep3: c"])
def test_a_solution_has_four_steps(answer: str) -> None:
    row = next(r for r in questions() if r.format == "cot")
    assert len(chain_steps(row)) == 4
    with pytest.raises(DataError, match="steps instead of 4"):
        chain_steps(row._replace(answer=answer))


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 0, 0),
        ("the chair", 2, 4),
        ("0.61m -0.20m 1.17m", 15, 18),  # a token per digit
        ("<loc0256><loc0512><loc0256><loc0512>", 4, 4),
        ("line\nline", 3, 3),
        ("椅子", 2, 6),
    ],
)
def test_lengths_are_estimated_from_above(text: str, least: int, most: int) -> None:
    assert least <= estimated_tokens(text) <= most


@given(st.text(), st.text())
def test_longer_texts_are_longer(one: str, other: str) -> None:
    assert estimated_tokens(f"{one} {other}") >= max(estimated_tokens(one), estimated_tokens(other))


@given(st.integers(50, 2000), st.integers(50, 2000), st.integers(20, 640), st.integers(20, 640))
def test_both_cameras_see_a_pixel_of_the_map_where_the_picture_does(w: int, h: int, map_w: int, map_h: int) -> None:
    k = [0.9 * w, 0.0, 0.47 * w, 0.0, 1.1 * w, 0.55 * h, 0.0, 0.0, 1.0]
    image = sample_image("photos", "0", "a", b"", width=w, height=h, intrinsics=k)
    column, row = map_w // 3, map_h // 2
    u, v = (column + 0.5) * w / map_w - 0.5, (row + 0.5) * h / map_h - 0.5
    ray = np.linalg.solve(np.array(k).reshape(3, 3), [u, v, 1.0])
    unit = [(column + 0.5) / map_w, (row + 0.5) / map_h, 1.0]
    np.testing.assert_allclose(np.linalg.solve(normalised_intrinsics(image), unit), ray, atol=1e-5)
    of_map = map_intrinsics(image, (map_w, map_h))
    np.testing.assert_allclose(np.linalg.solve(of_map, [column, row, 1.0]), ray, atol=1e-5)
