"""Posed images of a capture: intrinsics of each, all turned upright."""

from collections import Counter

import numpy as np

from factory.errors import DataError
from factory.sources.arkitscenes.layout import Recording
from factory.sources.arkitscenes.trajectory import Trajectory
from factory.sources.cameras import Calibration, Size, check_intrinsics, intrinsics_for, parse_numbers
from factory.sources.frames import UNREADABLE_COLOR, common_size, told
from factory.sources.images import read_image_size
from factory.sources.upright import rotated_uri, turned_camera, turned_intrinsics, turned_size, upright_turns
from factory.store.storage import Storage
from schemas.scene import Frame

BAD_INTRINSICS = "frame: intrinsics unusable"
SKY_DISAGREES = "capture: sky_direction of the metadata is not that of the poses"

_SAME_SHAPE = 0.02


def load_frames(
    root: Storage, recording: Recording, trajectory: Trajectory, sky_turns: int | None, counts: Counter[str]
) -> list[Frame]:
    """The frames in order; why others were left out goes to `counts`.

    sky_turns : what the data set's table says about the whole capture. It is counted where the poses say otherwise,
    and not used: it is known to be wrong for some captures, and devices are turned while they record.
    """
    counts.update(recording.left_out)
    moments = recording.moments
    size, unreadable = common_size(
        len(moments), lambda i: read_image_size(root, moments[i].image.path), recording.folder
    )
    counts[UNREADABLE_COLOR] += len(unreadable)
    world_from_camera = trajectory.world_from_camera[[moment.pose for moment in moments]]
    turns, most = upright_turns(world_from_camera)
    counts[SKY_DISAGREES] += sky_turns not in (None, most)
    frames = []
    contents = root.read_many([moment.intrinsics for moment in moments])
    for i, (moment, content) in enumerate(zip(moments, contents, strict=True)):
        if i in unreadable:
            continue
        intrinsics = _read_intrinsics(content, size, moment.intrinsics)
        if intrinsics is None:
            counts[BAD_INTRINSICS] += 1
            continue
        turn = int(turns[i])
        width, height = turned_size(*size, turn)
        frames.append(
            Frame(
                frame_id=moment.image.stamp,
                index=moment.place,
                image=rotated_uri(moment.image.path, turn),
                depth=rotated_uri(moment.depth, turn) if moment.depth else None,
                width=width,
                height=height,
                intrinsics=turned_intrinsics(intrinsics, *size, turn),
                world_from_camera=turned_camera(world_from_camera[i], turn),
            )
        )
    if not frames:
        raise DataError(f"{recording.folder}: no usable frame ({told(counts)}); download the capture again")
    return frames


def _read_intrinsics(data: bytes, size: Size, name: str) -> np.ndarray | None:
    """Intrinsics (3, 3) of images of `size` from `width height fx fy cx cy`, which may be of another resolution; None
    where the file does not tell. The centre of the top-left pixel is (0, 0), as the release's own code has it."""
    numbers = parse_numbers(data)
    if numbers is None or numbers.size != 6 or not np.isfinite(numbers).all() or numbers[:2].min() < 1:
        return None
    width, height, fx, fy, cx, cy = numbers
    if abs(width * size[1] / (height * size[0]) - 1) > _SAME_SHAPE:
        return None
    matrix = np.array([[fx, 0.0, cx], [0.0, fy, cy], [0.0, 0.0, 1.0]])
    try:
        calibration = Calibration(check_intrinsics(matrix, name), (round(width), round(height)))
        return intrinsics_for(size, calibration, None, name)
    except DataError:
        return None
