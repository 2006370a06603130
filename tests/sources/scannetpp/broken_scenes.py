"""Ways to break a scene in the ScanNet++ layout so that it cannot be used.

Each fault changes a good scene (a copy with images, without the release's undistorted photographs) in place; the
message must then hold the fault's words: the file that is at fault, and what to do.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.sources.scannetpp.release import edit_json, edit_lines

MESH, SEGMENTS, GROUPS = "scans/mesh_aligned_0.05.ply", "scans/segments.json", "scans/segments_anno.json"
IPHONE, DSLR = "scannetpp", "scannetpp_dslr"


class Fault(NamedTuple):
    """apply : changes the scene folder; source : which camera's source refuses it; words : what the message holds."""

    apply: Callable[[Path], object]
    source: str
    words: tuple[str, ...]


FAULTS: dict[str, Fault] = {}


def fault(source: str, *words: str) -> Callable[[Callable[[Path], object]], None]:
    """Enters a function into the table under its name."""

    def register(function: Callable[[Path], object]) -> None:
        FAULTS[function.__name__] = Fault(function, source, words)

    return register


def of_file(name: str, rel: str, source: str, change: Callable[[bytes], bytes] | None, *words: str) -> None:
    """Enters a fault that changes the bytes of one file, or takes it away."""

    def apply(scene: Path) -> None:
        path = scene / rel
        if change is None:
            path.unlink()
        else:
            path.write_bytes(change(path.read_bytes()))

    FAULTS[name] = Fault(apply, source, words)


def empty(data: bytes) -> bytes:
    return b""


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def web_page(data: bytes) -> bytes:
    return b"<!DOCTYPE html><title>403 Forbidden</title>"


for _source in (IPHONE, DSLR):
    of_file(f"mesh_missing_{_source}", MESH, _source, None, MESH, "missing", "download")
of_file("mesh_empty", MESH, IPHONE, empty, MESH, "not a PLY file", "download")
of_file("mesh_cut", MESH, IPHONE, half, MESH, "before the file ends", "download")
of_file("mesh_web_page", MESH, IPHONE, web_page, MESH, "not a PLY file", "download")
of_file("segments_missing", SEGMENTS, IPHONE, None, SEGMENTS, "missing", "download")
of_file("segments_empty", SEGMENTS, IPHONE, empty, SEGMENTS, "empty", "download")
of_file("segments_cut", SEGMENTS, IPHONE, half, SEGMENTS, "expected JSON", "download")
of_file("groups_missing", GROUPS, IPHONE, None, GROUPS, "missing", "hidden test set", "leave those out")
of_file("groups_empty", GROUPS, IPHONE, empty, GROUPS, "empty", "download")
of_file("groups_cut", GROUPS, IPHONE, half, GROUPS, "expected JSON", "download")


@fault(IPHONE, SEGMENTS, "a segment for each of the", "from one release")
def segments_of_another_length(scene: Path) -> None:
    edit_json(scene / SEGMENTS, lambda parsed: parsed["segIndices"].pop())


@fault(IPHONE, SEGMENTS, "segIndices", "download")
def segments_without_numbers(scene: Path) -> None:
    edit_json(scene / SEGMENTS, lambda parsed: parsed.pop("segIndices"))


@fault(IPHONE, GROUPS, "segGroups", "download")
def groups_without_objects(scene: Path) -> None:
    edit_json(scene / GROUPS, lambda parsed: parsed.update(segGroups=[]))


@fault(IPHONE, GROUPS, "no object", "id 0", "nothing to ask")
def groups_without_ids(scene: Path) -> None:
    edit_json(scene / GROUPS, lambda parsed: [group.update(objectId=0) for group in parsed["segGroups"]])


@fault(IPHONE, GROUPS, "not in the mesh", "from one release")
def groups_of_another_mesh(scene: Path) -> None:
    def shift(parsed: dict) -> None:
        for group in parsed["segGroups"]:
            group["segments"] = [10**9 + segment for segment in group["segments"]]

    edit_json(scene / GROUPS, shift)


# the iPhone

POSES, CAMERAS, TRACKED = "iphone/colmap/images.txt", "iphone/colmap/cameras.txt", "iphone/pose_intrinsic_imu.json"
of_file("iphone_poses_empty", POSES, IPHONE, empty, POSES, "no usable image", "download")
of_file("iphone_poses_web_page", POSES, IPHONE, web_page, POSES, "no usable image", "malformed")
of_file("iphone_camera_missing", CAMERAS, IPHONE, None, CAMERAS, "missing", "download")
of_file("iphone_camera_empty", CAMERAS, IPHONE, empty, CAMERAS, "a camera per line", "download")
of_file("iphone_model_unknown", CAMERAS, IPHONE, lambda d: d.replace(b"OPENCV", b"FOV"), CAMERAS, "FOV", "undistort")
of_file("iphone_camera_cut", CAMERAS, IPHONE, lambda d: d[:-12], CAMERAS, "parameters of OPENCV", "download")
of_file("iphone_transforms_cut", "iphone/nerfstudio/transforms.json", IPHONE, half, "iphone/nerfstudio", "JSON")


@fault(IPHONE, CAMERAS, "one camera", "found 2")
def iphone_with_two_cameras(scene: Path) -> None:
    with (scene / CAMERAS).open("a") as file:
        file.write("2 PINHOLE 240 180 215 215 120 90\n")


@fault(IPHONE, "iphone", "expected images of 240x320", "export")
def iphone_images_of_another_shape(scene: Path) -> None:
    (scene / CAMERAS).write_text("1 PINHOLE 240 320 215 215 120 160\n")


@fault(IPHONE, POSES, TRACKED, "missing", "download")
def iphone_without_cameras(scene: Path) -> None:
    shutil.rmtree(scene / "iphone" / "colmap")
    (scene / TRACKED).unlink()


@fault(IPHONE, TRACKED, "expected JSON", "download")
def tracked_cameras_cut(scene: Path) -> None:
    shutil.rmtree(scene / "iphone" / "colmap")
    (scene / TRACKED).write_bytes(half((scene / TRACKED).read_bytes()))


@fault(IPHONE, TRACKED, "aligned_pose", "download")
def tracked_cameras_of_no_frame(scene: Path) -> None:
    shutil.rmtree(scene / "iphone" / "colmap")
    (scene / TRACKED).write_text('{"frames": []}')


@fault(IPHONE, POSES, "no usable image", "not rigid", "download")
def iphone_quaternions_scaled(scene: Path) -> None:
    def scale(line: str) -> str:
        fields = line.split()
        return " ".join([fields[0], "3", *fields[2:]]) + "\n" if len(fields) == 10 else line

    edit_lines(scene / POSES, scale)


@fault(IPHONE, "iphone", "expected images in rgb/ or a video", "download")
def iphone_without_images(scene: Path) -> None:
    shutil.rmtree(scene / "iphone" / "rgb")


@fault(IPHONE, "iphone", "expected images in rgb/ or a video", "iphone")
def iphone_folder_missing(scene: Path) -> None:
    shutil.copytree(scene / "iphone" / "colmap", scene / "kept")
    shutil.rmtree(scene / "iphone")
    shutil.copytree(scene / "kept", scene / "iphone" / "colmap")


@fault(IPHONE, "iphone/rgb.mkv", "expected a video", "download")
def video_empty(scene: Path) -> None:
    shutil.rmtree(scene / "iphone" / "rgb")
    (scene / "iphone" / "rgb.mkv").write_bytes(b"")


@fault(IPHONE, "iphone/depth.bin", "no whole frame", "download", "remove it")
def depth_bin_empty(scene: Path) -> None:
    shutil.rmtree(scene / "iphone" / "depth")
    (scene / "iphone" / "depth.bin").write_bytes(b"")


@fault(IPHONE, "iphone", "no usable frame", "colour image empty", "download")
def iphone_images_empty(scene: Path) -> None:
    for path in (scene / "iphone" / "rgb").iterdir():
        path.write_bytes(b"")


@fault(IPHONE, "iphone/rgb", "no JPEG or PNG", "export")
def iphone_images_are_no_images(scene: Path) -> None:
    for path in (scene / "iphone" / "rgb").iterdir():
        path.write_bytes(b"\0" * 500)


@fault(IPHONE, "iphone", "no usable frame", "no colour image", "no pose")
def iphone_images_of_other_frames(scene: Path) -> None:
    for path in (scene / "iphone" / "rgb").iterdir():
        path.rename(path.with_name(path.name.replace("frame_0", "frame_9")))


# the DSLR

PHOTO_POSES, PHOTO_CAMERA = "dslr/colmap/images.txt", "dslr/colmap/cameras.txt"
of_file("photo_poses_empty", PHOTO_POSES, DSLR, empty, PHOTO_POSES, "no usable image", "download")
of_file("photo_camera_empty", PHOTO_CAMERA, DSLR, empty, PHOTO_CAMERA, "a camera per line", "download")
of_file("lists_cut", "dslr/train_test_lists.json", DSLR, half, "train_test_lists.json", "expected JSON", "download")
of_file("lists_of_nothing", "dslr/train_test_lists.json", DSLR, lambda d: b"[]", "train_test_lists.json", "remove it")
of_file("transforms_empty", "dslr/nerfstudio/transforms.json", DSLR, empty, "transforms.json", "empty", "download")


@fault(DSLR, PHOTO_CAMERA, "one camera", "found 2")
def dslr_with_two_cameras(scene: Path) -> None:
    with (scene / PHOTO_CAMERA).open("a") as file:
        file.write("2 PINHOLE 240 160 215 215 120 80\n")


@fault(DSLR, PHOTO_CAMERA, "nerfstudio/transforms.json", "missing", "download either")
def dslr_without_cameras(scene: Path) -> None:
    for name in ("colmap", "nerfstudio"):
        shutil.rmtree(scene / "dslr" / name)


@fault(DSLR, PHOTO_POSES, "nerfstudio/transforms.json", "missing", "download either")
def dslr_without_poses(scene: Path) -> None:
    (scene / PHOTO_POSES).unlink()
    shutil.rmtree(scene / "dslr" / "nerfstudio")


@fault(DSLR, "dslr/resized_images", "expected images", "download", "transforms_undistorted.json")
def dslr_without_images(scene: Path) -> None:
    shutil.rmtree(scene / "dslr" / "resized_images")


@fault(DSLR, "dslr/resized_images", "no usable frame", "colour image empty")
def dslr_images_empty(scene: Path) -> None:
    for path in (scene / "dslr" / "resized_images").iterdir():
        path.write_bytes(b"")


@fault(DSLR, "dslr/resized_images", "no usable frame", "marked as bad")
def dslr_images_all_bad(scene: Path) -> None:
    def mark(parsed: dict) -> None:
        for entry in parsed["frames"] + parsed["test_frames"]:
            entry["is_bad"] = True

    edit_json(scene / "dslr" / "nerfstudio" / "transforms.json", mark)


@fault(DSLR, "dslr/colmap/cameras.txt", "missing")
def dslr_folder_missing(scene: Path) -> None:
    shutil.rmtree(scene / "dslr")
