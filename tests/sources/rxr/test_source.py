"""Walks through two homes: frames, traces, lists and splits, and what a change of the files changes."""

import gzip
import json
import pickle
import shutil
from itertools import pairwise
from pathlib import Path

import fsspec
import numpy as np
import pytest

from factory.errors import DataError
from factory.sources.matterport3d.source import Matterport3DSource
from factory.sources.registry import open_source
from factory.sources.rxr.source import RxRSource
from factory.store.hashing import CachedHasher
from factory.store.storage import Storage
from schemas.scene import NavigationPath, Scene
from tests.sources.rxr.conftest import HOME, UNSEEN, Walks

GUIDES = "rxr-data/rxr_train_guide.jsonl.gz"
TRACES = "rxr-data/pose_traces/rxr_train"


@pytest.fixture
def copied(walks: Walks, tmp_path: Path) -> Path:
    """A copy to break."""
    return Path(shutil.copytree(walks.root, tmp_path / "scans"))


def load(root: Path, house: str = HOME) -> Scene:
    return RxRSource(Storage(root)).load(house)


def digests(root: Path, house: str = HOME) -> dict[str, str]:
    return RxRSource(Storage(root)).input_digests(house, CachedHasher(Storage(root), None))


def change_rows(root: Path, **change: object) -> None:
    """Changes every row of the guides for training."""
    rows = [json.loads(line) | change for line in gzip.decompress((root / GUIDES).read_bytes()).splitlines()]
    (root / GUIDES).write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))


def path_of(scene: Scene, number: int) -> NavigationPath:
    (path,) = [path for path in scene.paths if path.id == str(number)]
    return path


def heading_deg(scene: Scene, frame_id: str) -> float:
    (forward,) = [frame.world_from_camera[:3, 2] for frame in scene.frames if frame.frame_id == frame_id]
    return float(np.degrees(np.arctan2(forward[0], forward[1])))


def apart(first: float, second: float) -> float:
    """Angle between two headings [deg]."""
    return abs((first - second + 180) % 360 - 180)


def test_homes_with_instructions_are_scenes(walks: Walks, copied: Path) -> None:
    assert walks.source.list_scenes() == [HOME, UNSEEN]
    assert open_source("rxr", Storage(walks.root)).list_scenes() == [HOME, UNSEEN]
    shutil.copytree(copied / HOME, copied / "8WUmhLawc2A")  # a house that nobody guides through
    assert RxRSource(Storage(copied)).list_scenes() == [HOME, UNSEEN]
    shutil.rmtree(copied / UNSEEN)
    assert RxRSource(Storage(copied)).list_scenes() == [HOME]


def test_all_guides_are_there_in_every_language(walks: Walks, home: Scene) -> None:
    rows = walks.rows["train"] + walks.rows["val_seen"]
    assert sorted((path.id, path.language, path.text) for path in home.paths) == sorted(
        (str(row["instruction_id"]), row["language"], row["instruction"]) for row in rows
    )
    assert {path.language for path in home.paths} == {"en-IN", "en-US", "hi-IN", "te-IN"}


def test_frames_are_those_along_the_paths_and_no_others(walks: Walks, home: Scene) -> None:
    whole = Matterport3DSource(Storage(walks.root)).load(HOME)
    walked = {frame_id for path in home.paths for frame_id in path.frame_ids}
    assert {frame.frame_id for frame in home.frames} == walked
    assert home.rejected["frame: on no path"] == len(whole.frames) - len(walked) > 0
    assert [frame.index for frame in home.frames] == sorted(frame.index for frame in home.frames)
    assert len(home.objects) == len(whole.objects) > 5 and home.mesh is not None


@pytest.mark.parametrize("traced", [True, False])
def test_the_views_go_along_the_path(walks: Walks, home: Scene, traced: bool) -> None:
    for row in walks.rows["train"]:
        if row["instruction_id"] % 2 != traced:
            continue
        views = path_of(home, row["instruction_id"]).frame_ids
        panos = [view.rsplit("_", 2)[0] for view in views]
        visited = [pano for place, pano in enumerate(panos) if place == 0 or pano != panos[place - 1]]
        assert visited == row["path"]
        assert apart(heading_deg(home, views[0]), np.degrees(row["heading"])) <= 31
        positions = [walks.graph.positions[walks.graph.panos.index(pano)] for pano in row["path"]]
        for place, pano in enumerate(row["path"][:-1]):
            x, y, _ = positions[place + 1] - positions[place]
            bearing = np.degrees(np.arctan2(x, y))
            leaving = [view for view, at in zip(views, panos, strict=True) if at == pano][-1]
            assert apart(heading_deg(home, leaving), bearing) <= 31
        for first, second in pairwise(views):  # one sees how the camera turns
            if first.rsplit("_", 2)[0] == second.rsplit("_", 2)[0]:
                assert apart(heading_deg(home, first), heading_deg(home, second)) <= 61


def test_a_trace_shows_what_the_guide_looked_at(walks: Walks, copied: Path) -> None:
    """Someone who looks up at every viewpoint."""
    row = walks.rows["train"][0]
    file = copied / TRACES / f"{row['instruction_id']:06}_guide_pose_trace.npz"
    with np.load(file, allow_pickle=True) as stored:
        arrays = dict(stored)
    viewer_from_camera = arrays["extrinsic_matrix"].reshape(-1, 4, 4).copy()
    upward = np.array([[1, 0, 0], [0, np.cos(0.6), -np.sin(0.6)], [0, np.sin(0.6), np.cos(0.6)]])
    viewer_from_camera[:, :3, :3] = viewer_from_camera[:, :3, :3] @ upward
    np.savez(file, **arrays | {"extrinsic_matrix": viewer_from_camera.reshape(-1, 16)})
    level, up = path_of(load(walks.root), 1).frame_ids, path_of(load(copied), 1).frame_ids
    assert {view[-3] for view in level} == {"1"} and {view[-3] for view in up} == {"0"}


def test_a_house_is_held_out_as_a_whole(walks: Walks, copied: Path) -> None:
    assert (load(walks.root).split, load(walks.root, UNSEEN).split) == ("train", "val")
    assert (digests(walks.root)["split"], digests(walks.root, UNSEEN)["split"]) == ("train", "val")
    assert {path.id for path in load(walks.root).paths} >= {"41", "42"}  # val_seen, in a house for training
    for name, split in (("test", "test"), ("val", "val")):
        (copied / f"scenes_{name}.txt").write_text(f"{HOME}\n")
        (copied / "scenes_train.txt").write_text("")
        assert (load(copied).split, digests(copied)["split"]) == (split, split)
        (copied / f"scenes_{name}.txt").write_text("")
    (copied / "scenes_train.txt").write_text(f"{UNSEEN}\n")  # RxR holds it out nevertheless
    assert load(copied, UNSEEN).split == digests(copied, UNSEEN)["split"] == "val"


def test_a_house_without_mesh_has_walks(walks: Walks) -> None:
    scene = load(walks.root, UNSEEN)
    assert scene.mesh is None and scene.objects == []
    assert len(scene.paths) == 4 and len(scene.frames) > 3
    assert walks.source.room_of(UNSEEN) == UNSEEN


def test_viewpoints_without_images_leave_out_their_paths(walks: Walks, copied: Path) -> None:
    rows = walks.rows["train"] + walks.rows["val_seen"]
    passing = {pano: sum(pano in row["path"] for row in rows) for pano in walks.graph.panos}
    lost = min((pano for pano in passing if passing[pano]), key=lambda pano: passing[pano])
    assert 0 < passing[lost] < len(rows)
    for image in (copied / HOME / "undistorted_color_images").glob(f"{lost}_*"):
        image.unlink()
    scene = load(copied)
    assert {int(path.id) for path in scene.paths} == {r["instruction_id"] for r in rows if lost not in r["path"]}
    assert scene.rejected["path: a viewpoint without images"] == passing[lost]


def test_paths_go_along_the_edges_of_the_graph(walks: Walks, copied: Path) -> None:
    file = copied / "connectivity" / f"{HOME}_connectivity.json"
    rows = walks.rows["train"] + walks.rows["val_seen"]
    hop = tuple(rows[0]["path"][:2])
    listed = json.loads(file.read_text())
    places = {one["image_id"]: place for place, one in enumerate(listed)}
    listed[places[hop[0]]]["unobstructed"][places[hop[1]]] = False
    before = digests(copied)
    file.write_text(json.dumps(listed))
    assert {name for name, digest in digests(copied).items() if digest != before[name]} == {"graph"}
    scene = load(copied)
    blocked = {row["instruction_id"] for row in rows if hop in pairwise(row["path"])}
    assert {int(path.id) for path in scene.paths} == {row["instruction_id"] for row in rows} - blocked
    assert scene.rejected["path: no way in the simulator's graph"] == len(blocked)
    file.unlink()
    assert len(load(copied).paths) == len(rows)
    file.write_text("[]")
    with pytest.raises(DataError, match=r"connectivity\.json: expected a list of viewpoints"):
        load(copied)


def test_a_house_whose_paths_are_all_left_out_is_said(copied: Path) -> None:
    shutil.rmtree(copied / "connectivity")
    change_rows(copied, path=["0123", "4567"])
    (copied / "rxr-data" / "rxr_val_seen_guide.jsonl.gz").unlink()
    with pytest.raises(DataError, match=r"path: a viewpoint without images: 8\); download undistorted_camera"):
        load(copied)


def test_traces_known_to_be_corrupt_are_not_used(walks: Walks, copied: Path) -> None:
    change_rows(copied, instruction_id=31170)  # of all rows; the first one counts
    shutil.copy(copied / TRACES / "000001_guide_pose_trace.npz", copied / TRACES / "031170_guide_pose_trace.npz")
    scene = load(copied)
    assert scene.rejected["path: pose trace known to be corrupt"] == 1
    assert scene.rejected["path: instruction id comes twice"] == 7
    for trace in (copied / TRACES).iterdir():
        trace.unlink()
    assert path_of(load(copied), 31170) == path_of(scene, 31170)


def test_bad_traces_and_those_of_other_walks_are_counted(walks: Walks, copied: Path) -> None:
    traces = copied / TRACES
    (traces / "000001_guide_pose_trace.npz").write_bytes(b"PK\x03\x04")
    # a follower's trace, which goes the other way
    shutil.copy(
        copied / "rxr-data/pose_traces/rxr_train/500002_follower_pose_trace.npz",
        traces / "000002_guide_pose_trace.npz",
    )
    with np.load(traces / "000003_guide_pose_trace.npz", allow_pickle=True) as stored:
        moved = dict(stored)
    matrices = moved["extrinsic_matrix"].reshape(-1, 4, 4).copy()
    matrices[:, 1, 3] += 3.0  # a floor higher
    np.savez(traces / "000003_guide_pose_trace.npz", **moved | {"extrinsic_matrix": matrices.reshape(-1, 16)})
    scene = load(copied)
    assert scene.rejected["path: pose trace unreadable"] == 1
    assert scene.rejected["path: pose trace of another walk"] == 2
    for number in (1, 2, 3):
        (traces / f"{number:06}_guide_pose_trace.npz").unlink()
    assert load(copied).paths == scene.paths


def test_followers_are_not_read(walks: Walks, copied: Path) -> None:
    for file in [*(copied / "rxr-data").glob("*follower*"), *(copied / TRACES).glob("*follower*")]:
        file.write_bytes(b"nothing")
    (copied / "rxr-data" / "rxr_test_standard_public_guide.jsonl.gz").write_bytes(b"nothing")
    assert load(copied).paths == load(walks.root).paths
    assert digests(copied) == digests(walks.root)


def test_digests_follow_what_decides(walks: Walks, copied: Path) -> None:
    before = digests(copied)
    assert {"guides", "pose traces", "mesh", "cameras", "color", "split", "house reader"} <= set(before)
    (copied / TRACES / "000001_guide_pose_trace.npz").unlink()
    assert {name for name, digest in digests(copied).items() if digest != before[name]} == {"pose traces"}
    assert digests(copied, UNSEEN) == digests(walks.root, UNSEEN)
    before = digests(copied)
    change_rows(copied, heading=1.0)
    assert {name for name, digest in digests(copied).items() if digest != before[name]} == {"guides"}
    (copied / GUIDES).write_bytes(b"no gzip")
    assert digests(copied)["guides"] == "unreadable"
    with pytest.raises(DataError, match=r"rxr_train_guide\.jsonl\.gz: damaged"):
        RxRSource(Storage(copied)).list_scenes()


def test_it_pickles_and_reads_images(walks: Walks, home: Scene) -> None:
    source = pickle.loads(pickle.dumps(walks.source))
    assert source.list_scenes() == [HOME, UNSEEN]
    data, suffix = source.read_media(home.frames[0].image)
    assert suffix == ".jpg" and data[:2] == b"\xff\xd8"
    assert source.read_media(home.frames[0].depth)[1] == ".png"


def test_the_same_in_a_bucket(walks: Walks, s3_endpoint: str) -> None:
    files = fsspec.core.url_to_fs(s3_endpoint)[0]
    files.put(str(walks.root / UNSEEN), f"{s3_endpoint}/scans/{UNSEEN}", recursive=True)
    files.put(str(walks.root / "rxr-data"), f"{s3_endpoint}/rxr-data", recursive=True)
    local, remote = load(walks.root, UNSEEN), RxRSource(Storage(f"{s3_endpoint}/scans")).load(UNSEEN)
    assert remote.paths == local.paths
    assert [frame.frame_id for frame in remote.frames] == [frame.frame_id for frame in local.frames]
    assert (remote.split, remote.rejected) == (local.split, local.rejected)


def test_a_later_load_gives_the_same(walks: Walks, home: Scene) -> None:
    again = load(walks.root)
    assert again.paths == home.paths and again.rejected == home.rejected
