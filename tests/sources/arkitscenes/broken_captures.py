"""Ways to break a capture so that it cannot be used.

Each fault changes a good capture (in the layout of 3dod, in a folder named after the video) in place; the message must
then hold the fault's words: the file that is at fault, and what to do. `{scene}` stands for the video's id.
"""

import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

from tests.sources.faults import Faults, file_of

MESH, ANNOTATION = "{scene}_3dod_mesh.ply", "{scene}_3dod_annotation.json"
FRAMES, TRAJECTORY = "{scene}_frames", "lowres_wide.traj"


FAULTS = Faults()
fault = FAULTS.add


def _frames(capture: Path, kind: str) -> list[Path]:
    return sorted((file_of(capture, FRAMES) / kind).iterdir())


def _edit(capture: Path, change: Callable[[dict], object]) -> None:
    path = file_of(capture, ANNOTATION)
    parsed = json.loads(path.read_text())
    change(parsed)
    path.write_text(json.dumps(parsed))


# the mesh


@fault(MESH, "missing", "download")
def mesh_missing(capture: Path) -> None:
    file_of(capture, MESH).unlink()


@fault(MESH, "expected an undamaged triangle mesh", "download")
def mesh_cut_off(capture: Path) -> None:
    data = file_of(capture, MESH).read_bytes()
    file_of(capture, MESH).write_bytes(data[: len(data) // 2])


@fault(MESH, "0 faces", "download")
def mesh_of_points_only(capture: Path) -> None:
    file_of(capture, MESH).write_text(
        "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nproperty float z\n"
        "element face 0\nproperty list uchar int vertex_indices\nend_header\n0 0 0\n"
    )


# the annotation


@fault(ANNOTATION, "missing", "leave the capture out")
def annotation_missing(capture: Path) -> None:
    file_of(capture, ANNOTATION).unlink()


@fault(ANNOTATION, "empty", "download")
def annotation_of_no_bytes(capture: Path) -> None:
    file_of(capture, ANNOTATION).write_bytes(b"")


@fault(ANNOTATION, "expected JSON", "download")
def annotation_cut_off(capture: Path) -> None:
    file_of(capture, ANNOTATION).write_text(file_of(capture, ANNOTATION).read_text()[:200])


@fault(ANNOTATION, "under data", "download")
def annotation_is_a_list(capture: Path) -> None:
    file_of(capture, ANNOTATION).write_text("[]")


@fault(ANNOTATION, "under data", "download")
def annotation_without_data(capture: Path) -> None:
    _edit(capture, lambda parsed: parsed.pop("data"))


@fault(ANNOTATION, "skipped", "leave it out")
def annotation_skipped(capture: Path) -> None:
    _edit(capture, lambda parsed: parsed.update(skipped=True))


@fault(ANNOTATION, "no object with a box", "nothing to ask", "leave the capture out")
def annotation_of_an_empty_room(capture: Path) -> None:
    _edit(capture, lambda parsed: parsed.update(data=[]))


@fault(ANNOTATION, "no object with a box", "no usable box: 2")
def annotation_without_aligned_boxes(capture: Path) -> None:
    _edit(capture, lambda parsed: [entry["segments"].pop("obbAligned") for entry in parsed["data"]])


# poses


@fault(TRAJECTORY, "missing", "leave those out")
def trajectory_missing(capture: Path) -> None:
    (file_of(capture, FRAMES) / TRAJECTORY).unlink()


@fault(TRAJECTORY, "no usable one", "download")
def trajectory_empty(capture: Path) -> None:
    (file_of(capture, FRAMES) / TRAJECTORY).write_bytes(b"")


@fault(TRAJECTORY, "malformed line of poses: 1", "download")
def trajectory_is_a_web_page(capture: Path) -> None:
    (file_of(capture, FRAMES) / TRAJECTORY).write_text("<Error><Code>AccessDenied</Code></Error>\n")


@fault(TRAJECTORY, "pose not finite: 4", "download")
def trajectory_lost(capture: Path) -> None:
    path = file_of(capture, FRAMES) / TRAJECTORY
    path.write_text("".join(line.split()[0] + " nan" * 6 + "\n" for line in path.read_text().splitlines()))


@fault(FRAMES, "no colour image: 4", "no pose: 19", "download")
def trajectory_of_another_capture(capture: Path) -> None:
    path = file_of(capture, FRAMES) / TRAJECTORY
    path.write_text("".join(f"9{line}\n" for line in path.read_text().splitlines()))


# images and intrinsics


@fault(TRAJECTORY, "missing", "leave those out")
def frames_missing(capture: Path) -> None:
    shutil.rmtree(file_of(capture, FRAMES))


@fault(FRAMES, "no such folder", "download")
def images_missing(capture: Path) -> None:
    shutil.rmtree(file_of(capture, FRAMES) / "lowres_wide")


@fault("lowres_wide", "colour image empty: 4", "download")
def images_empty(capture: Path) -> None:
    for path in _frames(capture, "lowres_wide"):
        path.write_bytes(b"")


@fault("lowres_wide", "no JPEG or PNG")
def images_are_no_images(capture: Path) -> None:
    for path in _frames(capture, "lowres_wide"):
        path.write_bytes(b"<Error>")


@fault("lowres_wide", "one size", "7x5")
def image_sizes_contradict(capture: Path) -> None:
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 7, 5) + bytes(9)
    _frames(capture, "lowres_wide")[-1].write_bytes(png)


@fault(FRAMES, "no intrinsics: 4", "download")
def intrinsics_missing(capture: Path) -> None:
    shutil.rmtree(file_of(capture, FRAMES) / "lowres_wide_intrinsics")


@fault("lowres_wide", "no usable frame", "intrinsics unusable: 4")
def intrinsics_garbled(capture: Path) -> None:
    for path in _frames(capture, "lowres_wide_intrinsics"):
        path.write_text("fx fy cx cy")


@fault("lowres_wide", "no usable frame", "intrinsics unusable: 4")
def intrinsics_of_another_camera(capture: Path) -> None:
    for path in _frames(capture, "lowres_wide_intrinsics"):
        path.write_text("8 6 900 900 3.5 2.5")
