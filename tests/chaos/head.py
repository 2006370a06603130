"""A Ray head with a dashboard, as `ray start` makes it, that takes submitted jobs; it shares nothing with other Rays
of this machine."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from tests.chaos.builds import wait_until

_RAY = str(Path(sys.executable).with_name("ray"))
_STORE_BYTES = 100 << 20


class Head:
    """A head of two CPUs. Its workers know of the project what a job brings along, and nothing else."""

    def __init__(self, cache: Path) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="head-"))  # short, since paths of sockets are
        dashboard, client, agent = _free_ports(3)
        self.url = f"http://127.0.0.1:{dashboard}"
        environment = {name: value for name, value in os.environ.items() if name not in ("RAY_ADDRESS", "PYTHONPATH")}
        environment |= {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}",
            "RAY_AUTH_MODE": "disabled",
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_memory_usage_threshold": "0.98",
            "XDG_CACHE_HOME": str(cache),
            "COLUMNS": "160",
        }
        self._environment = environment
        command = [_RAY, "start", "--head", "--block", "--port=0", "--num-cpus=2", "--include-dashboard=true"]
        command += [f"--dashboard-port={dashboard}", f"--dashboard-agent-listen-port={agent}"]
        command += [f"--ray-client-server-port={client}", "--min-worker-port=0", "--max-worker-port=0"]
        command += [f"--object-store-memory={_STORE_BYTES}", f"--temp-dir={self._folder}"]
        start = self._folder / "start.txt"
        with start.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=self._folder,
                env=environment,
                start_new_session=True,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_until(self._takes_jobs, lambda: self.process.poll() is None, "dashboard", start)

    def submit(self, working_dir: Path, entrypoint: list[str], log: Path, *options: str) -> subprocess.Popen[bytes]:
        """`ray job submit`, which follows the job and writes its output to a file; the process."""
        command = [_RAY, "job", "submit", f"--address={self.url}", f"--working-dir={working_dir}", *options]
        with log.open("wb") as file:
            return subprocess.Popen(
                [*command, "--", *entrypoint],
                cwd=self._folder,
                env=self._environment,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def drivers(self, script: str) -> list[psutil.Process]:
        """The processes of this head that run a script."""
        found = []
        for process in psutil.Process(self.process.pid).children(recursive=True):
            try:
                line = process.cmdline()
            except psutil.Error:  # it ended meanwhile
                continue
            if script in line and Path(line[0]).name.startswith("python"):
                found.append(process)
        return found

    def uploads(self) -> list[Path]:
        """The unpacked working directories of jobs."""
        return sorted(path for path in self._folder.glob("session_2*/runtime_resources/working_dir_files/*/"))

    def shutdown(self) -> None:
        processes = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
        for process in processes:
            try:
                process.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue
        self.process.wait()
        psutil.wait_procs(processes, timeout=60)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _takes_jobs(self) -> bool:
        try:
            with urlopen(f"{self.url}/api/jobs/", timeout=10) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
