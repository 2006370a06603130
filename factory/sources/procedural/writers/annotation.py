"""What the annotators of a procedural scene painted, the same in every format."""

import numpy as np

from factory.geometry.boxes import Boxes, fit_box
from factory.sources.procedural.scene import ProceduralObject, ProceduralScene
from factory.sources.procedural.segments import over_segment
from factory.tasks.rng import rng_for

Array = np.ndarray

PARTLY_LABELLED = {"wall": 0.4, "ceiling": 0.6}  # share of segments that no annotator painted


class Annotation:
    """Segments of the mesh and those of each annotated object.

    segments : (V,) int32 segment of every vertex; painted : segment ids by `object_id`, sorted.
    """

    def __init__(self, scene: ProceduralScene) -> None:
        self.segments = over_segment(scene.mesh)
        self.objects = [thing for thing in scene.objects if thing.annotated]
        self._scene = scene
        rng = rng_for(scene.seed, "procedural", "annotation")
        self.painted = {thing.object_id: self._paint(thing, rng) for thing in self.objects}

    def vertex_ids(self, thing: ProceduralObject) -> Array:
        """Vertices (n,) that were painted as this object, sorted."""
        ids: Array = thing.vertex_ids[np.isin(self.segments[thing.vertex_ids], self.painted[thing.object_id])]
        return ids

    def vertex_object(self) -> Array:
        """The object id of every vertex (V,) int32, -1 for none."""
        owner = np.full(len(self.segments), -1, dtype=np.int32)
        for thing in self.objects:
            owner[self.vertex_ids(thing)] = thing.object_id
        return owner

    def face_object(self) -> Array:
        """The object id of every face (F,) int32, -1 for none. Things share no vertices, and a face at the border of
        what was painted belongs to what two of its corners belong to."""
        a, b, c = self.vertex_object()[self._scene.mesh.faces].T
        owner: Array = np.where((a == b) | (a == c), a, np.where(b == c, b, -1)).astype(np.int32)
        return owner

    def box(self, thing: ProceduralObject) -> Boxes:
        """The upright box that fits what was painted, as an annotator draws it [m, world]."""
        ids = self.vertex_ids(thing)
        place = np.full(len(self.segments), -1, dtype=np.int64)
        place[ids] = np.arange(len(ids))
        faces = place[self._scene.mesh.faces]
        return fit_box(self._scene.mesh.vertices[ids].astype(np.float64), faces[(faces >= 0).all(axis=1)])

    def _paint(self, thing: ProceduralObject, rng: np.random.Generator) -> Array:
        ids = np.unique(self.segments[thing.vertex_ids])
        skipped = rng.random(len(ids)) < PARTLY_LABELLED.get(thing.label, 0.0)
        painted: Array = ids[~skipped] if not skipped.all() else ids[:1]
        return painted
