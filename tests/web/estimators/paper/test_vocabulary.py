"""The names that detectors are asked for."""

import pytest

from factory.errors import DataError
from factory.web.estimators.paper.vocabulary import checked, default_vocabulary


def test_the_default_vocabulary_names_hundreds_of_things_once():
    names = default_vocabulary()
    assert len(names) > 500 and len(set(names)) == len(names)
    assert {"chair", "person", "car", "tree", "dog", "laptop"} <= set(names)
    # what a question cannot ask about: surfaces and scenes
    assert not {"wall", "floor", "ceiling", "sky", "room", "kitchen", "road", "grass"} & set(names)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "without names"),
        (["Chair"], "'Chair' is no name"),
        (["chair."], "no name"),
        (["a | b"], "no name"),
        ([""], "no name"),
        (["cup", "desk", "cup"], "cup named more than once"),
    ],
)
def test_names_that_a_prompt_cannot_hold(names, words):
    with pytest.raises(DataError, match=words):
        checked(names)
