"""Numbers and the one step in which a release appears, in a folder and in a bucket."""

import io
import uuid
from pathlib import Path

import pytest

from factory.errors import DataError
from factory.exports.release import build, publish
from factory.exports.release.manifest import MANIFEST
from factory.exports.release.publish import CLAIM, BucketDraft, LocalDraft, open_draft
from factory.exports.release.verify import verify_release
from factory.store.remote_files import RemoteFiles
from factory.store.retries import Patience
from factory.store.storage import Storage
from tests.building import contents
from tests.exports.release.releasing import release, write_scenes
from tests.store.faulty_s3 import FaultyS3

SPLITS = {"scene0001_00": "train", "scene0002_00": "val"}


class _PowerCut(BaseException):
    """What no code expects."""


def test_an_interrupted_release_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = write_scenes(tmp_path / "lake", SPLITS)
    put, count = LocalDraft.put, iter(range(100))

    def fail(self: LocalDraft, path: str, content: io.BytesIO) -> None:
        if next(count) == 7:
            raise _PowerCut
        put(self, path, content)

    monkeypatch.setattr(LocalDraft, "put", fail)
    with pytest.raises(_PowerCut):
        release(lake, tmp_path / "out")
    assert contents(tmp_path / "out") == {}
    where, _ = release(lake, tmp_path / "out")
    assert Path(where.url).name == "v000001" and next(count) > 8


def test_two_runs_get_two_numbers(tmp_path: Path) -> None:
    with open_draft(Storage(tmp_path), "homes") as one, open_draft(Storage(tmp_path), "homes") as other:
        one.put("a", io.BytesIO(b"one"))
        other.put("a", io.BytesIO(b"other"))
        assert Path(other.publish(b"{}")).name == "v000001"
        assert Path(one.publish(b"{}")).name == "v000002"
    assert (tmp_path / "homes/v000001/a").read_bytes() == b"other"
    assert sorted(path.name for path in (tmp_path / "homes").iterdir()) == ["v000001", "v000002"]


def test_a_number_that_was_taken_meanwhile_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "homes/v000001").mkdir(parents=True)
    (tmp_path / "homes/v000001/README.md").write_text("somebody else's")
    monkeypatch.setattr(publish, "numbers", lambda folder: [])
    with open_draft(Storage(tmp_path), "homes") as draft:
        assert Path(draft.publish(b"{}")).name == "v000002"
    assert (tmp_path / "homes/v000001/README.md").read_text() == "somebody else's"


def test_a_release_in_a_bucket(s3_endpoint: str, tmp_path: Path) -> None:
    lake = write_scenes(f"{s3_endpoint}/lake", SPLITS)
    where, manifest = release(lake, f"{s3_endpoint}/out", shard_bytes=40 << 10)
    assert where.url == f"{s3_endpoint}/out/homes/v000001"
    assert verify_release(where) == (manifest, [])
    local, _ = release(lake, tmp_path / "out", shard_bytes=40 << 10)
    assert {path: where.read_bytes(path) for path in where.find()} == contents(Path(local.url))
    assert release(lake, f"{s3_endpoint}/out")[0].url.endswith("/v000002")
    damaged = manifest.files[3].path
    where.write_atomic(damaged, where.read_bytes(damaged)[:-1])
    assert damaged in {finding.path for finding in verify_release(where)[1]}


def test_what_was_interrupted_in_a_bucket_is_no_release(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = write_scenes(f"{s3_endpoint}/lake", SPLITS)
    out = Storage(f"{s3_endpoint}/out")

    def cut(self: BucketDraft, manifest: bytes) -> str:
        raise _PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(BucketDraft, "publish", cut)
        with pytest.raises(_PowerCut):
            release(lake, out.url)
        assert out.find() == []
        patch.setattr(BucketDraft, "__exit__", lambda *_: None)  # killed, and nobody tidies up
        with pytest.raises(_PowerCut):
            release(lake, out.url)
    dead = out.sub("homes", "v000001")
    assert dead.exists(CLAIM) and not dead.exists(MANIFEST)
    with pytest.raises(DataError, match=r"no release here, manifest.json is missing"):
        verify_release(dead)
    where, _ = release(lake, out.url)
    assert where.url.endswith("/v000002") and not where.exists(CLAIM)
    assert verify_release(where)[1] == []


def test_two_runs_in_a_bucket_never_share_a_number(s3_endpoint: str) -> None:
    out = Storage(s3_endpoint)
    with open_draft(out, "homes") as one, open_draft(out, "homes") as other:
        one.put("a", io.BytesIO(b"one"))
        other.put("a", io.BytesIO(b"other"))
        places = [one.publish(b"{}"), other.publish(b"{}")]
        with pytest.raises(FileExistsError):
            one.publish(b"changed")
    assert [place[-7:] for place in places] == ["v000001", "v000002"]
    assert out.find() == [f"homes/v00000{n}/{name}" for n in (1, 2) for name in ("a", MANIFEST)]
    assert out.read_bytes(f"homes/v000001/{MANIFEST}") == b"{}"


def test_a_release_in_a_bucket_that_fails_often(
    s3_bucket: str, faulty_s3: FaultyS3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RemoteFiles, "patience", Patience(total_s=60.0, first_s=0.01, longest_s=0.2))
    lake = write_scenes(tmp_path / "lake", SPLITS)
    for seed, kind in enumerate(("internal error", "reset", "lost answer", "twice")):
        faulty_s3.inject(kind, share=0.05, seed=seed)
    for name in (CLAIM, MANIFEST):
        faulty_s3.inject("lost answer", times=2, method="PUT", path=name)
    where, manifest = release(lake, f"{s3_bucket}/{uuid.uuid4().hex}", shard_bytes=40 << 10)
    assert faulty_s3.struck["lost answer"] >= 4
    faulty_s3.heal()
    assert where.url.endswith("/v000001") and verify_release(where) == (manifest, [])
    local, _ = release(lake, tmp_path / "out", shard_bytes=40 << 10)
    assert {path: where.read_bytes(path) for path in where.find()} == contents(Path(local.url))


def test_the_manifest_comes_last_in_a_bucket(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = write_scenes(f"{s3_endpoint}/lake", SPLITS)
    seen = []
    publish_it = BucketDraft.publish

    def look(self: BucketDraft, manifest: bytes) -> str:
        seen.extend(self._storage.find())
        return publish_it(self, manifest)

    monkeypatch.setattr(BucketDraft, "publish", look)
    where, manifest = release(lake, f"{s3_endpoint}/out")
    assert set(where.find()) - set(seen) == {MANIFEST} and set(seen) - set(where.find()) == {CLAIM}
    assert build.CHECKSUMS in seen and len(seen) == len(manifest.files) + 4
