"""What becomes of a failure in a stage, and how results add up."""

from pathlib import Path

from rich.console import Console

from factory.errors import DataError
from factory.pipeline.config import RunConfig
from factory.pipeline.plan import Plan, Step
from factory.pipeline.result import StageResult, run_stage
from factory.pipeline.summary import Summary, render_plan
from factory.store.lake import Lake
from factory.store.storage import Storage


def run_of(root: Path) -> RunConfig:
    return RunConfig(source="scannet", input="in", root=str(root))


def text_of(renderable: object) -> str:
    console = Console(width=160)
    with console.capture() as captured:
        console.print(renderable)
    return captured.get()


def test_bad_input_goes_to_quarantine_in_its_own_words(tmp_path: Path) -> None:
    def work() -> dict[str, int]:
        raise DataError("a.ply: cut off; download it again")

    lake = Lake(Storage(tmp_path))
    result = run_stage(lake, run_of(tmp_path), "scene0000_00", "records", work)
    assert (result.status, result.error) == ("quarantined", "DataError")
    (row,) = lake.read("quarantine", "scannet", "scene0000_00").to_pylist()
    assert row == {
        "source": "scannet",
        "scene_id": "scene0000_00",
        "stage": "records",
        "error": "DataError",
        "message": "a.ply: cut off; download it again",
    }


def test_a_bug_goes_to_quarantine_with_its_place_and_no_path_of_the_machine(tmp_path: Path) -> None:
    result = run_stage(Lake(Storage(tmp_path)), run_of(tmp_path), "s", "qa", lambda: {"x": 1 // 0})
    assert result.error == "ZeroDivisionError"
    assert result.message.startswith("unexpected ZeroDivisionError at test_result.py:")
    assert "/" not in result.message.replace("integer division or modulo by zero", "")


def test_a_summary_adds_up_scenes_rows_rejects_and_seconds() -> None:
    summary = Summary()
    for scene in ("a", "b"):
        counts = {"rows: depth_prediction_oc fill": 5, "rejected: depth_prediction_oc: beyond the quota": 7}
        records = StageResult(scene_id=scene, stage="records", status="built", seconds=2.0, peak_memory_mb=100)
        summary.add([records, StageResult(scene_id=scene, stage="qa", status="built", seconds=0.5, counts=counts)])
    bad = StageResult(scene_id="c", stage="records", status="quarantined", error="DataError", message="no mesh [1]")
    summary.add([bad])
    summary.add([StageResult(scene_id="d", stage="qa", status="unchanged")])
    assert summary.scenes == {"built": 2, "quarantined": 1, "unchanged": 1}
    assert summary.rows == {("depth_prediction_oc", "fill"): 10}
    assert summary.rejected == {"depth_prediction_oc: beyond the quota": 14}
    text = text_of(summary.render(skipped=3, wall_seconds=9.0))
    for words in ("2 built, 4 skipped", "1 quarantined", "rows: 10", "records 4.0 s", "no mesh [1]", "14"):
        assert words in text


def test_a_plan_is_counted_with_examples() -> None:
    steps = [Step(scene_id=f"s{i}", action="build", qa_reason="seed 0 -> 1") for i in range(9)]
    steps += [Step(scene_id="gone", action="remove"), Step(scene_id="kept", action="none")]
    text = text_of(render_plan(Plan(steps=steps)))
    for words in ("seed 0 -> 1", "9", "s0, s1, s2", "removed", "gone", "1 scenes are up to date"):
        assert words in text
    assert "nothing to do, 1 scenes" in text_of(render_plan(Plan(steps=steps[-1:])))
