"""Faces in spatially compact chunks, so that a renderer draws only those that a camera can see."""

import numpy as np

Array = np.ndarray

CHUNK_FACES = 256


class FaceChunks:
    """Faces sorted along a Morton curve and cut into chunks with axis-aligned bounds.

    vertices : (V, 3); faces : (F, 3). `order` (F,) int32 holds the original face of each sorted one.
    """

    def __init__(self, vertices: Array, faces: Array) -> None:
        corners = vertices[faces].astype(np.float64)
        self.order = np.argsort(_morton(corners.mean(axis=1)), kind="stable").astype(np.int32)
        starts = np.arange(0, len(faces), CHUNK_FACES)
        low = np.minimum.reduceat(corners.min(axis=1)[self.order], starts) if len(faces) else np.zeros((0, 3))
        high = np.maximum.reduceat(corners.max(axis=1)[self.order], starts) if len(faces) else np.zeros((0, 3))
        self._centers, self._halves = (low + high) / 2, (high - low) / 2

    def visible(self, clip_from_world: Array) -> Array:
        """Places in `order` (int32, rising) of the faces whose chunk touches the volume |x|, |y| <= w, z >= -w."""
        rows = clip_from_world
        planes = np.stack(
            [rows[3] + rows[0], rows[3] - rows[0], rows[3] + rows[1], rows[3] - rows[1], rows[3] + rows[2]]
        )
        # the corner of a box that lies farthest along a plane's normal decides
        reach = self._centers @ planes[:, :3].T + self._halves @ np.abs(planes[:, :3]).T + planes[:, 3]
        chunks = np.flatnonzero((reach >= -1e-6).all(axis=1)).astype(np.int32)
        places = (chunks[:, None] * CHUNK_FACES + np.arange(CHUNK_FACES, dtype=np.int32)).ravel()
        faces: Array = places[places < len(self.order)]
        return faces


def _morton(points: Array) -> Array:
    """Morton codes (N,) of points (N, 3): ten bits per axis, the same scale on all axes."""
    if not len(points):
        return np.zeros(0, dtype=np.uint64)
    low = points.min(axis=0)
    span = max(float((points.max(axis=0) - low).max()), 1e-9)
    bits = ((points - low) / span * 1023).astype(np.uint64)
    for shift, mask in ((16, 0x030000FF), (8, 0x0300F00F), (4, 0x030C30C3), (2, 0x09249249)):
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    code: Array = bits[:, 0] | (bits[:, 1] << np.uint64(1)) | (bits[:, 2] << np.uint64(2))
    return code
