"""Rows: validated, independent of each other, and the same as those on file."""

import dataclasses
import json
from collections import Counter

import pyarrow as pa
import pytest
from pydantic import ValidationError

from factory.errors import DataError
from factory.tasks.spec import TaskSpec
from factory.wording.draws import item_draws, qa_id
from factory.wording.renderer import render_task
from schemas.arrow import arrow_schema
from schemas.qa import Fact, QARow
from tests.wording.golden_rows import PATH, golden_lines
from tests.wording.sample_facts import TASKS, make_facts, render, spec_of


def by_id(facts: list[Fact], task: str, **context: object) -> dict[str, dict[str, object]]:
    rows = render(task, facts, **context).table.to_pylist()  # type: ignore[arg-type]
    assert len({row["qa_id"] for row in rows}) == len(rows)
    return {row["qa_id"]: row for row in rows}


def test_golden_rows() -> None:
    """`python -m tests.wording.golden_rows` rewrites the file after a change that is meant."""
    stored = PATH.read_text(encoding="utf-8").splitlines()
    for new, old in zip(golden_lines(), stored, strict=True):
        assert json.loads(new) == json.loads(old)


@pytest.mark.parametrize("task", TASKS)
def test_table_has_the_schema_and_the_order_of_the_contract(task: str) -> None:
    spec = spec_of(task)
    table = render(task, make_facts(task, 30)).table
    assert table.schema == arrow_schema(QARow)
    table.validate(full=True)
    keys = list(zip(table["format"].to_pylist(), table["qa_id"].to_pylist(), strict=True))
    assert keys == sorted(keys)
    assert set(table["format"].to_pylist()) == set(spec.formats)
    for row in table.to_pylist():
        QARow.model_validate(row)


@pytest.mark.parametrize("task", TASKS)
def test_every_fact_is_worded_in_every_format_or_counted(task: str) -> None:
    facts = make_facts(task, 200)
    rendered = render(task, facts)
    assert rendered.table.num_rows + rendered.rejected.total() == len(facts) * len(spec_of(task).formats)


@pytest.mark.parametrize("task", TASKS)
def test_a_row_depends_on_its_own_fact_alone(task: str) -> None:
    facts = make_facts(task, 40)
    all_rows = by_id(facts, task)
    assert by_id(facts[::-1], task) == all_rows
    some = by_id(facts[5:17], task)
    assert some == {key: all_rows[key] for key in some}
    assert some


@pytest.mark.parametrize("task", TASKS)
def test_seed_changes_words_and_scene_changes_ids(task: str) -> None:
    facts = make_facts(task, 20)
    first, reseeded = by_id(facts, task), by_id(facts, task, seed=1)
    elsewhere = by_id(facts, task, scene_id="scene0001_00")
    # a row may be rejected under one seed only (drawn boxes); ids do not depend on the seed
    both = first.keys() & reseeded.keys()
    assert len(both) >= 0.8 * len(first)
    assert any(first[key]["question"] != reseeded[key]["question"] for key in both)
    assert not first.keys() & elsewhere.keys()


def test_version_changes_ids() -> None:
    task = "depth_prediction_oc"
    facts = make_facts(task, 3)
    raised = dataclasses.replace(spec_of(task), version=99)
    rows = render_task(
        raised,
        facts,
        {"fill": 9, "select": 9, "sentence": 9},
        source="scannet",
        scene_id="scene0000_00",
        split="train",
        seed=0,
    ).table
    assert not set(rows["qa_id"].to_pylist()) & by_id(facts, task).keys()
    assert set(rows["task_version"].to_pylist()) == {99}


def test_facts_reach_the_row_unchanged() -> None:
    task = "position_matching"
    fact = make_facts(task, 1)[0]
    row = render(task, [fact]).table.to_pylist()[0]
    assert row["images"] == list(fact.images)
    assert row["frame_ids"] == list(fact.frame_ids)
    assert row["marks"] == [mark.model_dump() for mark in fact.marks]
    assert row["object_ids"] == list(fact.object_ids)
    assert row["labels"] == list(fact.labels)
    assert tuple(row["values"]) == fact.values
    assert row["unit"] == "0-1000"
    assert row["margin"] is None
    assert (row["level"], row["view"], row["relation"]) == ("medium", "multi", "none")


def test_no_facts_give_an_empty_table() -> None:
    rendered = render("distance_prediction_oo", [])
    assert rendered.table.num_rows == 0
    assert rendered.table.schema == arrow_schema(QARow)
    assert isinstance(rendered.table, pa.Table)
    assert not rendered.rejected


def test_template_id_names_the_sentences() -> None:
    table = render("depth_prediction_oc", make_facts("depth_prediction_oc", 50)).table.to_pylist()
    shapes = {
        "fill": r"q\d\d/depth_rule\d\d/one_number\d\d",
        "select": r"q\d\d/depth_rule\d\d/choose\d\d",
        "sentence": r"q\d\d/depth_rule\d\d/a\d\d",
    }
    for format_, shape in shapes.items():
        ids = [row["template_id"] for row in table if row["format"] == format_]
        assert ids
        assert all(pa.compute.match_substring_regex(pa.array(ids), f"^depth_prediction_oc/{shape}$").to_pylist())


def test_same_candidate_twice_is_refused() -> None:
    facts = make_facts("depth_prediction_oc", 2)
    with pytest.raises(ValueError, match="comes twice"):
        render("depth_prediction_oc", [facts[0], facts[1], facts[0]])


def test_fact_of_another_task_is_refused() -> None:
    with pytest.raises(ValueError, match="got a fact of task depth_prediction_oc"):
        render("depth_prediction_oo", make_facts("depth_prediction_oc", 1))


def test_invalid_row_is_refused() -> None:
    fact = dataclasses.replace(make_facts("depth_prediction_oc", 1)[0], images=())
    with pytest.raises(ValidationError, match="images"):
        render("depth_prediction_oc", [fact])


def test_task_without_templates_is_refused() -> None:
    spec = dataclasses.replace(spec_of("depth_prediction_oc"), name="smell_prediction")
    with pytest.raises(DataError, match=r"smell_prediction.*\[smell_prediction\]"):
        render_task(spec, [], {}, source="scannet", scene_id="s", split="train", seed=0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"formats": ("judge",)}, "no closings for format judge"),
        ({"answer": "camera", "formats": ("sentence",)}, r"\[depth_prediction_oc.answer_moved\]"),
        ({"answer": "name", "formats": ("fill",)}, r"\[\[depth_prediction_oc.phrases.asked\]\]"),
    ],
)
def test_templates_that_do_not_fit_the_task_are_refused(changes: dict[str, object], message: str) -> None:
    spec: TaskSpec = dataclasses.replace(spec_of("depth_prediction_oc"), **changes)  # type: ignore[arg-type]
    with pytest.raises(DataError, match=message):
        render_task(spec, [], {}, source="scannet", scene_id="s", split="train", seed=0)


def test_letters_are_equally_likely() -> None:
    for task, letters in (("distance_prediction_oc", "ABCD"), ("distance_infer_center_oo", "AB")):
        rows = [r for r in render(task, make_facts(task, 3000)).table.to_pylist() if r["format"] == "select"]
        counts = Counter(row["answer"] for row in rows)
        assert set(counts) == set(letters)
        expected = len(rows) / len(letters)
        # five standard deviations of a binomial
        bound = 5 * (expected * (1 - 1 / len(letters))) ** 0.5
        assert all(abs(count - expected) < bound for count in counts.values())


def test_all_templates_are_drawn() -> None:
    task = "distance_prediction_oo"
    ids = [r["template_id"].split("/") for r in render(task, make_facts(task, 1500)).table.to_pylist()]
    assert len({parts[1] for parts in ids}) >= 24
    assert len({parts[-1] for parts in ids if parts[-1].startswith("a")}) >= 12


def test_draws_are_uniform_and_keyed() -> None:
    key = ("scannet", "scene0000_00", "task", 1, "fill")
    names = [f"candidate {n}" for n in range(2000)]
    draws = item_draws(0, *key, names, 40)
    assert draws.shape == (2000, 40)
    assert 0.0 <= draws.min() < draws.max() < 1.0
    # the mean of 2000 uniform numbers has a standard deviation of 0.0065
    assert abs(draws.mean(axis=0) - 0.5).max() < 0.04
    assert (item_draws(0, *key, names[7:9], 3) == draws[7:9, :3]).all()
    assert (item_draws(1, *key, names, 40) != draws).any(axis=1).all()


def test_qa_id_is_pinned() -> None:
    """Ids of published rows never change."""
    found = qa_id("scannet", "scene0000_00", "depth_prediction_oc", 1, "fill", "10|3,7|")
    assert found == "94eef1d6ed700e387cbc961baa65d2c6"
