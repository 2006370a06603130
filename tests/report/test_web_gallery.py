"""The gallery of pictures: what it shows is what the lake holds, boxes where objects are, and a browser shows all."""

import io
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from factory.errors import DataError
from factory.pipeline.web_config import WebBuildConfig
from factory.report.pictures import WIDTH
from factory.report.totals import read_web_totals
from factory.report.web_gallery import build_web_gallery
from factory.report.web_pictures import web_picture
from factory.report.web_samples import Named, WebSample, choose_web_samples
from factory.store.lake import Lake
from factory.store.storage import Storage
from factory.web.reading import PictureReader
from jobs.report import main
from schemas.web import WebQARow
from tests.building import build_web, contents, web_config_for
from tests.report.gallery_pages import in_browser, needs_browser, pages
from tests.web.painted_pictures import painted_picture, write_pictures
from tests.web.tiny_models import tiny_stack

COLORS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "yellow": (255, 255, 0)}
COLORS |= {"purple": (255, 0, 255), "": (0, 229, 255)}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> WebBuildConfig:
    """A build of 16 pictures, a duplicate, one too small, and one that breaks a model; read only."""
    root = tmp_path_factory.mktemp("gallery")
    photos = write_pictures(root / "photos", 16)
    (photos / "zz-again.png").write_bytes((photos / "p0.png").read_bytes())
    Image.new("RGB", (100, 80)).save(photos / "small.png")
    write_pictures(photos, 1, first=50, width=322)
    built = web_config_for(photos, root / "lake", stack=tiny_stack("FailingDepth"))
    assert {result.status for result in build_web(built)} == {"built"}
    return built


@pytest.fixture
def lake(config: WebBuildConfig) -> Lake:
    return Lake(Storage(config.root))


@pytest.fixture
def reader(config: WebBuildConfig) -> PictureReader:
    return PictureReader({"photos": config.input})


def rows_of(lake: Lake, table: str) -> list[dict]:
    return [row for key in lake.partitions(table) for row in lake.read(table, *key).to_pylist()]


def test_totals_are_what_the_tables_hold(lake: Lake) -> None:
    totals = read_web_totals(lake)
    rows = Counter((row["task"], row["format"]) for row in rows_of(lake, "web_qa"))
    assert {(task, form): n for task, counts in totals.rows.items() for form, n in counts.items()} == rows
    assert totals.questions == rows.total() > 1000
    assert totals.kept == {"pictures": 16, "objects": len(rows_of(lake, "web_objects"))}
    assert totals.rejected["picture"] == {"too small": 1, "duplicate": 1}
    per_shard = Counter(row["shard_id"] for row in rows_of(lake, "web_qa"))
    assert {scene.scene: scene.questions for scene in totals.scenes if scene.questions} == per_shard
    assert len(totals.quarantine) == 1 and "p50" in totals.quarantine[0]["scene_id"]


def test_the_pages_show_all_of_it(lake: Lake, reader: PictureReader, tmp_path: Path) -> None:
    out = tmp_path / "out"
    totals = build_web_gallery(lake, out, reader)
    found = pages(out)
    assert set(found) == {"index.html", *(f"tasks/{task}.html" for task in totals.rows)}
    front = found["index.html"].text
    assert f"<b>{totals.questions:,}</b> questions" in front and "16 pictures" in front
    assert "p50" in front and "out of memory" in front and "too small" in front and "duplicate" in front
    for task, counts in totals.rows.items():
        cells = "".join(f"<td>{counts[f]:,}</td>" if counts[f] else "<td>–</td>" for f in totals.formats)
        assert f"</th>{cells}<td><b>{counts.total():,}</b></td>" in front, task
        assert set(found[f"tasks/{task}.html"].values("section", "id")) == set(counts)
    stored = {row["qa_id"]: row for row in rows_of(lake, "web_qa")}
    for name, page in found.items():
        for tag, attribute in (("img", "src"), ("a", "href")):
            for value in page.values(tag, attribute):
                file = value.partition("#")[0]
                target = ((out / name).parent / file) if file else out / name
                assert target.resolve().is_relative_to(out.resolve()) and target.is_file(), value
        shown = re.findall(r"<dt>Question id</dt><dd><code>(\w+)</code>", page.text)
        assert len(shown) == len(set(shown)) == page.values("article", "class").count("sample")
        assert {f"tasks/{stored[qa_id]['task']}.html" for qa_id in shown} <= {name}
        assert not re.search(r"https?://", page.text)


def test_a_sample_shows_what_its_question_names(lake: Lake, reader: PictureReader) -> None:
    """Box pixels of the samples that are chosen, in the colors that their questions speak of, where objects are."""
    objects = {(row["image_id"], row["object_id"]): row for row in rows_of(lake, "web_objects")}
    seen: Counter[str] = Counter()
    for samples in choose_web_samples(lake).values():
        for sample in samples:
            row = sample.row
            image = web_picture(sample, reader(sample))
            assert image.size == (sample.width, sample.height) == (320, 240)
            assert len(sample.named) == len(row.object_ids)
            for place, named in enumerate(sample.named):
                of_lake = objects[row.image_id, row.object_ids[place]]
                assert (named.box, named.reference) == (of_lake["box"], of_lake["reference"])
                assert not named.color or f"{named.reference} (highlighted by the {named.color} box)" in " ".join(
                    [row.question, row.answer, *row.answers, *(row.options or [])]
                )
                left, top, right, bottom = (round(side) for side in named.box)
                color = COLORS[named.color]
                assert image.getpixel((left, top)) == image.getpixel(((left + right) // 2, bottom)) == color
                inside = image.getpixel((left + 2, top + 2))
                assert (inside == color) == bool(named.color), "boxes of a color are bold"
                seen[named.color] += 1
    assert seen["red"] > 10 and seen["green"] > 5 and seen[""] > 50


def sample(named: list[Named], size: tuple[int, int], pixels: list[int] | None = None) -> WebSample:
    row = WebQARow.model_construct(source="photos", images=["a.jpg"], pixels=pixels)
    return WebSample(row, *size, "model", named)


def test_a_large_picture_is_made_smaller_with_its_boxes() -> None:
    data = io.BytesIO()
    Image.new("RGB", (2560, 1280), (90, 90, 90)).save(data, "PNG")
    shown = web_picture(
        sample([Named("the cup", [400.0, 200.0, 1200.0, 800.0], "red")], (2560, 1280)), data.getvalue()
    )
    assert shown.size == (WIDTH, WIDTH // 2)
    red = np.argwhere((np.asarray(shown) == COLORS["red"]).all(axis=2))
    scale = WIDTH / 2560
    assert red.min(axis=0).tolist() == [round(200 * scale), round(400 * scale)]
    assert red.max(axis=0).tolist() == [round(800 * scale), round(1200 * scale)]


def test_boxes_are_those_of_the_upright_picture() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # stored rows are columns of the upright picture, from its right
    data = io.BytesIO()
    Image.fromarray(painted_picture(0)).save(data, "PNG", exif=exif)
    shown = web_picture(sample([Named("the cup", [10.0, 20.0, 60.0, 90.0], "blue")], (240, 320)), data.getvalue())
    assert shown.size == (240, 320)
    blue = np.argwhere((np.asarray(shown) == COLORS["blue"]).all(axis=2))
    assert (*blue.min(axis=0), *blue.max(axis=0)) == (20, 10, 90, 60)


def test_pixels_are_crosses_where_the_lattice_has_them() -> None:
    data = io.BytesIO()
    Image.new("RGB", (448, 224), (0, 0, 0)).save(data, "PNG")
    shown = np.asarray(web_picture(sample([], (448, 224), [100, 300]), data.getvalue()))
    red = np.argwhere((shown == COLORS["red"]).all(axis=2))
    assert np.abs(red.mean(axis=0) - (150.25, 100.5)).max() < 1
    assert np.ptp(red, axis=0).max() < 22


def test_bytes_that_are_no_picture_are_named(lake: Lake, reader: PictureReader, tmp_path: Path) -> None:
    """And the gallery that is there stays."""
    out = tmp_path / "out"
    build_web_gallery(lake, out, reader)
    before = contents(out)
    for broken in (lambda one: b"no picture", lambda one: reader(one)[:200]):
        with pytest.raises(DataError, match=r"p\d+\.png: not an image"):
            build_web_gallery(lake, out, broken)
        assert contents(out) == before

    def gone(one: WebSample) -> bytes:
        raise DataError(f"{one.image}: gone")

    with pytest.raises(DataError, match="gone"):
        build_web_gallery(lake, out, gone)
    assert contents(out) == before
    build_web_gallery(lake, out, reader)
    assert contents(out) == before


def test_neither_an_empty_lake_nor_a_folder_of_others(lake: Lake, reader: PictureReader, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no pictures in this lake"):
        build_web_gallery(Lake(Storage(tmp_path / "lake")), tmp_path / "out", reader)
    (tmp_path / "out" / "images").mkdir(parents=True)
    with pytest.raises(DataError, match="choose another --out"):
        build_web_gallery(lake, tmp_path / "out", reader)


def test_text_of_a_lake_is_not_markup(
    lake: Lake, reader: PictureReader, config: WebBuildConfig, tmp_path: Path
) -> None:
    other = Lake(Storage(tmp_path / "lake"))
    for table in ("web_images", "web_objects", "web_qa"):
        dataset, shard = lake.partitions("web_qa")[0]
        rows = lake.read(table, dataset, shard)
        if table == "web_qa":
            words = ["Where is <img src=x onerror=alert(1)> & co?"] * rows.num_rows
            rows = rows.set_column(rows.schema.get_field_index("question"), rows.schema.field("question"), [words])
        other.write(table, dataset, shard, rows, versions={}, counts=lake.meta(table, dataset, shard).counts)
    build_web_gallery(other, tmp_path / "out", reader)
    for page in pages(tmp_path / "out").values():
        assert "x" not in page.values("img", "src")
    assert "&lt;img src=x" in (tmp_path / "out" / "tasks" / "level0.html").read_text()


def test_the_command(config: WebBuildConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "out")
    assert main(["--root", config.root, "--out", out, "--input", config.input]) == 0
    said = capsys.readouterr().out
    assert "1 in quarantine" in said and str(tmp_path / "out" / "index.html") in said
    assert f"{read_web_totals(Lake(Storage(config.root))).questions:,} questions" in said
    before = contents(tmp_path / "out")
    assert main(["--root", config.root, "--out", out, "--input", str(tmp_path)]) == 1
    assert "error" in capsys.readouterr().err and contents(tmp_path / "out") == before


@needs_browser
def test_a_browser_loads_every_sample_and_image(lake: Lake, reader: PictureReader, tmp_path: Path) -> None:
    out = tmp_path / "out"
    totals = build_web_gallery(lake, out, reader)
    chosen = choose_web_samples(lake)
    expected = {"index": (0, len(totals.rows))} | {
        f"tasks/{task}": (len(chosen[task]), len(chosen[task]))
        for task in ("level0", "vqa_object_relation_multi", "vqa_most_objects_in_class")
    }
    for name, (samples, images) in expected.items():
        shown = in_browser(out / f"{name}.html", tmp_path / "profile")
        assert shown == {"samples": samples, "images": images, "images-loaded": images}, name
