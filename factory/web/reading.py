"""The encoded pictures of a lake, from the inputs that it was built from."""

from collections.abc import Callable
from typing import Protocol

from factory.sources.registry import open_source
from factory.store.storage import Storage
from factory.web.inputs.opening import open_input


class Located(Protocol):
    """What says where a picture is: a row of `web_images`, for one."""

    @property
    def source(self) -> str: ...
    @property
    def image(self) -> str: ...
    @property
    def scene_id(self) -> str | None: ...


class PictureReader:
    """Reads a picture: from scenes where it is labelled, else from pictures of the web.

    urls : by source. Instances pickle.
    """

    def __init__(self, urls: dict[str, str]) -> None:
        self.urls = urls
        self._opened: dict[tuple[str, bool], Callable[[str], bytes]] = {}

    def __reduce__(self) -> tuple[type["PictureReader"], tuple[dict[str, str]]]:
        return PictureReader, (self.urls,)

    def __call__(self, picture: Located) -> bytes:
        """The bytes of a picture. Raises DataError or FileNotFoundError when they cannot be had."""
        kind = picture.source, picture.scene_id is None
        if kind not in self._opened:
            self._opened[kind] = self._open(*kind)
        return self._opened[kind](picture.image)

    def _open(self, name: str, of_the_web: bool) -> Callable[[str], bytes]:
        if of_the_web:
            return open_input(self.urls[name]).read_one
        source = open_source(name, Storage(self.urls[name]))
        return lambda uri: source.read_media(uri)[0]
