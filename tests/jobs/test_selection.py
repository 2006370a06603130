"""What `--only` chooses."""

import pytest

from factory.errors import DataError
from jobs.selection import selected

SOURCES = ("scannet", "procedural", "rxr")


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("source=scannet", {"scannet": None}),
        ("source=scannet,scene=b,scene=a,scene=b", {"scannet": ["a", "b"]}),
        (
            "source=rxr, scene=a, source=scannet, source=procedural, scene=a",
            {"rxr": ["a"], "scannet": None, "procedural": ["a"]},
        ),
        ("source=rxr,scene=a,source=scannet,scene=b,source=rxr,scene=c", {"rxr": ["a", "c"], "scannet": ["b"]}),
    ],
)
def test_scenes_belong_to_the_source_before_them(text: str, chosen: dict[str, list[str] | None]) -> None:
    assert selected(text, SOURCES) == chosen


def test_one_data_set_needs_no_name() -> None:
    assert selected("scene=a,scene=b", ["scannet"]) == {"scannet": ["a", "b"]}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("scene=a", "'scene=a' is not understood; give"),
        ("source=scannet,a", "'a' is not understood"),
        ("source=scannet,scene=", "'scene=' is not understood"),
        ("source=scannet,", "'' is not understood"),
        ("source=scanet,scene=a", "there is no input of scanet, there are procedural, rxr, scannet"),
    ],
)
def test_what_is_not_understood_is_said(text: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        selected(text, SOURCES)
