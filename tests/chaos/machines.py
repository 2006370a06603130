"""A cluster whose worker machines can be lost; all of them live on this one."""

import os
import shutil
import signal
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psutil

_STORE_BYTES = 80 << 20


class Machines:
    """A head that computes nothing, and worker nodes of one CPU each.

    Nodes are started in the main thread, which Ray's signal handlers demand.
    """

    def __init__(self, workers: int) -> None:
        from ray.cluster_utils import Cluster

        self._folder = Path(tempfile.mkdtemp(prefix="machines-"))  # short, since paths of sockets are
        head = {"num_cpus": 0, "object_store_memory": _STORE_BYTES, "include_dashboard": False}
        with self._own_address_file():
            self._cluster = Cluster(
                initialize_head=True, head_node_args=head | {"temp_dir": str(self._folder / "ray")}
            )
        self._nodes: list[Any] = []
        for _ in range(workers):
            self.add()

    @property
    def address(self) -> str:
        return str(self._cluster.address)

    def add(self) -> None:
        """One more worker node."""
        self._nodes.append(self._cluster.add_node(num_cpus=1, object_store_memory=_STORE_BYTES))

    def lose(self, pid: int) -> None:
        """Takes the node of a worker away as a power cut would, with all that runs on it."""
        (node,) = (node for node in self._nodes if _raylet(node) in {p.pid for p in psutil.Process(pid).parents()})
        lost = psutil.Process(_raylet(node)).children(recursive=True)
        self._nodes.remove(node)
        self._cluster.remove_node(node, allow_graceful=False)
        for process in lost:
            try:
                process.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(lost, timeout=60)

    def shutdown(self) -> None:
        with self._own_address_file():
            self._cluster.shutdown()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _own_address_file(self) -> AbstractContextManager[object]:
        # Else any `ray.init()` on this machine joined this cluster.
        return patch.dict(os.environ, {"RAY_TMPDIR": str(self._folder)})


def _raylet(node: Any) -> int:
    return int(node.all_processes["raylet"][0].process.pid)
