"""Procedural scans read back with what ScanNet's layout has no place for: which way things face."""

import json

from factory.errors import DataError
from factory.sources.base import FileHasher
from factory.sources.scannet.source import ScanNetSource
from schemas.scene import Scene

FRONTS_SUFFIX = "_fronts.json"


class ProceduralSource(ScanNetSource):
    """Scans in the ScanNet layout with a file of fronts beside each: `{object_id: [x, y, z]}`, unit vectors in the
    aligned world."""

    name = "procedural"
    version = 1

    def input_digests(self, scene_id: str, hasher: FileHasher) -> dict[str, str]:
        """Those of a ScanNet scene, and the fronts by content."""
        try:
            fronts = hasher.content(_path(scene_id))
        except FileNotFoundError:
            fronts = "missing"
        return {**super().input_digests(scene_id, hasher), "fronts": fronts}

    def load(self, scene_id: str) -> Scene:
        """The scene with the fronts of its objects. Raises DataError without the file of fronts."""
        scene = super().load(scene_id)
        path = _path(scene_id)
        try:
            fronts = {int(key): value for key, value in json.loads(self._root.read_bytes(path)).items()}
            objects = [
                one.model_validate(one.model_dump() | {"front": fronts[one.object_id]})
                if one.object_id in fronts
                else one
                for one in scene.objects
            ]
        except FileNotFoundError:
            raise DataError(f"{path}: no such file; write the scans again with make_scans.py") from None
        except (ValueError, AttributeError, TypeError) as error:
            raise DataError(f"{path}: expected a JSON object of unit vectors by object id: {error}") from error
        return scene.model_copy(update={"objects": objects})


def _path(scene_id: str) -> str:
    return f"{scene_id}/{scene_id}{FRONTS_SUFFIX}"
