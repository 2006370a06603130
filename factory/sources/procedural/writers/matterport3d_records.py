"""The records of a house, `house_segmentations/<scan>.house`."""

from collections.abc import Iterable, Iterator

import numpy as np

from factory.sources.procedural.floorplan import Room
from factory.sources.procedural.scene import ProceduralScene
from factory.sources.procedural.stations import IMAGES, TURNS
from factory.sources.procedural.writers.matterport3d_house import AnnotatedFaces
from factory.sources.procedural.writers.matterport3d_labels import MPCAT40, named

Array = np.ndarray

FILE_FROM_CAMERA = np.diag([1.0, -1.0, -1.0, 1.0])  # x right, y up, z backward in the files
REGION_LETTERS = {
    "living room": "l", "bedroom": "b", "kitchen": "k", "bathroom": "a", "office": "o", "meeting room": "m",
    "lounge": "n",
}  # fmt: skip


def file_intrinsics(scene: ProceduralScene) -> Array:
    """(3, 3) [px] with the origin in the lower left corner of the image, as the files count."""
    intrinsics: Array = scene.intrinsics.copy()
    intrinsics[0, 2] += 0.5
    intrinsics[1, 2] = scene.height - intrinsics[1, 2] - 0.5
    return intrinsics


def numbers(*rows: Iterable[float]) -> str:
    """Six digits, as `%g` writes them; rows apart by two spaces."""
    return "  ".join(" ".join(f"{value:g}" for value in row) for row in rows)


def house_records(annotated: AnnotatedFaces, scan_id: str, panos: list[str]) -> str:
    """The text of the file, in version 1.1; `panos` are the ids of the stations, in order."""
    labels = sorted({thing.label for thing in annotated.objects}, key=lambda label: named(label).row)
    scene = annotated.scene
    records = {
        "I": list(_images(scene, panos)),
        "P panoramas": list(_panoramas(scene, panos)),
        "V": list(_vertices(scene.rooms)),
        "S": list(_surfaces(scene.rooms)),
        "E": list(_segments(annotated)),
        "O": list(_objects(annotated, labels)),
        "C": list(_categories(labels)),
        "R": list(_regions(scene.rooms)),
        "P portals": list(_portals(scene.rooms)),
        "L": list(_levels(scene)),
    }
    counts = " ".join(str(len(lines)) for lines in records.values())
    head = f"H  {scan_id}  -  {counts}  {_zeros(5)} {_bounds(scene)}  {_zeros(5)}"
    order = ("L", "R", "P portals", "S", "V", "P panoramas", "I", "C", "O", "E")
    body = [f"{kind[0]}  {line}" for kind in order for line in records[kind]]
    return "".join(f"{line}\n" for line in ("ASCII 1.1", head, *body))


def _levels(scene: ProceduralScene) -> Iterator[str]:
    center = (scene.mesh.vertices.min(axis=0) + scene.mesh.vertices.max(axis=0)) / 2
    yield f"0  {len(scene.rooms)}  -  {numbers(center)}  {_bounds(scene)}  {_zeros(5)}"


def _regions(rooms: list[Room]) -> Iterator[str]:
    for room in rooms:
        box = numbers((room.x0, room.y0, 0), (room.x1, room.y1, room.height))
        place = f"{room.index} 0  0 0  {REGION_LETTERS.get(room.kind, 'z')}"
        yield f"{place}  {numbers((*room.center, 0))}  {box}  {room.height:g}  {_zeros(4)}"


def _portals(rooms: list[Room]) -> Iterator[str]:
    index = 0
    for room in rooms:
        for side, openings in room.openings.items():
            for opening in openings:
                if opening.kind != "doorway" or opening.to_room < room.index:  # each from one of its sides
                    continue
                ends = np.array(
                    [[opening.start, room.at(side), opening.low], [opening.end, room.at(side), opening.high]]
                )
                span = ends if side in ("south", "north") else ends[:, [1, 0, 2]]
                yield f"{index} {room.index} {opening.to_room}  -  {numbers(*span)}  {_zeros(4)}"
                index += 1


def _surfaces(rooms: list[Room]) -> Iterator[str]:
    for room in rooms:
        box = numbers((room.x0, room.y0, 0), (room.x1, room.y1, 0))
        yield f"{room.index} {room.index} 0 -  {numbers((*room.center, 0))}  0 0 1  {box}  {_zeros(5)}"


def _vertices(rooms: list[Room]) -> Iterator[str]:
    for room in rooms:
        outline = ((room.x0, room.y0), (room.x1, room.y0), (room.x1, room.y1), (room.x0, room.y1))
        for corner, (x, y) in enumerate(outline):
            yield f"{4 * room.index + corner} {room.index}  -  {numbers((x, y, 0))}  0 0 1  {_zeros(3)}"


def _panoramas(scene: ProceduralScene, panos: list[str]) -> Iterator[str]:
    for index, pano in enumerate(panos):
        position = scene.cameras[IMAGES * index].world_from_camera[:3, 3]
        yield f"{pano}  {index} {_room_at(scene.rooms, position)} 0  {numbers(position)}  {_zeros(5)}"


def _images(scene: ProceduralScene, panos: list[str]) -> Iterator[str]:
    intrinsics = numbers(*file_intrinsics(scene))
    for index, camera in enumerate(scene.cameras):
        station, within = divmod(index, IMAGES)
        camera_from_world = np.linalg.inv(camera.world_from_camera @ FILE_FROM_CAMERA)
        place = f"{index} {station}  {panos[station]}  {within // TURNS} {within % TURNS}"
        rest = f"{scene.width} {scene.height}  {numbers(camera.world_from_camera[:3, 3])}  {_zeros(5)}"
        yield f"{place}  {numbers(*camera_from_world)}  {intrinsics}  {rest}"


def _categories(labels: list[str]) -> Iterator[str]:
    for index, label in enumerate(labels):
        row, mpcat40 = named(label)
        yield f"{index}  {row} {_word(label)}  {mpcat40} {_word(MPCAT40[mpcat40])}  {_zeros(5)}"


def _objects(annotated: AnnotatedFaces, labels: list[str]) -> Iterator[str]:
    """Boxes by half their sizes along two axes and the one that is right-handed with them."""
    for thing, box in zip(annotated.objects, annotated.boxes, strict=True):
        place = f"{thing.object_id} {_room_at(annotated.scene.rooms, box.center)} {labels.index(thing.label)}"
        axes = numbers(box.rotation[:, 0], box.rotation[:, 1])
        yield f"{place}  {numbers(box.center)}  {axes}  {numbers(box.extents / 2)}  {_zeros(8)}"


def _segments(annotated: AnnotatedFaces) -> Iterator[str]:
    order = np.argsort(annotated.face_segment, kind="stable")
    segments, starts = np.unique(annotated.face_segment[order], return_index=True)
    for index, (segment, faces) in enumerate(zip(segments.tolist(), np.split(order, starts[1:]), strict=True)):
        area = float(np.linalg.norm(annotated.normals[faces], axis=1).sum() / 2)
        points = annotated.corners[faces].reshape(-1, 3)
        low, high = points.min(axis=0), points.max(axis=0)
        place = f"{index} {annotated.face_object[faces[0]]} {segment}"
        yield f"{place}  {area:g}  {numbers((low + high) / 2)}  {numbers(low, high)}  {_zeros(5)}"


def _room_at(rooms: list[Room], position: Array) -> int:
    """The room that a place is in, or least far from."""
    x, y = position[0], position[1]
    outside = [max(room.x0 - x, x - room.x1, room.y0 - y, y - room.y1) for room in rooms]
    return rooms[int(np.argmin(outside))].index


def _bounds(scene: ProceduralScene) -> str:
    return numbers(scene.mesh.vertices.min(axis=0), scene.mesh.vertices.max(axis=0))


def _zeros(count: int) -> str:
    return " ".join("0" * count)


def _word(name: str) -> str:
    """A space ends a field, so that names have another character for it."""
    return name.replace(" ", "#")
