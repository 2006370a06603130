"""What a build reports while it runs: exact, and as Prometheus sees it."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from factory.pipeline import metrics
from factory.pipeline.metrics import METRICS, BuildMetrics
from factory.pipeline.result import StageResult
from tests.building import copy_scene

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = re.compile(r"^ray_(spatial_qa_\w+)\{(.*)\} ([-+.e\d]+)$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="([^"]*)"')


class Recorded:
    """Stands for all metrics of Ray: what they were told last, or in sum."""

    def __init__(self, name: str, into: dict[tuple[str, ...], float]) -> None:
        self._name, self._into = name, into

    def _key(self, tags: dict[str, str]) -> tuple[str, ...]:
        assert tuple(tags) == METRICS[self._name].labels
        return (self._name, *tags.values())

    def inc(self, value: float, tags: dict[str, str]) -> None:
        assert value > 0
        self._into[self._key(tags)] = self._into.get(self._key(tags), 0) + value

    def set(self, value: float, tags: dict[str, str]) -> None:
        self._into[self._key(tags)] = value

    def observe(self, value: float, tags: dict[str, str]) -> None:
        self.inc(1, tags)


def result(stage: str, status: str = "built", **more: object) -> StageResult:
    return StageResult.model_validate({"scene_id": "a", "stage": stage, "status": status, **more})


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, ...], float]:
    into: dict[tuple[str, ...], float] = {}
    monkeypatch.setattr(metrics, "_connected_metrics", lambda: {name: Recorded(name, into) for name in METRICS})
    return into


def test_every_result_counts_where_it_belongs(recorded: dict[tuple[str, ...], float]) -> None:
    build = BuildMetrics("scannet", 4)
    assert recorded["spatial_qa_scenes_left", "scannet"] == 4
    counts = {"rows: depth_oc fill": 3, "rows: depth_oc select": 2, "rows: room_size fill": 1, "kept: keyframes": 9}
    records = result("records", seconds=2.0, cpu_seconds=1.5, peak_memory_mb=700)
    build.observe([records, result("qa", seconds=0.5, cpu_seconds=0.25, peak_memory_mb=300, counts=counts)])
    build.observe([result("records", seconds=1.0, peak_memory_mb=500), result("qa", "unchanged")])
    build.observe([result("records", "quarantined", seconds=0.5, error="DataError")])
    histogram = {key: recorded.pop(key) for key in list(recorded) if key[0] == "spatial_qa_stage_seconds"}
    assert recorded == {
        ("spatial_qa_scenes_left", "scannet"): 1,
        ("spatial_qa_scenes_total", "scannet", "qa", "built"): 1,
        ("spatial_qa_scenes_total", "scannet", "qa", "unchanged"): 1,
        ("spatial_qa_scenes_total", "scannet", "records", "quarantined"): 1,
        ("spatial_qa_quarantined_total", "scannet", "records", "DataError"): 1,
        ("spatial_qa_rows_total", "scannet", "depth_oc"): 5,
        ("spatial_qa_rows_total", "scannet", "room_size"): 1,
        ("spatial_qa_busy_seconds_total", "scannet", "records"): 3.5,
        ("spatial_qa_busy_seconds_total", "scannet", "qa"): 0.5,
        ("spatial_qa_cpu_seconds_total", "scannet", "records"): 1.5,
        ("spatial_qa_cpu_seconds_total", "scannet", "qa"): 0.25,
        ("spatial_qa_peak_memory_mb", "scannet", "records"): 700,
        ("spatial_qa_peak_memory_mb", "scannet", "qa"): 300,
    }
    assert histogram == {
        ("spatial_qa_stage_seconds", "scannet", "records"): 3,
        ("spatial_qa_stage_seconds", "scannet", "qa"): 2,
    }


def test_without_ray_nothing_happens() -> None:
    """In a process of its own: another test may have connected this one."""
    code = (
        "import ray\n"
        "from factory.pipeline.metrics import BuildMetrics\n"
        "from factory.pipeline.result import StageResult\n"
        "build = BuildMetrics('scannet', 1)\n"
        "build.observe([StageResult(scene_id='a', stage='qa', status='built')])\n"
        "assert not ray.is_initialized()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, timeout=120)


DRIVER = """
import sys, time
from pathlib import Path
import ray

ray.init(
    address="local",
    num_cpus=1,
    object_store_memory=100 << 20,
    include_dashboard=False,
    log_to_driver=False,
    _metrics_export_port=int(sys.argv[1]),
    _temp_dir=sys.argv[2],
    _system_config={"metrics_report_interval_ms": 1000},
)
from jobs.build_spar7m import main

print("exit status", main(sys.argv[4:]), flush=True)
while not Path(sys.argv[3]).exists():
    time.sleep(0.1)
"""


@pytest.mark.chaos
def test_prometheus_finds_a_build(make_procedural_scan: Callable[..., Path], tmp_path: Path) -> None:
    scans = tmp_path / "scans"
    scene = make_procedural_scan(scans, 3, "scene0003_00", frame_count=36, rooms=2, faces=12_000)
    broken = copy_scene(scene, scans / "scene0004_00")
    (broken / "scene0004_00_vh_clean_2.ply").write_bytes(b"cut off")
    port, over = _free_port(), tmp_path / "over"
    ray_folder = tempfile.mkdtemp(prefix="ray", dir="/tmp")  # sockets have short names
    arguments = ["--source", "scannet", "--input", str(scans), "--root", str(tmp_path / "lake"), "--preset", "sample"]
    arguments += ["--rasterizer", "embree", "--workers", "1"]
    environment = os.environ | {
        "RAY_AUTH_MODE": "disabled",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_memory_usage_threshold": "0.98",
        "PYTHONPATH": str(ROOT),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    environment.pop("RAY_ADDRESS", None)
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(port), ray_folder, str(over), *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        samples = _scrape(driver, port, until=("spatial_qa_scenes_left", "0.0"), give_up=time.monotonic() + 150)
    finally:
        over.touch()
        output, _ = driver.communicate(timeout=60)
        shutil.rmtree(ray_folder, ignore_errors=True)
    assert "exit status 3" in output

    def total(name: str, **labels: str) -> float:
        return sum(v for n, of, v in samples if n == name and labels.items() <= of.items())

    assert {name for name, _, _ in samples} == {
        exported
        for name, metric in METRICS.items()
        for exported in (
            [f"{name}_{part}" for part in ("bucket", "count", "sum")] if metric.kind == "Histogram" else [name]
        )
    }
    assert all(of["source"] == "scannet" for _, of, _ in samples)
    assert total("spatial_qa_scenes_total", stage="qa", status="built") == 1
    assert total("spatial_qa_scenes_total", stage="records", status="quarantined") == 1
    assert total("spatial_qa_quarantined_total", stage="records", error="DataError") == 1
    assert total("spatial_qa_stage_seconds_count", stage="records") == 2
    assert total("spatial_qa_rows_total") == _rows_of(tmp_path / "lake")


def _rows_of(lake: Path) -> int:
    return sum(pq.read_metadata(file).num_rows for file in (lake / "qa").rglob("*.parquet"))


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _scrape(
    driver: subprocess.Popen[str], port: int, until: tuple[str, str], give_up: float
) -> list[tuple[str, dict[str, str], float]]:
    """The build's samples once `until`, a name and a value, is among them: metric, labels, value."""
    while time.monotonic() < give_up and driver.poll() is None:
        time.sleep(0.5)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
                text = answer.read().decode()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            continue
        found = SAMPLE.findall(text)
        if any((name, value) == until for name, _, value in found):
            return [(name, dict(LABEL.findall(labels)), float(value)) for name, labels, value in found]
    raise AssertionError(f"no {until[0]} of {until[1]} at the metrics port")
