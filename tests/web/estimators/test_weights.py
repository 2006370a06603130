import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from factory.errors import DataError
from factory.web.estimators.weights import (
    FOLDER_VARIABLE,
    RANDOM,
    Package,
    WeightFile,
    folder_sha256,
    resolve,
    weights_folder,
)

CONTENT = b"these are weights" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
PACKAGE = Package("npm", "@scope/network", "1.2.3", "package/net.onnx")


def packaged(sha256: str = SHA256) -> WeightFile:
    return WeightFile("depth", "Net", sha256, "MIT", PACKAGE, "net.onnx")


def given(origin: object, sha256: str = SHA256) -> WeightFile:
    return WeightFile("depth", "Net", sha256, "MIT", str(origin))


def test_a_packaged_file_is_found_by_its_name(tmp_path):
    (tmp_path / "net.onnx").write_bytes(CONTENT)
    assert resolve(packaged(), tmp_path) == tmp_path / "net.onnx"


def test_a_missing_file_is_named_with_its_package_and_the_command_that_fetches_it(tmp_path):
    with pytest.raises(DataError) as caught:
        resolve(packaged(), tmp_path)
    for words in (str(tmp_path / "net.onnx"), "make weights", "@scope/network@1.2.3", "package/net.onnx"):
        assert words in str(caught.value)


def test_a_file_with_another_checksum_is_refused_and_both_checksums_said(tmp_path):
    (tmp_path / "net.onnx").write_bytes(CONTENT[:-1])
    with pytest.raises(DataError) as caught:
        resolve(packaged(), tmp_path)
    assert SHA256 in str(caught.value)
    assert hashlib.sha256(CONTENT[:-1]).hexdigest() in str(caught.value)


def test_a_file_that_changes_after_it_was_checked_is_checked_again(tmp_path):
    path = tmp_path / "net.onnx"
    path.write_bytes(CONTENT)
    resolve(packaged(), tmp_path)
    path.write_bytes(CONTENT[::-1])
    os.utime(path, ns=(1, 1))
    with pytest.raises(DataError, match="sha256"):
        resolve(packaged(), tmp_path)


def test_a_checksum_is_computed_once_while_the_file_stays(tmp_path, monkeypatch):
    path = tmp_path / "net.onnx"
    path.write_bytes(CONTENT)
    resolve(packaged(), tmp_path)
    monkeypatch.setattr("factory.web.estimators.weights.file_sha256", lambda path: pytest.fail("hashed again"))
    assert resolve(packaged(), tmp_path) == path


def test_the_users_own_file_is_taken_where_it_lies(tmp_path):
    path = tmp_path / "mine.pt"
    path.write_bytes(CONTENT)
    assert resolve(given(path), tmp_path / "weights") == path
    assert not (tmp_path / "weights").exists()


def test_a_file_that_the_user_names_and_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"mine\.pt: the weights of Net \(depth\) are not there"):
        resolve(given(tmp_path / "mine.pt"), tmp_path)


def folder_of_weights(folder: Path) -> Path:
    (folder / "inner").mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "a-b").write_bytes(b"sorts before a/")
    (folder / "inner" / "model.safetensors").write_bytes(CONTENT)
    return folder


def test_the_checksum_of_a_folder_is_what_the_documented_shell_line_says(tmp_path):
    folder = folder_of_weights(tmp_path / "model")
    line = "find . -type f | LC_ALL=C sort | xargs sha256sum | sha256sum"
    said = subprocess.run(["sh", "-c", line], cwd=folder, capture_output=True, text=True, check=True).stdout.split()[0]
    assert folder_sha256(folder) == said
    assert resolve(given(folder, said), tmp_path) == folder


def test_any_change_in_a_folder_changes_its_checksum(tmp_path):
    folder = folder_of_weights(tmp_path / "model")
    before = folder_sha256(folder)
    (folder / "config.json").rename(folder / "config2.json")
    renamed = folder_sha256(folder)
    (folder / "inner" / "model.safetensors").write_bytes(CONTENT + b"!")
    assert len({before, renamed, folder_sha256(folder)}) == 3


@pytest.fixture
def bucket(s3_endpoint):
    from factory.store.storage import Storage

    return Storage(s3_endpoint)


def test_a_file_in_a_bucket_is_copied_once(tmp_path, bucket):
    bucket.write_atomic("net.pt", CONTENT)
    weights = given(f"{bucket.url}/net.pt")
    path = resolve(weights, tmp_path)
    assert path.read_bytes() == CONTENT
    assert path.is_relative_to(tmp_path)
    bucket.delete("net.pt")
    assert resolve(weights, tmp_path) == path


def test_a_folder_in_a_bucket_is_copied_whole(tmp_path, bucket):
    folder = folder_of_weights(tmp_path / "model")
    for name in ("config.json", "a-b", "inner/model.safetensors"):
        bucket.write_atomic(f"model/{name}", (folder / name).read_bytes())
    path = resolve(given(f"{bucket.url}/model/", folder_sha256(folder)), tmp_path / "weights")
    assert folder_sha256(path) == folder_sha256(folder)


def test_what_a_bucket_holds_instead_is_refused_and_not_kept(tmp_path, bucket):
    bucket.write_atomic("net.pt", CONTENT + b"!")
    weights = given(f"{bucket.url}/net.pt")
    with pytest.raises(DataError, match="sha256"):
        resolve(weights, tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    bucket.write_atomic("net.pt", CONTENT)
    assert resolve(weights, tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("name", ["nothing.pt", "nothing/"])
def test_a_url_with_nothing_behind_it_is_named(tmp_path, bucket, name):
    with pytest.raises(DataError, match=r"nothing.*cannot be read"):
        resolve(given(f"{bucket.url}/{name}"), tmp_path)


def test_the_folder_is_the_given_one_then_that_of_the_environment_then_one_in_the_cache(monkeypatch):
    monkeypatch.setenv(FOLDER_VARIABLE, "/from/environment")
    assert weights_folder("/given") == Path("/given")
    assert weights_folder() == Path("/from/environment")
    monkeypatch.delenv(FOLDER_VARIABLE)
    assert weights_folder().is_relative_to(Path.home() / ".cache")


def test_records_say_whose_weights_and_whether_they_are_random():
    use = packaged().use()
    assert (use.role, use.name, use.sha256, use.licence) == ("depth", "Net", SHA256, "MIT")
    assert given(RANDOM, RANDOM).is_random
    assert not packaged().is_random
