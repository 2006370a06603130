"""Frames of scenes without a mesh: ids, boxes, sizes of images, and ids that contradict the boxes."""

import numpy as np
import pytest

from factory.sources.frame_images import FrameImages
from factory.visibility.image_observer import BOX_SLACK_M, ImageObserver
from factory.visibility.instances import collect_instances
from factory.visibility.observer import MeshObserver
from schemas.scene import Box, Frame, SceneObject
from tests.visibility.cameras import pinhole
from tests.visibility.mesh_less import NOTHING, Media, twin
from tests.visibility.small_scene import CRATE, FLOOR, LAMP, SCREEN, eyes, make_scene

THINGS = [FLOOR, CRATE, SCREEN, LAMP]


@pytest.fixture(scope="module")
def scene():
    return make_scene(THINGS, eyes(4), scale=2)


def observer_of(scene, media: Media, long_side: int = 640) -> ImageObserver:
    return ImageObserver(collect_instances(scene, None), FrameImages(media), long_side)


def thing(object_id: int, center=(0, 0, 2), extents=(1, 1, 1)) -> SceneObject:
    box = Box(center=center, extents=extents, rotation=np.eye(3))
    return SceneObject(
        object_id=object_id, label="x", raw_label="x", is_structural=False, vertex_ids=np.zeros(0, int), box=box
    )


def one_frame(scene, media: Media, depth: np.ndarray, ids: np.ndarray | None, objects: list[SceneObject]):
    """A scene of one frame of 8x6 pixels that looks along z from the origin."""
    from factory.sources.images import encode_depth_png

    names = {"depth": "d.png"} | ({} if ids is None else {"instances": "i.png"})
    media["d.png"] = encode_depth_png(depth)
    if ids is not None:
        media["i.png"] = encode_depth_png(ids)
    frame = Frame(
        frame_id="0",
        index=0,
        image="0.jpg",
        width=8,
        height=6,
        intrinsics=pinhole(8, 6, 8.0),
        world_from_camera=np.eye(4),
        **names,
    )
    return scene.model_copy(update={"mesh": None, "objects": objects, "frames": [frame]})


def test_images_of_a_mesh_show_what_the_mesh_shows(scene, embree):
    from factory.visibility.instances import face_labels

    bare, media = twin(scene, embree)
    instances = collect_instances(scene, scene.mesh)
    rasterized = MeshObserver(embree, scene.mesh, face_labels(scene, scene.mesh, instances), 640)
    observer = observer_of(bare, media)
    for frame, other in zip(bare.frames, scene.frames, strict=True):
        ours, theirs = observer.observe(frame), rasterized.observe(other)
        np.testing.assert_array_equal(ours.labels, theirs.labels)
        np.testing.assert_allclose(ours.depth_m, theirs.depth_m, atol=0.0006)
        np.testing.assert_array_equal(ours.intrinsics, theirs.intrinsics)
        assert ours.contradicted == 0


@pytest.mark.parametrize(
    ("long_side", "scale", "id_scale", "size"),
    [
        (640, 1.0, 1.0, (180, 240)),
        (120, 1.0, 1.0, (90, 120)),
        (640, 0.5, 1.0, (90, 120)),
        (640, 1.0, 0.25, (45, 60)),
        (100, 0.5, 1.0, (75, 100)),
    ],
)
def test_the_raster_is_no_finer_than_any_image(scene, embree, long_side, scale, id_scale, size):
    bare, media = twin(scene, embree, scale=scale, id_scale=id_scale)
    seen = observer_of(bare, media, long_side).observe(bare.frames[0])
    assert seen.labels.shape == seen.depth_m.shape == size
    assert set(np.unique(seen.labels)) <= {0, 1, 2, 3, 4}
    frame = bare.frames[0]
    np.testing.assert_allclose(seen.intrinsics[0, 0], frame.intrinsics[0, 0] * size[1] / frame.width)


def test_ids_need_not_follow_each_other_and_zero_is_one(scene):
    objects = [thing(object_id, extents=(9, 9, 1)) for object_id in (40000, 0, 65534, 7)]
    ids = np.array([[0, 7, 40000, 65534, NOTHING, 8, 1, 6]] * 6)
    bare = one_frame(scene, media := Media(), np.full((6, 8), 2000), ids, objects)
    seen = observer_of(bare, media).observe(bare.frames[0])
    # places by rising id; unknown ids and 65535 are nothing
    assert seen.labels[3].tolist() == [1, 2, 3, 4, 0, 0, 0, 0]


def test_an_object_with_the_id_of_nothing_shows_nowhere(scene):
    bare = one_frame(
        scene,
        media := Media(),
        np.full((6, 8), 2000),
        np.full((6, 8), NOTHING),
        [thing(NOTHING), thing(-1), thing(70000)],
    )
    assert not observer_of(bare, media).observe(bare.frames[0]).labels.any()


def test_an_id_far_from_its_box_is_contradicted_and_one_without_depth_is_believed(scene):
    depth = np.full((6, 8), 2000)
    depth[:, 4] = 2500 + 1000 * BOX_SLACK_M - 5
    depth[:, 5] = 2500 + 1000 * BOX_SLACK_M + 5
    depth[:, 6] = 9000
    depth[:, 7] = 0
    big = thing(3, extents=(9, 9, 1))
    bare = one_frame(scene, media := Media(), depth, np.full((6, 8), 3), [big])
    seen = observer_of(bare, media).observe(bare.frames[0])
    assert seen.labels[2].tolist() == [1, 1, 1, 1, 1, 0, 0, 1]
    assert seen.contradicted == 12


def test_without_ids_a_pixel_is_of_the_box_that_its_point_lies_in(scene):
    depth = np.full((6, 8), 2000)
    depth[0] = 0
    depth[1] = 5000
    near, behind = thing(3, extents=(0.4, 9, 1)), thing(1, center=(0, 0, 5), extents=(9, 9, 0.5))
    bare = one_frame(scene, media := Media(), depth, None, [near, behind])
    seen = observer_of(bare, media).observe(bare.frames[0])
    assert not seen.labels[0].any()
    assert (seen.labels[1] == 1).all()
    x = (np.arange(8) - 3.5) / 8 * 2
    assert seen.labels[4].tolist() == np.where(np.abs(x) <= 0.21, 2, 0).tolist()


def test_a_frame_without_depth_shows_nothing(scene):
    bare = one_frame(scene, media := Media(), np.full((6, 8), 2000), None, [])
    seen = observer_of(bare, media).observe(bare.frames[0].model_copy(update={"depth": None}))
    assert seen.labels.shape == (6, 8) and not seen.labels.any() and not seen.depth_m.any()
