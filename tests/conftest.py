"""Fixtures that several parts share."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from factory.store.lake import Lake
from factory.store.storage import Storage
from tests.building import build, config_for, copy_scene
from tests.mesh_less_homes import SCENE_OF, Home, write_home
from tests.store.faulty_s3 import FaultyS3


@pytest.fixture(scope="session")
def real_scans() -> Path:
    """A folder of real scans in the ScanNet layout, from SPATIAL_QA_SCANS or beside the checkout; skips without."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data" / "scans"
    folder = Path(os.environ.get("SPATIAL_QA_SCANS", beside))
    if not folder.is_dir():
        pytest.skip("no real scans here (set SPATIAL_QA_SCANS to a folder of ScanNet-layout scenes)")
    return folder


@pytest.fixture
def s3_endpoint(s3_bucket: str, tmp_path: Path) -> str:
    """The URL of an empty folder in a bucket of a local S3 server, reached over HTTP as `AWS_*` say."""
    _make_bucket()  # again: other tests start moto, too, which forgets all buckets
    return f"{s3_bucket}/{tmp_path.name}"


@pytest.fixture(scope="session")
def s3_bucket() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    values = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setenv(name, value)
        patch.delenv("AWS_PROFILE", raising=False)
        _make_bucket()
        yield "s3://factory-tests"
    server.stop()


def _make_bucket() -> None:
    from botocore.session import Session

    Session().create_client("s3").create_bucket(Bucket="factory-tests")


@pytest.fixture
def faulty_s3(s3_bucket: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyS3]:
    """A front before the local S3 server that fails on demand; the environment points to it during the test."""
    from s3fs import S3FileSystem

    _make_bucket()
    front = FaultyS3(os.environ["AWS_ENDPOINT_URL"])
    monkeypatch.setenv("AWS_ENDPOINT_URL", front.endpoint)
    S3FileSystem.clear_instance_cache()  # clients that know the other address
    yield front
    front.close()
    S3FileSystem.clear_instance_cache()


@pytest.fixture(scope="session")
def make_procedural_scan() -> Callable[..., Path]:
    """A function that writes one small procedural scan below a folder: `(root, seed, scene_id, **build_scene)`."""

    def make(root: Path, seed: int, scene_id: str, **settings: int | float) -> Path:
        from factory.sources.procedural.scene import build_scene
        from factory.sources.procedural.writers.scannet import write_scannet
        from factory.sources.procedural.writers.scannet_labels import write_label_table

        small = {"faces": 30_000, "frame_count": 40, "width": 320, "height": 240, "rooms": 3}
        folder = write_scannet(build_scene(seed, **{**small, **settings}), root, scene_id)
        write_label_table(root)
        return folder

    return make


@pytest.fixture(scope="session")
def procedural_scans(tmp_path_factory: pytest.TempPathFactory, make_procedural_scan: Callable[..., Path]) -> Path:
    """A folder of two small procedural scans in the ScanNet layout, with the label table; read only."""
    root = tmp_path_factory.mktemp("procedural") / "scans"
    for seed, scene_id in ((1, "scene0000_00"), (2, "scene0001_00")):
        make_procedural_scan(root, seed, scene_id)
    return root


@pytest.fixture(scope="session")
def four_scans(tmp_path_factory: pytest.TempPathFactory, make_procedural_scan: Callable[..., Path]) -> Path:
    """Four very small scans, two and two alike but for their names."""
    root = tmp_path_factory.mktemp("four") / "scans"
    for seed in (3, 4):
        scene = make_procedural_scan(root, seed, f"scene000{seed}_00", frame_count=36, rooms=2, faces=12_000)
        copy_scene(scene, root / f"scene001{seed}_00")
    return root


@pytest.fixture(scope="session")
def lake_of_scans(four_scans: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The lake of `four_scans`, all tasks; read only."""
    root = tmp_path_factory.mktemp("four") / "lake"
    results = build(config_for(four_scans, root))
    assert [result.status for result in results] == ["built"] * 8
    return Lake(Storage(root))


@pytest.fixture(scope="session", params=sorted(SCENE_OF))
def mesh_less_home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A procedural home without a mesh and its lake, all tasks, built where no renderer can be opened; read only."""
    root = tmp_path_factory.mktemp(request.param)
    write_home(request.param, root / "scans")

    def refuse(*_args: object) -> None:
        raise AssertionError("a scene without a mesh needs no rasterizer")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("factory.visibility.select.open_rasterizer", refuse)
        results = build(config_for(root / "scans", root / "lake", source=request.param))
    assert [(result.stage, result.status) for result in results] == [("records", "built"), ("qa", "built")]
    return Home(request.param, SCENE_OF[request.param], root / "scans", root / "lake")


@pytest.fixture(scope="session")
def local_ray() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_AUTH_MODE", "disabled")
        patch.setenv("RAY_memory_usage_threshold", "0.98")
        # Workers import from the checkout, as they do under `ray job submit --working-dir .`.
        patch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[1]))
        import ray

        ray.init(
            address="local",
            num_cpus=4,
            num_gpus=1,  # Ray believes it: what is placed on GPUs runs, and draws without one
            object_store_memory=256 << 20,
            include_dashboard=False,
            log_to_driver=False,
        )
        yield
        ray.shutdown()
