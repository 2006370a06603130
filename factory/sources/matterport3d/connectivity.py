"""The simulator's graph of a house: panoramas and which of them one can walk between (`<scan>_connectivity.json`)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from factory.errors import DataError
from factory.sources.cameras import nearest_rigid, pose_faults


@dataclass(frozen=True)
class Connectivity:
    """Viewpoints by place in the file.

    panos : ids (n); world_from_camera : (n, 4, 4), x right, y down, z forward, facing the skybox's image 3;
    included : (n,) bool, whether the simulator uses the viewpoint; height : (n,) of the camera over the floor [m];
    visible, unobstructed : (n, n) bool, [i, j] whether j is seen from i, and whether one can walk straight to it.
    """

    panos: list[str]
    world_from_camera: np.ndarray
    included: np.ndarray
    visible: np.ndarray
    unobstructed: np.ndarray
    height: np.ndarray

    @cached_property
    def places(self) -> dict[str, int]:
        """Place by panorama id."""
        return {pano: place for place, pano in enumerate(self.panos)}

    @property
    def positions(self) -> np.ndarray:
        """Camera centres (n, 3) [m, world]."""
        positions: np.ndarray = self.world_from_camera[:, :3, 3]
        return positions

    def is_walkable(self, path: Sequence[str]) -> bool:
        """Whether all panoramas of a path are there and used, and nothing stands between one and the next."""
        places = [self.places.get(pano, -1) for pano in path]
        if min(places, default=-1) < 0 or not self.included[places].all():
            return False
        return bool(self.unobstructed[places[:-1], places[1:]].all())


def read_connectivity(data: bytes, name: str) -> Connectivity:
    """What the file says. Raises DataError for damaged text, poses that are not rigid and rows of another length."""
    try:
        listed = json.loads(data)
        if not isinstance(listed, list) or not listed:
            raise ValueError("no list of viewpoints")
        panos = [_text(viewpoint["image_id"]) for viewpoint in listed]
        matrices = np.array([viewpoint["pose"] for viewpoint in listed], dtype=np.float64).reshape(-1, 4, 4)
        included = np.array([bool(viewpoint["included"]) for viewpoint in listed])
        visible, unobstructed = (_square([one[key] for one in listed]) for key in ("visible", "unobstructed"))
        height = np.array([viewpoint["height"] for viewpoint in listed], dtype=np.float64)
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(
            f"{name}: expected a list of viewpoints with image_id, pose, included, visible, unobstructed and height "
            f"({type(error).__name__}: {error}); take the file of this scan from the simulator's connectivity folder"
        ) from None
    if len(matrices) != len(panos) or len(set(panos)) != len(panos):
        raise DataError(
            f"{name}: expected one pose of 16 numbers for each of different panoramas; take the file again"
        )
    fault = next((f"{pano}: {fault}" for pano, fault in zip(panos, pose_faults(matrices), strict=True) if fault), "")
    if fault:
        raise DataError(f"{name}: expected rigid poses, found one that is not ({fault}); take the file again")
    return Connectivity(panos, nearest_rigid(matrices), included, visible, unobstructed, height)


def _square(rows: list[Any]) -> np.ndarray:
    matrix = np.array(rows, dtype=bool)
    if matrix.shape != (len(rows), len(rows)):
        raise ValueError(f"{len(rows)} viewpoints with rows of shape {matrix.shape[1:]}")
    return matrix


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"the image_id {value!r}")
    return value
