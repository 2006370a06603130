"""Distances from one view hold on scans: those of things whole in view are right within 5 cm or 5 %."""

import pytest

from factory.bench.web_truth import CAMERA_DISTANCE, truth_table
from tests.web.labelled_scans import build_records, pictures_of


@pytest.mark.slow
def test_on_procedural_scans(procedural_scans, tmp_path):
    lake = build_records(procedural_scans, tmp_path / "lake")
    table = truth_table(pictures_of(procedural_scans, lake, "scene0000_00")[0])
    assert table.whole > 40 and table.holds
    # words from one view hardly ever contradict the truth where things show from end to end
    relations = [r for r in table.rows if r.quantity == "vqa_object_relation_multi" and r.seen == "whole in view"]
    assert relations[0].wrong < 0.03


@pytest.mark.slow
def test_on_a_real_scan(real_scans, tmp_path):
    lake = build_records(real_scans, tmp_path / "lake")
    for _, scene_id in lake.partitions("views"):
        table = truth_table(pictures_of(real_scans, lake, scene_id)[0])
        assert table.whole > 40 and table.holds
        assert next(row for row in table.rows if row.quantity == CAMERA_DISTANCE).count > 100
