"""SPAR's own code on our export: loader, marker drawing, index script and scorer, unmodified.

SPAR_REPO names a checkout of it; SPAR_PYTHON an interpreter with its requirements (torch, torchvision, opencv, pandas,
matplotlib, tqdm, loguru, pyyaml, datasets) where the one that runs the tests lacks some.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from factory.exports.spar_markers import draw_markers
from factory.exports.spar_media import SparMedia
from factory.exports.spar_reader import read_export
from factory.exports.spar_scorer import aggregate, score
from factory.exports.spar_tree import export_spar
from factory.exports.spar_types import TYPES, row_type
from factory.store.lake import Lake
from tests.exports.sample_rows import SCENES, sample_rows, write_lake, write_scans
from tests.exports.test_spar_video import video_rows

LOADER = """
import hashlib, json, sys
from toy_dataset import build_datasets
items = []
for item in build_datasets(sys.argv[1]):
    digests = [hashlib.sha256(image.tobytes()).hexdigest() for image in item["images"]]
    items.append([item["index"], item["question"], item["answer"], digests])
json.dump(items, open(sys.argv[2], "w"))
"""
DRAWING = """
import hashlib, json, sys
from PIL import Image
from draw_marker import DRAW_FUNCTIONS
digests = []
for row, size, images in json.load(open(sys.argv[1])):
    canvas = [Image.new("RGB", size, (90, 100, 110)) for _ in range(images)]
    DRAW_FUNCTIONS[row["type"]](canvas[0] if images == 1 else canvas, row)
    digests.append([hashlib.sha256(image.tobytes()).hexdigest() for image in canvas])
json.dump([digests, sorted(DRAW_FUNCTIONS)], open(sys.argv[2], "w"))
"""
INDEX = """
import sys
import generate_data_josn
generate_data_josn.process_dataset(sys.argv[1])
"""
SCORER = """
import json, sys
import numpy as np
import utils
log = []
utils.eval_logger.add(lambda message: log.append(message.record["message"]))
docs = []
for task, prediction, answer in json.load(open(sys.argv[1])):
    docs.append(utils.sparbench_process_results({"task": task, "answer": answer}, [prediction])["sparbench_score"])
keys = ("accuracy", "MRA:.5:.95:.05", "vci_metric")
scores = [[float(doc[key]) for key in keys if key in doc] for doc in docs]
overall = utils.sparbench_aggregate_results(docs)
means = eval(log[-1].partition(": ")[2], {"np": np, "nan": float("nan")})
json.dump([scores, overall, {key: float(value) for key, value in means.items()}], open(sys.argv[2], "w"))
"""

Run = Callable[..., str]


def links(inputs: dict[str, Path]) -> SparMedia:
    return SparMedia("link", inputs, lambda name: pytest.fail("links need no source"))


@pytest.fixture(scope="module")
def official() -> Run:
    """Runs a script beside SPAR's modules of one folder; skips where they are not there or do not import."""
    if "SPAR_REPO" not in os.environ:
        pytest.skip("SPAR_REPO is not set: no checkout of SPAR's own code to run")
    repo, python = Path(os.environ["SPAR_REPO"]).resolve(), os.environ.get("SPAR_PYTHON", sys.executable)

    def run(folder: str, script: str, *arguments: str, cwd: Path) -> str:
        assert (repo / folder).is_dir(), f"SPAR_REPO={repo} has no {folder}"
        environment = os.environ | {"PYTHONPATH": str(repo / folder), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [python, "-c", script, *arguments], cwd=cwd, env=environment, capture_output=True, text=True
        )
        missing = re.search(r"ModuleNotFoundError: No module named '(\w+)'", done.stderr)
        if missing:
            pytest.skip(
                f"{python} has no module {missing[1]}, which SPAR's {folder} imports (SPAR_PYTHON names another)"
            )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    return run


@pytest.fixture(scope="module")
def lake_and_scans(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, Path]:
    folder = tmp_path_factory.mktemp("official")
    write_scans(folder / "scans")
    return write_lake(folder / "lake", {scene: sample_rows(scene) for scene in SCENES}), folder / "scans"


@pytest.fixture
def out(lake_and_scans: tuple[Lake, Path], tmp_path: Path) -> Path:
    lake, scans = lake_and_scans
    export_spar(
        lake, tmp_path / "out", SparMedia("link", {"scannet": scans}, lambda name: pytest.fail("links need no source"))
    )
    return tmp_path / "out"


def digests(images: list[Image.Image]) -> list[str]:
    return [hashlib.sha256(image.tobytes()).hexdigest() for image in images]


def test_the_loader_yields_every_row_with_the_marks_that_we_draw(official: Run, out: Path, tmp_path: Path) -> None:
    printed = official("datasets", LOADER, "data_jsons/scannet_0k.json", str(tmp_path / "items.json"), cwd=out)
    loaded = json.loads((tmp_path / "items.json").read_text())
    ours = []
    for item in read_export(out):
        drawn = draw_markers([Image.open(path).convert("RGB") for path in item.images], item.row)
        ours.append([item.row["id"], item.question, item.answer, digests(drawn)])
    assert loaded == ours
    assert f"Total number of samples: {len(ours)}" in printed and len(ours) == 46


def test_the_loader_reads_rows_of_every_type(
    official: Run, lake_of_scans: Lake, four_scans: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    export_spar(
        lake_of_scans,
        out,
        SparMedia("link", {"scannet": four_scans}, lambda name: pytest.fail("links need no source")),
    )
    (index,) = (out / "data_jsons").iterdir()
    official("datasets", LOADER, str(index.relative_to(out)), str(tmp_path / "items.json"), cwd=out)
    loaded = json.loads((tmp_path / "items.json").read_text())
    ours = list(read_export(out))
    assert {item.task for item in ours} == set(TYPES) - {"nav_video"}
    for item, (row_id, question, answer, pictures) in zip(ours, loaded, strict=True):
        assert (row_id, question, answer) == (item.row["id"], item.question, item.answer)
        if not TYPES[item.task].labelled and TYPES[item.task].images != 32:
            assert pictures == digests(draw_markers([Image.open(p).convert("RGB") for p in item.images], item.row))


def test_the_loader_reads_walks(official: Run, tmp_path: Path) -> None:
    write_scans(tmp_path / "scans")
    lake = write_lake(tmp_path / "lake", {SCENES[0]: video_rows()})
    media = links({"scannet": tmp_path / "scans"})
    export_spar(lake, tmp_path / "out", media)
    (index,) = (tmp_path / "out" / "data_jsons").iterdir()
    official("datasets", LOADER, f"data_jsons/{index.name}", str(tmp_path / "items.json"), cwd=tmp_path / "out")
    loaded = {row[0]: row[1:3] for row in json.loads((tmp_path / "items.json").read_text())}
    walks = [item for item in read_export(tmp_path / "out") if item.task == "nav_video"]
    assert [loaded[item.row["id"]] for item in walks] == [[item.question, item.answer] for item in walks]
    assert len(walks) == 1 and walks[0].question.startswith("Frame-1: <image>\nFrame-2: <image>\nFrame-3: <image>\n")


def test_the_index_script_makes_the_index_that_we_wrote(official: Run, out: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(out / "spar" / "scannet" / "qa_jsonl", copy / "spar" / "scannet" / "qa_jsonl")
    before = sorted(path.relative_to(copy) for path in copy.rglob("*"))
    printed = official("datasets", INDEX, "scannet", cwd=copy)
    assert "Renamed" not in printed and "Error" not in printed
    (index,) = (copy / "data_jsons").iterdir()
    assert json.loads(index.read_text()) == json.loads((out / "data_jsons" / index.name).read_text())
    assert sorted(path.relative_to(copy) for path in (copy / "spar").rglob("*")) == before[1:]


def marked_rows() -> list[tuple[dict[str, Any], tuple[int, int], int]]:
    """A row of each type whose marks have no names, with marks at arbitrary places, for several image sizes."""
    rng = np.random.default_rng(7)
    rows = []
    for task, rules in TYPES.items():
        if rules.labelled:
            continue
        for size in ((1296, 968), (540, 360), (1920, 1440)):
            images = rules.images or 5
            row: dict[str, Any] = {"type": row_type(task)}
            colors = [rules.colors[i] for i in sorted(rng.permutation(len(rules.colors))[: rules.mark_range[1]])]
            for color in colors:
                x, y = sorted(rng.integers(0, 1001, 2).tolist()), sorted(rng.integers(0, 1001, 2).tolist())
                row[rules.key(color)] = [[x[0], y[0]] if rules.kind == "point" else [x[0], y[0], x[1] + 1, y[1] + 1]]
            if rules.indexed:
                one_image = task == "obj_spatial_relation_oc_mv"
                row[rules.index_key] = [rng.integers(0, images, 1 if one_image else len(colors)).tolist()]
            rows.append((row, size, images))
    return rows


def test_marks_of_all_types_are_drawn_pixel_for_pixel(official: Run, tmp_path: Path) -> None:
    rows = marked_rows()
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    official("datasets", DRAWING, str(tmp_path / "rows.json"), str(tmp_path / "drawn.json"), cwd=tmp_path)
    theirs, types = json.loads((tmp_path / "drawn.json").read_text())
    assert types == sorted(row_type(task) for task in TYPES)
    wrong = []
    for (row, size, images), expected in zip(rows, theirs, strict=True):
        if digests(draw_markers([Image.new("RGB", size, (90, 100, 110))] * images, row)) != expected:
            wrong.append((row, size))
    assert not wrong


def answers() -> list[tuple[str, str, str]]:
    """The right answers of all rows that the benchmark can score, and wrong and odd ones."""
    cases = []
    for row in sample_rows(SCENES[0]):
        if row.format == "sentence":
            continue
        odd = (
            "",
            "A",
            "b",
            "The answer is B",
            "1.5",
            "-0.4",
            "0.4 or 2.0",
            "Yes",
            "move_right:1.0,move_up:2.0",
            "0,0",
        )
        cases += [(row.task, prediction, row.answer) for prediction in (row.answer, *odd, f"{row.answer}. x")]
    zero = "move_left:0,move_down:0,move_forward:0,rotate_up:0,rotate_left:0"
    turned = "move_left:0.1,move_down:0,move_forward:0.5,rotate_up:5,rotate_left:15"
    cases += [("view_change_infer", prediction, answer) for prediction in (zero, turned) for answer in (zero, turned)]
    cases += [
        ("depth_prediction_oc_mv", prediction, "1.5") for prediction in ("1.5", "4.0 to 1.5", "1.5 to 4.0", "none")
    ]
    cases += [("spatial_imagination_oo_mv", prediction, "C") for prediction in ("C", "d")]
    return cases


def test_the_scorer_agrees_and_gives_right_answers_the_full_score(official: Run, tmp_path: Path) -> None:
    cases = answers()
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    folder = "lmms-eval/lmms_eval/tasks/sparbench"
    official(folder, SCORER, str(tmp_path / "cases.json"), str(tmp_path / "scores.json"), cwd=tmp_path)
    theirs, overall, means = json.loads((tmp_path / "scores.json").read_text())
    ours = [score(*case) for case in cases]
    assert [[value] for value in ours] == [pytest.approx(value) for value in theirs]
    for (task, prediction, answer), (value,) in zip(cases, theirs, strict=True):
        numeric_choice = task.startswith(("depth", "distance_prediction")) and answer in "ABCD"
        if prediction == answer and not numeric_choice:
            assert value == 1.0, (task, answer)
    ours_means = aggregate(zip((case[0] for case in cases), ours, strict=True))
    assert ours_means["overall"] * 100 == pytest.approx(overall)
    for level in ("Low", "Middle", "High"):
        assert ours_means[level] == pytest.approx(means[level])
