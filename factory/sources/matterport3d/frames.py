"""The images of a house, 18 from each panorama, in the order of its camera file."""

from collections import Counter
from collections.abc import Callable, Mapping

from factory.errors import DataError
from factory.sources.cameras import Size
from factory.sources.depth_files import scaled_depth_uri
from factory.sources.frames import EMPTY_COLOR, UNREADABLE_COLOR, common_size, told
from factory.sources.matterport3d.conf import CameraFile, ConfImage
from factory.sources.matterport3d.files import Found
from schemas.scene import Frame

DEPTH_STEPS_PER_METRE = 4000.0
NO_COLOR = "frame: no colour image"


def load_frames(
    cameras: CameraFile,
    color: Mapping[str, Found],
    depth: Mapping[str, Found],
    size_of: Callable[[str], Size | None],
    where: str,
    counts: Counter[str],
) -> list[Frame]:
    """The frames that have colour and a camera; why others were left out goes to `counts`.

    color, depth : files by name; size_of : width and height of an image file by its URI.
    """
    counts.update(cameras.rejected)
    kept: list[ConfImage] = []
    for image in cameras.images:
        found = color.get(image.color)
        if found is None or not found.size:
            counts[NO_COLOR if found is None else EMPTY_COLOR] += 1
        else:
            kept.append(image)
    if not kept:
        raise DataError(
            f"{where}: expected the colour images that the camera file lists, found none ({told(counts)}); download "
            "undistorted_color_images of this scan"
        )
    size, unreadable = common_size(len(kept), lambda i: size_of(color[kept[i].color].uri), where)
    counts[UNREADABLE_COLOR] += len(unreadable)
    return [
        Frame(
            frame_id=image.frame_id,
            index=i,
            image=color[image.color].uri,
            depth=_depth_uri(depth.get(image.depth)),
            width=size[0],
            height=size[1],
            intrinsics=image.intrinsics(size[1]),
            world_from_camera=image.world_from_camera,
        )
        for i, image in enumerate(kept)
        if i not in unreadable
    ]


def _depth_uri(found: Found | None) -> str | None:
    return scaled_depth_uri(found.uri, DEPTH_STEPS_PER_METRE) if found and found.size else None
