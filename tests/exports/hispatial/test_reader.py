"""The strict reader finds every single way in which a shard can go wrong."""

import copy
import io
import json
import tarfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from factory.errors import DataError
from factory.exports.hispatial.pt_file import read_pt, write_pt
from factory.exports.hispatial.reader import check_export
from factory.exports.hispatial.shard import add_sample, open_shard
from factory.exports.hispatial.tree import export_hispatial
from factory.store.lake import Lake
from factory.store.storage import Storage
from factory.web.depth_png import encode_depth
from tests.exports.hispatial.sample_lake import (
    picture,
    sample_depth,
    sample_image,
    sample_objects,
    sample_rows,
    write_shard,
)

Files = dict[str, bytes]
WILD, CA1M = "train/wild/photos/0.tar", "train/ca1m/scannet+0.tar"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Files]:
    """The files of one good sample per layout."""
    folder = tmp_path_factory.mktemp("good")
    lake = Lake(Storage(folder / "lake"))
    for source in ("photos", "scannet"):
        image = sample_image(source, "0", "a", picture())
        write_shard(lake, [image], sample_objects(image), sample_rows(image))
    export_hispatial(lake, folder / "out", lambda image: picture())
    found = {}
    for path in (WILD, CA1M):
        with tarfile.open(folder / "out" / path) as shard:
            found[path] = {member.name: shard.extractfile(member).read() for member in shard}  # type: ignore[union-attr]
    return found


def findings(folder: Path, place: str, *samples: Files) -> set[str]:
    """The rules that these samples break."""
    with open_shard(folder / place) as shard:
        for files in samples:
            add_sample(shard, files)
    report = check_export(folder)
    assert all(finding.shard == place and finding.fault.message for finding in report.findings)
    return {finding.fault.rule for finding in report.findings}


def renamed(files: Files, key: str) -> Files:
    return {key + name[1:]: data for name, data in files.items()}


def test_good_samples_have_no_findings(samples: dict[str, Files], tmp_path: Path) -> None:
    for place, files in samples.items():
        assert findings(tmp_path / place[:9], place, files, renamed(files, "b")) == set()


def test_an_export_without_shards_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no shards"):
        check_export(tmp_path)


def test_a_shard_elsewhere_is_found(samples: dict[str, Files], tmp_path: Path) -> None:
    assert findings(tmp_path, "train/wild/0.tar", samples[WILD]) == {"place"}
    assert findings(tmp_path / "deep", "train/ca1m/scannet/0.tar", samples[CA1M]) == {"place"}


def test_a_compressed_tar_is_refused(samples: dict[str, Files], tmp_path: Path) -> None:
    (tmp_path / WILD).parent.mkdir(parents=True)
    with tarfile.open(tmp_path / WILD, "w:gz") as shard:
        add_sample(shard, samples[WILD])
    with pytest.raises(DataError, match="not a plain tar"):
        check_export(tmp_path)


@pytest.mark.parametrize("place", [WILD, CA1M])
def test_missing_files_are_found(samples: dict[str, Files], tmp_path: Path, place: str) -> None:
    for n, name in enumerate(samples[place]):
        left = {other: data for other, data in samples[place].items() if other != name}
        assert "members" in findings(tmp_path / str(n), place, left, renamed(samples[place], "b")), name


def test_names_that_webdataset_takes_apart_are_found(samples: dict[str, Files], tmp_path: Path) -> None:
    files = samples[WILD]
    assert "key" in findings(tmp_path / "dots", WILD, renamed(files, "a.b"))
    assert "key" in findings(tmp_path / "hidden", WILD, renamed(files, "__a"))
    assert "members" in findings(tmp_path / "more", WILD, {**files, "a.txt": b"?"})
    first, *rest = files.items()
    parted = dict([first]), renamed(files, "b"), dict(rest)
    assert "contiguous" in findings(tmp_path / "parted", WILD, *parted)
    assert "contiguous" in findings(tmp_path / "twice", WILD, files, renamed(files, "b"), files)


def test_keys_of_ca1m_differ_in_more_than_case(samples: dict[str, Files], tmp_path: Path) -> None:
    files = samples[CA1M]
    assert findings(tmp_path / "ok", CA1M, files, renamed(files, "B")) == set()
    assert findings(tmp_path / "case", CA1M, renamed(files, "A"), renamed(files, "b"), files) == {"contiguous"}


def png(mode: str = "I;16", text: bool = True, size: tuple[int, int] = (160, 120), code: int = 5) -> bytes:
    dtype = np.uint16 if mode == "I;16" else np.uint8
    info = PngInfo()
    if text:
        info.add_text("near", "1.0")
        info.add_text("far", "9.0")
    file = io.BytesIO()
    Image.fromarray(np.full(size[::-1], code, dtype)).save(file, "PNG", pnginfo=info)
    return file.getvalue()


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def sparse_depth() -> bytes:
    """Known in one column that is skipped when the map is made smaller."""
    depth = np.full((900, 1200), np.nan, np.float32)
    depth[:, 1] = 2.0
    return encode_depth(depth)


GOOD = np.clip(np.nan_to_num(sample_depth(), posinf=0), 0, None).astype(np.float32)
UNIT = np.array([[0.8, 0, 0.5], [0, 1.1, 0.5], [0, 0, 1]], np.float32)


@pytest.mark.parametrize(
    ("place", "name", "data", "rule"),
    [
        (WILD, "a.jpg", b"no jpeg", "jpg"),
        (WILD, "a.jpg", picture()[:-400], "jpg"),
        (WILD, "a.jpg", picture("PNG"), "jpg"),
        (WILD, "a.jpg", picture(mode="L"), "jpg"),
        (WILD, "a.jpg", picture(orientation=6), "jpg"),
        (WILD, "a.png", b"no png", "depth"),
        (WILD, "a.png", png(text=False), "depth"),
        (WILD, "a.png", png(mode="L"), "depth"),
        (WILD, "a.png", png(code=0), "depth"),
        (WILD, "a.png", png(code=65535), "depth"),
        (WILD, "a.png", png(size=(160, 100)), "depth"),
        (WILD, "a.png", sparse_depth(), "depth"),
        (WILD, "a.intrinsics.pt", b"no zip", "pt"),
        (WILD, "a.intrinsics.pt", write_pt(UNIT.tolist()), "intrinsics"),
        (WILD, "a.intrinsics.pt", write_pt({"K": UNIT}), "intrinsics"),
        (WILD, "a.intrinsics.pt", write_pt(UNIT * 640), "intrinsics"),
        (WILD, "a.intrinsics.pt", write_pt(UNIT.T), "intrinsics"),
        (WILD, "a.intrinsics.pt", write_pt(UNIT * np.float32([[1], [10], [1]])), "intrinsics"),
        (WILD, "a.pt", b"", "pt"),
        (WILD, "a.pt", write_pt([]), "qa"),
        (WILD, "a.pt", write_pt({"level1_list": {}}), "qa"),
        (CA1M, "a_image.jpg", picture(orientation=6), "jpg"),
        (CA1M, "a_depth.npy", b"no npy", "depth"),
        (CA1M, "a_depth.npy", npy(GOOD.astype(np.float64)), "depth"),
        (CA1M, "a_depth.npy", npy((GOOD * 1000).astype(np.uint16)), "depth"),
        (CA1M, "a_depth.npy", npy(GOOD[None]), "depth"),
        (CA1M, "a_depth.npy", npy(np.where(GOOD > 0, GOOD, np.float32(np.nan))), "depth"),
        (CA1M, "a_depth.npy", npy(-GOOD), "depth"),
        (CA1M, "a_depth.npy", npy(GOOD * 0), "depth"),
        (CA1M, "a_depth.npy", npy(GOOD * 100), "depth"),
        (CA1M, "a_depth.npy", npy(np.array([{}], dtype=object)), "depth"),
        (CA1M, "a_intrinsics.pt", write_pt(UNIT), "intrinsics"),
        (CA1M, "a_intrinsics.pt", write_pt({"K": UNIT}), "intrinsics"),
        (CA1M, "a_qa.pt", write_pt({}), "qa"),
        (CA1M, "a_meta.json", b"{", "meta"),
    ],
)
def test_broken_media_are_found(
    samples: dict[str, Files], tmp_path: Path, place: str, name: str, data: bytes, rule: str
) -> None:
    assert name in samples[place]
    assert rule in findings(tmp_path, place, samples[place] | {name: data})


def edited(data: bytes, task: str, edit: Callable[[dict[str, Any]], None]) -> bytes:
    """The questions with one item of a type changed."""
    qa = read_pt(data)
    items = qa if isinstance(qa, list) else [item for name in qa if name != "metadata" for item in qa[name]]
    edit(next(item for item in items if item["qa_type"] == task))
    return write_pt(qa)


def setter(*path: Any) -> Callable[[dict[str, Any]], None]:
    """Puts the last of `path` to the place that the others lead to."""
    *way, key, value = path

    def edit(item: dict[str, Any]) -> None:
        place: Any = item
        for step in way:
            place = place[step]
        if isinstance(place, list) and key == len(place):
            place.append(value)
        else:
            place[key] = value

    return edit


def remover(*path: Any) -> Callable[[dict[str, Any]], None]:
    *way, key = path

    def edit(item: dict[str, Any]) -> None:
        place: Any = item
        for step in way:
            place = place[step]
        del place[key]

    return edit


DISTANCE, RELATION, SECTOR, LEVEL0 = (
    "vqa_distance_single",
    "vqa_object_relation_multi",
    "vqa_spatial_mcq_multiangle",
    "level0",
)
PAIR = "qa_pairs"
TEXT, MCQ, CLAIM = (DISTANCE, PAIR, 0), (DISTANCE, PAIR, 1), (DISTANCE, PAIR, 2)
LEFT, RIGHT, FRONT, SWITCH = ((RELATION, PAIR, n) for n in (2, 3, 4, 6))


def loc(*places: str) -> str:
    return "what is at " + "".join(f"<loc{place}>" for place in places)


@pytest.mark.parametrize(
    ("change", "path", "rule"),
    [
        (setter, (DISTANCE, "qa_type", "vqa_distance"), "qa_type"),
        (setter, (DISTANCE, "qa_type", "problem_solving"), "qa_type"),
        (remover, (DISTANCE, PAIR), "qa"),
        (setter, (DISTANCE, "prefix", "What?"), ""),  # without a suffix it is ignored
        (setter, (DISTANCE, PAIR, []), "qa"),
        # texts
        (setter, (*TEXT, "question", None), "text"),
        (setter, (*TEXT, "question", "  "), "text"),
        (setter, (*TEXT, "question", []), "text"),
        (setter, (*TEXT, "question", "How far? <image>"), "text"),
        (setter, (*TEXT, "answer", 2.64), "text"),
        (setter, (*TEXT, "answer", 3), "text"),
        (setter, (*TEXT, "answer", "2.64m "), "text"),
        (setter, (*TEXT, "answer", ["2.64m", "About 2.64m."]), ""),
        (setter, (*TEXT, "answer", "True"), "answer"),
        (setter, (*TEXT, "answer", "far " * 600), "text"),
        (setter, (*TEXT, "answer", "far " * 600 + "away"), "tokens"),
        (setter, (*TEXT, "options", ["a", "b"]), "options"),
        (setter, (*TEXT, "format", "open_ended"), "pair"),
        (setter, (*TEXT, "format", None), "pair"),
        (remover, (*TEXT, "format"), "pair"),
        (setter, (*TEXT, "qa_type", "distance_description"), "pair"),
        (setter, (*TEXT, "qa_type", None), "pair"),
        # options
        (setter, (*MCQ, "answer", "2.64 meters"), "answer"),
        (setter, (*MCQ, "answer", ["2.6 meters"]), "answer"),
        (setter, (*MCQ, "answer", []), "answer"),
        (setter, (*MCQ, "answer", ["2.64 meters", "5.10 meters"]), "answer"),
        (setter, (*MCQ, "options", None), "options"),
        (setter, (*MCQ, "options", ["2.64 meters"]), "options"),
        (setter, (*MCQ, "options", ["2.64 meters", "2.64 Meters"]), "options"),
        (setter, (*MCQ, "options", ["2.64 meters", "2\n3"]), "options"),
        (setter, (*MCQ, "options", ["2.64 meters", 5]), "text"),
        (setter, (*MCQ, "options", ["2.64 meters", *map(str, range(10))]), "options"),
        (setter, (*MCQ, "options", [["2.64 meters", "2.64 m"], ["5 meters", "5 m"]]), "answer"),
        (setter, (*MCQ, "options", [["2.64 meters"], ["5 meters", "5 m"]]), ""),
        (setter, (*MCQ, "qa_type", "relation_3choice"), "pair"),
        # claims
        (setter, (*CLAIM, "answer", ["No"]), "answer"),
        (setter, (*CLAIM, "answer", "B"), "answer"),
        (setter, (*CLAIM, "qa_type", "front_behind_tf"), ""),
        (setter, (RELATION, PAIR, 7, {"question": "Is it?", "answer": "Yes", "options": None, "format": "true_false",
                                      "qa_type": "is_above_tf"}), "couple"),
        (setter, (*CLAIM, "qa_type", "some_overlap"), "couple"),
        (remover, LEFT, "couple"),
        (setter, (*LEFT, "answer", "No"), "couple"),
        (setter, (*RIGHT, "qa_type", "x_left_tf"), "couple"),
        (setter, (*SWITCH, "qa_type", "z_overlap_tf"), "couple"),
        (setter, (*SWITCH, "answer", "False"), "couple"),
        (setter, (RELATION, PAIR, [{"question": "Is it?", "answer": "Yes", "options": None, "format": "true_false",
                                     "qa_type": "y_overlap_tf"}]), "couple"),
        # boxes
        (setter, (DISTANCE, "object", None), "box"),
        (setter, (DISTANCE, "object", "referring", "the chair"), "box"),
        (setter, (DISTANCE, "object", "referring", "the chair (highlighted by the blue box)"), "box"),
        (setter, (DISTANCE, "object", "referring", "the chair (Highlighted by the red box)"), "box"),
        (setter, (DISTANCE, "object", "referring", "the chair (highlighted by the pink box)"), "box"),
        (setter, (*TEXT, "question", "How far is the chair [highlighted by the red box]?"), "box"),
        (remover, (DISTANCE, "object", "raw"), "object"),
        (remover, (DISTANCE, "object", "raw", "raw_bbox"), "object"),
        (setter, (DISTANCE, "object", "raw", "raw_bbox", [0, 0, 10]), "object"),
        (setter, (DISTANCE, "object", "raw", "raw_bbox", [0, 0, 0, 10]), "object"),
        (setter, (DISTANCE, "object", "raw", "raw_bbox", [0, 0, 641, 10]), "object"),
        (setter, (DISTANCE, "object", "raw", "raw_bbox", [-1.0, 0, 64, 10]), "object"),
        (setter, (DISTANCE, "object", "raw", "raw_bbox", [0.0, 0.0, float("nan"), 9.0]), "object"),
        (setter, (RELATION, "object", "referring_j", "the table (highlighted by the red box)"), "box"),
        (remover, (RELATION, "object", "referring_i"), "object"),
        # pixels
        (setter, (LEVEL0, PAIR, 0, "question", loc("0256", "0512", "0256", "0512")), ""),
        (setter, (LEVEL0, PAIR, 0, "question", loc("0257", "0512", "0257", "0512")), "location"),
        (setter, (LEVEL0, PAIR, 0, "question", loc("256", "512", "256", "512")), "location"),
        (setter, (LEVEL0, PAIR, 0, "question", loc("0256", "0512")), "location"),
        (setter, (LEVEL0, PAIR, 0, "question", loc("0512", "0512", "0256", "0512")), "location"),
    ],
)  # fmt: skip
def test_broken_wild_items_are_found(
    samples: dict[str, Files], tmp_path: Path, change: Callable[..., Any], path: tuple[Any, ...], rule: str
) -> None:
    task, *way = path
    files = samples[WILD]
    found = findings(tmp_path, WILD, files | {"a.pt": edited(files["a.pt"], task, change(*way))})
    assert rule in found if rule else not found


PROBLEM, CHOICE = "problem_solving", "perspective_taking"


def solution(*steps: Any) -> str:
    return json.dumps({"cot_simple": list(steps)})


@pytest.mark.parametrize(
    ("change", "path", "rule"),
    [
        (setter, (CHOICE, "qa_type", "taking_perspective"), "qa_type"),
        (remover, (CHOICE, "meta"), "qa"),
        (setter, (CHOICE, "meta", None), "qa"),
        (setter, (CHOICE, "suffix", 2), "text"),
        (setter, (CHOICE, "suffix", ["A"]), "text"),
        (setter, (CHOICE, "suffix", "C"), "answer"),
        (setter, (CHOICE, "prefix", "Left or right?\nA. left\nA. right"), "options"),
        (setter, (CHOICE, "prefix", "Left or right?\nA. left\nB. left"), "options"),
        (setter, (CHOICE, "prefix", "Left or right?\nB. left\nC. right"), "options"),
        (setter, ("orientation_comparison", "suffix", "True"), "answer"),
        (setter, ("distance_single", "prefix", "How far is the chair (highlighted by a red box)?"), "box"),
        (setter, ("distance_single", "object", None), "box"),
        (setter, ("distance_single", "object", "raw", "raw_bbox", [5, 5, 5, 6]), "object"),
        (setter, (PROBLEM, "meta", "student_cot", solution("Step1: a", "Step2: b", "Step3: c")), "solution"),
        (setter, (PROBLEM, "meta", "student_cot", solution("Step1: a", "Step2: b", "Step4: c", "Step3")), "solution"),
        (setter, (PROBLEM, "meta", "student_cot", solution("Step1: a", "Step2: b", "Step3: c", 4)), "text"),
        (setter, (PROBLEM, "meta", "student_cot", "{}"), "solution"),
        (setter, (PROBLEM, "meta", "student_cot", "no JSON"), "solution"),
        (remover, (PROBLEM, "meta", "student_cot"), "solution"),
        (setter, (PROBLEM, "meta", "student_cot",
                  solution("Step1: a", "Step2: b" * 700, "Step3: c", "Step4: d")), "tokens"),
    ],
)  # fmt: skip
def test_broken_ca1m_items_are_found(
    samples: dict[str, Files], tmp_path: Path, change: Callable[..., Any], path: tuple[Any, ...], rule: str
) -> None:
    task, *way = path
    files = samples[CA1M]
    assert rule in findings(tmp_path, CA1M, files | {"a_qa.pt": edited(files["a_qa.pt"], task, change(*way))})


@pytest.mark.parametrize("item", [None, 5, [], {}])
def test_no_items_at_all_are_found(samples: dict[str, Files], tmp_path: Path, item: Any) -> None:
    qa = write_pt({"level1_distance_list": [copy.copy(item)]})
    assert findings(tmp_path, WILD, samples[WILD] | {"a.pt": qa}) == {"qa_type"}
    assert findings(tmp_path / "ca1m", CA1M, samples[CA1M] | {"a_qa.pt": write_pt([item])}) == {"qa"}


def test_items_without_pairs_are_read_as_the_loader_does(samples: dict[str, Files], tmp_path: Path) -> None:
    one = partial(dict, qa_type="level0")
    good = [one(prefix="what is here", suffix="a wall"), one(question="what is here", answer=["a wall", "the wall"])]
    assert findings(tmp_path / "ok", WILD, samples[WILD] | {"a.pt": write_pt({"level0_list": good})}) == set()
    for n, bad in enumerate(
        [
            one(prefix="what is here", suffix=["a wall"], options=["a", "b"]),
            one(prefix="what is here", suffix="a wall", question="what", answer="wall"),
            one(prefix="what is here"),
        ]
    ):
        qa = write_pt({"level0_list": [bad]})
        assert findings(tmp_path / str(n), WILD, samples[WILD] | {"a.pt": qa}) in ({"options"}, {"qa"})
