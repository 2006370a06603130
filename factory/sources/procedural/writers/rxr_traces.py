"""Pose traces as RxR's annotation tool writes them: the camera of a guide who goes along a path."""

from itertools import pairwise
from pathlib import Path

import numpy as np

Array = np.ndarray

RATE_HZ = 10.0
_TURN_DEG_PER_S, _PAUSE_S, _HOP_S = 60.0, 1.0, 0.4
_PITCH_RAD = np.radians(-4.0)
_FIRST_S = 3.217  # recordings do not begin at 0
_FOV_DEG, _ASPECT = 75.0, 4.0 / 3.0
_LOOKS, _WORDS = 3, 8


def looks_of_walk(positions: Array, heading: float) -> tuple[Array, Array, Array]:
    """Positions (n, 3) [m, world], headings (n,) [rad, 0 is +y, clockwise] and viewpoints (n,) of a guide at every
    tenth of a second: a pause, a turn towards the next viewpoint, a hop, and so on; positions (v, 3) of viewpoints."""
    eyes, headings, places = [], [], []

    def stand(place: int, angles: Array) -> None:
        eyes.extend([positions[place]] * len(angles))
        headings.extend(angles.tolist())
        places.extend([place] * len(angles))

    pause = int(_PAUSE_S * RATE_HZ)
    stand(0, np.full(pause, heading))
    for place, (start, end) in enumerate(pairwise(positions)):
        bearing = np.arctan2(end[0] - start[0], end[1] - start[1])
        turn = (bearing - heading + np.pi) % (2 * np.pi) - np.pi
        steps = max(int(np.degrees(abs(turn)) / _TURN_DEG_PER_S * RATE_HZ), 1)
        stand(place, heading + turn * np.arange(1, steps + 1) / steps)
        stand(place, np.full(pause // 2, bearing))
        for share in np.arange(1, int(_HOP_S * RATE_HZ)) / int(_HOP_S * RATE_HZ):
            eyes.append(start + share * (end - start))
            headings.append(bearing)
            places.append(place)
        heading = bearing
        stand(place + 1, np.full(pause // 2, heading))
    return np.array(eyes), np.array(headings), np.array(places)


def viewer_from_camera(eyes: Array, headings: Array) -> Array:
    """(n, 4, 4) cameras in the viewer's world: y up, (x, y, z) of the house is (x, z, -y) there; camera axes right, up
    and backward."""
    sin, cos = np.sin(headings), np.cos(headings)
    level, steep = np.cos(_PITCH_RAD), np.sin(_PITCH_RAD)
    right = np.stack([cos, -sin, 0 * sin], axis=1)
    forward = np.stack([sin * level, cos * level, np.full_like(sin, steep)], axis=1)
    up = np.cross(right, forward)
    columns = np.stack([right, up, -forward, eyes], axis=2)
    matrices = np.tile(np.eye(4), (len(eyes), 1, 1))
    matrices[:, :3] = np.stack([columns[:, 0], columns[:, 2], -columns[:, 1]], axis=1)
    return matrices


def write_trace(path: Path, positions: Array, heading: float, panos: list[str], as_objects: bool = False) -> None:
    """Writes the trace of a walk. Names of viewpoints are text, or Python objects (`as_objects`) as numpy pickles."""
    eyes, headings, places = looks_of_walk(positions, heading)
    count = len(eyes)
    focal = 1.0 / np.tan(np.radians(_FOV_DEG) / 2)
    projection = np.array([[focal / _ASPECT, 0, 0, 0], [0, focal, 0, 0], [0, 0, -1.0, -0.02], [0, 0, -1, 0]])
    names = np.array([[panos[place]] for place in places])
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        path,
        pano=names.astype(object) if as_objects else names,
        time=_FIRST_S + np.arange(count)[:, None] / RATE_HZ,
        extrinsic_matrix=viewer_from_camera(eyes, headings).reshape(count, 16),
        intrinsic_matrix=np.tile(projection.ravel(), (count, 1)),
        image_mask=np.zeros((_LOOKS, 128, 256), dtype=bool),
        text_masks=np.zeros((_LOOKS, _WORDS), dtype=bool),
        feature_weights=np.zeros((_LOOKS, 36), dtype=np.float32),
    )
