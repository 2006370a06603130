"""Reading tiny houses, and comparing what was read."""

import json
from pathlib import Path

from factory.sources.structured3d.source import Structured3DSource
from factory.store.hashing import CachedHasher
from factory.store.storage import Storage
from schemas.scene import Scene
from tests.sources.structured3d.tiny_house import SCENE, TinyHouse, box_entry


def source_of(root: Path | str) -> Structured3DSource:
    return Structured3DSource(Storage(root))


def load(root: Path | str) -> Scene:
    return source_of(root).load(SCENE)


def digests(root: Path | str, scene_id: str = SCENE) -> dict[str, str]:
    return source_of(root).input_digests(scene_id, CachedHasher(Storage(root)))


def content_of(scene: Scene) -> dict:
    """All of a scene, in lists that can be compared."""
    return json.loads(json.dumps(scene.model_dump(), default=lambda array: array.tolist()))


def without_uris(scene: Scene) -> dict:
    """All of a scene but where its images lie."""
    content = content_of(scene)
    for frame in content["frames"]:
        for key in ("image", "depth", "instances"):
            frame[key] = frame[key].rpartition("/")[2]
    return content


def write(root: Path, **changes: object) -> Path:
    TinyHouse(**changes).write(root)
    return root


def boxes_with(*ids: int) -> list[dict]:
    return [box_entry(object_id, [0.0, 0.0, 500.0], [250.0, 300.0, 500.0]) for object_id in ids]
