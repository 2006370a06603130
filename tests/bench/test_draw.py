"""A benchmark: validation scenes alone, in the layout that SPAR-Bench's evaluators read."""

import io
from collections import Counter
from pathlib import Path

import duckdb
import numpy as np
import pytest
from datasets import load_dataset
from PIL import Image

from factory.bench.chance import benchmark_format
from factory.bench.draw import draw_benchmark
from factory.errors import DataError
from factory.exports.spar_scorer import TASKS, score
from factory.store.lake import Lake
from factory.store.storage import Storage
from jobs.draw_benchmark import main
from tests.building import build, config_for


@pytest.fixture(scope="module")
def split_lake(four_scans: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Scans of which one room is for validation and one for the hidden test, and their lake."""
    root = tmp_path_factory.mktemp("split")
    scans = root / "scans"
    scans.mkdir()
    for scene in four_scans.iterdir():
        (scans / scene.name).symlink_to(scene)
    (scans / "scannetv2_val.txt").write_text("scene0004_00\n")
    (scans / "scannetv2_test.txt").write_text("scene0014_00\n")
    results = build(config_for(scans, root / "lake"))
    assert [result.status for result in results] == ["built"] * 8
    return scans, root / "lake"


def test_it_is_drawn_from_validation_scenes_alone(split_lake: tuple[Path, Path]) -> None:
    rows = draw_benchmark(Lake(Storage(split_lake[1])), 1000, iter)
    assert {row.scene_id for row in rows} == {"scene0004_00"}
    assert {row.split for row in rows} == {"val"}
    assert {row.task for row in rows} == TASKS - {"camera_motion_infer"}  # a small home has no pair for it
    assert all(row.format == benchmark_format(row.task) for row in rows)
    few = draw_benchmark(Lake(Storage(split_lake[1])), 3, iter)
    assert max(Counter(row.task for row in few).values()) == 3
    assert {row.qa_id for row in few} <= {row.qa_id for row in rows}


def test_a_lake_without_validation_scenes_gives_none(lake_of_scans: Lake) -> None:
    with pytest.raises(DataError, match="the lake has 4 for train"):
        draw_benchmark(lake_of_scans, 10, iter)


def test_the_file_is_read_by_others_and_scored_by_its_own_rules(
    split_lake: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scans, lake = split_lake
    out = tmp_path / "bench" / "spar_bench.parquet"
    assert main(["--root", str(lake), "--input", str(scans), "--out", str(out), "--rows", "2"]) == 0
    assert "questions of validation scenes" in capsys.readouterr().out
    again = tmp_path / "again.parquet"
    main(["--root", str(lake), "--input", str(scans), "--out", str(again), "--rows", "2"])
    assert out.read_bytes() == again.read_bytes()
    loaded = load_dataset("parquet", data_files=str(out), split="train", cache_dir=str(tmp_path / "cache"))
    drawn = draw_benchmark(Lake(Storage(lake)), 2, iter)
    assert [row["id"] for row in loaded] == list(range(len(drawn)))
    for row, stored in zip(loaded, drawn, strict=True):
        assert (row["img_type"] == "single_view") == (len(stored.images) == 1 == len(row["image"]))
        assert score(row["task"], row["answer"], row["answer"]) == 1.0
        assert row["question"].startswith(stored.question)
        if stored.marks:
            place = stored.marks[0].image_index
            plain = np.asarray(Image.open(scans / stored.images[place]).convert("RGB"), dtype=int)
            shown = np.asarray(row["image"][place], dtype=int)
            assert shown.shape == plain.shape and (np.abs(shown - plain).max(axis=2) > 60).sum() > 100
    ((count,),) = duckdb.sql(f"select count(*) from '{out}' where source = 'scannet'").fetchall()
    assert count == len(drawn)
    ((image,),) = duckdb.sql(f"select image[1].bytes from '{out}' limit 1").fetchall()
    assert Image.open(io.BytesIO(image)).size == (320, 240)
