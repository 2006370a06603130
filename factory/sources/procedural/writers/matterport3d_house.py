"""`house_segmentations`: the annotated mesh, the records of the house, and its segments, as Matterport3D has them."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from factory.sources.procedural.scene import ProceduralScene
from factory.sources.procedural.stations import IMAGES, TURNS, Station
from factory.sources.procedural.writers.annotation import Annotation
from factory.sources.procedural.writers.matterport3d_labels import MPCAT40, named

Array = np.ndarray

FILE_FROM_CAMERA = np.diag([1.0, -1.0, -1.0, 1.0])  # x right, y up, z backward in the files
REGION_LETTERS = {
    "living room": "l", "bedroom": "b", "kitchen": "k", "bathroom": "a", "office": "o", "meeting room": "m",
    "lounge": "n",
}  # fmt: skip


def file_intrinsics(scene: ProceduralScene) -> Array:
    """(3, 3) [px] with the origin in the lower left corner of the image, as the files count."""
    intrinsics = scene.intrinsics.copy()
    intrinsics[0, 2] += 0.5
    intrinsics[1, 2] = scene.height - intrinsics[1, 2] - 0.5
    return intrinsics


class HouseWriter:
    """What the files of a house say of a scene: objects by their `object_id`, segments by face, regions by room."""

    def __init__(self, scene: ProceduralScene, scan_id: str, panos: list[str], places: list[Station]) -> None:
        self._scene, self._scan_id, self._panos, self._places = scene, scan_id, panos, places
        self._annotation = Annotation(scene)
        self._objects = self._annotation.objects
        self._boxes = [self._annotation.box(thing) for thing in self._objects]
        self._face_object = self._annotation.face_object()
        self._face_segment = self._segments_of_faces()
        self._labels = sorted({thing.label for thing in self._objects}, key=lambda label: named(label).index)
        corners = scene.mesh.vertices[scene.mesh.faces].astype(np.float64)
        self._corners = corners
        self._normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])

    def write(self, folder: Path, colors: Array) -> None:
        """All four files; colors : (V, 3) uint8."""
        stem = folder / self._scan_id
        stem.with_suffix(".ply").write_bytes(self._ply(colors))
        stem.with_suffix(".house").write_text("".join(f"{line}\n" for line in self._house()), newline="\n")
        segments = {"params": {}, "sceneId": self._scan_id, "segIndices": self._face_segment.tolist()}
        stem.with_suffix(".fsegs.json").write_text(json.dumps(segments, separators=(",", ":")), newline="\n")
        groups = {"sceneId": self._scan_id, "appId": "Aggregator.v2", "segGroups": self._groups()}
        stem.with_suffix(".semseg.json").write_text(json.dumps(groups, separators=(",", ":")), newline="\n")

    # inside

    def _segments_of_faces(self) -> Array:
        """That of the first corner which belongs to what the face belongs to."""
        faces = self._scene.mesh.faces
        fits = self._annotation.vertex_object()[faces] == self._face_object[:, None]
        corner = np.take_along_axis(faces, fits.argmax(axis=1)[:, None], axis=1)[:, 0]
        segments: Array = self._annotation.segments[corner]
        return segments

    def _ply(self, colors: Array) -> bytes:
        mesh = self._scene.mesh
        scalars = [*"xyz", "nx", "ny", "nz", "tx", "ty"]
        header = [
            "ply", "format binary_little_endian 1.0", f"element vertex {len(mesh.vertices)}",
            *(f"property float {name}" for name in scalars),
            *(f"property uchar {name}" for name in ("red", "green", "blue")),
            f"element face {len(mesh.faces)}", "property list uchar int vertex_indices",
            *(f"property int {name}" for name in ("material_id", "segment_id", "category_id")), "end_header",
        ]  # fmt: skip
        points = np.zeros(len(mesh.vertices), [("xyz", "<f4", 3), ("n", "<f4", 3), ("t", "<f4", 2), ("rgb", "u1", 3)])
        normals = np.zeros((len(mesh.vertices), 3))
        for corner in mesh.faces.T:
            np.add.at(normals, corner, self._normals)
        lengths = np.linalg.norm(normals, axis=1, keepdims=True)
        points["xyz"], points["rgb"] = mesh.vertices, colors
        points["n"] = normals / np.where(lengths > 0, lengths, 1)
        faces = np.zeros(len(mesh.faces), [("count", "u1"), ("ids", "<i4", 3), ("labels", "<i4", 3)])
        category = {thing.object_id: named(thing.label).index for thing in self._objects} | {-1: -1}
        faces["count"], faces["ids"] = 3, mesh.faces
        faces["labels"] = np.stack(
            [self._face_segment, self._face_object, [category[owner] for owner in self._face_object.tolist()]], axis=1
        )
        return "\n".join(header).encode() + b"\n" + points.tobytes() + faces.tobytes()

    def _house(self) -> Iterable[str]:
        scene, rooms = self._scene, self._scene.rooms
        portals = [
            (room.index, opening.to_room, side, opening)
            for room in rooms
            for side, openings in room.openings.items()
            for opening in openings
            if opening.kind == "doorway" and room.index < opening.to_room
        ]
        segments, first = np.unique(self._face_segment, return_index=True)
        counts = (
            len(scene.cameras), len(self._places), 4 * len(rooms), len(rooms), len(segments), len(self._objects),
            len(self._labels), len(rooms), len(portals), 1,
        )  # fmt: skip
        low, high = scene.mesh.vertices.min(axis=0), scene.mesh.vertices.max(axis=0)
        bounds = _numbers(low, high)
        yield "ASCII 1.1"
        yield f"H  {self._scan_id}  -  {' '.join(map(str, counts))}  {_zeros(5)} {bounds}  {_zeros(5)}"
        yield f"L  0  {len(rooms)}  -  {_numbers((low + high) / 2)}  {bounds}  {_zeros(5)}"
        for room in rooms:
            box = _numbers((room.x0, room.y0, 0), (room.x1, room.y1, room.height))
            place = f"{room.index} 0  0 0  {REGION_LETTERS.get(room.kind, 'z')}"
            yield f"R  {place}  {_numbers((*room.center, 0))}  {box}  {room.height:g}  {_zeros(4)}"
        for index, (here, there, side, opening) in enumerate(portals):
            at = rooms[here].at(side)
            span = np.array([[opening.start, at, opening.low], [opening.end, at, opening.high]])
            if side in ("east", "west"):
                span = span[:, [1, 0, 2]]
            yield f"P  {index} {here} {there}  -  {_numbers(*span)}  {_zeros(4)}"
        for room in rooms:
            box = _numbers((room.x0, room.y0, 0), (room.x1, room.y1, 0))
            yield f"S  {room.index} {room.index} 0 -  {_numbers((*room.center, 0))}  0 0 1  {box}  {_zeros(5)}"
        for room in rooms:
            outline = ((room.x0, room.y0), (room.x1, room.y0), (room.x1, room.y1), (room.x0, room.y1))
            for corner, (x, y) in enumerate(outline):
                yield f"V  {4 * room.index + corner} {room.index}  -  {_numbers((x, y, 0))}  0 0 1  {_zeros(3)}"
        for index, (pano, place) in enumerate(zip(self._panos, self._places, strict=True)):
            yield f"P  {pano}  {index} {self._room_at(place.position)} 0  {_numbers(place.position)}  {_zeros(5)}"
        yield from self._images()
        for index, label in enumerate(self._labels):
            mapping, mpcat40 = named(label)
            yield f"C  {index}  {mapping} {_word(label)}  {mpcat40} {_word(MPCAT40[mpcat40])}  {_zeros(5)}"
        for thing, box in zip(self._objects, self._boxes, strict=True):
            axes = _numbers(box.rotation[:, 0], box.rotation[:, 1])
            place = f"{thing.object_id} {self._room_at(box.center)} {self._labels.index(thing.label)}"
            yield f"O  {place}  {_numbers(box.center)}  {axes}  {_numbers(box.extents / 2)}  {_zeros(8)}"
        for index, (segment, face) in enumerate(zip(segments.tolist(), first.tolist(), strict=True)):
            chosen = self._face_segment == segment
            area = float(np.linalg.norm(self._normals[chosen], axis=1).sum() / 2)
            points = self._corners[chosen].reshape(-1, 3)
            box = (points.min(axis=0), points.max(axis=0))
            place = f"{index} {self._face_object[face]} {segment}"
            yield f"E  {place}  {area:g}  {_numbers((box[0] + box[1]) / 2)}  {_numbers(*box)}  {_zeros(5)}"

    def _images(self) -> Iterable[str]:
        intrinsics = _numbers(*file_intrinsics(self._scene))
        size = f"{self._scene.width} {self._scene.height}"
        for index, camera in enumerate(self._scene.cameras):
            station, within = divmod(index, IMAGES)
            extrinsics = np.linalg.inv(camera.world_from_camera @ FILE_FROM_CAMERA)
            place = f"{index} {station}  {self._panos[station]}  {within // TURNS} {within % TURNS}"
            center = _numbers(camera.world_from_camera[:3, 3])
            yield f"I  {place}  {_numbers(*extrinsics)}  {intrinsics}  {size}  {center}  {_zeros(5)}"

    def _room_at(self, position: Array) -> int:
        """The room whose middle is least far outside it."""
        outside = [
            max(room.x0 - position[0], position[0] - room.x1, room.y0 - position[1], position[1] - room.y1)
            for room in self._scene.rooms
        ]
        return self._scene.rooms[int(np.argmin(outside))].index

    def _groups(self) -> list[dict[str, object]]:
        groups = []
        for thing, box in zip(self._objects, self._boxes, strict=True):
            faces = self._face_object == thing.object_id
            points = self._corners[faces].reshape(-1, 3)
            normal = self._normals[faces].sum(axis=0)
            length = np.linalg.norm(normal)
            groups.append(
                {
                    "id": thing.object_id,
                    "objectId": thing.object_id,
                    "segments": np.unique(self._face_segment[faces]).tolist(),
                    "label": thing.label,
                    "obb": {
                        "centroid": box.center.tolist(),
                        "axesLengths": box.extents.tolist(),
                        "normalizedAxes": box.rotation.T.ravel().tolist(),
                        "min": points.min(axis=0, initial=np.inf).tolist(),
                        "max": points.max(axis=0, initial=-np.inf).tolist(),
                    },
                    "dominantNormal": (normal / length if length > 0 else np.array([0.0, 0.0, 1.0])).tolist(),
                }
            )
        return groups


def _numbers(*rows: Iterable[float]) -> str:
    """Six digits, as `%g` writes them; rows apart by two spaces."""
    return "  ".join(" ".join(f"{value:g}" for value in row) for row in rows)


def _zeros(count: int) -> str:
    return " ".join("0" * count)


def _word(name: str) -> str:
    """A space ends a field, so that names have another character for it."""
    return name.replace(" ", "#") or "-"
