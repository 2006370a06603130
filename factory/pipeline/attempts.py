"""Markers of attempts: what tells that a scene takes its workers down with it.

A marker is put into the lake before the work on a scene begins and removed when the work is committed or in
quarantine: those that the next attempt finds are of workers that died. Each names its run (one start of a job), and
only those of the own run count: others may belong to a build that goes on at the same time, or to one that was
killed for no fault of the scene.
"""

import json
import os
import socket
from datetime import UTC, datetime
from urllib.parse import quote, unquote

from factory.errors import DataError
from factory.store.lake import Lake, partition_key

MAX_ATTEMPTS = 3
ATTEMPTS = "attempts"


class WorkerDied(DataError):
    """A scene whose worker died whenever it was tried."""


class Attempt:
    """One attempt of a run at one stage of a scene (or shard), which other attempts may have gone before.

    Looks for their markers when it is made. All that fails is the lake's fault and raises EnvironmentFailure.
    """

    def __init__(self, lake: Lake, dataset: str, scene: str, stage: str, table: str, run: str) -> None:
        self._lake, self._scene, self._stage, self._run = lake, scene, stage, run
        self._folder = f"{ATTEMPTS}/{partition_key(table, dataset, scene)}"
        prefix = f"{self._folder}/{stage}-"
        self._markers = [path for path in lake.find_objects(self._folder) if path.startswith(prefix)]

    def begin(self) -> None:
        """Puts a marker. Raises WorkerDied, without one, when `MAX_ATTEMPTS` of the run were not finished."""
        died = sum(path.startswith(f"{self._folder}/{self._stage}-{self._run}-") for path in self._markers)
        if died >= MAX_ATTEMPTS:
            raise WorkerDied(
                f"{self._scene}: its worker died {died} times in {self._stage} (a crash, too little memory, or over "
                "the time limit); see the workers' logs, or give it more memory or a longer --scene-timeout"
            )
        path = f"{self._folder}/{self._stage}-{self._run}-{died + 1}.json"
        about = {"host": socket.gethostname(), "pid": os.getpid(), "began": datetime.now(UTC).isoformat()}
        self._markers.append(path)
        self._lake.write_object(path, json.dumps(about).encode())

    def end(self) -> None:
        """Removes the markers, those of other runs too: the scene is committed or in quarantine."""
        for path in self._markers:
            self._lake.delete_object(path)


def marked_scenes(lake: Lake, dataset: str) -> list[str]:
    """The scenes (or shards) of a data set that have markers, sorted."""
    paths = lake.find_objects(f"{ATTEMPTS}/dataset={quote(dataset, safe='')}")
    return sorted({unquote(path.split("/")[-2].partition("=")[2]) for path in paths})


def forget_attempts(lake: Lake, dataset: str, table: str, scene: str) -> None:
    """Removes all markers of a scene, such as a killed build leaves of what is up to date or gone."""
    for path in lake.find_objects(f"{ATTEMPTS}/{partition_key(table, dataset, scene)}"):
        lake.delete_object(path)
