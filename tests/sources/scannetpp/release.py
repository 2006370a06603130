"""A release of two small procedural scenes in the ScanNet++ layout, and what the tests ask of it."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from factory.sources.registry import open_source
from factory.store.storage import Storage
from schemas.scene import Scene

NEW, OLD = "0a1b2c3d4e", "f00dfeed00"  # after December 2023 with images, before it with containers


def load(root: Path, scene_id: str = NEW, source: str = "scannetpp") -> Scene:
    return open_source(source, Storage(root)).load(scene_id)


def read_array(root: Path, uri: str, source: str = "scannetpp") -> np.ndarray:
    """The pixels behind a URI."""
    data, suffix = open_source(source, Storage(root)).read_media(uri)
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == {".jpg": "JPEG", ".png": "PNG"}[suffix]
        return np.asarray(image)


def edit_json(path: Path, change: Callable[[dict], object]) -> None:
    parsed = json.loads(path.read_text())
    change(parsed)
    path.write_text(json.dumps(parsed))


def edit_lines(path: Path, change: Callable[[str], str]) -> None:
    """Changes every line that is no comment."""
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line if line.startswith("#") else change(line) for line in lines))
