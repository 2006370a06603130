"""Downloads: what is tried again, what is not, and how long it may take."""

import time
from collections.abc import Iterator

import pytest

from factory.errors import DataError
from factory.web.inputs.base import FILE_TOO_LARGE
from factory.web.inputs.download import NOT_ALLOWED, NOT_DOWNLOADED, Downloader
from tests.web.inputs.picture_server import PictureServer, picture_server
from tests.web.inputs.tiny_inputs import jpeg

DOWNLOADER = Downloader(timeout_s=0.3, retries=2, pause_s=0.01)


@pytest.fixture(scope="module")
def site() -> Iterator[PictureServer]:
    with picture_server() as server:
        yield server


@pytest.mark.parametrize("path", ["ok/5.jpg", "moved/5.jpg", "flaky/5.jpg", "ok/5.jpg?size=a b&name=ä#part"])
def test_pictures_come(site: PictureServer, path: str) -> None:
    assert DOWNLOADER.fetch(f"{site.url}/{path}") == (jpeg(5), "")


@pytest.mark.parametrize(("path", "tries"), [("gone/1.jpg", 1), ("flaky/2?", 3), ("slow/1", 3), ("short/1.jpg", 3)])
def test_what_may_pass_is_tried_again(site: PictureServer, path: str, tries: int) -> None:
    if path.startswith("flaky"):
        site.asked[f"/{path}"] = 3  # it will stay busy
    before = site.asked[f"/{path}"]
    assert DOWNLOADER.fetch(f"{site.url}/{path}") == (None, NOT_DOWNLOADED)
    assert site.asked[f"/{path}"] - before == tries


def test_a_site_that_drips_is_left(site: PictureServer) -> None:
    started = time.monotonic()
    assert Downloader(timeout_s=0.3, retries=0).fetch(f"{site.url}/drip/1") == (None, NOT_DOWNLOADED)
    assert time.monotonic() - started < 8


def test_opt_outs_are_respected(site: PictureServer) -> None:
    assert DOWNLOADER.fetch(f"{site.url}/noai/1.jpg") == (None, NOT_ALLOWED)


def test_endless_files_are_left(site: PictureServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("factory.web.inputs.download.MAX_FILE_BYTES", 99)
    assert DOWNLOADER.fetch(f"{site.url}/ok/x") == (None, FILE_TOO_LARGE)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "picture.jpg",
        "/etc/hostname",
        "http://",
        "http://[::1",
        "http://127.0.0.1:1/x.jpg",
        "http://127.0.0.1:99999/x",
        "https://no such host/x",
        "http://\0/x",
        "nonsense://a/b",
        "data:image/png;base64,AAAA",
        "http://" + "a" * 300 + ".test/",
    ],
)
def test_bad_urls_are_told(url: str) -> None:
    assert DOWNLOADER.fetch(url) == (None, NOT_DOWNLOADED)


def test_other_storage_is_read_by_fsspec() -> None:
    import fsspec

    with fsspec.open("memory://pictures/a.jpg", "wb") as file:
        file.write(b"from memory")
    assert DOWNLOADER.fetch("memory://pictures/a.jpg") == (b"from memory", "")
    assert DOWNLOADER.fetch("memory://pictures/b.jpg") == (None, NOT_DOWNLOADED)


def test_storage_without_its_library_stops_the_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    def without(*args: object, **kwargs: object) -> None:
        raise ImportError("install adlfs")

    monkeypatch.setattr("fsspec.open", without)
    with pytest.raises(DataError, match="abfs://x/y: cannot be read here: install adlfs"):
        DOWNLOADER.fetch("abfs://x/y")
