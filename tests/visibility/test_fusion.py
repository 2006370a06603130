"""Fused points: on the surfaces, spread evenly, few, and the same in any order of the frames."""

import numpy as np
import pytest

from factory.geometry.boxes import Boxes
from factory.sources.frame_images import FrameImages
from factory.visibility.fusion import FusedPoints, PointFusion
from factory.visibility.image_observer import ImageObserver
from factory.visibility.instances import collect_instances
from factory.visibility.observer import Observation
from tests.visibility.cameras import pinhole
from tests.visibility.mesh_less import twin
from tests.visibility.small_scene import BURIED, CRATE, FLOOR, LAMP, eyes, make_scene

THINGS = [FLOOR, CRATE, LAMP, BURIED]


def fused(scene, media, frames) -> FusedPoints:
    instances = collect_instances(scene, None)
    observer = ImageObserver(instances, FrameImages(media), 640)
    fusion = PointFusion(instances.boxes)
    for frame in frames:
        fusion.add(frame.world_from_camera, observer.observe(frame))
    return fusion.points()


@pytest.fixture(scope="module")
def room(embree):
    return twin(make_scene(THINGS, eyes(6), scale=2.5), embree)


def test_points_lie_on_the_surface_of_their_object(room):
    scene, media = room
    points, of_object = fused(scene, media, scene.frames)
    objects = sorted(scene.objects, key=lambda one: one.object_id)
    assert [bool(len(rows)) for rows in of_object] == [True, True, True, False]  # the pipe is below the floor
    assert np.concatenate(of_object).tolist() == list(range(len(points)))
    for one, rows in zip(objects[:3], of_object[:3], strict=True):
        local = (points[rows] - one.box.center) @ one.box.rotation
        off = np.abs(local) - one.box.extents / 2
        assert np.abs(off.max(axis=1)).max() < 0.002  # a millimetre of rounding, along slanted rays


def test_points_are_spread_evenly_however_many_frames_see_a_side(room):
    scene, media = room
    points, of_object = fused(scene, media, scene.frames)
    crate = next(one for one in scene.objects if one.object_id == CRATE.object_id)
    local = (points[of_object[0]] - crate.box.center) @ crate.box.rotation / crate.box.extents
    density = []
    for axis, sign in ((2, 1), (0, 1), (0, -1), (1, 1), (1, -1)):
        inner = (np.abs(np.delete(local, axis, axis=1)) < 0.4).all(axis=1) & (local[:, axis] * sign > 0.45)
        area = np.prod(np.delete(crate.box.extents, axis)) * 0.8**2
        density.append(inner.sum() / area)
    assert max(density) < 1.25 * min(density)


def test_the_order_of_the_frames_and_repeating_them_change_nothing(room):
    scene, media = room
    first = fused(scene, media, scene.frames)
    for frames in (scene.frames[::-1], [*scene.frames[3:], *scene.frames], scene.frames[4:] + scene.frames[:4]):
        other = fused(scene, media, frames)
        np.testing.assert_array_equal(first.points, other.points)
        assert [len(rows) for rows in first.of_object] == [len(rows) for rows in other.of_object]


def test_more_frames_do_not_make_more_points(room, embree):
    scene, media = room
    many, more_media = twin(make_scene(THINGS, eyes(18), scale=2.5), embree)
    few, lots = fused(scene, media, scene.frames), fused(many, more_media, many.frames)
    assert len(lots.points) < 1.5 * len(few.points)


def slab(depth: np.ndarray) -> FusedPoints:
    """What a frame of that depth, all of one large object, gives."""
    boxes = Boxes(np.array([[0, 0, 2.0]]), np.array([[9.0, 9, 9]]), np.eye(3)[None])
    height, width = depth.shape
    fusion = PointFusion(boxes)
    seen = Observation(np.ones(depth.shape, np.int32), depth.astype(np.float32), pinhole(width, height, 10.0))
    fusion.add(np.eye(4), seen)
    return fusion.points()


@pytest.mark.parametrize("turned", [False, True])
def test_pixels_between_two_surfaces_are_dropped_and_sharp_edges_stay(turned):
    def depths(image: np.ndarray) -> set[float]:
        return set(slab(image.T if turned else image).points[:, 2].round(4).tolist())

    sharp = np.full((9, 12), 2.0)
    sharp[:, 6:] = 3.0
    sharp[:, 2] = 1.5  # a post one pixel wide
    assert depths(sharp) == {1.5, 2.0, 3.0}
    smeared = sharp.copy()
    smeared[:, 5] = 2.4
    assert depths(smeared) == {1.5, 2.0, 3.0}
    falling = smeared[:, ::-1]
    assert depths(falling) == {1.5, 2.0, 3.0}
    step = sharp.copy()
    step[:, 5:8] = 2.4  # a surface of its own
    assert depths(step) == {1.5, 2.0, 2.4, 3.0}
    hole = smeared.copy()
    hole[:, 6] = 0  # what borders on no reading is not known to be smeared
    assert depths(hole) == {1.5, 2.0, 2.4, 3.0}


def test_a_floor_seen_at_a_slant_is_no_edge():
    rows = np.arange(240)
    depth = np.repeat((1.4 * 300 / (rows + 12.0))[:, None], 8, axis=1)  # from 35 m at the top
    boxes = Boxes(np.array([[0, 0, 2.0]]), np.array([[99.0, 99, 99]]), np.eye(3)[None])
    fusion = PointFusion(boxes)
    seen = Observation(np.ones(depth.shape, np.int32), depth.astype(np.float32), pinhole(8, 240, 300.0))
    fusion.add(np.eye(4), seen)
    points = fusion.points().points
    assert points[:, 2].max() > 10 and points[:, 2].min() < 2


def test_a_flat_thing_is_one_layer_of_points():
    boxes = Boxes(np.array([[0, 0, 2.0]]), np.array([[2.0, 2, 0]]), np.eye(3)[None])
    fusion = PointFusion(boxes)
    rng = np.random.default_rng(0)
    for _ in range(5):
        depth = (2 + rng.normal(0, 0.002, (60, 60))).astype(np.float32)
        fusion.add(np.eye(4), Observation(np.ones((60, 60), np.int32), depth, pinhole(60, 60, 60.0)))
    assert len(fusion.points().points) <= 60 * 60 / 2


def test_nothing_at_all():
    empty = PointFusion(Boxes(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3, 3)))).points()
    assert empty.points.shape == (0, 3) and empty.of_object == []
