"""The command that says what a build will cost."""

import re
from pathlib import Path

import pytest

from factory.pipeline.cost import read_prices
from jobs.estimate_cost import PRICES, main, parse

ROOT = Path(__file__).resolve().parents[2]


def test_a_row_per_kind_of_work(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--scenes", "2,000"]) == 0
    assert re.search(r"^\| 2,000 scenes", capsys.readouterr().out, re.MULTILINE)
    assert main(["--images", "5000"]) == 0
    told = capsys.readouterr().out
    assert told.count("| 5,000 images") == 2 and "scenes" not in told
    assert main([]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2 + len(read_prices(PRICES).speeds)


def test_wrong_numbers_and_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in ("0", "-3", "many"):
        with pytest.raises(SystemExit) as stopped:
            parse(["--scenes", wrong])
        assert stopped.value.code == 2
    assert main(["--prices", str(tmp_path / "none.toml")]) == 1
    assert "give a file of prices" in capsys.readouterr().err


def test_speeds_are_those_that_the_documents_tell() -> None:
    """A new measurement changes both."""
    speeds = read_prices(PRICES).speeds
    rates = re.search(
        r"rows from scene on disk to Parquet \(([\d,]+) rows\) \| [\d,]+ \| ([\d,]+) \|",
        (ROOT / "README.md").read_text(),
    )
    rows, speed = (int(text.replace(",", "")) for text in rates.groups())
    assert speeds["scene"].cpu_seconds == pytest.approx(rows / speed, abs=0.005)
    text = (ROOT / "docs" / "web.md").read_text()

    def pictures_per_second(stage: str) -> float:
        return float(re.search(rf"^\| {re.escape(stage)}[^|]*\| ([\d.]+) \|", text, re.MULTILINE)[1])

    both = 1 / pictures_per_second("index, no model") + 1 / pictures_per_second("objects and questions, default")
    for kind in ("box", "sam"):
        models = 1 / pictures_per_second(f"models, `--masks {kind}`")
        assert speeds[f"image_{kind}"].cpu_seconds == pytest.approx(both + models, abs=0.002)
