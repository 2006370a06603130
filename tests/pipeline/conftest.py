"""Small scans to build from, and one Ray for all tests of the pipeline."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from factory.pipeline.config import BuildConfig
from factory.pipeline.plan import Plan, make_plan
from factory.sources.registry import open_source
from factory.store.hashing import CachedHasher
from factory.store.lake import Lake
from factory.store.storage import Storage
from factory.tasks import all_tasks


@pytest.fixture(scope="session")
def local_ray() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_AUTH_MODE", "disabled")
        patch.setenv("RAY_memory_usage_threshold", "0.98")
        # Workers import from the checkout, as they do under `ray job submit --working-dir .`.
        patch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
        import ray

        ray.init(num_cpus=4, object_store_memory=256 << 20, include_dashboard=False, log_to_driver=False)
        yield
        ray.shutdown()


def copy_scene(scene: Path, target: Path) -> Path:
    """A copy of a scene folder under another scene id."""
    shutil.copytree(scene, target)
    for path in target.glob(f"{scene.name}*"):
        path.rename(target / path.name.replace(scene.name, target.name))
    for path in target.glob("*.json"):
        path.write_text(path.read_text().replace(scene.name, target.name))
    return target


@pytest.fixture(scope="session")
def four_scans(tmp_path_factory: pytest.TempPathFactory, make_procedural_scan: Callable[..., Path]) -> Path:
    """Four very small scans, two and two alike but for their names."""
    root = tmp_path_factory.mktemp("four") / "scans"
    for seed in (3, 4):
        scene = make_procedural_scan(root, seed, f"scene000{seed}_00", frame_count=24, rooms=2, faces=12_000)
        copy_scene(scene, root / f"scene001{seed}_00")
    return root


def config_for(scans: Path, root: Path | str, **change: object) -> BuildConfig:
    values = {
        "source": "scannet",
        "input": str(scans),
        "root": str(root),
        "quotas": {task.spec.name: 12 for task in all_tasks()},
        "rasterizer": "embree",
    }
    return BuildConfig.model_validate(values | change)


def plan_for(config: BuildConfig) -> Plan:
    storage = Storage(config.input)
    return make_plan(
        config, open_source(config.source, storage), Lake(Storage(config.root)), CachedHasher(storage, None)
    )


def contents(root: Path) -> dict[str, bytes]:
    """All files below a folder, hidden ones too."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not os.path.islink(path)
    }
