"""Frames of a recording: its cameras in the world, the intrinsics of its images, its depth as its images show it."""

from collections import Counter
from collections.abc import Callable

import numpy as np

from factory.errors import DataError
from factory.geometry.cameras import scale_intrinsics
from factory.sources.cameras import Calibration, Size, intrinsics_for, nearest_rigid, pose_faults
from factory.sources.frames import EMPTY_COLOR, UNREADABLE_COLOR, common_size, told
from factory.sources.images import read_image_size
from factory.sources.rgbd.cameras import RecordedCamera, SeenThrough, seen_through
from factory.sources.rgbd.folder import SceneFolder
from factory.sources.rgbd.media import DepthView, colour_uri, depth_uri, is_depth_file
from factory.sources.rgbd.recording import NO_COLOR, PosedImage, Recording
from factory.sources.rgbd.settings import SETTINGS_FILE, Settings
from factory.sources.upright import rotated_uri, turned_camera, turned_intrinsics, turned_size, upright_turns
from schemas.scene import Frame

Array = np.ndarray

OTHER_DEPTH_KIND = "frame: depth neither PNG nor PGM, kept without"
OTHER_DEPTH_VIEW = "frame: depth shows another part than the image, kept without"

# How far corners of a depth image may lie from the corners of its image, in image sizes, to show the same.
_SAME_VIEW = 0.01


def frames_of(folder: SceneFolder, recording: Recording, settings: Settings, counts: Counter[str]) -> list[Frame]:
    """The usable frames in order, turned upright; why others were left out goes to `counts`."""
    counts.update(recording.left_out)
    images = [image for image in recording.images if _is_present(folder, image, counts)]
    matrices = np.array([image.world_from_camera for image in images], dtype=np.float64).reshape(-1, 4, 4)
    faults = pose_faults(matrices)
    counts.update(fault for fault in faults if fault)
    good = np.array([not fault for fault in faults], dtype=bool)
    images = [image for image, is_good in zip(images, good, strict=True) if is_good]
    if not images:
        raise DataError(f"{folder.path}: no usable frame ({told(counts)}); download or export the recording again")
    worlds = _in_world(nearest_rigid(matrices[good]), settings)
    name = folder.inside(SETTINGS_FILE) if settings.intrinsics else recording.described_in
    override = settings.intrinsics.camera() if settings.intrinsics else None
    depth_camera = None if override else recording.depth_camera
    steps_per_metre = settings.depth_scale or recording.steps_per_metre
    found: dict[int, Frame] = {}
    for places in _by_size([override or image.camera for image in images]):
        size, unreadable = common_size(len(places), _sizes_of(folder, images, places), folder.path)
        counts[UNREADABLE_COLOR] += len(unreadable)
        depth_size = _depth_size(folder, [images[k] for k in places])
        views: dict[RecordedCamera, tuple[SeenThrough, DepthView | None, bool]] = {}
        for k in (place for i, place in enumerate(places) if i not in unreadable):
            image, camera = images[k], override or images[k].camera
            if camera is None:
                raise DataError(
                    f'{name}: no intrinsics of the images; write "intrinsics" into {folder.inside(SETTINGS_FILE)}'
                )
            if camera not in views:
                seen = seen_through(camera, depth_camera, size, name)
                views[camera] = (seen, *_depth_view(seen, size, depth_camera, depth_size, name))
            seen, view, shows_the_same = views[camera]
            depth = _depth_file(folder, image, counts)
            if depth and not shows_the_same:
                counts[OTHER_DEPTH_VIEW] += 1
                depth = None
            found[k] = Frame(
                frame_id=image.frame_id,
                index=image.index,
                image=colour_uri(folder.inside(image.image), seen.lens),
                depth=depth_uri(folder.inside(depth), steps_per_metre, seen.lens, view) if depth else None,
                width=size[0],
                height=size[1],
                intrinsics=seen.intrinsics,
                world_from_camera=worlds[k],
            )
    return _upright([found[k] for k in sorted(found)])


def _upright(frames: list[Frame]) -> list[Frame]:
    """The frames with the sky at the top: phones are held sideways (3RScan's always)."""
    turns, _ = upright_turns(np.array([frame.world_from_camera for frame in frames]))
    upright = []
    for frame, turn in zip(frames, turns.tolist(), strict=True):
        if turn:
            width, height = turned_size(frame.width, frame.height, turn)
            frame = Frame(
                frame_id=frame.frame_id,
                index=frame.index,
                image=rotated_uri(frame.image, turn),
                depth=rotated_uri(frame.depth, turn) if frame.depth else None,
                width=width,
                height=height,
                intrinsics=turned_intrinsics(frame.intrinsics, frame.width, frame.height, turn),
                world_from_camera=turned_camera(frame.world_from_camera, turn),
            )
        upright.append(frame)
    return upright


def _is_present(folder: SceneFolder, image: PosedImage, counts: Counter[str]) -> bool:
    size = folder.size(image.image)
    counts[NO_COLOR] += size is None
    counts[EMPTY_COLOR] += size == 0
    return bool(size)


def _in_world(file_from_camera: Array, settings: Settings) -> Array:
    """Cameras (n, 4, 4) in metres, z up."""
    turned = file_from_camera.copy()
    turned[:, :3, 3] *= settings.metres_per_unit
    turned[:, :3] = settings.world_from_file @ turned[:, :3]
    return turned + 0.0  # no negative zeros


def _by_size(cameras: list[RecordedCamera | None]) -> list[list[int]]:
    """Places of the images by the size that their calibration tells: those of one must be of one size."""
    groups: dict[Size | None, list[int]] = {}
    for k, camera in enumerate(cameras):
        groups.setdefault(camera.size if camera else None, []).append(k)
    return list(groups.values())


def _sizes_of(folder: SceneFolder, images: list[PosedImage], places: list[int]) -> Callable[[int], Size | None]:
    return lambda i: read_image_size(folder.root, folder.inside(images[places[i]].image))


def _depth_size(folder: SceneFolder, images: list[PosedImage]) -> Size | None:
    """The size of the first depth image."""
    for image in images:
        depth = _depth_file(folder, image, Counter())
        size = read_image_size(folder.root, folder.inside(depth)) if depth else None
        if size:
            return size
    return None


def _depth_file(folder: SceneFolder, image: PosedImage, counts: Counter[str]) -> str | None:
    """The depth image of an image, None where there is none, or an empty file."""
    if image.depth is None or not folder.size(image.depth):
        return None
    if not is_depth_file(image.depth):
        counts[OTHER_DEPTH_KIND] += 1
        return None
    return image.depth


def _depth_view(
    seen: SeenThrough, size: Size, depth: RecordedCamera | None, depth_size: Size | None, name: str
) -> tuple[DepthView | None, bool]:
    """What to read of the depth images, None for all of it, and whether that shows what the colour image shows.

    Depth and colour are taken to be of one place, as recorders register them; another field of view is cut or padded.
    """
    if depth_size is None:
        return None, True
    scale = (depth_size[0] / size[0], depth_size[1] / size[1])
    if depth is None:
        return None, abs(scale[0] / scale[1] - 1) <= 2 * _SAME_VIEW
    d = intrinsics_for(depth_size, Calibration(depth.matrix, depth.size), None, name)
    k = scale_intrinsics(seen.intrinsics, *scale)
    corners = np.array([[-0.5, -0.5], [depth_size[0] - 0.5, depth_size[1] - 0.5]])
    rays = (corners - k[:2, 2]) / k[[0, 1], [0, 1]]
    if np.abs((rays * d[[0, 1], [0, 1]] + d[:2, 2] - corners) / depth_size).max() <= _SAME_VIEW:
        return None, True
    c = seen.intrinsics
    ratio = d[[0, 1], [0, 1]] / c[[0, 1], [0, 1]]
    width = max(1, round(size[0] * ratio[0]))
    height = max(1, round(size[1] * width / size[0]))
    pixel = np.array([size[0] / width, size[1] / height])  # of the view, in pixels of the image
    first = d[:2, 2] + ratio * (pixel / 2 - 0.5 - c[:2, 2])
    step = ratio * pixel
    return DepthView((width, height), float(step[0]), float(first[0]), float(step[1]), float(first[1])), True
