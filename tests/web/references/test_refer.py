"""No question may call an object by a name that fits another one too."""

import pytest

from factory.web.references.refer import refer
from schemas.web import Detection
from tests.web.web_rows import detection, image_row, object_row


def names(detections: list[Detection], closed: bool = True, lifted: list[int] | None = None) -> list[tuple[str, str]]:
    image = image_row(detections, closed)
    rows = [object_row(i, detections[i]) for i in (lifted or range(len(detections)))]
    return [(o.reference_kind, o.reference) for o in refer(image, rows)]


LEFT, MIDDLE, RIGHT = (10, 50, 90, 200), (150, 60, 230, 200), (300, 40, 380, 200)


def test_a_thing_alone_in_its_class_goes_by_its_class() -> None:
    assert names([detection("chair", LEFT), detection("tv", RIGHT)]) == [("class", "the chair"), ("class", "the tv")]


def test_a_second_one_counts_though_it_was_not_lifted() -> None:
    seen = [detection("chair", LEFT), detection("chair", RIGHT)]
    assert names(seen, lifted=[0]) == [("ordinal", "the chair on the left")]
    assert names(seen, closed=False, lifted=[0]) == [("box", "the chair")]


def test_order_from_left_to_right() -> None:
    seen = [detection("chair", RIGHT), detection("chair", LEFT), detection("chair", MIDDLE)]
    assert [text for _, text in names(seen)] == [
        "the rightmost chair",
        "the leftmost chair",
        "the second chair from the left",
    ]


@pytest.mark.parametrize("other", [(20, 50, 100, 200), (10, 210, 90, 290)])
def test_no_order_where_middles_nearly_coincide(other: tuple[int, int, int, int]) -> None:
    assert names([detection("chair", LEFT), detection("chair", other)]) == [("box", "the chair")] * 2


@pytest.mark.parametrize(
    ("second", "plain"),
    [
        ((393, 40, 400, 200), True),  # 1120 px of a picture of 120 000
        ((393, 40, 400, 60), False),  # 140 px: more than a thousandth, but nothing beside the first one
        ((390, 40, 400, 50), False),  # 100 px
    ],
)
def test_no_order_where_one_is_hardly_seen(second: tuple[int, int, int, int], plain: bool) -> None:
    seen = [detection("window", LEFT), detection("window", second)]
    assert [kind for kind, _ in names(seen)] == ["ordinal" if plain else "box"] * 2


def test_a_color_serves_only_when_all_colors_are_known_and_it_is_unique() -> None:
    def colored(*colors: str | None) -> list[tuple[str, str]]:
        boxes = (LEFT, MIDDLE, RIGHT)
        return names(
            [detection("chair", box, attribute=c) for box, c in zip(boxes, colors, strict=False)], closed=False
        )

    assert colored("red", "blue") == [("attribute", "the red chair"), ("attribute", "the blue chair")]
    assert colored("red", None) == [("box", "the chair"), ("box", "the chair")]
    assert colored("red", "red", "blue") == [
        ("box", "the chair"),
        ("box", "the chair"),
        ("attribute", "the blue chair"),
    ]


def test_descriptions_are_believed_above_an_overlap_and_when_they_differ() -> None:
    def said(text: str, overlap: float, box: tuple[int, int, int, int]) -> Detection:
        return detection("chair", box, description=text, description_iou=overlap)

    good, same, weak = said("A wooden chair.", 0.8, LEFT), said("the wooden chair", 0.9, RIGHT), said("x", 0.6, RIGHT)
    assert names([good, weak], closed=False) == [("description", "the wooden chair"), ("box", "the chair")]
    assert [kind for kind, _ in names([good, same.model_copy(update={"description": "A wooden chair"})], False)] == [
        "box",
        "box",
    ]


def test_a_general_word_beside_a_special_one_is_no_name() -> None:
    assert names([detection("table", LEFT), detection("coffee table", RIGHT)]) == [
        ("box", "the table"),
        ("class", "the coffee table"),
    ]
