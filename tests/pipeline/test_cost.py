"""What a build costs, from prices and speeds."""

from pathlib import Path

import pytest

from factory.errors import DataError
from factory.pipeline.cost import estimate, read_prices

FILE = """
currency = "EUR"
busy_share = 0.5
[nodes.head]
name = "small"
hour = 0.5
cpus = 2
[nodes.cpu]
name = "large"
hour = 2.0
cpus = 10
[speeds.scene]
unit = "scenes"
cpu_seconds = 36.0
measured = "by hand"
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "prices.toml"
    file.write_text(text)
    return file


def test_a_bill_worked_out_by_hand(tmp_path: Path) -> None:
    prices = read_prices(write(tmp_path, FILE))
    # 1,000 scenes x 36 s = 10 CPU h; half of what is paid is work: 20 CPU h = 2 hours of a large node.
    found = estimate(prices, "scene", 1_000, workers=4)
    assert (found.cpu_hours, found.wall_hours) == pytest.approx((10.0, 0.5))
    assert found.cost == pytest.approx(2 * 2.0 + 0.5 * 0.5)
    # More nodes are no dearer: the head is paid for less long.
    assert estimate(prices, "scene", 1_000, workers=8).cost == pytest.approx(2 * 2.0 + 0.25 * 0.5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("hour = 2.0", "hour = -2.0"), "greater than 0"),
        (("busy_share = 0.5", "busy_share = 50"), "less than or equal to 1"),
        (('currency = "EUR"', ""), "currency"),
        (('name = "large"', 'name = "large"\ngpus = 1'), "gpus"),
        (("[nodes.cpu]", "[nodes.cpu"), "prices are expected as in infra/prices.toml"),
    ],
)
def test_wrong_prices_are_refused(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    with pytest.raises(DataError, match=r"prices\.toml") as refused:
        read_prices(write(tmp_path, FILE.replace(*change)))
    assert words in str(refused.value)


def test_work_without_a_speed_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no speed of 'image' is known, only of scene"):
        estimate(read_prices(write(tmp_path, FILE)), "image", 1, 1)
    with pytest.raises(DataError, match="give a file of prices such as"):
        read_prices(tmp_path / "none.toml")
