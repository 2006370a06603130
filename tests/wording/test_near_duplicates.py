"""Sentences that a reader would take for the same."""

import pytest

from factory.wording.near_duplicates import near_duplicates

FIRST = "What is the distance between the {red} and the {blue} in meters?"


@pytest.mark.parametrize(
    "second",
    [
        "what is the distance between the {red} and the {blue}, in meters",
        "What is the distance between the {red} and the {blue} in whole meters?",
        "So what is the distance between the {red} and the {blue} in meters?",
    ],
)
def test_small_changes_make_no_other_sentence(second: str) -> None:
    assert near_duplicates([FIRST, "How far apart are they?", second]) == [(FIRST, second)]


@pytest.mark.parametrize(
    "second",
    [
        "How many meters separate the {red} from the {blue}?",
        "Between the {red} and the {blue}, what distance do you measure in meters?",
        "What is the depth of the {red}, given that of the {blue} in meters?",
    ],
)
def test_another_sentence_may_share_words(second: str) -> None:
    assert near_duplicates([FIRST, second]) == []
