"""One picture made from another: scaled, mirrored, taken by a tilted camera, or with other objects."""

from dataclasses import fields, replace

import numpy as np

from factory.web.depth_png import encode_depth
from factory.web.picture import Picture
from factory.web.tasks.parameters import WebParameters

FLIP = np.array([-1.0, 1.0, 1.0])


def scaled(picture: Picture, factor: float) -> Picture:
    """All lengths times the factor."""
    lengths = ("centers", "aabb_min", "aabb_max", "gravity_min", "gravity_max")
    return replace(
        picture,
        depth_png=encode_depth(picture.depth_m * np.float32(factor)),
        points=tuple(points * np.float32(factor) for points in picture.points),
        **{name: getattr(picture, name) * factor for name in lengths},
    )


def scaled_parameters(parameters: WebParameters, factor: float) -> WebParameters:
    """All thresholds that are lengths times the factor."""
    of_length = {f.name: getattr(parameters, f.name) for f in fields(parameters) if f.name.endswith("_m")}
    return replace(
        parameters,
        **{
            name: tuple(factor * v for v in value) if isinstance(value, tuple) else factor * value
            for name, value in of_length.items()
        },
    )


def mirrored(picture: Picture) -> Picture:
    """Left for right."""
    boxes = picture.boxes.copy()
    boxes[:, [0, 2]] = picture.width - picture.boxes[:, [2, 0]]
    low, high = picture.aabb_min.copy(), picture.aabb_max.copy()
    low[:, 0], high[:, 0] = -picture.aabb_max[:, 0], -picture.aabb_min[:, 0]
    gravity_low, gravity_high = picture.gravity_min.copy(), picture.gravity_max.copy()
    gravity_low[:, 0], gravity_high[:, 0] = -picture.gravity_max[:, 0], -picture.gravity_min[:, 0]
    assert picture.gravity_from_camera is not None
    return replace(
        picture,
        gravity_from_camera=np.diag(FLIP) @ picture.gravity_from_camera @ np.diag(FLIP),
        depth_png=encode_depth(picture.depth_m[:, ::-1]),
        boxes=boxes,
        centers=picture.centers * FLIP,
        aabb_min=low,
        aabb_max=high,
        gravity_min=gravity_low,
        gravity_max=gravity_high,
        points=tuple(points * FLIP.astype(np.float32) for points in picture.points),
        azimuths=-picture.azimuths % 360,
        fronts=picture.fronts * FLIP,
    )


def tilted(picture: Picture, turn: np.ndarray) -> Picture:
    """The same things before a camera turned by `turn` (3, 3), new from old camera, without their boxes in it."""
    assert picture.gravity_from_camera is not None
    return replace(
        picture,
        gravity_from_camera=picture.gravity_from_camera @ turn.T,
        centers=picture.centers @ turn.T,
        aabb_min=np.full_like(picture.aabb_min, np.nan),
        aabb_max=np.full_like(picture.aabb_max, np.nan),
        points=tuple((points @ turn.T).astype(np.float32) for points in picture.points),
        fronts=picture.fronts @ turn.T,
    )


def without_gravity(picture: Picture) -> Picture:
    """As `Picture.of` makes it where nobody knows where down is."""
    unknown = np.full((len(picture), 3), np.nan)
    return replace(picture, gravity_from_camera=None, gravity_min=unknown, gravity_max=unknown)


def with_objects(picture: Picture, rows: list[int]) -> Picture:
    """Only these objects, in this order."""
    of_arrays = "object_ids boxes whole centers aabb_min aabb_max gravity_min gravity_max azimuths fronts"
    of_tuples = "labels points references reference_kinds"
    hides = tuple(tuple(rows.index(k) for k in picture.occluded_by[row] if k in rows) for row in rows)
    return replace(
        picture,
        **{name: getattr(picture, name)[rows] for name in of_arrays.split()},
        **{name: tuple(getattr(picture, name)[row] for row in rows) for name in of_tuples.split()},
        occluded_by=hides,
    )
