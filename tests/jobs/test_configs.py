"""The example configurations are complete and right."""

from pathlib import Path

import pytest

from factory.sources.registry import SOURCES
from jobs.build_spar7m import inputs, parse, quotas

CONFIGS = sorted((Path(__file__).resolve().parents[2] / "jobs" / "configs").glob("*.toml"))


@pytest.mark.parametrize("file", CONFIGS, ids=lambda file: file.stem)
def test_a_configuration_names_known_sources_and_gives_questions(file: Path) -> None:
    options = parse(["--config", str(file)])
    named = inputs(options)
    assert set(named) <= set(SOURCES)
    assert len(named) > 1 or set(named) == {file.stem}
    for source, url in named.items():
        assert url.startswith("/data/")
        assert quotas(options, source), source


def test_every_data_set_has_one() -> None:
    assert {file.stem for file in CONFIGS} == set(SOURCES) - {"procedural"} | {"spar7m"}
