"""Descriptions come with the overlap that grounding gave them; what the model says amiss is counted."""

import json

import numpy as np
import pytest

from factory.language_model import LanguageModel
from factory.web.references.captioner import Captioner
from factory.web.references.refer import refer
from schemas.web import WebImageRecord
from tests.fake_model import FakeModel, serve
from tests.web.web_rows import HEIGHT, WIDTH, detection, image_row, object_row

LEFT, RIGHT = (10, 50, 90, 200), (300, 40, 380, 200)
RGB = np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8)


def image() -> WebImageRecord:
    return image_row([detection("chair", LEFT), detection("chair", RIGHT), detection("tv", (120, 50, 160, 90))], False)


def described(*answers: object) -> tuple[WebImageRecord, dict[str, int], FakeModel]:
    """One request after the other gets the next answer."""
    with serve(FakeModel()) as model:
        queue = list(answers)
        original = LanguageModel.reply

        def reply(self: LanguageModel, *args: object, **options: object) -> str:
            model.says(queue.pop(0))
            return original(self, *args, **options)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(LanguageModel, "reply", reply)
            row, counts = Captioner(LanguageModel(model.url, "seer")).describe(image(), RGB)
    return row, dict(counts), model


def test_only_what_shares_its_class_is_described_and_grounded() -> None:
    row, counts, model = described(
        "The wooden chair.", json.dumps({"box": LEFT}), "a metal chair by the wall", 'Sure: {"box": [0, 0, 20, 20]}'
    )
    assert [(d.description, d.description_iou) for d in row.detections] == [
        ("The wooden chair", 1.0),
        ("a metal chair by the wall", 0.0),
        (None, None),
    ]
    assert not counts
    kinds = [o.reference_kind for o in refer(row, [object_row(i, d) for i, d in enumerate(row.detections)])]
    assert kinds == ["description", "box", "class"]
    assert (row.models[-1].role, row.models[-1].name) == ("captioner", "seer")
    shown = model.requests[0][2]["messages"][1]["content"]
    assert shown[0]["image_url"]["url"].startswith("data:image/jpeg;base64,")


def test_bad_answers_are_counted_and_leave_the_object_as_it_was() -> None:
    row, counts, _ = described("the chair in the red box", "the wooden chair", "somewhere on the left")
    assert [d.description for d in row.detections] == [None, None, None]
    assert counts == {
        "captioner: the description names the mark, or says nothing": 1,
        "captioner: the answer to where it is holds no JSON with a box": 1,
    }


def test_nothing_found_is_no_overlap() -> None:
    row, counts, _ = described("the wooden chair", '{"box": null}', "the metal chair", '{"box": [1, 2]}')
    assert [d.description_iou for d in row.detections] == [0.0, None, None]
    assert sum(counts.values()) == 1
