"""Writes walks through a home that `write_matterport3d` wrote, in the on-disk layout of RxR."""

import gzip
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from factory.sources.procedural.scene import ProceduralScene
from factory.sources.procedural.writers.rxr_traces import write_trace
from factory.sources.procedural.writers.rxr_words import LANGUAGES, Hop, instruction
from factory.tasks.rng import rng_for

Array = np.ndarray
Row = dict[str, Any]


class Graph(NamedTuple):
    """A home's viewpoints: panos (n), positions (n, 3) [m, world], free (n, n) whether one can walk straight."""

    panos: list[str]
    positions: Array
    free: Array


def read_graph(root: Path, scan_id: str) -> Graph:
    """What `root/connectivity/<scan_id>_connectivity.json` says of the viewpoints that are included."""
    listed = json.loads((root / "connectivity" / f"{scan_id}_connectivity.json").read_text())
    used = [place for place, viewpoint in enumerate(listed) if viewpoint["included"]]
    return Graph(
        [listed[place]["image_id"] for place in used],
        np.array([[listed[place]["pose"][k] for k in (3, 7, 11)] for place in used]).reshape(-1, 3),
        np.array([[listed[a]["unobstructed"][b] for b in used] for a in used], dtype=bool),
    )


def write_rxr(
    scene: ProceduralScene, root: Path, scan_id: str, list_name: str = "train", walks: int = 8, first_id: int = 1
) -> list[Row]:
    """Adds walks through `root/scan_id` to the guides of a list in `root/rxr-data`; the rows that were added.

    list_name : `train`, `val_seen` or `val_unseen`; first_id : of the instructions, which must be unique.
    Languages take turns. Every other guide has a pose trace. Followers are written beside the guides, and rows of the
    public test list that tell no more than where a walk begins. Raises ValueError for a home where nobody can walk.
    """
    graph = read_graph(root, scan_id)
    if not graph.free.any():
        raise ValueError(f"{scan_id}: no viewpoint can be reached from another; take other stations")
    rng = rng_for(scene.seed, "procedural", "rxr", list_name)
    folder = root / "rxr-data"
    guides, followers, hidden = [], [], []
    for number in range(first_id, first_id + walks):
        path = _random_walk(graph, rng)
        heading = float(np.round(rng.uniform(0.0, 2.0 * np.pi), 3))
        language = LANGUAGES[number % len(LANGUAGES)]
        row = _guide_row(scene, graph, scan_id, list_name, number, path, heading, language)
        guides.append(row)
        followers.append(_follower_row(graph, row, path))
        hidden.append(_hidden_row(row, number))
        traces = folder / "pose_traces" / f"rxr_{list_name}"
        if number % 2:
            panos = [graph.panos[place] for place in path]
            name = f"{number:06}_guide_pose_trace.npz"
            write_trace(traces / name, graph.positions[path], heading, panos, as_objects=number % 4 == 1)
        wrong_way = list(reversed(path))
        name = f"{followers[-1]['demonstration_id']:06}_follower_pose_trace.npz"
        write_trace(traces / name, graph.positions[wrong_way], 0.0, [graph.panos[place] for place in wrong_way])
    _add_rows(folder / f"rxr_{list_name}_guide.jsonl.gz", guides)
    _add_rows(folder / f"rxr_{list_name}_follower.jsonl.gz", followers)
    _add_rows(folder / "rxr_test_standard_public_guide.jsonl.gz", hidden)
    return guides


def turns_of(positions: Array, heading: float) -> list[float]:
    """By how much one turns [deg, clockwise, -180..180] before each hop between positions (v, 3)."""
    steps = np.diff(positions[:, :2], axis=0)
    bearings = np.degrees(np.arctan2(steps[:, 0], steps[:, 1]))
    before = np.concatenate([[np.degrees(heading)], bearings[:-1]])
    turns: list[float] = ((bearings - before + 180.0) % 360.0 - 180.0).tolist()
    return turns


def _random_walk(graph: Graph, rng: np.random.Generator) -> list[int]:
    """Two to four hops to viewpoints not visited yet, or fewer where there is no other."""
    walkable = np.flatnonzero(graph.free.any(axis=1))
    path = [int(rng.choice(walkable))]
    for _ in range(int(rng.integers(2, 5))):
        ahead = [place for place in np.flatnonzero(graph.free[path[-1]]).tolist() if place not in path]
        if not ahead:
            break
        path.append(int(rng.choice(ahead)))
    return path


def _guide_row(
    scene: ProceduralScene,
    graph: Graph,
    scan_id: str,
    list_name: str,
    number: int,
    path: list[int],
    heading: float,
    language: str,
) -> Row:
    positions = graph.positions[path]
    rooms = [_room_at(scene, position) for position in positions]
    turns = turns_of(positions, heading)
    text = instruction(language, [Hop(*hop) for hop in zip(turns, rooms, rooms[1:], strict=False)])
    return {
        "split": list_name,
        "instruction_id": number,
        "annotator_id": 100 + number % 7,
        "language": language,
        "path_id": 1000 + number // len(LANGUAGES),
        "scan": scan_id,
        "path": [graph.panos[place] for place in path],
        "heading": heading,
        "instruction": text,
        "timed_instruction": _timed(text),
        "edit_distance": 0.0,
    }


def _timed(text: str) -> list[Row]:
    """Words with the time when they are said [s]; speech recognition misses some, the first and the last too."""
    words = text.split()
    missed = {0, len(words) - 1, *range(5, len(words), 9)}
    return [
        {"word": word} if place in missed else {"word": word, "start_time": place * 0.4, "end_time": place * 0.4 + 0.3}
        for place, word in enumerate(words)
    ]


def _follower_row(graph: Graph, guide: Row, path: list[int]) -> Row:
    """Somebody who followed the instruction and got lost."""
    return {
        "demonstration_id": 500_000 + guide["instruction_id"],
        "instruction_id": guide["instruction_id"],
        "annotator_id": 900,
        "path": [graph.panos[place] for place in reversed(path)],
        "metrics": {"ne": 9.0, "sr": 0.0, "dtw": 12.0, "ndtw": 0.1, "sdtw": 0.0},
    }


def _hidden_row(guide: Row, number: int) -> Row:
    return {
        "split": "test_standard_public",
        "instruction_id": 900_000 + number,
        "annotator_id": guide["annotator_id"],
        "language": guide["language"],
        "path_id": 9000 + number,
        "scan": guide["scan"],
        "path": guide["path"][:1],
        "heading": guide["heading"],
        "instruction": guide["instruction"],
    }


def _room_at(scene: ProceduralScene, position: Array) -> str:
    """The kind of the room that a position is in, or nearest to."""
    x, y = position[:2]
    away = [max(room.x0 - x, x - room.x1, room.y0 - y, y - room.y1) for room in scene.rooms]
    return scene.rooms[int(np.argmin(away))].kind


def _add_rows(path: Path, rows: list[Row]) -> None:
    """Adds rows to a list, as other homes have written it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = gzip.decompress(path.read_bytes()) if path.exists() else b""
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_bytes(gzip.compress(before + lines.encode(), mtime=0))
