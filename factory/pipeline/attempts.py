"""Markers of attempts: what a scene leaves in the lake when it takes its worker down with it.

A marker is put before the work on a scene begins and removed when the work is committed or in quarantine, so that
those found at the beginning of an attempt are of workers that died: each names the run (one start of a job) that it
belongs to. Only those of the own run count. Others may belong to a build that goes on at the same time, or to one
that was killed for no fault of the scene.
"""

import json
import os
import socket
from datetime import UTC, datetime
from urllib.parse import quote, unquote

from factory.errors import DataError
from factory.store.lake import Lake

MAX_ATTEMPTS = 3
ATTEMPTS = "attempts"


class WorkerDied(DataError):
    """A scene whose worker died whenever it was tried."""


def begin(lake: Lake, dataset: str, key: str, scene: str, stage: str, run: str) -> None:
    """Marks one more attempt of a run at a scene; `key` is `scene` or `shard`.

    Raises WorkerDied, without a mark, when `MAX_ATTEMPTS` were not finished.
    """
    folder = _folder(dataset, key, scene)
    died = sum(path.startswith(f"{folder}/{stage}-{run}-") for path in lake.find_objects(folder))
    if died >= MAX_ATTEMPTS:
        raise WorkerDied(
            f"{scene}: its worker died {died} times in {stage} (a crash, too little memory, or over the time limit); "
            "look at the logs of the workers, give them more memory or more --scene-timeout"
        )
    about = {"host": socket.gethostname(), "pid": os.getpid(), "began": datetime.now(UTC).isoformat()}
    lake.write_object(f"{folder}/{stage}-{run}-{died + 1}.json", json.dumps(about).encode())


def end(lake: Lake, dataset: str, key: str, scene: str, stage: str) -> None:
    """Removes the markers of a stage of a scene, of all runs: it is committed or in quarantine."""
    folder = _folder(dataset, key, scene)
    for path in lake.find_objects(folder):
        if path.startswith(f"{folder}/{stage}-"):
            lake.delete_object(path)


def marked(lake: Lake, dataset: str) -> list[str]:
    """The scenes (or shards) of a data set that have markers, sorted."""
    folders = {path.split("/")[2] for path in lake.find_objects(f"{ATTEMPTS}/dataset={quote(dataset, safe='')}")}
    return sorted(unquote(folder.partition("=")[2]) for folder in folders)


def forget(lake: Lake, dataset: str, key: str, scenes: list[str]) -> None:
    """Removes all markers of scenes, such as those that a killed build left of what is up to date or gone."""
    for scene in scenes:
        for path in lake.find_objects(_folder(dataset, key, scene)):
            lake.delete_object(path)


def _folder(dataset: str, key: str, scene: str) -> str:
    return f"{ATTEMPTS}/dataset={quote(dataset, safe='')}/{key}={quote(scene, safe='')}"
