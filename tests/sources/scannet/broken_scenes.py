"""Ways to break a scene in the ScanNet layout so that it cannot be used.

Each fault changes a good scene (a copy with exported frames, in a folder named after the scene) in place; the message
must then hold the fault's words: the file that is at fault, and what to do. `{scene}` stands for the scene's id.
"""

import json
import re
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.sources.faults import Faults, cut, file_of
from tests.sources.scannet.sens_writer import StreamFrame, sens_bytes
from tests.sources.scannet.tiny_scannet import matrix_text, ply_bytes

MESH = "{scene}_vh_clean_2.ply"
SEGMENTS = "{scene}_vh_clean_2.0.010000.segs.json"
AGGREGATION = "{scene}.aggregation.json"
META = "{scene}.txt"
STREAM = "{scene}.sens"


FAULTS = Faults()
fault = FAULTS.add


def _edit_json(path: Path, change: Callable[[dict], object]) -> None:
    parsed = json.loads(path.read_text())
    change(parsed)
    path.write_text(json.dumps(parsed))


def _edit_meta(scene: Path, alignment: str) -> None:
    path = file_of(scene, META)
    lines = [line for line in path.read_text().splitlines() if not line.startswith("axisAlignment")]
    path.write_text("\n".join([f"axisAlignment = {alignment}", *lines]) + "\n")


def _edit_mesh(scene: Path, vertex: np.ndarray, face: list[int]) -> None:
    """Puts another mesh in place: as many vertices as there are segments."""
    count = len(json.loads(file_of(scene, SEGMENTS).read_text())["segIndices"])
    vertices = np.linspace(0, 1, count * 3).reshape(count, 3)
    vertices[1] = vertex
    file_of(scene, MESH).write_bytes(ply_bytes(vertices, np.array([[0, 1, 2], face])))


def _each(scene: Path, folder: str, change: Callable[[Path], object]) -> None:
    for path in sorted((scene / folder).iterdir()):
        change(path)


def _only_stream(scene: Path, data: bytes) -> None:
    for name in ("color", "depth", "pose", "intrinsic"):
        shutil.rmtree(scene / name)
    file_of(scene, STREAM).write_bytes(data)


def _stream(matrix: np.ndarray) -> bytes:
    frames = [StreamFrame(matrix, b"\xff\xd8 no image", np.ones((3, 4), np.uint16))] * 3
    intrinsics = np.array([[4.0, 0.0, 1.5], [0.0, 4.0, 1.0], [0.0, 0.0, 1.0]])
    return sens_bytes(frames, intrinsics, intrinsics, (4, 3))


# the mesh


@fault(MESH, "missing", "download")
def mesh_missing(scene: Path) -> None:
    file_of(scene, MESH).unlink()


@fault(MESH, "before the file ends", "download")
def mesh_cut_off(scene: Path) -> None:
    cut(file_of(scene, MESH), 0.7)


@fault(MESH, "no end of the PLY header", "download")
def mesh_cut_off_in_the_header(scene: Path) -> None:
    file_of(scene, MESH).write_bytes(file_of(scene, MESH).read_bytes()[:100])


@fault(MESH, "not a PLY file", "download")
def mesh_empty(scene: Path) -> None:
    file_of(scene, MESH).write_bytes(b"")


@fault(MESH, "not a PLY file", "download")
def mesh_is_a_web_page(scene: Path) -> None:
    file_of(scene, MESH).write_bytes(b"<!DOCTYPE html><title>403 Forbidden</title>")


@fault(MESH, "the header line", "download")
def mesh_header_garbled(scene: Path) -> None:
    data = file_of(scene, MESH).read_bytes()
    file_of(scene, MESH).write_bytes(re.sub(rb"element vertex \d+", b"element vertex many", data, count=1))


@fault(MESH, "without x, y, z", "download")
def mesh_without_coordinates(scene: Path) -> None:
    data = file_of(scene, MESH).read_bytes()
    file_of(scene, MESH).write_bytes(data.replace(b"property float z", b"property float q", 1))


@fault(MESH, "NaN", "download")
def mesh_vertex_not_finite(scene: Path) -> None:
    _edit_mesh(scene, np.array([np.nan, 0.0, 0.0]), [0, 1, 2])


@fault(MESH, "a face with vertex", "download")
def mesh_face_out_of_range(scene: Path) -> None:
    _edit_mesh(scene, np.zeros(3), [0, 1, 99_999_999])


@fault(MESH, "a face with vertex -1", "download")
def mesh_face_negative(scene: Path) -> None:
    _edit_mesh(scene, np.zeros(3), [0, -1, 2])


# the annotation


@fault(SEGMENTS, "missing", "download")
def segments_missing(scene: Path) -> None:
    file_of(scene, SEGMENTS).unlink()


@fault(SEGMENTS, "expected JSON", "download")
def segments_cut_off(scene: Path) -> None:
    cut(file_of(scene, SEGMENTS), 0.5)


@fault(SEGMENTS, "different resolutions", "use")
def segments_of_another_length(scene: Path) -> None:
    _edit_json(file_of(scene, SEGMENTS), lambda parsed: parsed["segIndices"].pop())


@fault(SEGMENTS, "segIndices", "download")
def segments_without_numbers(scene: Path) -> None:
    _edit_json(file_of(scene, SEGMENTS), lambda parsed: parsed.pop("segIndices"))


@fault(SEGMENTS, "whole number", "download")
def segments_that_are_words(scene: Path) -> None:
    def change(parsed: dict) -> None:
        parsed["segIndices"] = ["wall"] * len(parsed["segIndices"])

    _edit_json(file_of(scene, SEGMENTS), change)


@fault(AGGREGATION, "missing", "test set", "leave those out")
def aggregation_missing(scene: Path) -> None:
    file_of(scene, AGGREGATION).unlink()


@fault(AGGREGATION, "empty", "download")
def aggregation_empty(scene: Path) -> None:
    file_of(scene, AGGREGATION).write_bytes(b"")


@fault(AGGREGATION, "segmentsFile", "use the aggregation of the lower resolution")
def aggregation_of_the_dense_mesh(scene: Path) -> None:
    _edit_json(
        file_of(scene, AGGREGATION), lambda parsed: parsed.update(segmentsFile=f"{scene.name}_vh_clean.segs.json")
    )


@fault(AGGREGATION, "segGroups", "download")
def aggregation_without_objects(scene: Path) -> None:
    _edit_json(file_of(scene, AGGREGATION), lambda parsed: parsed.update(segGroups=[]))


@fault(AGGREGATION, "segGroups", "download")
def aggregation_is_a_list(scene: Path) -> None:
    file_of(scene, AGGREGATION).write_text("[1, 2]")


@fault(AGGREGATION, "not in the mesh", "use")
def aggregation_of_unknown_segments(scene: Path) -> None:
    def change(parsed: dict) -> None:
        for group in parsed["segGroups"]:
            group["segments"] = [900_000_000 + segment for segment in group["segments"]]

    _edit_json(file_of(scene, AGGREGATION), change)


@fault(AGGREGATION, "no object", "no segments", "nothing to ask")
def aggregation_of_empty_objects(scene: Path) -> None:
    _edit_json(
        file_of(scene, AGGREGATION), lambda parsed: [group.update(segments=[]) for group in parsed["segGroups"]]
    )


# the alignment


@fault(META, "axisAlignment", "16 numbers", "download")
def alignment_malformed(scene: Path) -> None:
    _edit_meta(scene, "1 0 0 0 one 1 0 0")


@fault(META, "axisAlignment", "rotation", "remove the line")
def alignment_not_rigid(scene: Path) -> None:
    _edit_meta(scene, "2 0 0 0 0 2 0 0 0 0 2 0 0 0 0 1")


@fault(META, "axisAlignment", "rotation", "remove the line")
def alignment_not_finite(scene: Path) -> None:
    _edit_meta(scene, "1 0 0 nan 0 1 0 0 0 0 1 0 0 0 0 1")


# exported frames


@fault("{scene}", "expected frames", "neither", "export")
def frames_missing(scene: Path) -> None:
    for name in ("color", "depth", "pose", "intrinsic"):
        shutil.rmtree(scene / name)


@fault("{scene}/pose", "expected camera poses", "export")
def poses_missing(scene: Path) -> None:
    shutil.rmtree(scene / "pose")


@fault("{scene}/pose", "no usable frame", "not finite", "export")
def poses_all_lost(scene: Path) -> None:
    _each(scene, "pose", lambda path: path.write_text("-inf -inf -inf -inf\n" * 4))


@fault("{scene}/pose", "no usable frame", "malformed", "export")
def poses_of_15_numbers(scene: Path) -> None:
    _each(scene, "pose", lambda path: path.write_text(" ".join(path.read_text().split()[:15])))


@fault("{scene}/pose", "no usable frame", "not rigid", "export")
def poses_scaled(scene: Path) -> None:
    def change(path: Path) -> None:
        matrix = np.array(path.read_text().split(), float).reshape(4, 4)
        matrix[:3, :3] *= 1.5
        path.write_text(matrix_text(matrix))

    _each(scene, "pose", change)


@fault("{scene}/pose", "no usable frame", "not rigid", "export")
def poses_mirrored(scene: Path) -> None:
    def change(path: Path) -> None:
        matrix = np.array(path.read_text().split(), float).reshape(4, 4)
        matrix[:, 0] *= -1
        path.write_text(matrix_text(matrix))

    _each(scene, "pose", change)


@fault("intrinsic_color.txt", "missing", "export")
def intrinsics_missing(scene: Path) -> None:
    shutil.rmtree(scene / "intrinsic")


@fault("intrinsic_color.txt", "16 numbers", "export")
def intrinsics_garbled(scene: Path) -> None:
    (scene / "intrinsic" / "intrinsic_color.txt").write_text("fx 1170 fy 1170")


@fault("intrinsic_color.txt", "must be positive", "export")
def intrinsics_zero(scene: Path) -> None:
    (scene / "intrinsic" / "intrinsic_color.txt").write_text(matrix_text(np.zeros((4, 4))))


@fault("intrinsic_color.txt", "cannot be those of", "put the intrinsics")
def intrinsics_of_another_camera(scene: Path) -> None:
    matrix = np.diag([90_000.0, 90_000.0, 1.0, 1.0])
    matrix[:2, 2] = 40_000.0, 20.0
    (scene / "intrinsic" / "intrinsic_color.txt").write_text(matrix_text(matrix))


@fault("{scene}/color", "expected colour images", "export")
def colour_folder_empty(scene: Path) -> None:
    _each(scene, "color", Path.unlink)


@fault("{scene}/color", "no JPEG or PNG", "export")
def colour_images_are_no_images(scene: Path) -> None:
    _each(scene, "color", lambda path: path.write_bytes(b"\0" * 5000))


@fault("no usable frame", "colour image empty", "export")
def colour_images_empty(scene: Path) -> None:
    _each(scene, "color", lambda path: path.write_bytes(b""))


@fault("{scene}/color", "{scene}/pose", "no frame has both", "export")
def colour_and_poses_disjoint(scene: Path) -> None:
    _each(scene, "pose", lambda path: path.rename(path.with_stem(str(1_000_000 + int(path.stem)))))


@fault("{scene}/color", "one size", "7x5", "export")
def colour_sizes_contradict(scene: Path) -> None:
    last = max((scene / "color").iterdir(), key=lambda path: int(path.stem))
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 7, 5) + bytes(9)
    last.write_bytes(png)


# streams


@fault(STREAM, "a file of 7 bytes", "download")
def stream_cut_off_at_once(scene: Path) -> None:
    _only_stream(scene, _stream(np.eye(4))[:7])


@fault(STREAM, "header", "download")
def stream_cut_off_in_the_header(scene: Path) -> None:
    _only_stream(scene, _stream(np.eye(4))[:200])


@fault(STREAM, "found version 1667329126", "export")
def stream_of_unknown_version(scene: Path) -> None:
    _only_stream(scene, b"flac" + _stream(np.eye(4))[4:])


@fault(STREAM, "no usable frame", "the stream ends before it: 3", "download")
def stream_cut_off_before_the_frames(scene: Path) -> None:
    _only_stream(scene, _stream(np.eye(4))[: 304 + len("StructureSensor")])


@fault(STREAM, "announces 5000 frames", "download")
def stream_cut_off_early(scene: Path) -> None:
    data, at = _stream(np.eye(4)), 296 + len("StructureSensor")
    _only_stream(scene, data[:at] + struct.pack("<Q", 5000) + data[at + 8 :])


@fault(STREAM, "no usable frame", "not finite", "download")
def stream_without_poses(scene: Path) -> None:
    _only_stream(scene, _stream(np.full((4, 4), -np.inf)))


@fault(STREAM, "no JPEG or PNG", "export")
def stream_without_images(scene: Path) -> None:
    _only_stream(scene, _stream(np.eye(4)))


@fault(STREAM, "expected frames", "download")
def stream_without_frames(scene: Path) -> None:
    intrinsics = np.eye(3)
    _only_stream(scene, sens_bytes([], intrinsics, intrinsics, (4, 3)))
