"""HiSpatial's own loader on our shards, unmodified.

HISPATIAL_REPO names a checkout of it; HISPATIAL_PYTHON an interpreter with its requirements (torch, webdataset,
opencv, pillow, utils3d of the commit that it names) where the one that runs the tests lacks some.
"""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from factory.exports.hispatial.qa_types import COLORS, WILD_LISTS
from factory.exports.hispatial.reader import read_shard_items
from factory.exports.hispatial.samples import map_intrinsics, normalised_intrinsics
from factory.exports.hispatial.tree import export_hispatial
from factory.web.depth_png import decode_depth, encode_depth
from tests.exports.hispatial.sample_lake import (
    MAP,
    read_picture,
    sample_depth,
    sample_image,
    write_sample_lake,
)
from tests.exports.hispatial.worded_lake import write_worded_lake

# The processor of PaliGemma needs weights from a hub; this one hands on what it is given.
COMMON = """
import json, random, sys, warnings
from collections import Counter
from pathlib import Path
import numpy as np, torch, webdataset as wds
from hispatial.data import vqa_dataset as official

warnings.filterwarnings("error", message=r"\\[SafeProcessor")

class Processor:
    def __call__(self, text, suffix, images, return_tensors):
        assert return_tensors == "pt" and text.startswith("<image>")
        ids = torch.tensor([[1, *text.encode(), 2, *suffix.encode()]])
        pixels = torch.from_numpy(np.array(images)).permute(2, 0, 1)[None]
        ones = torch.ones_like(ids)
        return {"pixel_values": pixels, "input_ids": ids, "labels": ids.clone(), "token_type_ids": ones}

class Stream:
    "A transform that remembers which stream a sample came from."
    def __init__(self, name, transform):
        self.name, self.transform = name, transform
    def __call__(self, sample):
        result = self.transform(sample)
        return result | {"stream": self.name, "key": sample["__key__"]}

class Collate:
    def __call__(self, batch):
        result = official.VQACollateFn(0, max_length=1500)(batch)
        return result | {name: [x[name] for x in batch] for name in ("stream", "key", "qa_type")}

def shards(folder, pattern):
    return sorted(str(path) for path in Path(folder).glob(pattern))

folder, target = sys.argv[1:3]
wild, ca1m = shards(folder + "/wild", "*/*.tar"), shards(folder + "/ca1m", "*.tar")
processor = Processor()
transforms = official.WildSampleTransform(processor), official.CA1MSampleTransform(processor)
random.seed(0)
torch.manual_seed(0)
"""
LOADER = """
workers = int(sys.argv[3])
loader = official.build_vqa_dataloader(
    wild, wild, [], ca1m,
    sample_transform_coyo=Stream("coyo", transforms[0]), sample_transform_o365=Stream("o365", transforms[0]),
    sample_transform_general=None, sample_transform_ca1m=Stream("ca1m", transforms[1]),
    batch_size=4, num_workers=workers, tar_shuffle=True, sample_shuffle=True, sample_shuffle_buffer=400,
    resampled=True, pin_memory=False, collate_fn=Collate(),
)
streams, keys, types = Counter(), {}, Counter()
for n, batch in enumerate(loader):
    assert batch["pixel_values"].shape == (4, 3, 448, 448) and batch["xyz_values"].shape == (4, 4, 448, 448)
    assert batch["xyz_values"].dtype == torch.float32
    streams.update(batch["stream"])
    types.update(zip(batch["stream"], batch["qa_type"]))
    for stream, key in zip(batch["stream"], batch["key"]):
        keys.setdefault(stream, set()).add(key)
    if n == 49:
        break
types = [[*names, count] for names, count in types.items()]
json.dump([streams, {name: sorted(found) for name, found in keys.items()}, types], open(target, "w"))
"""
# Without the random draws: every sample once, every item many times.
ITEMS = """
import copy
transform, found = transforms[0], []
for sample in official.build_vqa_wds_pipeline(wild):
    for level, items in sample["qa"].items():
        if "metadata" in level:
            continue
        for item in items:
            said = [transform.get_question_answer(copy.deepcopy(item)) for _ in range(200)]
            image = np.array(sample["img_pil"])
            small = official.cv2.resize(image, (448, 448))
            drawn, _ = transform.draw_bbox(small.copy(), image.copy(), item["object"])
            colors = np.unique(drawn[(drawn != small).any(axis=2)], axis=0).tolist()
            found.append([sample["__key__"], item["item_id"], sorted(set(said)), colors])
json.dump(found, open(target, "w"))
"""
POSITIONS = """
import copy
from PIL import Image
arrays = {}
for place, pipeline in enumerate((official.build_vqa_wds_pipeline(wild), official.build_vqa_wds_pipeline_ca1m(ca1m))):
    for sample in pipeline:
        result = transforms[place](copy.deepcopy(sample))
        # as it stands in the loader before it is made square
        if place == 0:
            depth = sample["depth"][0].copy()
            depth[~np.isfinite(depth)] = 0
            full = official.utils3d.numpy.depth_to_points(depth, intrinsics=sample["intrinsics"].numpy())
        else:
            depth = torch.from_numpy(sample["depth"])
            full = official.unproject(depth, sample["intrinsics"]["K"], torch.eye(4), max_depth=30.0)[0].numpy()
        arrays[f"{place}/{sample['__key__']}"] = full
        arrays[f"{place}/{sample['__key__']}/square"] = result["xyz_values"].numpy()
        break
np.savez(target, **arrays)
"""
PROBLEMS = """
found = []
for sample in official.build_vqa_wds_pipeline_ca1m(ca1m):
    for item in sample["qa"]:
        result = transforms[1]({**sample, "qa": [item]})
        text = bytes(result["input_ids"].tolist()[1:]).decode()
        image = result["pixel_values"].permute(1, 2, 0).numpy()
        plain = official.cv2.resize(np.array(sample["img_pil"]), (448, 448))
        colors = np.unique(image[(image != plain).any(axis=2)], axis=0).tolist()
        found.append([item["qa_type"], item["meta"]["task"], *text.split("\\x02"), colors])
json.dump(found, open(target, "w"))
"""

Run = Callable[..., str]


@pytest.fixture(scope="module")
def official() -> Run:
    """Runs a script beside HiSpatial's modules; skips where they are not there or do not import."""
    if "HISPATIAL_REPO" not in os.environ:
        pytest.skip("HISPATIAL_REPO is not set: no checkout of HiSpatial's own code to run")
    repo, python = Path(os.environ["HISPATIAL_REPO"]).resolve(), os.environ.get("HISPATIAL_PYTHON", sys.executable)
    assert (repo / "hispatial/data/vqa_dataset.py").is_file(), f"HISPATIAL_REPO={repo} has no hispatial/data"

    def run(script: str, *arguments: str | Path) -> str:
        environment = os.environ | {"PYTHONPATH": str(repo), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [python, "-c", COMMON + script, *map(str, arguments)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        missing = re.search(r"ModuleNotFoundError: No module named '(\w+)'", done.stderr)
        if missing:
            pytest.skip(f"{python} has no module {missing[1]}: HISPATIAL_PYTHON names an interpreter with HiSpatial's")
        assert done.returncode == 0, done.stderr
        # also from workers, whose warnings are only printed
        assert "SafeProcessor" not in done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="module")
def train(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("official")
    lake = write_sample_lake(folder / "lake", folder / "inputs")
    export_hispatial(lake, folder / "out", partial(read_picture, folder / "inputs"))
    return folder / "out" / "train"


@pytest.mark.slow
@pytest.mark.parametrize("workers", [0, 2])
def test_all_streams_yield_without_a_warning(official: Run, train: Path, tmp_path: Path, workers: int) -> None:
    print(official(LOADER, train, tmp_path / "seen.json", str(workers)))
    streams, keys, types = json.loads((tmp_path / "seen.json").read_text())
    assert sum(streams.values()) == 200
    assert set(streams) == {"coyo", "o365", "ca1m"} and min(streams.values()) > 20
    every = {"a-jpg", "c-jpg", "d-v2-jpg", "D-V2-jpg"}
    for stream, found in keys.items():
        assert {re.sub(r"-[0-9a-f]{16}$", "", key).lower() for key in found} == {key.lower() for key in every}, stream
        assert len(found) == 4
    wild = {name for stream, name, _ in types if stream != "ca1m"}
    assert wild <= {*WILD_LISTS, "pixel_xyz"} and len(wild) > 15


def stored_items(train: Path, layout: str, pattern: str) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for path in sorted((train / layout).glob(pattern)):
        for sample, items in read_shard_items(path, layout):
            found += [(sample.key, item) for _, item, _ in items]
    return found


def spoken_colors(texts: list[str]) -> set[str]:
    return {color for color in COLORS if any(f"(highlighted by the {color} box)" in text for text in texts)}


@pytest.fixture(scope="module")
def worded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("worded")
    lake = write_worded_lake(folder / "lake", folder / "inputs", pictures=1)
    export_hispatial(lake, folder / "out", partial(read_picture, folder / "inputs"))
    return folder / "out" / "train"


@pytest.mark.slow
@pytest.mark.parametrize("lake", ["train", "worded"])
def test_every_wild_item_is_asked_and_answered_as_stored(
    official: Run, request: pytest.FixtureRequest, tmp_path: Path, lake: str
) -> None:
    train = request.getfixturevalue(lake)
    official(ITEMS, train, tmp_path / "items.json")
    theirs = json.loads((tmp_path / "items.json").read_text())
    stored = stored_items(train, "wild", "*/*.tar")
    assert [(key, item_id) for key, item_id, *_ in theirs] == [(key, item["item_id"]) for key, item in stored]
    checked: Counter[str] = Counter()
    for (_, _, said, colors), (_, item) in zip(theirs, stored, strict=True):
        asked = set()
        for question, answer in said:
            assert question and answer
            pair = asked_pair(item, question)
            asked.add(id(pair))
            checked[pair["format"]] += 1
            if pair["format"] == "mcq":
                (right,) = pair["answer"]
                options = dict(re.findall(r"^(\(\w+\)|\w+)\. (.*)$", question.partition("\n")[2], re.MULTILINE))
                assert sorted(options.values()) == sorted(pair["options"])
                assert options[answer] == right
            elif pair["format"] == "true_false":
                assert answer == {"True": "Yes", "False": "No"}.get(pair["answer"], pair["answer"])
            else:
                assert (question, answer) == (pair["question"], pair["answer"])
        switches = {id(pair) for pair in item["qa_pairs"] if pair["qa_type"].endswith("overlap_tf")}
        assert asked == {id(pair) for pair in item["qa_pairs"]} - switches, f"never asked of {item}"
        assert boxes(colors) == spoken_colors([str(item["object"])])
    assert min(checked[form] for form in ("text", "mcq", "true_false")) > 50


def asked_pair(item: dict[str, Any], question: str) -> dict[str, Any]:
    """The pair that a question is made of."""
    first, _, options = question.partition("\n")
    first = first.removesuffix(" Answer with Yes or No.")
    pairs = [
        pair
        for pair in item["qa_pairs"]
        if pair["question"].replace("True or False", "Yes or No") == first
        and (pair["format"] == "mcq") == bool(options)
    ]
    assert len(pairs) == 1, f"{question!r} fits {len(pairs)} pairs of {item}"
    return pairs[0]


def boxes(colors: list[list[int]]) -> set[str]:
    """The colours that were drawn; resizing leaves no others."""
    named = {rgb: color for color, rgb in COLORS.items()}
    return {named[tuple(color)] for color in colors}


@pytest.mark.slow
def test_positions_are_those_that_were_lifted(official: Run, train: Path, tmp_path: Path) -> None:
    official(POSITIONS, train, tmp_path / "positions.npz")
    theirs = np.load(tmp_path / "positions.npz")
    image = sample_image("photos", "00000", "a.jpg", b"")
    depth_m = decode_depth(encode_depth(sample_depth()))
    known = np.isfinite(depth_m)
    rows, columns = np.mgrid[: MAP[0], : MAP[1]]
    # of the lake: pixels of the picture, whose centres are at integers
    k = np.array(image.intrinsics).reshape(3, 3)
    u = (columns + 0.5) * image.width / MAP[1] - 0.5
    v = (rows + 0.5) * image.height / MAP[0] - 0.5
    ours = np.stack([(u - k[0, 2]) / k[0, 0], (v - k[1, 2]) / k[1, 1], np.ones(MAP)], axis=-1) * depth_m[..., None]
    for layout in ("0/a-jpg", "1/a-jpg"):
        np.testing.assert_allclose(theirs[layout][known], ours[known], atol=2e-5)
        square = theirs[f"{layout}/square"]
        assert square.shape == (4, 448, 448)
        nearest = np.ix_(np.arange(448) * MAP[0] // 448, np.arange(448) * MAP[1] // 448)
        np.testing.assert_array_equal(square[3] == 1, known[nearest])
        at = known[nearest]
        np.testing.assert_allclose(square[:3].transpose(1, 2, 0)[at], ours[nearest][at], atol=2e-5)
    # the two cameras are one
    unit = normalised_intrinsics(image)
    of_map = map_intrinsics(image, (MAP[1], MAP[0]))
    np.testing.assert_allclose(unit[0] * MAP[1] - [0, 0, 0.5], of_map[0], rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("lake", ["train", "worded"])
def test_every_ca1m_item_is_asked_as_stored(
    official: Run, request: pytest.FixtureRequest, tmp_path: Path, lake: str
) -> None:
    train = request.getfixturevalue(lake)
    official(PROBLEMS, train, tmp_path / "items.json")
    theirs = json.loads((tmp_path / "items.json").read_text())
    stored = stored_items(train, "ca1m", "*.tar")
    assert len(theirs) == len(stored)
    for (name, _, prefix, suffix, colors), (_, item) in zip(theirs, stored, strict=True):
        if name == "problem_solving":
            assert prefix.startswith("<image>" + item["prefix"]) and len(prefix) > len(item["prefix"]) + 7
            solution = json.loads(item["meta"]["student_cot"])["cot_simple"]
            assert suffix == "\n".join(solution) + "\n" and len(solution) == 4
        else:
            assert (prefix, suffix) == ("<image>" + item["prefix"], item["suffix"])
        assert boxes(colors) == spoken_colors([str(item["object"])])
    names = {item["qa_type"] for _, item in stored}
    assert names >= {"orientation", "object_width", "object_height", "problem_solving"}
