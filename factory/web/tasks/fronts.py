"""Where objects face: fronts along the camera's axes and, laid level, along those of gravity."""

import numpy as np

from factory.web.picture import Picture

Array = np.ndarray


def elevations(picture: Picture) -> Array:
    """(n,) angle [deg] between an object's front and the level plane, NaN without a front.

    Level is across gravity, or across the camera's y axis where gravity is unknown.
    """
    down = np.array([0.0, 1.0, 0.0]) if picture.gravity_from_camera is None else picture.gravity_from_camera[1]
    angle: Array = np.degrees(np.arcsin(np.clip(np.abs(picture.fronts @ down), 0.0, 1.0)))
    return angle


def breadth_of_sides(picture: Picture) -> Array:
    """(n, 2) how broad [m] the front or back of an object looks from the camera, and its left or right side, as far as
    they show; NaN without a front.

    The stretch of its points across the front and along it, on the level plane, foreshortened by the view.
    """
    breadth = np.full((len(picture), 2), np.nan)
    down = np.array([0.0, 1.0, 0.0]) if picture.gravity_from_camera is None else picture.gravity_from_camera[1]
    for row in np.flatnonzero(np.isfinite(picture.azimuths) & np.isfinite(picture.fronts).all(axis=1)).tolist():
        across = np.cross(down, picture.fronts[row])
        axes = np.stack([across, np.cross(across, down)], axis=1) / max(float(np.linalg.norm(across)), 1e-9)
        points = picture.points[row].astype(np.float64)
        stretch = np.ptp(points @ axes, axis=0) if len(points) else np.zeros(2)
        azimuth = np.radians(picture.azimuths[row])
        breadth[row] = stretch * np.abs([np.cos(azimuth), np.sin(azimuth)])
    return breadth


def level_fronts(picture: Picture) -> Array:
    """(n, 3) unit vectors in the gravity frame: fronts without their vertical part, NaN where unknown or vertical."""
    if picture.gravity_from_camera is None:
        return np.full((len(picture), 3), np.nan)
    return level(picture.fronts @ picture.gravity_from_camera.T)


def level(vectors: Array) -> Array:
    """(n, 3) vectors of the gravity frame without their vertical part, of unit length; NaN where nothing is left."""
    flat = vectors * (1.0, 0.0, 1.0)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    unit: Array = np.divide(flat, length, out=np.full_like(flat, np.nan), where=length > 1e-9)
    return unit


def seen_by(forward: Array, offset: Array) -> Array:
    """(n, 3) offsets (right, up, forward) [m] of offsets (n, 3) in the gravity frame, for observers that stand upright
    and look along `forward` (n, 3), level unit vectors."""
    up = np.array([0.0, -1.0, 0.0])
    right = np.cross(forward, up)
    return np.stack([(offset * right).sum(axis=1), -offset[:, 1], (offset * forward).sum(axis=1)], axis=1)
