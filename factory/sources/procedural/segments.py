"""An over-segmentation of a scene's vertices, of the kind that graph-based segmentation of a scanned mesh gives."""

import numpy as np

from factory.sources.procedural.meshing import SceneMesh

Array = np.ndarray

CELL = 0.7  # longest piece of a flat side [m], on a dense mesh
EDGES = 6  # and the fewest edges across a piece, on a coarse one
LEAST = 20  # vertices of a segment, where its object has that many


def _merge_small(segment: Array, host: Array) -> Array:
    """Gives segments of fewer than `LEAST` vertices to the largest segment of the same host (per vertex)."""
    _, segment, count = np.unique(segment, return_inverse=True, return_counts=True)
    owner = np.zeros(len(count), dtype=np.int64)
    owner[segment] = host
    order = np.lexsort((np.arange(len(count)), count, owner))
    last = np.append(np.flatnonzero(np.diff(owner[order])), len(order) - 1)
    largest = np.zeros(int(owner.max()) + 1, dtype=np.int64)
    largest[owner[order[last]]] = order[last]
    target = np.where(count < LEAST, largest[owner], np.arange(len(count)))
    merged: Array = target[segment]
    return merged


def over_segment(mesh: SceneMesh) -> Array:
    """Segment per vertex (V,) int32: sides of solids, cut into pieces; named by the smallest vertex index in it.

    No segment reaches across two things.
    """
    side = np.zeros(len(mesh.vertices), dtype=np.int64)
    side[mesh.faces[::-1].ravel()] = np.repeat(mesh.face_side[::-1], 3)
    cell = np.floor(mesh.vertices.astype(np.float64) / max(CELL, EDGES * mesh.edge)).astype(np.int64)
    cell -= cell.min(axis=0)
    shape = cell.max(axis=0) + 1
    key = np.ravel_multi_index((side, *cell.T), (int(side.max()) + 1, *shape))
    part = mesh.vertex_part.astype(np.int64)
    segment = _merge_small(key, side)
    segment = _merge_small(segment, part)
    segment = _merge_small(segment, mesh.vertex_object.astype(np.int64))
    _, first, inverse = np.unique(segment, return_index=True, return_inverse=True)
    names: Array = first[inverse].astype(np.int32)
    return names
