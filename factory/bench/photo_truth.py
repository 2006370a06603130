"""How far objects of photographs are from what a depth sensor measured: the same detections lifted twice, from the
models' depth and from the sensor's."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from factory.errors import DataError
from factory.store.storage import Storage
from factory.web.decode import DecodedPicture, DecodeLimits, UnusablePicture, decode_picture
from factory.web.depth_maps import resize_depth
from factory.web.depth_png import encode_depth
from factory.web.estimate import Estimate, EstimateParameters, estimate_pictures
from factory.web.estimators.stack import Stack
from factory.web.lifting.lift import lift
from factory.web.sensors import SensorPhoto, read_sensor
from schemas.web import WebImageRecord

Array = np.ndarray

WITHIN = 0.25  # the tolerance of the benchmark's graders
FARTHER = 1.15  # of two objects, one is clearly farther from the camera by this ratio


@dataclass(frozen=True)
class PhotoTruth:
    """What a set of models says of photographs.

    detections; lifted : those that became objects; compared : of these, with the sensor's depth too. Of the distances
    to the camera median and mean of the relative error and the share off by a quarter at most; pairs : of objects of
    a picture, one clearly farther; right : share of these told right. NaN where there are none.
    """

    photos: int
    detections: int
    lifted: int
    compared: int
    median_relative: float
    mean_relative: float
    within_25: float
    pairs: int
    right: float


def photo_truth(
    stack: Stack, parameters: EstimateParameters, folder: Path, photos: Sequence[SensorPhoto], known_cameras: bool
) -> PhotoTruth:
    """Compares; `known_cameras` tells the models the intrinsics, as the EXIF of a photograph may.

    Raises DataError for a file that cannot be used.
    """
    pictures = [_picture(folder, photo, known_cameras) for photo in photos]
    detections = lifted = 0
    relative: list[float] = []
    right: list[bool] = []
    for photo, picture, found in zip(photos, pictures, estimate_pictures(stack, pictures, parameters), strict=True):
        if isinstance(found, str):  # no photograph, says the stack
            continue
        detections += len(found.detections)
        objects, _ = lift(_row(picture, found))
        lifted += len(objects)
        measured = {one.object_id: one for one in lift(_measured(folder, photo, picture, found))[0]}
        distances = np.array(
            [(np.linalg.norm(one.center), np.linalg.norm(measured[one.object_id].center)) for one in objects
             if one.object_id in measured]
        ).reshape(-1, 2)  # fmt: skip
        relative += (np.abs(distances[:, 0] / distances[:, 1] - 1)).tolist()
        for one, other in combinations(distances.tolist(), 2):
            if max(one[1], other[1]) >= FARTHER * min(one[1], other[1]):
                right.append((one[0] < other[0]) == (one[1] < other[1]))
    errors = np.array(relative)
    return PhotoTruth(
        photos=len(photos),
        detections=detections,
        lifted=lifted,
        compared=len(errors),
        median_relative=float(np.median(errors)) if len(errors) else np.nan,
        mean_relative=float(errors.mean()) if len(errors) else np.nan,
        within_25=float((errors <= WITHIN).mean()) if len(errors) else np.nan,
        pairs=len(right),
        right=float(np.mean(right)) if right else np.nan,
    )


def _picture(folder: Path, photo: SensorPhoto, known_camera: bool) -> DecodedPicture:
    path = folder / photo.color
    try:
        picture = decode_picture(path.read_bytes(), DecodeLimits())
    except UnusablePicture as error:
        raise DataError(f"{path}: {error.reason}") from error
    intrinsics = photo.matrix if known_camera else None
    return DecodedPicture(picture.rgb, picture.width, picture.height, (), intrinsics)


def _row(picture: DecodedPicture, found: Estimate, **change: object) -> WebImageRecord:
    row = WebImageRecord(
        source="photos", shard_id="", image_id="", split="train", image="", sha256="", phash="",
        width=picture.width, height=picture.height, caption=None, scene_id=None, frame_id=None, **found.columns(),
    )  # fmt: skip
    return row.model_copy(update=change)


def _measured(folder: Path, photo: SensorPhoto, picture: DecodedPicture, found: Estimate) -> WebImageRecord:
    """The picture with the sensor's depth and camera."""
    depth_m = read_sensor(Storage(folder), photo, picture.width, picture.height).depth_m
    if found.detections:
        depth_m = resize_depth(depth_m, *found.detections[0].mask.size)
    intrinsics = photo.matrix.ravel().tolist()
    return _row(picture, found, depth=encode_depth(depth_m), depth_source="sensor", intrinsics=intrinsics)
