"""Random pictures with objects: boxes in front of a camera that may be tilted, with points, fronts and a depth map."""

import numpy as np

from factory.geometry.gravity import gravity_frame
from factory.web.depth_png import encode_depth
from factory.web.picture import Picture

WIDTH, HEIGHT = 640, 480
INTRINSICS = np.array([[520.0, 0.0, 319.5], [0.0, 520.0, 239.5], [0.0, 0.0, 1.0]])
LABELS = ("chair", "table", "cup", "person", "dog", "car", "lamp", "sofa")


def synthetic_picture(seed: int, objects: int = 10, labels: tuple[str, ...] = LABELS, fronts: bool = True) -> Picture:
    """Boxes standing level in the gravity frame at 1 to 8 m; half of them with a front."""
    rng = np.random.default_rng(seed)
    pitch, roll = np.radians(rng.uniform(-20, 20)), np.radians(rng.uniform(-8, 8))
    down = np.array([np.sin(roll), np.cos(roll) * np.cos(pitch), np.sin(pitch)])
    gravity_from_camera = gravity_frame(down)
    assert gravity_from_camera is not None
    camera_from_gravity = gravity_from_camera.T
    extents = rng.uniform(0.2, 1.2, size=(objects, 3))
    z = rng.uniform(1.0, 8.0, size=objects)
    centers = np.stack([rng.uniform(-0.5, 0.5, objects) * z, rng.uniform(-0.35, 0.35, objects) * z, z], axis=1)
    in_gravity = centers @ camera_from_gravity  # rows times transposed
    corners = np.array([[i, j, k] for i in (-0.5, 0.5) for j in (-0.5, 0.5) for k in (-0.5, 0.5)])
    boxes_gravity = in_gravity[:, None] + corners * extents[:, None]
    boxes_camera = boxes_gravity @ gravity_from_camera
    surface = rng.uniform(-0.5, 0.5, size=(objects, 200, 3))
    surface[..., 2] = -0.5  # what faces the camera
    points = [
        ((in_gravity[i] + surface[i] * extents[i]) @ gravity_from_camera).astype(np.float32) for i in range(objects)
    ]
    yaw = rng.uniform(0, 2 * np.pi, size=objects)
    front_gravity = np.stack([np.sin(yaw), np.zeros(objects), np.cos(yaw)], axis=1)
    front_camera = front_gravity @ gravity_from_camera
    front_camera[rng.random(objects) < (0.5 if fronts else 2.0)] = np.nan
    uv = (boxes_camera @ INTRINSICS.T)[..., :2] / np.maximum(boxes_camera[..., 2:], 0.05)
    low, high = uv.min(axis=1), uv.max(axis=1)
    pixel_boxes = np.concatenate([np.clip(low, 0, (WIDTH - 2, HEIGHT - 2)), np.clip(high, 2, (WIDTH, HEIGHT))], axis=1)
    pixel_boxes[:, 2:] = np.maximum(pixel_boxes[:, 2:], pixel_boxes[:, :2] + 2)
    inside = (low > 0).all(axis=1) & (high < (WIDTH, HEIGHT)).all(axis=1)
    names = tuple(labels[i] for i in rng.integers(len(labels), size=objects))
    alone = [names.count(name) == 1 for name in names]
    depth = np.full((120, 160), 9.0, dtype=np.float32) - np.linspace(0, 4, 120, dtype=np.float32)[:, None]
    depth = depth * rng.uniform(0.99, 1.01, size=depth.shape).astype(np.float32)
    depth[:10] = np.inf
    depth[50:55, 30:60] = np.nan
    return Picture(
        source="synthetic",
        shard_id="00000",
        image_id=f"picture{seed:05d}",
        split="train",
        image=f"00000/picture{seed:05d}.jpg",
        width=WIDTH,
        height=HEIGHT,
        intrinsics=INTRINSICS,
        gravity_from_camera=gravity_from_camera,
        depth_png=encode_depth(depth),
        closed_classes=frozenset(names),
        object_ids=np.arange(objects, dtype=np.int64),
        labels=names,
        boxes=pixel_boxes,
        whole=inside,
        centers=centers,
        aabb_min=boxes_camera.min(axis=1),
        aabb_max=boxes_camera.max(axis=1),
        gravity_min=boxes_gravity.min(axis=1),
        gravity_max=boxes_gravity.max(axis=1),
        points=tuple(points),
        azimuths=np.where(np.isnan(front_camera[:, 0]), np.nan, azimuths(centers, front_camera)),
        fronts=front_camera,
        occluded_by=_occluded_by(pixel_boxes, centers[:, 2]),
        references=tuple(f"the {name}" for name in names),
        reference_kinds=tuple("class" if one else "box" for one in alone),
    )


def _occluded_by(boxes: np.ndarray, depths: np.ndarray) -> tuple[tuple[int, ...], ...]:
    """Nearer objects whose boxes overlap."""
    overlap = (
        np.minimum(boxes[:, None, 2:], boxes[None, :, 2:]) > np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    ).all(2)
    return tuple(
        tuple(np.flatnonzero(row & (depths < depth)).tolist()) for row, depth in zip(overlap, depths, strict=True)
    )


def azimuths(centers: np.ndarray, fronts: np.ndarray) -> np.ndarray:
    """Azimuth [deg] (n,) of fronts (n, 3) about the ray to the centres (n, 3): 0 faces the camera, 90 image-left."""
    bearing = np.arctan2(centers[:, 0], centers[:, 2])
    c, s = np.cos(bearing), np.sin(bearing)
    x, z = fronts[:, 0] * c - fronts[:, 2] * s, fronts[:, 0] * s + fronts[:, 2] * c
    return np.degrees(np.arctan2(-x, -z)) % 360
