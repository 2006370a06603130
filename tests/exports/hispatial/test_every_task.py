"""What the web tasks ask, in the factory's own words, passes the strict reader in both layouts."""

from functools import partial
from pathlib import Path

from factory.exports.hispatial.qa_types import WILD_LISTS
from factory.exports.hispatial.reader import check_export
from factory.exports.hispatial.tree import export_hispatial
from tests.exports.hispatial.sample_lake import read_picture
from tests.exports.hispatial.worded_lake import write_worded_lake


def test_every_task_is_exported_without_a_finding(tmp_path: Path) -> None:
    lake = write_worded_lake(tmp_path / "lake", tmp_path / "inputs")
    read = partial(read_picture, tmp_path / "inputs")
    summary = export_hispatial(lake, tmp_path / "natural", read)
    assert not any("tokens" in reason or "names more" in reason for reason in summary.left_out)
    report = check_export(tmp_path / "natural")
    assert not report.findings
    assert {name for layout, name in report.items if layout == "wild"} == set(WILD_LISTS)
    ca1m = {name for layout, name in report.items if layout == "ca1m"}
    # quantities are recognised by the stored values
    assert ca1m >= {
        "problem_solving",
        "problem_solving_answer",
        "object_width",
        "object_height",
        "object_depth_comparison_rank",
        "spatial_relation_in_class",
    }
    assert not any(name.startswith("object_size") for name in ca1m)
    export_hispatial(lake, tmp_path / "wild", read, layout="wild")
    assert not check_export(tmp_path / "wild").findings
