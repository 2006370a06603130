"""Ways to break a house in the Matterport3D layout so that it cannot be used.

Each fault changes a good scan folder in place; the message must then hold the fault's words: the file that is at
fault, and what to do. `{scene}` stands for the scan's id.
"""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.sources.faults import Faults, cut, file_of

HOUSE, CONF = "house_segmentations", "undistorted_camera_parameters"
COLOR, DEPTH = "undistorted_color_images", "undistorted_depth_images"
MESH = HOUSE + "/{scene}.ply"
RECORDS = HOUSE + "/{scene}.house"
CAMERAS = CONF + "/{scene}.conf"


FAULTS = Faults()
fault = FAULTS.add


def _edit(path: Path, pattern: bytes, replacement: bytes, count: int = 1) -> None:
    changed, times = re.subn(pattern, replacement, path.read_bytes(), count=count, flags=re.MULTILINE)
    assert times
    path.write_bytes(changed)


def _each(scan: Path, kind: str, change: Callable[[Path], object]) -> None:
    for path in sorted((scan / kind).iterdir()):
        change(path)


# the mesh


@fault("{scene}/house_segmentations", "expected {scene}.ply", "download house_segmentations")
def mesh_missing(scan: Path) -> None:
    file_of(scan, MESH).unlink()


@fault("house_segmentations", "{scene}.ply", "region_segmentations", "cut apart")
def only_regions(scan: Path) -> None:
    shutil.rmtree(scan / HOUSE)
    (scan / "region_segmentations").mkdir()
    (scan / "region_segmentations" / "region0.ply").write_bytes(b"ply\n")


@fault(MESH, "before the file ends", "download")
def mesh_cut_off(scan: Path) -> None:
    cut(file_of(scan, MESH), 0.9)


@fault(MESH, "not a PLY file", "download")
def mesh_is_a_web_page(scan: Path) -> None:
    file_of(scan, MESH).write_bytes(b"<!DOCTYPE html><title>403 Forbidden</title>")


@fault(MESH, "segment_id or face_segment", "another export")
def mesh_without_objects_of_faces(scan: Path) -> None:
    _edit(file_of(scan, MESH), rb"int segment_id", b"int something_")


@fault(MESH, "segment_id", "another export")
def mesh_with_objects_that_are_no_whole_numbers(scan: Path) -> None:
    _edit(file_of(scan, MESH), rb"int segment_id", b"float segment_id")


@fault(MESH, "segment_id", "another export")
def mesh_as_text_without_objects(scan: Path) -> None:
    header = ["ply", "format ascii 1.0", "element vertex 3", *(f"property float {axis}" for axis in "xyz")]
    header += ["element face 1", "property list uchar int vertex_indices", "end_header"]
    file_of(scan, MESH).write_text("\n".join([*header, "0 0 0", "1 0 0", "0 1 0", "3 0 1 2"]) + "\n")


@fault(MESH, "no object with vertices", "nothing to ask")
def mesh_of_another_house(scan: Path) -> None:
    header = ["ply", "format ascii 1.0", "element vertex 3", *(f"property float {axis}" for axis in "xyz")]
    header += ["element face 1", "property list uchar int vertex_indices", "property int segment_id", "end_header"]
    file_of(scan, MESH).write_text("\n".join([*header, "0 0 0", "1 0 0", "0 1 0", "3 0 1 2 123456"]) + "\n")


# the annotation


@fault("house_segmentations", "{scene}.fsegs.json", ".semseg.json", "download")
def records_and_groups_missing(scan: Path) -> None:
    for path in (scan / HOUSE).iterdir():
        if path.suffix != ".ply":
            path.unlink()


@fault(RECORDS, "found the end of the file where", "download")
def records_cut_off(scan: Path) -> None:
    cut(file_of(scan, RECORDS), 0.95)


@fault(RECORDS, "house file of version", "download")
def records_empty(scan: Path) -> None:
    file_of(scan, RECORDS).write_bytes(b"")


@fault(RECORDS, "house file of version", "download")
def records_of_unknown_version(scan: Path) -> None:
    _edit(file_of(scan, RECORDS), b"ASCII 1.1", b"ASCII 3.0")


@fault(RECORDS, "where number 1 of", "download")
def records_with_wrong_counts(scan: Path) -> None:
    _edit(file_of(scan, RECORDS), rb"^(H  \w+  -  \d+) \d+", rb"\1 0")


@fault("{scene}.semseg.json", "expected JSON", "download")
def groups_cut_off(scan: Path) -> None:
    file_of(scan, RECORDS).unlink()
    cut(file_of(scan, HOUSE + "/{scene}.semseg.json"), 0.5)


@fault("{scene}.fsegs.json", "for each of the", "one download")
def segments_of_another_mesh(scan: Path) -> None:
    file_of(scan, RECORDS).unlink()
    file_of(scan, HOUSE + "/{scene}.fsegs.json").write_text(json.dumps({"segIndices": [1, 2, 3]}))


@fault("{scene}.fsegs.json", "expected")
def version_without_objects_and_no_groups(scan: Path) -> None:
    file_of(scan, RECORDS).write_text(f"ASCII 1.0\nH x - 0 0 0 0 0 0 {' '.join('0' * 14)}\n")
    file_of(scan, HOUSE + "/{scene}.fsegs.json").unlink()


# the cameras


@fault(CONF, "{scene}.conf", "download undistorted_camera_parameters")
def cameras_missing(scan: Path) -> None:
    shutil.rmtree(scan / CONF)


@fault(CAMERAS, "no scan lines", "download")
def cameras_empty(scan: Path) -> None:
    file_of(scan, CAMERAS).write_bytes(b"")


@fault(CAMERAS, "no intrinsics", "download")
def cameras_without_intrinsics(scan: Path) -> None:
    _edit(file_of(scan, CAMERAS), rb"^intrinsics_matrix.*$", b"", count=0)


@fault(CAMERAS, "not rigid", "download")
def cameras_mirrored(scan: Path) -> None:
    path = file_of(scan, CAMERAS)
    lines = [line.split() for line in path.read_text().splitlines()]
    for fields in lines:
        if fields and fields[0] == "scan":
            fields[3], fields[7], fields[11] = (str(-float(x)) for x in (fields[3], fields[7], fields[11]))
    path.write_text("\n".join(" ".join(fields) for fields in lines))


# the images


@fault(COLOR, "found none", "no colour image: ", "download undistorted_color_images")
def images_missing(scan: Path) -> None:
    shutil.rmtree(scan / COLOR)


@fault(COLOR, "found none", "colour image empty: ", "download")
def images_empty(scan: Path) -> None:
    _each(scan, COLOR, lambda path: path.write_bytes(b""))


@fault(COLOR, "no JPEG or PNG")
def images_are_no_images(scan: Path) -> None:
    _each(scan, COLOR, lambda path: path.write_bytes(b"\0" * 5000))


@fault(COLOR, "found none", "download")
def images_of_another_house(scan: Path) -> None:
    _each(scan, COLOR, lambda path: path.rename(path.with_name("f" * 32 + path.name[32:])))


@fault("undistorted_color_images.zip", "zip archive", "download")
def images_in_half_a_zip(scan: Path) -> None:
    shutil.rmtree(scan / COLOR)
    (scan / f"{COLOR}.zip").write_bytes(b"PK\x03\x04 the download was interrupted")


@fault("house_segmentations.zip", "zip archive", "download")
def mesh_in_half_a_zip(scan: Path) -> None:
    shutil.rmtree(scan / HOUSE)
    (scan / f"{HOUSE}.zip").write_bytes(b"PK\x03\x04 the download was interrupted")
