"""Problems of a language model are asked for once, kept with what they were about, and worded by the next build."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from factory.audit.findings import Kind
from factory.audit.lake import audit_lake
from factory.audit.web.shard import report_shard
from factory.errors import DataError
from factory.language_model import LanguageModel
from factory.pipeline.problems_stage import ProblemsStage
from factory.store.lake import Lake
from factory.store.storage import Storage
from tests.building import build_web, contents, web_config_for, web_plan_for
from tests.fake_model import FakeModel, serve
from tests.web.painted_pictures import write_pictures
from tests.web.tiny_models import tiny_stack


class Writer(LanguageModel):
    """Composes a problem of the two first distances that it is told of; counts how often it is asked."""

    asked: list[str] = []  # noqa: RUF012 - of all instances

    def reply(self, instructions: str, prompt: str, jpegs: object = ()) -> str:
        self.asked.append(prompt)
        lines = [line for line in prompt.splitlines() if line.startswith("object_camera_distance: ")]
        if len(lines) < 2:
            return "none"
        (first, a), (second, b) = (_parsed(line) for line in lines[:2])
        total = f"{a + b:.2f}"
        return json.dumps(
            {
                "question": f"How far is it from the camera to the {first}, back, and to the {second}, in meters?",
                "plan": "Add twice the first distance and the second one.",
                "facts": lines[:2],
                "reasoning": [f"{a:.2f} + {a:.2f} = {2 * a:.2f}", f"{2 * a:.2f} + {b:.2f} = {2 * a + b:.2f}"],
                "final": f"It is {2 * a + b:.2f} meters.",
                "unused": total,
            }
        )


def _parsed(line: str) -> tuple[str, float]:
    words = line.removeprefix("object_camera_distance: ").split()
    number = next(word for word in words if word.endswith("m") and word[0].isdigit())
    verb = next(word for word in words if word in ("is", "are"))
    return " ".join(words[: words.index(verb)]), float(number.removesuffix("m"))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    folder = write_pictures(tmp_path / "photos", 8)
    build_web(web_config_for(folder, tmp_path / "lake", stack=tiny_stack()))
    return Lake(Storage(tmp_path / "lake"))


@pytest.fixture
def model() -> Iterator[Writer]:
    Writer.asked.clear()
    with serve(FakeModel()) as fake:
        yield Writer(fake.url, "writer")


def write(lake: Lake, model: LanguageModel) -> list[object]:
    stage = ProblemsStage(lake, model, seed=0, requests=3)
    return [stage.run(*key) for key in lake.partitions("web_objects")]


def test_what_was_written_is_worded_once_and_nobody_is_asked_again(lake: Lake, model: Writer, tmp_path: Path) -> None:
    config = web_config_for(tmp_path / "photos", tmp_path / "lake", stack=tiny_stack())
    write(lake, model)
    written = [
        row for key in lake.partitions("web_problems") for row in lake.read_verified("web_problems", *key).to_pylist()
    ]
    assert len(written) >= 3 and {row["model"] for row in written} == {"writer"}
    asked = len(Writer.asked)
    assert set(write(lake, model)) == {None} and len(Writer.asked) == asked
    assert {reason for _, reason in web_plan_for(config).reasons()} == {"records changed"}
    build_web(config)
    rows = [row for key in lake.partitions("web_qa") for row in lake.read_verified("web_qa", *key).to_pylist()]
    worded = {row["question"] for row in rows if row["task"] == "problem_solving" and row["format"] == "cot"}
    assert {row["question"] for row in written} <= worded
    assert build_web(config) == []
    assert audit_lake(str(tmp_path / "lake")).counts == {}


@pytest.mark.parametrize(
    ("was", "becomes", "kind"),
    [
        (" = ", " = 1", Kind.VALUE),  # 2.00 + 2.00 = 14.00
        ("object_camera_distance", "object_size_width", Kind.VALUE),
        ("It is ", "It is not 0.01 but ", Kind.ANSWER),
    ],
)
def test_the_audit_follows_what_was_written(
    lake: Lake, model: Writer, tmp_path: Path, was: str, becomes: str, kind: Kind
) -> None:
    write(lake, model)
    build_web(web_config_for(tmp_path / "photos", tmp_path / "lake", stack=tiny_stack()))
    for key in lake.partitions("web_qa"):
        images, objects, questions = (lake.read(table, *key) for table in ("web_images", "web_objects", "web_qa"))
        rows = questions.to_pylist()
        for row in rows:
            if row["pair_type"] == "written" and row["format"] == "cot":
                row["answer"] = row["answer"].replace(was, becomes, 1)
                row["answers"] = [row["answer"]]
                report = report_shard(images, objects, pa.Table.from_pylist(rows, schema=questions.schema))
                assert kind in {finding.kind for finding in report.findings if finding.item == row["qa_id"]}
                return
    pytest.fail("no problem was written")


def test_many_requests_at_once_change_nothing(lake: Lake, model: Writer, tmp_path: Path) -> None:
    write(lake, model)
    before = contents(tmp_path / "lake" / "web_problems")
    for key in lake.partitions("web_problems"):
        lake.delete("web_problems", *key)
    stage = ProblemsStage(lake, model, seed=0, requests=1)
    for key in lake.partitions("web_objects"):
        stage.run(*key)
    assert contents(tmp_path / "lake" / "web_problems") == before


def test_problems_about_other_facts_are_left_out(lake: Lake, model: Writer, tmp_path: Path) -> None:
    write(lake, model)
    changed = web_config_for(tmp_path / "photos", tmp_path / "lake", stack=tiny_stack(default_fov_deg=90.0), seed=0)
    results = build_web(changed)
    stale = "rejected: problem_solving: written when the objects were others"
    written = sum(lake.read("web_problems", *key).num_rows for key in lake.partitions("web_problems"))
    assert written and sum(result.counts.get(stale, 0) for result in results) == written


def test_a_model_that_is_not_there_leaves_nothing_half_done(lake: Lake) -> None:
    with pytest.raises(DataError):
        write(lake, LanguageModel("http://127.0.0.1:9/v1", "nobody"))
    assert lake.partitions("web_problems") == []
