"""The parts that the audit derives answers with, against other ways to come to the same."""

import ast
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.audit.web.arithmetic import comparisons, equations, evaluate
from factory.audit.web.balance import check_web_balance
from factory.audit.web.counting import plurals
from factory.audit.web.decoding import depth_of, mask_of
from factory.audit.web.geometry import azimuth_of, bearing, for_observer, front_of, iou, ray_frame
from factory.audit.web.reading import numbers, tokenise, tokens
from factory.web.depth_png import decode_depth, encode_depth
from factory.web.masks import encode_mask

LENGTHS = st.floats(-9, 9).filter(lambda value: abs(value) > 0.01)


@given(st.lists(st.tuples(st.sampled_from("+-*/"), st.integers(1, 999)), min_size=1, max_size=6), st.integers(1, 999))
def test_sums_and_products_come_out_as_in_python(steps: list[tuple[str, int]], first: int) -> None:
    text = str(first) + "".join(f" {sign} {number}" for sign, number in steps)
    assert float(evaluate(text)) == pytest.approx(eval(text), rel=1e-9)


def test_brackets_powers_and_functions() -> None:
    assert float(evaluate("sqrt((0.59 - (-0.02))^2 + (0.39 - 0.10)^2)")) == pytest.approx(math.hypot(0.61, 0.29))
    assert evaluate("floor(3.99)") == 3 and evaluate("abs(-2.5)") == 2.5 and evaluate("-(1 + 2) * 2") == -6


@pytest.mark.parametrize("text", ["1 +", "(1 + 2", "1 2", "__import__('os')", "sqrt(-1)", "1 / 0", "x + 1", ""])
def test_what_is_no_arithmetic_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        evaluate(text)


def test_equations_and_comparisons_of_a_text() -> None:
    text = "From center to edge it is 0.28 / 2 = 0.14m for @0. So (-0.03 + 0.00) / 2 = -0.02, and 0.14 < 0.20."
    assert [(left, float(right)) for left, right in equations(text)] == [
        ("0.28 / 2", 0.14),
        ("(-0.03 + 0.00) / 2", -0.02),
    ]
    assert [(float(a), sign, float(b)) for a, sign, b in comparisons(text)] == [(0.14, "<", 0.2)]


def test_names_become_tokens_longest_first() -> None:
    names = ["the table lamp", "the table", "the cup (highlighted by the red box)"]
    text = tokenise("The table lamp is on the table, not the tables; the cup (highlighted by the red box) is.", names)
    assert tokens(text) == [0, 1, 2] and "the tables" in text
    assert tokens(tokenise("the cup is", ["the cup"])) == [0]
    assert tokens(tokenise("the cup (highlighted by the red box) is", ["the cup"])) == []
    assert numbers(tokenise("about 2.50m and 3D at -1.00 of the cup", ["the cup"])) == ["2.50", "-1.00"]


def test_the_picture_may_be_an_object() -> None:
    text = tokenise("Of the cups in the picture, how many are left of the picture?", ["the picture"])
    assert tokens(text) == [0]


@given(LENGTHS, LENGTHS, st.floats(0.5, 9), st.floats(0, 359.9))
def test_azimuth_and_front_are_each_others_inverse(x: float, y: float, z: float, azimuth: float) -> None:
    """For things as high as a level camera, where the ray is level, too."""
    center = np.array([x, 0.0, z])
    front = front_of(azimuth, 0.0, center)
    assert np.linalg.norm(front) == pytest.approx(1.0)
    off = azimuth_of(front, center, None) - azimuth
    assert abs((off + 180) % 360 - 180) < 1e-6
    axes = ray_frame(np.array([x, y, z]))
    assert np.allclose(axes @ axes.T, np.eye(3)) and np.linalg.det(axes) == pytest.approx(1.0)


def test_what_faces_the_camera_has_azimuth_0_and_the_pictures_left_90() -> None:
    center = np.array([0.0, 0.0, 3.0])
    assert np.allclose(front_of(0.0, 0.0, center), [0, 0, -1])
    assert np.allclose(front_of(90.0, 0.0, center), [-1, 0, 0], atol=1e-12)


@given(LENGTHS, LENGTHS, LENGTHS, LENGTHS)
def test_an_observer_keeps_lengths_and_has_forward_ahead(fx: float, fz: float, x: float, z: float) -> None:
    forward = np.array([fx, 0.0, fz]) / math.hypot(fx, fz)
    right, up, ahead = for_observer(forward, np.array([x, 0.5, z]))
    assert up == -0.5 and math.hypot(right, ahead) == pytest.approx(math.hypot(x, z))
    assert for_observer(forward, forward) == pytest.approx([0.0, 0.0, 1.0])


def test_bearings_and_overlaps() -> None:
    gaps = [(0, 0, 1), (1, 0, 0), (0, 0, -1), (-1, 0, 0)]
    assert [bearing(np.array(gap, dtype=float)) for gap in gaps] == [0, 90, 180, 270]
    assert iou(np.array([0.0, 0, 2, 2]), np.array([1.0, 0, 3, 2])) == pytest.approx(1 / 3)


def test_maps_are_decoded_as_they_were_stored() -> None:
    rng = np.random.default_rng(0)
    depth = rng.uniform(0.5, 40, size=(30, 40)).astype(np.float32)
    depth[:3], depth[5, 5] = np.inf, np.nan
    png = encode_depth(depth)
    assert np.allclose(depth_of(png), decode_depth(png), rtol=1e-5, equal_nan=True)
    mask = rng.random((30, 40)) < 0.3
    assert np.array_equal(mask_of(encode_mask(mask).model_dump()), mask)
    with pytest.raises(ValueError, match="depth PNG"):
        depth_of(b"nothing")


@pytest.mark.parametrize(
    ("one", "several"),
    [
        ("cup", "cups"),
        ("person", "people"),
        ("shelf", "shelves"),
        ("box", "boxes"),
        ("chest of drawers", "chests of drawers"),
    ],
)
def test_plurals(one: str, several: str) -> None:
    assert several in plurals(one) and one not in plurals(one)


def test_uneven_two_way_answers_are_found() -> None:
    even = Counter(
        {("t", "true_false", "Yes"): 110, ("t", "true_false", "No"): 100, ("t", "mcq", "A"): 300, ("t", "mcq", "C"): 9}
    )
    assert check_web_balance(even) == []
    uneven = even + Counter({("t", "true_false", "Yes"): 200, ("u", "mcq", "A"): 200, ("v", "text", "left"): 150})
    assert [(f.task, f.format) for f in check_web_balance(uneven)] == [("t", "true_false"), ("u", "mcq")]


def test_the_audit_asks_nobody_whose_work_it_checks() -> None:
    allowed = ("factory.audit", "factory.store", "factory.errors", "schemas")
    folder = Path(__file__).parents[3] / "factory" / "audit" / "web"
    for path in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [one.name for one in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                ours = str(name).partition(".")[0] in ("factory", "schemas", "jobs", "tests")
                assert not ours or str(name).startswith(allowed), f"{path.name} imports {name}"
