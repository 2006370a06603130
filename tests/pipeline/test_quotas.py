"""Facts per scene, task and format."""

from pathlib import Path

import pytest

from factory.errors import DataError
from factory.exports.spar_types import TYPES
from factory.pipeline.quotas import even_quotas, facts_needed, preset_quotas, quota_text
from factory.tasks import all_tasks, get_task
from jobs.build_spar7m import PRESETS

SPECS = [task.spec for task in all_tasks()]


def test_even_means_the_same_for_every_task_and_format() -> None:
    quotas = preset_quotas(PRESETS, "even", "scannet", SPECS)
    assert list(quotas) == [spec.name for spec in SPECS]
    assert {count for quota in quotas.values() for count in quota.values()} == {80}
    assert all(set(quotas[spec.name]) == set(spec.formats) for spec in SPECS)


def test_extra_formats_come_only_where_asked_for() -> None:
    extra = even_quotas(5, SPECS, extra_formats=True)
    assert {spec.name for spec in SPECS if spec.extra_formats} == {
        name for name, quota in extra.items() if quota != even_quotas(5, SPECS)[name]
    }


@pytest.mark.parametrize(
    ("source", "scenes", "rows"),
    [("scannet", 1513, 7.80e6), ("scannetpp", 906, 5.94e6), ("structured3d", 3500, 2.52e6)],
)
def test_the_spar7m_preset_keeps_the_proportions_of_the_data_set(source: str, scenes: int, rows: float) -> None:
    quotas = preset_quotas(PRESETS, "spar7m", source, SPECS)
    total = sum(count for quota in quotas.values() for count in quota.values())
    assert total * scenes == pytest.approx(rows, rel=0.02)


def test_formats_of_a_preset_may_differ() -> None:
    quota = preset_quotas(PRESETS, "spar7m", "scannet", [get_task("position_matching").spec])["position_matching"]
    assert quota == {"fill": 79, "select": 75, "sentence": 79}
    assert facts_needed(quota) == 79
    assert quota_text(get_task("position_matching").spec, quota) == "fill 79, select 75, sentence 79"


def test_what_a_source_does_not_have_is_not_asked() -> None:
    quota = preset_quotas(PRESETS, "spar7m", "structured3d", SPECS)
    assert quota["obj_spatial_relation_oo"] == {}
    assert quota["distance_prediction_oo"].keys() == {"fill", "sentence"}


def test_every_count_of_the_presets_is_of_a_format_that_exists() -> None:
    for source in ("scannet", "scannetpp", "structured3d", "rxr"):
        for name, quota in preset_quotas(PRESETS, "spar7m", source, SPECS).items():
            assert set(quota) <= set(TYPES[name].formats)


def test_unknown_presets_and_sources_are_said_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there are demo, even, sample, spar7m"):
        preset_quotas(PRESETS, "large", "scannet", SPECS)
    with pytest.raises(DataError, match="knows no counts for source attic"):
        preset_quotas(PRESETS, "spar7m", "attic", SPECS)
    odd = tmp_path / "odd.toml"
    odd.write_text("[p.scannet]\nscenes = 10\n[p.scannet.thousands]\nposition_matching = { judge = 3 }\n")
    with pytest.raises(DataError, match=r"odd.toml: p.scannet.position_matching has format 'judge'"):
        preset_quotas(odd, "p", "scannet", SPECS)
