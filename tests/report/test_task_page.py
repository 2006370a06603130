"""docs/tasks.md tells the truth about the registry, and its examples are rows that the present code makes."""

import re
from pathlib import Path

import pytest

from factory.audit.registry import AUDITS
from factory.exports.spar import official_row
from factory.exports.spar_reader import row_fault
from factory.report.task_page import choose_examples, example_picture, task_page
from factory.store.lake import Lake
from factory.tasks import all_tasks, get_task
from factory.wording.templates import wording
from jobs.task_page import DOCS, PAGE, main, picture_file, read_examples
from schemas.qa import QARow

EXAMPLES = read_examples(DOCS)
ROWS = [row for rows in EXAMPLES.values() for row in rows]
RENEW = "python jobs/task_page.py --root <lake> --input <scans> writes it anew"


def test_the_page_is_what_the_registry_and_the_examples_make() -> None:
    page = (DOCS / PAGE).read_text(encoding="utf-8")
    assert page == task_page(all_tasks(), EXAMPLES, picture_file), f"docs/{PAGE} is out of date: {RENEW}"


def test_every_task_has_an_example_and_a_picture() -> None:
    shown = set(EXAMPLES)
    assert shown == {task.spec.name for task in all_tasks()} - {"nav_video"}
    assert {path.stem for path in (DOCS / "tasks").glob("*.jpg")} == shown


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.task}-{row.format}")
def test_an_example_is_worded_as_now(row: QARow) -> None:
    """Every sentence of it is a template of today, whatever fills the slots."""
    assert row.task_version == get_task(row.task).spec.version, f"{row.task} has a new version: {RENEW}"
    text = wording(row.task)
    every = [template for templates in text.lists.values() for template in templates]
    every += [template for closings in text.closings.values() for closing in closings for template in closing]
    patterns = {template.id: ".+?".join(re.escape(part) for part in template.literals) for template in every}
    used = row.template_id.split("/")[1:]
    sentences = [patterns[name] for name in used]
    said = " ".join([row.question, row.answer] if row.format == "sentence" else [row.question])
    assert re.fullmatch(" ".join(sentences), said, re.DOTALL | re.IGNORECASE), (
        f"{row.template_id} has changed: {RENEW}"
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.task}-{row.format}")
def test_an_example_is_a_row_of_the_data_set(row: QARow) -> None:
    if row.format in get_task(row.task).spec.formats:
        assert row_fault(row.task, row.format, official_row(row, f"{row.scene_id}_0", depth=False)) is None
    assert row.format in AUDITS[row.task].formats


def test_the_job_writes_the_page(lake_of_scans: Lake, four_scans: Path, tmp_path: Path) -> None:
    assert main(["--root", lake_of_scans.storage.url, "--input", str(four_scans), "--out", str(tmp_path)]) == 0
    examples = read_examples(tmp_path)
    assert set(examples) == set(EXAMPLES)
    assert (tmp_path / PAGE).read_text() == task_page(all_tasks(), examples, picture_file)
    for rows in examples.values():
        facts = {(row.frame_ids[0], *row.object_ids, *(row.values or ())) for row in rows}
        assert len(facts) == 1 and len({row.format for row in rows}) == len(rows)


def test_examples_are_the_same_every_time(lake_of_scans: Lake) -> None:
    assert choose_examples(lake_of_scans) == choose_examples(lake_of_scans)


def test_a_video_is_shown_whole_with_its_marked_frames(lake_of_scans: Lake, four_scans: Path) -> None:
    from factory.report.pictures import small_images
    from factory.sources.registry import open_source
    from factory.store.storage import Storage

    small = small_images(open_source("scannet", Storage(four_scans)))
    examples = choose_examples(lake_of_scans)
    still, video = (
        example_picture(examples[task][0], small)
        for task in ("distance_prediction_oc", "distance_prediction_oo_video")
    )
    assert still.size == (400, 300)
    assert video.width == 960 and video.height > 4 * 90
