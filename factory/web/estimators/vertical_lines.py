"""Gravity from the upright edges in a picture: line segments vote for a vanishing point, no weights needed.

Verticals of the world meet in one vanishing point. Every pair of long, steep segments proposes one; the proposal that
most segments point to wins, long ones weighing more, one near a level camera before one far from it. It tells nothing
when another one far from it does nearly as well, as where desks lean; else it is fitted to all of its segments.
"""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from pydantic import Field

from factory.geometry.gravity import gravity_frame
from factory.web.estimators.model import Machine
from factory.web.estimators.resizing import resize
from factory.web.estimators.weights import WeightFile
from schemas.base import Record
from schemas.web import ModelUse

Array = np.ndarray

_LONG_SIDE = 1024  # larger pictures are scaled down before lines are sought
_PROPOSERS = 80  # segments whose pairs propose; the longest of the steep ones
_FITS = 5
_APART = np.cos(np.radians(8.0))  # between proposals that do not mean the same


class VerticalLineParameters(Record):
    """shortest : of the segments, in shares of the longer side; steep_deg : from the picture's vertical, for segments
    that propose; residual_deg : between a segment and the direction to the vanishing point, for support; tilt_deg :
    of the camera that is likely, a standard deviation; most_tilt_deg : beyond, nothing is believed; segments : fewer
    in support tell nothing; rival : share of the winner's score that another proposal may not reach."""

    shortest: float = Field(default=0.03, gt=0, lt=1)
    steep_deg: float = Field(default=35.0, gt=0, lt=90)
    residual_deg: float = Field(default=2.0, gt=0, lt=20)
    tilt_deg: float = Field(default=45.0, gt=0)
    most_tilt_deg: float = Field(default=45.0, gt=0, lt=85)
    segments: int = Field(default=12, ge=2)
    rival: float = Field(default=0.85, gt=0)


class VerticalLines:
    """Deterministic: all pairs propose, none is drawn."""

    version: ClassVar[int] = 1
    parameters: ClassVar[type[Record]] = VerticalLineParameters
    weights: ClassVar[Mapping[str, WeightFile | None]] = {}

    def __init__(
        self, weights: Mapping[str, WeightFile], parameters: VerticalLineParameters, machine: Machine
    ) -> None:
        self._parameters = parameters

    def models(self) -> list[ModelUse]:
        return []

    def close(self) -> None:
        pass

    def estimate(self, pictures: list[Array], intrinsics: list[Array]) -> list[Array | None]:
        return [self._one(picture, k) for picture, k in zip(pictures, intrinsics, strict=True)]

    def _one(self, picture: Array, intrinsics: Array) -> Array | None:
        height, width = picture.shape[:2]
        segments = find_segments(picture)
        lengths = np.linalg.norm(segments[:, 1] - segments[:, 0], axis=1)
        segments = segments[lengths >= self._parameters.shortest * max(height, width)]
        down = vertical_direction(segments, intrinsics, self._parameters)
        return None if down is None else gravity_frame(down)


def find_segments(picture: Array) -> Array:
    """Line segments (n, 2, 2) as x y of both ends [px, centres of pixels at integers] of a picture (H, W, 3)."""
    import cv2

    height, width = picture.shape[:2]
    scale = min(1.0, _LONG_SIDE / max(height, width))
    small = resize(picture, max(1, round(width * scale)), max(1, round(height * scale)))
    found = cv2.createLineSegmentDetector().detect(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY))[0]
    if found is None:
        return np.zeros((0, 2, 2))
    per_axis = np.array([width / small.shape[1], height / small.shape[0]])
    ends: Array = (found.reshape(-1, 2, 2).astype(np.float64) + 0.5) * per_axis - 0.5
    return ends


def vertical_direction(segments: Array, intrinsics: Array, parameters: VerticalLineParameters) -> Array | None:
    """The unit vector (3,) along gravity [camera] that most of the segments (n, 2, 2) [px] point to; None where fewer
    than `parameters.segments` do, and where another direction does nearly as well."""
    rays = _rays(segments, intrinsics)
    lengths = np.linalg.norm(rays[:, 1] - rays[:, 0], axis=1)
    rays, lengths = rays[lengths > 0], lengths[lengths > 0]
    if len(rays) < parameters.segments:
        return None
    normals = np.cross(rays[:, 0], rays[:, 1])  # of the planes through the camera that hold the segments
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    proposals = _proposals(rays, normals, lengths, parameters)
    if not len(proposals):
        return None
    weights = np.sqrt(lengths)
    tilts = np.degrees(np.arccos(np.clip(proposals[:, 1], -1, 1)))
    support = _residuals(proposals, rays) <= np.radians(parameters.residual_deg)
    score = (support @ weights) * np.exp(-0.5 * (tilts / parameters.tilt_deg) ** 2)
    down = proposals[score.argmax()]
    rivals = score[proposals @ down < _APART]
    if rivals.size and rivals.max() >= parameters.rival * score.max():
        return None
    for _ in range(_FITS):
        near = _residuals(down[None], rays)[0] <= np.radians(parameters.residual_deg)
        if near.sum() < parameters.segments:
            return None
        # orthogonal to all normals in the sense of least squares
        weighted = normals[near] * weights[near, None]
        down = np.linalg.eigh(weighted.T @ weighted)[1][:, 0]
        down = down if down[1] > 0 else -down
    return down if down[1] >= np.cos(np.radians(parameters.most_tilt_deg)) else None


def _rays(segments: Array, intrinsics: Array) -> Array:
    """(n, 2, 3) points of the ends at depth 1."""
    xy = (segments - intrinsics[:2, 2]) / (intrinsics[0, 0], intrinsics[1, 1])
    return np.concatenate([xy, np.ones((*xy.shape[:2], 1))], axis=2)


def _proposals(rays: Array, normals: Array, lengths: Array, parameters: VerticalLineParameters) -> Array:
    """(k, 3) unit vectors that could be down: where pairs of long steep segments meet."""
    along = rays[:, 1] - rays[:, 0]
    steep = np.degrees(np.arctan2(np.abs(along[:, 0]), np.abs(along[:, 1]))) <= parameters.steep_deg
    chosen = np.flatnonzero(steep)
    chosen = chosen[np.argsort(-lengths[chosen], kind="stable")[:_PROPOSERS]]
    first, second = np.triu_indices(len(chosen), k=1)
    found = np.cross(normals[chosen[first]], normals[chosen[second]])
    size = np.linalg.norm(found, axis=1)
    found = found[size > 1e-6] / size[size > 1e-6, None]  # collinear segments meet everywhere
    found *= np.where(found[:, 1:2] < 0, -1, 1)
    believable: Array = found[found[:, 1] >= np.cos(np.radians(parameters.most_tilt_deg))]
    return believable


def _residuals(directions: Array, rays: Array) -> Array:
    """(k, n) angles [rad, in the picture] between segments and the lines from their middles to the vanishing points of
    directions (k, 3)."""
    middle, along = rays.mean(axis=1), rays[:, 1] - rays[:, 0]
    # a point that leaves (x, y, 1) along (a, b, c) moves by (a - x c, b - y c) in the picture
    to_x = directions[:, 0, None] - middle[:, 0] * directions[:, 2, None]
    to_y = directions[:, 1, None] - middle[:, 1] * directions[:, 2, None]
    cross = to_x * along[:, 1] - to_y * along[:, 0]
    dot = to_x * along[:, 0] + to_y * along[:, 1]
    angles: Array = np.arctan2(np.abs(cross), np.abs(dot))
    return angles
