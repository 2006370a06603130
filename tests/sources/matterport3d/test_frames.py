"""The order of a house's images: a walk, whatever the order of the file."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from factory.sources.matterport3d.conf import ConfImage
from factory.sources.matterport3d.frames import in_walking_order


def image(pano: str, center: tuple[float, float, float], camera: int = 1, yaw: int = 0) -> ConfImage:
    pose = np.eye(4)
    pose[:3, 3] = center
    return ConfImage(pano, camera, yaw, "", "", np.eye(3), pose)


def test_each_panorama_comes_after_the_one_that_it_is_nearest_to() -> None:
    places = {"a": 4.0, "b": 0.0, "c": 8.0, "d": 2.0, "e": 6.0}
    ordered = in_walking_order([image(pano, (x, 0, 1.5)) for pano, x in places.items()])
    assert [one.pano for one in ordered] == ["a", "d", "b", "e", "c"]  # of two as near the one listed first


def test_images_of_a_panorama_stay_together() -> None:
    listed = [image(pano, (x, 0, 0), c, y) for y in (3, 0) for c in (2, 0, 1) for pano, x in (("q", 5), ("p", 0))]
    ordered = in_walking_order(listed)
    within = [(0, 0), (0, 3), (1, 0), (1, 3), (2, 0), (2, 3)]
    assert [(one.pano, one.camera, one.yaw) for one in ordered] == [(p, c, y) for p in "qp" for c, y in within]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(-9, 9)] * 3), min_size=1, max_size=12))
def test_no_panorama_is_lost(centers: list[tuple[int, int, int]]) -> None:
    images = [image(str(i), center) for i, center in enumerate(centers)]  # panoramas may stand in one place
    ordered = in_walking_order(images)
    assert ordered[0] is images[0] and sorted(int(one.pano) for one in ordered) == list(range(len(images)))
    points = np.array([one.world_from_camera[:3, 3] for one in ordered])
    for i in range(len(points) - 1):
        ways = np.linalg.norm(points[i + 1 :] - points[i], axis=1)
        assert ways[0] == ways.min()


def test_nothing_to_order() -> None:
    assert in_walking_order([]) == []
