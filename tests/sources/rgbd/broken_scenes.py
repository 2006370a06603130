"""Ways to break a scene so that it cannot be used.

Each fault changes a good scene folder of its layout in place; the message must then hold the fault's words: the file
that is at fault, and what to do.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple


class Fault(NamedTuple):
    """layout : the writer of `tiny_rgbd` whose scene it breaks."""

    layout: str
    apply: Callable[[Path], None]
    words: tuple[str, ...]


def _write(rel: str, text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / rel).write_text(text) and None


def _delete(*rels: str) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        for rel in rels:
            shutil.rmtree(folder / rel) if (folder / rel).is_dir() else (folder / rel).unlink()

    return apply


def _each(pattern: str, data: bytes) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        for path in sorted(folder.glob(pattern)):
            path.write_bytes(data)

    return apply


def _cut(rel: str) -> Callable[[Path], None]:
    return lambda folder: (folder / rel).write_bytes((folder / rel).read_bytes()[:60]) and None


def _transforms(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        content = json.loads((folder / "transforms.json").read_text())
        change(content)
        (folder / "transforms.json").write_text(json.dumps(content))

    return apply


def _without(*keys: str) -> Callable[[dict[str, Any]], object]:
    return lambda content: [content.pop(key) for key in keys]


FAULTS: dict[str, Fault] = {
    "no boxes": Fault("flat", _delete("boxes.json"), ("room/boxes.json: missing", "write it")),
    "boxes cut off": Fault("flat", _cut("boxes.json"), ("room/boxes.json: expected JSON", "again")),
    "boxes of no kind": Fault("flat", _write("boxes.json", '{"boxes": []}'), ("room/boxes.json", "a JSON list")),
    "no box": Fault("flat", _write("boxes.json", "[]"), ("room/boxes.json", "write at least one")),
    "settings cut off": Fault("tum", _write("scene.json", '{"up": "'), ("room/scene.json: expected JSON",)),
    "settings with a typo": Fault("tum", _write("scene.json", '{"upp": "y"}'), ("room/scene.json: upp", "page")),
    "mesh cut off": Fault("flat", _write("mesh.ply", "ply\nformat ascii 1.0\n"), ("room/mesh.ply", "again")),
    "mesh of another kind": Fault("flat", _write("mesh.ply", "solid"), ("room/mesh.ply: not a PLY file",)),
    "transforms cut off": Fault("nerfstudio", _cut("transforms.json"), ("room/transforms.json: expected JSON",)),
    "transforms empty": Fault("nerfstudio", _write("transforms.json", ""), ("room/transforms.json: expected JSON",)),
    "transforms a list": Fault("nerfstudio", _write("transforms.json", "[]"), ("room/transforms.json", "object")),
    "no frames": Fault("nerfstudio", _transforms(_without("frames")), ("room/transforms.json", "a list of frames")),
    "no focal length": Fault("nerfstudio", _transforms(_without("fl_x")), ("room/transforms.json", "scene.json")),
    "a panorama": Fault(
        "nerfstudio",
        _transforms(lambda c: c.update(camera_model="EQUIRECTANGULAR")),
        ("room/transforms.json", "EQUIRECTANGULAR", "undistort"),
    ),
    "a lens that sees behind itself": Fault(
        "nerfstudio",
        _transforms(lambda c: c.update(camera_model="OPENCV_FISHEYE", fl_x=15.0, fl_y=15.0)),
        ("room/transforms.json", "no pinhole camera"),
    ),
    "a lens of nonsense": Fault(
        "nerfstudio",
        _transforms(lambda c: c.update(camera_model="OPENCV_FISHEYE", k1=-1.0)),
        ("room/transforms.json", "no pinhole camera", "check its coefficients"),
    ),
    "no images": Fault("nerfstudio", _delete("images"), ("room: no usable frame", "frame: no colour image: 4")),
    "images are none": Fault("nerfstudio", _each("images/*", b"<html>"), ("room: the first colour images",)),
    "all images empty": Fault("flat", _each("*.jpg", b""), ("room: no usable frame", "colour image empty: 4")),
    "no list of images": Fault("tum", _delete("rgb.txt"), ("room/rgb.txt: missing", "download it again")),
    "no ground truth": Fault("tum", _delete("groundtruth.txt"), ("room/groundtruth.txt: missing",)),
    "ground truth cut off": Fault("tum", _write("groundtruth.txt", "# poses\n13050"), ("room/groundtruth.txt",)),
    "another clock": Fault(
        "tum", _write("groundtruth.txt", "5.0 0 0 0 0 0 0 1\n"), ("room: no usable frame", "frame: no pose: 4")
    ),
    "tum without intrinsics": Fault("tum", _delete("intrinsics.txt"), ("room: no intrinsics", "room/scene.json")),
    "intrinsics of words": Fault("tum", _write("intrinsics.txt", "wide angle"), ("room/intrinsics.txt",)),
    "intrinsics of others": Fault(
        "flat", _write("intrinsics.txt", "5000 0 31 0 5000 24 0 0 1"), ("room/intrinsics.txt", "64x48 colour images")
    ),
    "all poses lost": Fault("flat", _each("*.pose.txt", b"-inf " * 16), ("room: no usable frame", "not finite: 4")),
    "all poses missing": Fault(
        "folders", _delete("pose"), ("room: expected images and poses of the same numbers", "4 images and 0 poses")
    ),
    "no colour": Fault("folders", _delete("color"), ("room: expected images and poses", "0 images and 4 poses")),
    "info without intrinsics": Fault(
        "flat", _write("_info.txt", "m_versionNumber = 4\n"), ("room/_info.txt: m_calibrationColorIntrinsic",)
    ),
}
