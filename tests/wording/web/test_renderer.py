"""From facts to validated rows: what a row depends on, ids, boxes, what is refused."""

import re
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from factory.errors import DataError
from factory.store.lake import TABLES
from factory.web.tasks.spec import WebFact
from factory.wording.web.renderer import MAX_CHARACTERS, checked_wording, render_picture, web_digest
from factory.wording.web.rows import RenderedWeb, to_web_table
from factory.wording.web.speakers import SPEAKERS
from tests.wording.web.golden_web_rows import PATH, golden_lines
from tests.wording.web.web_facts import OBJECTS, TASKS, make_facts, named_picture, render, rows_of, spec_of

_BOX = re.compile(r"\(highlighted by the (red|green|blue|yellow|purple) box\)")


def test_golden_rows() -> None:
    assert PATH.read_text(encoding="utf-8").splitlines() == golden_lines(), (
        "rows changed: run `python -m tests.wording.web.golden_web_rows`, read the diff, raise WEB_RENDERER_VERSION"
    )


def test_table_has_the_schema_of_the_lake() -> None:
    assert to_web_table([render()]).schema == TABLES["web_qa"]
    empty = to_web_table([])
    assert (empty.schema, empty.num_rows) == (TABLES["web_qa"], 0)


def test_there_is_a_speaker_for_every_task() -> None:
    assert set(TASKS) == set(SPEAKERS)


def test_pictures_are_joined_in_their_order() -> None:
    first, second = (render(TASKS[:4], picture=replace(named_picture(), image_id=name)) for name in ("a", "b"))
    both = to_web_table([first, second])
    assert both.to_pylist() == to_web_table([first]).to_pylist() + to_web_table([second]).to_pylist()
    assert both.column("image_id").to_pylist() == ["a"] * len(first.rows) + ["b"] * len(second.rows)


def by_id(rendered: RenderedWeb) -> dict[str, Any]:
    return {row["qa_id"]: row for row in to_web_table([rendered]).to_pylist()}


def test_a_row_does_not_depend_on_other_facts() -> None:
    picture = named_picture()
    everything = by_id(render())
    for task in TASKS:
        some = make_facts(task, 8, 7)[5:2:-1]
        alone = by_id(render_picture(picture, [(spec_of(task), some)], seed=1))
        assert alone
        assert all(everything[qa_id] == row for qa_id, row in alone.items())


@pytest.mark.parametrize("field", ["source", "image_id"])
def test_words_depend_on_seed_source_and_image(field: str) -> None:
    here = render()
    changed = render(picture=replace(named_picture(), **{field: "elsewhere"}))
    reseeded = render(seed=2)
    for other in (changed, reseeded):
        same = sum(a.question == b.question for a, b in zip(here.rows, other.rows, strict=True))
        assert same < 0.5 * len(here.rows)
    assert not {row.qa_id for row in here.rows} & {row.qa_id for row in changed.rows}
    assert [row.qa_id for row in here.rows] == [row.qa_id for row in reseeded.rows]


def test_words_do_not_depend_on_the_shard_but_ids_do() -> None:
    here, moved = render(), render(picture=replace(named_picture(), shard_id="elsewhere"))
    assert [row.question for row in here.rows] == [row.question for row in moved.rows]
    assert not {row.qa_id for row in here.rows} & {row.qa_id for row in moved.rows}


def test_ids_are_unique_and_items_hold_one_fact() -> None:
    rows = rows_of(count=40)
    assert len({row["qa_id"] for row in rows}) == len(rows)
    items: dict[str, set[Any]] = {}
    for row in rows:
        items.setdefault(row["item_id"], set()).add((row["task"], tuple(row["values"]), tuple(row["object_ids"])))
    assert len(items) == 40 * len(TASKS)
    assert all(len(facts) == 1 for facts in items.values())


def test_pair_types_of_an_item_are_distinct_within_a_format() -> None:
    rows = rows_of(count=40)
    keys = [(row["item_id"], row["format"], row["pair_type"]) for row in rows]
    assert len(set(keys)) == len(keys)


def test_boxes_are_named_exactly_where_they_are_drawn() -> None:
    picture = named_picture()
    for row in rows_of(count=40):
        assert row["box_colors"] is None or len(row["box_colors"]) == len(row["object_ids"])
        assert (row["box_colors"] is None) == (row["task"] == "level0")
        colors = [color for color in row["box_colors"] or [] if color]
        assert [mark["color"] for mark in row["marks"]] == colors == ["red", "green", "blue"][: len(colors)]
        assert set(_BOX.findall(row["question"])) == set(colors), row["question"]
        texts = [row["answer"], *row["answers"], *(row["options"] or [])]
        assert set(_BOX.findall(" ".join(texts))) <= set(colors)
        drawn = zip(row["object_ids"], row["box_colors"] or [], strict=False)
        for object_id, mark in zip([n for n, color in drawn if color], row["marks"], strict=True):
            place = picture.object_ids.tolist().index(object_id)
            assert OBJECTS[place][1] == "box"
            assert (mark["kind"], mark["image_index"], mark["object_id"]) == ("bbox", 0, object_id)
            edges = picture.boxes[place] / ((picture.width, picture.height) * 2) * 1000
            assert all(abs(a - b) <= 0.5 for a, b in zip(mark["coords"], edges.tolist(), strict=True))


def test_sentences_are_whole() -> None:
    for row in rows_of(count=60):
        question = row["question"]
        assert question[0].isupper() or question.startswith("what is the xyz of the pixel in <loc")
        assert question.endswith(("?", ".")) or question.startswith("what is the xyz")
        for text in (question, row["answer"], *(row["options"] or [])):
            assert "  " not in text
            assert "{" not in text
            assert "-0.00" not in text
            assert ".." not in text
            assert not re.search(r"\b[Tt]he the\b|\ba the\b|\bin in\b", text)
            assert len(text) < MAX_CHARACTERS


def test_verbs_agree_with_plural_references() -> None:
    wrong = re.compile(
        r"(?:^|[.,:?] )(?:is|does|has) the (?:curtains|scissors)\b(?! and)|"
        r"(?:^|[.,:?] )the (?:curtains|scissors) (?:is|does|has|lies)\b|"
        r"(?:^|[.,:?] )(?:are|do|have) the (?:red cup|tv|potted plant|sports car)\b(?! and)",
        re.IGNORECASE,
    )
    rows = rows_of(count=150)
    assert sum("curtains" in row["question"] for row in rows) > 200
    for row in rows:
        for text in (row["question"], row["answer"]):
            assert not wrong.search(text), text


def _fact(task: str, **changes: Any) -> WebFact:
    return replace(make_facts(task, 1, 7)[0], **changes)


def rejected(task: str, fact: WebFact, **picture: Any) -> dict[str, int]:
    rendered = render_picture(replace(named_picture(), **picture), [(spec_of(task), [fact])], seed=1)
    return dict(rendered.rejected)


def test_what_cannot_be_said_is_counted() -> None:
    pair = _fact("vqa_distance_multi", rows=(0, 1))
    assert rejected("vqa_distance_multi", pair) == {}
    same = tuple("the cup" for _ in OBJECTS)
    plain = tuple("class" for _ in OBJECTS)
    assert rejected("vqa_distance_multi", pair, references=same, reference_kinds=plain) == {
        "vqa_distance_multi: references repeat": 1
    }
    ranked = next(fact for fact in make_facts("vqa_comparison_multiple_objects", 4, 7) if len(fact.rows) == 6)
    boxes = tuple("box" for _ in OBJECTS)
    assert rejected("vqa_comparison_multiple_objects", ranked, reference_kinds=boxes) == {
        "vqa_comparison_multiple_objects: more boxes than colors": 1
    }
    assert rejected("vqa_distance_multi", replace(pair, values=(0.04,))) == {
        "vqa_distance_multi: length below 0.05 m": 1
    }
    nothing = _fact("vqa_object_relation_multi", words={"x": "overlap", "y": "", "z": ""})
    assert rejected("vqa_object_relation_multi", nothing) == {"vqa_object_relation_multi: no axis decided": 1}
    uncounted = _fact("vqa_counting_objects", asked="all", words={"label": "scissors"})
    assert rejected("vqa_counting_objects", uncounted) == {"vqa_counting_objects: label cannot be counted": 1}


def test_long_descriptions_are_not_offered_in_all_orders() -> None:
    long = tuple(f"the object number {n} " + "with a very long description " * 4 for n in range(len(OBJECTS)))
    plain = tuple("description" for _ in OBJECTS)
    fact = make_facts("vqa_comparison_multiple_objects", 2, 7)[1]
    found = rejected("vqa_comparison_multiple_objects", fact, references=long, reference_kinds=plain)
    assert found == {"vqa_comparison_multiple_objects: mcq too long": 1}


def test_foreign_and_repeated_facts_are_refused() -> None:
    spec, fact = spec_of("vqa_distance_multi"), _fact("vqa_distance_multi")
    with pytest.raises(ValueError, match="comes twice"):
        render_picture(named_picture(), [(spec, [fact, fact])], seed=1)
    with pytest.raises(ValueError, match="got a fact of task level0"):
        render_picture(named_picture(), [(spec, [_fact("level0")])], seed=1)
    with pytest.raises(DataError, match="nobody says web task vqa_unheard"):
        checked_wording("vqa_unheard")


def test_rows_are_validated() -> None:
    rendered = render(("vqa_distance_multi",), 2)
    broken = replace(rendered, rows=[rendered.rows[0]._replace(question=""), *rendered.rows[1:]])
    with pytest.raises(ValidationError, match="question"):
        to_web_table([broken])
    rendered.items[1]["frame"] = "world"
    with pytest.raises(ValidationError, match="frame"):
        to_web_table([rendered])


def test_every_task_has_a_digest_of_its_own() -> None:
    digests = {task: web_digest(task) for task in (*TASKS, "problem_solving")}
    assert len(set(digests.values())) == len(digests)
    assert all(re.fullmatch(r"[0-9a-f]{32}", digest) for digest in digests.values())
