"""Which way an object faces: from a model's angles, or from the truth.

Orient Anything V2 sees a crop, so its angles are relative to the ray to the object. With azimuth a, elevation e and no
rotation the front is (-sin a, cos a sin e, -cos a cos e) in a camera that looks along this ray: azimuth 0 faces the
camera, 90 the picture's left.
"""

import numpy as np

Array = np.ndarray


def camera_from_ray(center: Array) -> Array:
    """Rotation (3, 3) from a camera that looks at `center` (3,) [m, camera], its x axis level, to this camera."""
    forward = center / np.linalg.norm(center)
    right = np.array([forward[2], 0.0, -forward[0]]) / np.hypot(forward[0], forward[2])
    return np.stack([right, np.cross(forward, right), forward], axis=1)


def front_from_angles(azimuth_deg: float, elevation_deg: float, center: Array) -> Array:
    """Unit vector (3,) [camera] of the front of an object at `center` (3,) [m, camera] that is not rotated."""
    a, e = np.radians(azimuth_deg), np.radians(elevation_deg)
    front = np.array([-np.sin(a), np.cos(a) * np.sin(e), -np.cos(a) * np.cos(e)])
    turned: Array = camera_from_ray(center) @ front
    return turned


def azimuth_of_front(front: Array, center: Array, gravity_from_camera: Array | None) -> float:
    """Azimuth [deg, 0..360) of a known front (3,) [camera] about the ray to `center` (3,) [m, camera].

    Measured about the vertical where gravity is known, else about the camera's y axis.
    """
    level = np.eye(3) if gravity_from_camera is None else gravity_from_camera
    x, _, z = level @ front
    ahead_x, _, ahead_z = level @ center
    towards = -(x * ahead_x + z * ahead_z)
    leftward = z * ahead_x - x * ahead_z
    return float(np.degrees(np.arctan2(leftward, towards)) % 360.0)
