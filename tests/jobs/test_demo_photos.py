from pathlib import Path

import pytest
from PIL import Image

from factory.web.index import IndexLimits, index_shard
from factory.web.inputs.opening import open_input
from jobs.demo_photos import PACKAGED, main


def test_photographs_come_with_a_package(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And all of them are of use: the index leaves none out."""
    out = tmp_path / "photos"
    assert main(["--out", str(out), "--more", str(tmp_path / "nowhere")]) == 0
    assert f"{len(PACKAGED)} photographs in" in capsys.readouterr().out
    assert sorted(path.name for path in out.rglob("*.*")) == sorted(PACKAGED)
    pictures = open_input(str(out))
    rows = [
        row for shard in pictures.list_shards() for row in index_shard("demo", pictures, shard, IndexLimits()).rows
    ]
    assert len(rows) == len(PACKAGED) and {row.reason for row in rows} == {""}


def test_more_photographs_and_what_lies_there_stays(tmp_path: Path) -> None:
    more, out = tmp_path / "more", tmp_path / "photos"
    for name in ("room/color_1.png", "room/depth_1.png", "skimage/coffee.png", "deep/er/B.JPG"):
        (more / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8)).save(more / name)
    (more / "room" / "notes.txt").write_text("no picture")
    (out / "skimage").mkdir(parents=True)
    (out / "skimage" / "chelsea.png").write_bytes(b"mine")
    assert main(["--out", str(out), "--more", str(more)]) == 0
    found = {path.relative_to(out).as_posix() for path in out.rglob("*.*")}
    assert found == {*(f"skimage/{name}" for name in PACKAGED), "room/color_1.png", "deep/er/B.JPG"}
    assert (out / "skimage" / "chelsea.png").read_bytes() == b"mine"
    assert (out / "skimage" / "coffee.png").stat().st_size > 10_000, "the package's, not the other of that name"


def test_a_folder_that_cannot_be_is_said_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "photos").write_text("a file")
    assert main(["--out", str(tmp_path / "photos")]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
