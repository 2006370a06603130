"""The gallery: what it shows, that it stands alone, and that a browser shows all of it."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from factory.errors import DataError
from factory.report.gallery import build_gallery
from factory.report.pictures import pictures, small_images
from factory.report.samples import MAX_SCENES, PER_TASK, choose_samples, spread
from factory.report.totals import RECORDS, read_totals
from factory.sources.base import Source
from factory.sources.registry import open_source
from factory.store.lake import Lake
from factory.store.storage import Storage
from jobs.report import main
from tests.exports.sample_rows import (
    GOLD_TASKS,
    SCENES,
    sample_rows,
    write_lake,
    write_quarantine,
    write_sample_lake,
    write_scans,
)
from tests.report.gallery_pages import Page, in_browser, needs_browser, pages


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    write_scans(tmp_path / "scans")
    return write_sample_lake(tmp_path / "lake")


@pytest.fixture
def source(tmp_path: Path) -> Callable[[str], Source]:
    return lambda name: open_source(name, Storage(tmp_path / "scans"))


def test_the_pages_show_every_task_format_and_scene(
    lake: Lake, source: Callable[[str], Source], tmp_path: Path
) -> None:
    totals = build_gallery(lake, tmp_path / "out", source)
    found = pages(tmp_path / "out")
    assert set(found) == {"index.html", *(f"tasks/{task}.html" for task in GOLD_TASKS)}
    assert totals.questions == 46
    front = found["index.html"].text
    assert all(scene in front for scene in SCENES)
    assert "boxes overlap" in front and "near a kept one" in front
    for row in sample_rows(SCENES[0]):
        page = found[f"tasks/{row.task}.html"]
        assert row.format in page.values("section", "id")
        assert row.qa_id in page.text and row.template_id in page.text
    samples = sum(page.values("article", "class").count("sample") for page in found.values())
    wide = sum(page.values("article", "class").count("sample wide") for page in found.values())
    assert (samples, wide) == (36, 10)


def test_the_folder_needs_nothing_outside_itself(lake: Lake, source: Callable[[str], Source], tmp_path: Path) -> None:
    out = tmp_path / "out"
    build_gallery(lake, out, source)
    used = set()
    for name, page in pages(out).items():
        for tag, attribute in (("a", "href"), ("img", "src"), ("link", "href")):
            for value in page.values(tag, attribute):
                file, _, fragment = value.partition("#")
                target = (out / name).parent / file if file else out / name
                assert target.resolve().is_relative_to(out.resolve()) and target.is_file(), value
                assert not fragment or fragment in {attrs.get("id") for _, attrs in Page(target).tags}
                used.add(target.resolve())
        assert not re.search(r"https?://", page.text)
        assert not page.values("script", "src")
    assert {path.resolve() for path in out.rglob("*") if path.is_file()} <= used
    assert not re.search(r"url\(|@import", (out / "style.css").read_text())


def test_pictures_have_words_and_sizes(lake: Lake, source: Callable[[str], Source], tmp_path: Path) -> None:
    out = tmp_path / "out"
    build_gallery(lake, out, source)
    page = pages(out)["tasks/position_matching.html"]
    images = [attrs for tag, attrs in page.tags if tag == "img"]
    assert len(images) == 12
    for attrs in images:
        assert Image.open(out / "tasks" / attrs["src"]).size == (int(attrs["width"]), int(attrs["height"]))
    alts = [attrs["alt"] for attrs in images[:2]]
    assert "towel (red bbox)" in alts[0] and "answer" in alts[1] and "frame 543" in alts[1]


def test_the_right_option_is_marked_in_words_too(lake: Lake, source: Callable[[str], Source], tmp_path: Path) -> None:
    build_gallery(lake, tmp_path / "out", source)
    text = (tmp_path / "out" / "tasks" / "distance_prediction_oo.html").read_text()
    (right, *_) = re.findall(r'<li class="right">(.*?)</li>', text)
    assert re.sub("<.*?>", " ", right).split() == ["D", "1.2", "right", "answer"]
    assert text.count('class="right"') == 2


def test_text_of_a_lake_is_not_markup(source: Callable[[str], Source], tmp_path: Path) -> None:
    write_scans(tmp_path / "scans")
    rows = [row for row in sample_rows(SCENES[0]) if row.task == "distance_prediction_oc"]
    rows = [row.model_copy(update={"question": "How far is <img src=x onerror=alert(1)> & co?"}) for row in rows]
    lake = write_lake(tmp_path / "lake", {SCENES[0]: rows})
    write_quarantine(lake, "scene0777_00")
    build_gallery(lake, tmp_path / "out", source)
    found = pages(tmp_path / "out")
    assert "x" not in found["tasks/distance_prediction_oc.html"].values("img", "src")
    assert "&lt;img src=x" in found["tasks/distance_prediction_oc.html"].text
    assert "scene0777_00_vh_clean_2.ply: &lt;vertex&gt; list ends early" in found["index.html"].text


def test_marks_and_answers_are_drawn_on_small_images(tmp_path: Path) -> None:
    write_scans(tmp_path / "scans")
    small = small_images(open_source("scannet", Storage(tmp_path / "scans")))
    rows = {(row.task, row.format): row for row in sample_rows(SCENES[0])}
    (image,) = (shown.image for shown in pictures(rows["distance_prediction_oo", "fill"], small))
    assert image.size == (640, 478)
    points = {"red": (553, 397), "blue": (641, 838)}
    for color, (x, y) in points.items():
        expected = {"red": (255, 0, 0), "blue": (0, 0, 255)}[color]
        assert image.getpixel((x * 640 // 1000, y * 478 // 1000)) == expected
    first, second = (np.asarray(shown.image) for shown in pictures(rows["position_matching", "fill"], small))
    rows_of, columns = np.nonzero((second == (0, 229, 255)).all(axis=2))
    box = np.array([columns.min(), rows_of.min(), columns.max(), rows_of.max()]) / (640, 478, 640, 478) * 1000
    assert np.abs(box - (330, 548, 387, 710)).max() < 2
    assert not (first == (0, 229, 255)).all(axis=2).any()
    assert (first == (255, 0, 0)).all(axis=2).any()


def test_a_broken_image_is_an_error_that_names_it(lake: Lake, source: Callable[[str], Source], tmp_path: Path) -> None:
    out = tmp_path / "out"
    build_gallery(lake, out, source)
    before = sorted(path.relative_to(out) for path in out.rglob("*"))
    image = tmp_path / "scans" / SCENES[1] / "color" / "543.jpg"
    for damage in (lambda: image.write_bytes(image.read_bytes()[:300]), image.unlink):
        damage()
        with pytest.raises(DataError, match=r"543\.jpg"):
            build_gallery(lake, out, source)
        assert sorted(path.relative_to(out) for path in out.rglob("*")) == before


def test_a_folder_of_others_is_not_replaced(lake: Lake, source: Callable[[str], Source], tmp_path: Path) -> None:
    (tmp_path / "out" / "images").mkdir(parents=True)
    with pytest.raises(DataError, match="choose another --out"):
        build_gallery(lake, tmp_path / "out", source)


def test_the_same_lake_gives_the_same_pages(lake: Lake, source: Callable[[str], Source], tmp_path: Path) -> None:
    digests = []
    for name in ("first", "second"):
        build_gallery(lake, tmp_path / name, source)
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        digests.append([(path.relative_to(tmp_path / name), path.read_bytes()) for path in files])
    assert digests[0] == digests[1]


def test_samples_are_even_over_formats_and_scenes(tmp_path: Path) -> None:
    scenes = [f"scene{i:04d}_00" for i in range(40)]
    rows = {scene: sample_rows(scene) for scene in scenes}
    lake = write_lake(tmp_path / "lake", rows)
    read = []
    chosen = choose_samples(lake, lambda partitions: read.extend(partitions) or partitions)
    assert len(read) == MAX_SCENES and read[0][1] == scenes[0] and read[-1][1] == scenes[-1]
    assert sorted(chosen) == sorted(GOLD_TASKS)
    for task, samples in chosen.items():
        formats = Counter(row.format for row in samples)
        assert len(samples) == PER_TASK
        assert max(formats.values()) - min(formats.values()) == 0
        assert {row.task for row in samples} == {task}
        assert max(Counter((row.format, row.scene_id) for row in samples).values()) == 1
        assert len({row.scene_id for row in samples}) >= 4


def test_one_scene_fills_the_page_with_different_questions(tmp_path: Path) -> None:
    rows = []
    for i in range(30):
        rows += [row.model_copy(update={"qa_id": f"{i:02d}{row.qa_id}"}) for row in sample_rows(SCENES[0])]
    rows.sort(key=lambda row: (row.task, row.format, row.qa_id))
    chosen = choose_samples(write_lake(tmp_path / "lake", {SCENES[0]: rows}))
    for samples in chosen.values():
        assert len(samples) == PER_TASK == len({row.qa_id for row in samples})


def test_spread_keeps_both_ends() -> None:
    items = [("d", str(i)) for i in range(100)]
    assert [int(scene) for _, scene in spread(items, 4)] == [0, 33, 66, 99]
    assert spread(items[:3], 4) == items[:3]


def test_totals_come_from_the_footers(lake: Lake) -> None:
    write_quarantine(lake, "scene0777_00")
    totals = read_totals(lake)
    assert totals.rows["obj_spatial_relation_oo"] == {"judge": 2, "select": 2, "sentence": 2}
    assert list(totals.rejected) == [RECORDS, "distance_prediction_oo", "obj_spatial_relation_oo"]
    assert totals.rejected[RECORDS]["frame: pose not finite"] == 4
    assert totals.rejected["distance_prediction_oo"] == {"boxes overlap": 34}
    assert totals.kept == {"frames": 6}
    assert [(scene.scene, scene.questions) for scene in totals.scenes] == [(scene, 23) for scene in sorted(SCENES)]
    assert [item["scene_id"] for item in totals.quarantine] == ["scene0777_00"]


def test_a_lake_of_failures_has_a_front_page(source: Callable[[str], Source], tmp_path: Path) -> None:
    lake = Lake(Storage(tmp_path / "lake"))
    with pytest.raises(DataError, match="an empty lake"):
        build_gallery(lake, tmp_path / "out", source)
    write_quarantine(lake, "scene0777_00")
    build_gallery(lake, tmp_path / "out", source)
    assert "scene0777_00" in (tmp_path / "out" / "index.html").read_text()


def test_the_command(lake: Lake, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, out = str(tmp_path / "lake"), str(tmp_path / "out")
    assert main(["--root", root, "--out", out, "--input", str(tmp_path / "scans")]) == 0
    assert "46 questions of 2 scenes" in capsys.readouterr().out
    assert main(["--root", root, "--out", out, "--input", str(tmp_path / "lake")]) == 1
    assert "--input" in capsys.readouterr().err
    assert main(["--root", out, "--out", str(tmp_path / "other"), "--input", str(tmp_path / "scans")]) == 1
    assert "an empty lake" in capsys.readouterr().err


@needs_browser
def test_a_browser_loads_every_sample_and_image(lake: Lake, source: Callable[[str], Source], tmp_path: Path) -> None:
    out = tmp_path / "out"
    build_gallery(lake, out, source)
    for name, samples, images in (
        ("index", 0, 8),
        ("tasks/view_change_infer", 4, 8),
        ("tasks/depth_prediction_oc", 6, 6),
    ):
        shown = in_browser(out / f"{name}.html", tmp_path / "profile")
        assert shown == {"samples": samples, "images": images, "images-loaded": images}, name
