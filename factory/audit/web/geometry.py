"""What follows from the stored boxes, centres and fronts of two or three objects: gaps, margins, views.

Every function works on single objects and plain numbers; formulas are those of the reference, sections a.3, c.7 and f.
"""

import math

import numpy as np

from factory.audit.web import limits

Array = np.ndarray


def difference(first: float, second: float) -> float:
    """By how much the first length [m] exceeds the second, in units of what they must differ by."""
    required = max(limits.DIFFERENCE_M, limits.DIFFERENCE_SHARE * max(abs(first), abs(second)))
    return (first - second) / required


def gap_margins(boxes: tuple[Array, Array], centers: Array) -> tuple[Array, Array]:
    """Per axis the gap (3,) [m] from the second centre to the first, and in units of what makes it a direction.

    boxes : least and greatest corners (2, 3) each; centers : (2, 3), of both objects.
    """
    low, high = boxes
    gap = centers[0] - centers[1]
    required = limits.GAP_EXTENT_SHARE * (high - low).max(axis=0)
    required[2] = limits.GAP_DEPTH_SHARE * np.abs(centers[:, 2]).mean()
    return gap, gap / np.maximum(required, limits.GAP_M)


def bearing(gap: Array) -> float:
    """Angle [deg, 0..360) of a gap (3,) on the plan: 0 is farther away, 90 to the right."""
    angle = math.degrees(math.atan2(gap[0], gap[2]))
    return angle + 360.0 if angle < 0 else angle


def off_middle(angle: float, width: float) -> tuple[int, float]:
    """The nearest multiple of a width [deg], as its number, and how far off it an angle is."""
    number = round(angle / width)
    return number, abs(angle - number * width)


def angle_between(first: Array, second: Array) -> float:
    """Angle [deg] between two vectors (3,)."""
    return math.degrees(math.atan2(float(np.linalg.norm(np.cross(first, second))), float(first @ second)))


def level_unit(vector: Array) -> Array | None:
    """A vector (3,) of the gravity frame without its vertical part, of unit length; None where nothing is left."""
    length = math.hypot(vector[0], vector[2])
    return None if length < 1e-9 else np.array([vector[0] / length, 0.0, vector[2] / length])


def for_observer(forward: Array, offset: Array) -> Array:
    """An offset (3,) [m, gravity] as right, up, forward of somebody upright who looks along `forward`, level unit.

    x right, y down, z forward: whoever looks along (fx, 0, fz) has (fz, 0, -fx) on the right.
    """
    right = forward[2] * offset[0] - forward[0] * offset[2]
    return np.array([right, -offset[1], forward @ offset])


def ray_frame(center: Array) -> Array:
    """Rotation (3, 3) whose columns are the axes, in the camera, of a camera turned to look at `center` (3,)."""
    ahead = center / np.linalg.norm(center)
    right = np.cross([0.0, 1.0, 0.0], ahead)
    right = right / np.linalg.norm(right)
    return np.column_stack([right, np.cross(ahead, right), ahead])


def front_of(azimuth: float, elevation: float, center: Array) -> Array:
    """The front (3,) [camera] of an object seen along the ray to its centre at these angles [deg] (a.3)."""
    a, e = math.radians(azimuth), math.radians(elevation)
    seen = np.array([-math.sin(a), math.cos(a) * math.sin(e), -math.cos(a) * math.cos(e)])
    turned: Array = ray_frame(center) @ seen
    return turned


def azimuth_of(front: Array, center: Array, gravity_from_camera: Array | None) -> float:
    """Azimuth [deg, 0..360) of a front (3,) about the ray to a centre (3,), measured on the level plane.

    Camera directions; level is across the camera's y axis where gravity is unknown.
    """
    level = np.eye(3) if gravity_from_camera is None else gravity_from_camera
    f, c = level @ front, level @ center
    toward = math.atan2(-c[0], -c[2])  # heading from the object to the camera
    heading = math.atan2(f[0], f[2])
    # headings grow from forward to the right, so that to the picture's left of the viewer is a larger one
    return math.degrees(heading - toward) % 360.0


def iou(first: Array, second: Array) -> float:
    """Intersection over union of two boxes (4,)."""
    low, high = np.maximum(first[:2], second[:2]), np.minimum(first[2:], second[2:])
    shared = float(np.prod(np.maximum(high - low, 0.0)))
    areas = float(np.prod(first[2:] - first[:2]) + np.prod(second[2:] - second[:2]))
    return shared / max(areas - shared, 1e-9)
