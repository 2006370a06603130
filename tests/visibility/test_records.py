"""Records of a tiny room against loops over pixels and vertices, and under motion of the world."""

import numpy as np
import pytest

from factory.errors import DataError
from factory.geometry.cameras import scale_intrinsics
from factory.geometry.transforms import inverse
from factory.visibility.embree import EmbreeRasterizer
from factory.visibility.records import RecordParams, Records, build_records
from schemas.records import InputDigest
from schemas.scene import NavigationPath
from tests.visibility.small_scene import BURIED, CRATE, FLOOR, LAMP, SCREEN, Thing, eyes, make_scene

THINGS = [FLOOR, CRATE, SCREEN, LAMP, BURIED]


def build(scene, rasterizer, **changes) -> Records:
    params = RecordParams(rasterizer=rasterizer.name, **changes)
    return build_records(scene, rasterizer, params, [InputDigest(name="mesh", digest="abc")])


@pytest.fixture(scope="module")
def scene():
    return make_scene(THINGS, eyes(10))


@pytest.fixture()
def records(scene, rasterizer) -> Records:
    return build(scene, rasterizer)


def test_every_stored_number_of_a_view_by_loops(scene, records, rasterizer):
    rasterizer.load(scene.mesh.vertices, scene.mesh.faces)
    frames = {frame.frame_id: frame for frame in scene.frames}
    objects = {one.object_id: one for one in scene.objects}
    seen = {object_id: set() for object_id in objects}
    visible = {}
    for view in records.views:
        frame = frames[view.frame_id]
        raster = rasterizer.render(frame.world_from_camera, frame.intrinsics, frame.width, frame.height)
        camera_from_world = inverse(frame.world_from_camera)
        for object_id, one in objects.items():
            points = scene.mesh.vertices[one.vertex_ids].astype(float) @ camera_from_world[:3, :3].T
            points += camera_from_world[:3, 3]
            uv = points @ frame.intrinsics.T
            uv = np.floor(uv[:, :2] / uv[:, 2:] + 0.5).astype(int)
            shown = set()
            for vertex, (u, v), z in zip(one.vertex_ids, uv, points[:, 2], strict=True):
                inside = z > 0 and 0 <= u < frame.width and 0 <= v < frame.height and raster.face_id[v, u] >= 0
                if inside and abs(z - raster.depth_m[v, u]) <= max(0.02, 0.01 * z):
                    shown.add(int(vertex))
            seen[object_id] |= shown
            visible[view.frame_id, object_id] = len(shown)

        ids = np.append(scene.mesh.face_object, -1)[raster.face_id]
        assert [one.object_id for one in view.objects] == sorted(set(ids.ravel().tolist()) - {-1})
        for one in view.objects:
            rows, columns = np.nonzero(ids == one.object_id)
            assert one.pixel_count == len(rows)
            edges = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
            scale = 1000 / np.array([frame.width, frame.height] * 2)
            np.testing.assert_array_equal(one.box, np.rint(edges * scale))
            u, v = (np.array(one.point) / 1000 * (frame.width, frame.height) - 0.5).round().astype(int)
            assert ids[v, u] == one.object_id
            record = next(o for o in records.objects if o.object_id == one.object_id)
            expected = camera_from_world[:3, :3] @ record.center + camera_from_world[:3, 3]
            np.testing.assert_allclose(one.center_camera, expected, atol=1e-12)
            assert one.label == record.label == objects[one.object_id].label
    checked = 0
    for view in records.views:
        for one in view.objects:
            expected = visible[view.frame_id, one.object_id] / max(1, len(seen[one.object_id]))
            assert one.visible_fraction == pytest.approx(expected, abs=1e-12)
            checked += one.visible_fraction > 0
    assert checked > 20


def test_the_point_is_the_projected_centre_where_that_shows(scene, records):
    frame = scene.frames[5]  # from behind the crate: the screen stands beyond it
    view = next(v for v in records.views if v.frame_id == frame.frame_id)
    crate = next(o for o in view.objects if o.object_id == CRATE.object_id)
    uv = frame.intrinsics @ crate.center_camera
    expected = (uv[:2] / uv[2] + 0.5) / (frame.width, frame.height) * 1000
    assert np.abs(np.array(crate.point) - expected).max() <= 0.5 * 1000 / frame.height + 1


def test_a_board_half_hidden_is_half_visible(rasterizer):
    """A cover hides the left half of a thin board from the first camera; the second sees all of it."""
    board = Thing(1, "board", (0, 1.0, 0.5), (1.0, 0.002, 1.0), edge=0.03)
    cover = Thing(2, "cover", (-1.0, 0.0, 0.5), (2.0, 0.002, 2.0))
    scene = make_scene([board, cover], [(0.0, -3.0, 0.5), (2.5, -2.0, 0.5)], target=(0, 1.0, 0.5), scale=4)
    first, second = build(scene, rasterizer).views
    assert {o.object_id: o.visible_fraction for o in second.objects}[1] == pytest.approx(1.0, abs=0.06)
    shown = {o.object_id: o for o in first.objects}[1]
    assert shown.visible_fraction == pytest.approx(0.5, abs=0.04)
    assert shown.box[0] == pytest.approx(500, abs=3)


def test_what_nothing_shows_is_counted_and_stored(records):
    pipe = next(o for o in records.objects if o.object_id == BURIED.object_id)
    assert pipe.frame_ids == []
    assert records.counts == {"object: seen by no kept frame": 1}


def test_objects_name_the_frames_that_show_them(records):
    for one in records.objects:
        showing = [v.frame_id for v in records.views if one.object_id in [o.object_id for o in v.objects]]
        assert one.frame_ids == showing
    assert [o.object_id for o in records.objects] == sorted(thing.object_id for thing in THINGS)


def test_rows_copy_the_source(scene, records):
    assert records.scene.inputs == [InputDigest(name="mesh", digest="abc")]
    assert (records.scene.source, records.scene.scene_id, records.scene.split) == ("small", "room_0", "train")
    assert records.scene.floor_area == pytest.approx(30.0, rel=0.03)
    for view, frame in zip(records.views, scene.frames, strict=True):
        assert (view.frame_id, view.image, view.depth) == (frame.frame_id, frame.image, frame.depth)
        assert (view.width, view.height) == (view.raster_width, view.raster_height) == (120, 90)
        np.testing.assert_array_equal(np.reshape(view.world_from_camera, (4, 4)), frame.world_from_camera)
        np.testing.assert_array_equal(np.reshape(view.intrinsics, (3, 3)), frame.intrinsics)
    crate = next(o for o in records.objects if o.object_id == CRATE.object_id)
    assert (crate.label, crate.raw_label, crate.is_structural) == ("crate", "CRATE", False)
    assert crate.point_count == len(next(o for o in scene.objects if o.object_id == CRATE.object_id).vertex_ids)
    np.testing.assert_allclose(crate.extents, CRATE.extents, atol=1e-6)
    assert next(o for o in records.objects if o.label == "floor").is_structural


def test_keyframes_and_video_frames_are_kept_and_the_rest_counted(rasterizer):
    cameras = [eye for eye in eyes(10) for _ in range(7)]  # every position seven times
    scene = make_scene([FLOOR, CRATE], cameras)
    records = build(scene, rasterizer, video_frame_count=5)
    keyframes = [v.frame_id for v in records.views if v.is_keyframe]
    assert keyframes == [str(10 * 7 * i) for i in range(10)]
    video = {v.frame_id: v.video_index for v in records.views if v.video_index is not None}
    assert video == {"0": 0, "170": 1, "350": 2, "520": 3, "690": 4}
    order = [int(v.frame_id) for v in records.views]
    assert order == sorted({int(name) for name in [*keyframes, *video]})
    assert records.counts["frame: near a kept keyframe"] == len(cameras) - len(order)


def test_frames_along_a_path_are_kept(rasterizer):
    cameras = eyes(101, radius=2.4)[:91]
    path = NavigationPath(id="7", language="en-US", text="Walk around the crate.", frame_ids=["130", "40"])
    scene = make_scene([FLOOR, CRATE], cameras).model_copy(update={"paths": [path]})
    records = build(scene, rasterizer, video_frame_count=2)
    assert {"40", "130"} <= {v.frame_id for v in records.views}
    assert not {v.frame_id for v in records.views if v.is_keyframe} & {"40", "130"}
    assert records.scene.paths == [path]


def test_the_polygon_of_the_source_is_the_floor(scene, rasterizer):
    polygon = [0.0, 0.0, 6.0, 0.0, 6.0, 3.0, 2.0, 3.0, 2.0, 7.0, 0.0, 7.0]
    records = build(scene.model_copy(update={"floor_polygon": polygon}), rasterizer)
    assert records.scene.floor_area == pytest.approx(26.0)
    assert records.scene.floor_polygon == polygon


def test_frames_are_walked_by_index_and_rejections_of_the_source_stay(scene, rasterizer):
    shuffled = scene.model_copy(update={"frames": scene.frames[::-1], "rejected": {"frame: no pose": 4}})
    records = build(shuffled, rasterizer)
    assert [v.frame_id for v in records.views] == [f.frame_id for f in scene.frames]
    assert records.counts["frame: no pose"] == 4


def test_objects_without_vertices_are_counted(scene, rasterizer):
    empty = [
        o.model_copy(update={"vertex_ids": np.zeros(0, np.int32)}) if o.object_id == LAMP.object_id else o
        for o in scene.objects
    ]
    records = build(scene.model_copy(update={"objects": empty}), rasterizer)
    assert records.counts["object: no vertices and no box"] == 1
    assert LAMP.object_id not in [o.object_id for o in records.objects]


def test_the_same_bytes_twice(scene, rasterizer):
    first, second = build(scene, rasterizer), build(scene, rasterizer)
    assert [v.model_dump_json() for v in first.views] == [v.model_dump_json() for v in second.views]
    assert [o.model_dump_json() for o in first.objects] == [o.model_dump_json() for o in second.objects]


def test_turning_and_shifting_the_world_changes_no_view(scene, rasterizer):
    turn = np.eye(4)
    turn[:2, :2] = [[0.8, -0.6], [0.6, 0.8]]
    turn[:3, 3] = (30, -12, 2)
    moved = build(make_scene(THINGS, eyes(10), turn=turn), rasterizer)
    here = build(scene, rasterizer)
    assert_alike(here, moved, box=17, fraction=0.03)
    for ours, theirs in zip(here.objects, moved.objects, strict=True):
        np.testing.assert_allclose(theirs.extents, ours.extents, atol=2e-5)
        np.testing.assert_allclose(theirs.center, turn[:3, :3] @ ours.center + turn[:3, 3], atol=2e-5)


def test_both_rasterizers_give_the_same_records(scene, egl, embree):
    assert_alike(build(scene, egl), build(scene, embree), box=17, fraction=0.03)


def test_large_images_are_rasterized_smaller(scene, rasterizer):
    large = build(make_scene(THINGS, eyes(10), scale=12), rasterizer)
    assert {(v.width, v.height, v.raster_width, v.raster_height) for v in large.views} == {(1440, 1080, 640, 480)}
    middle = build(make_scene(THINGS, eyes(10), scale=5), rasterizer)
    assert {(v.width, v.raster_width) for v in middle.views} == {(600, 600)}
    assert_alike(large, middle, box=4, fraction=0.08)  # vertices on edges fall to either side


def test_the_raster_shows_what_its_image_shows(scene, rasterizer):
    """Half the resolution: each raster pixel is the middle of its 2 x 2 image pixels."""
    frame = scene.frames[1]
    rasterizer.load(scene.mesh.vertices, scene.mesh.faces)
    fine = rasterizer.render(
        frame.world_from_camera, scale_intrinsics(frame.intrinsics, 4, 4), 4 * frame.width, 4 * frame.height
    )
    ids = np.append(scene.mesh.face_object, -1)[fine.face_id]
    view = build(scene, rasterizer).views[1]
    for one in view.objects:
        rows, columns = np.nonzero(ids == one.object_id)
        edges = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]) / 4
        box = np.array(one.box) * np.array([frame.width, frame.height] * 2) / 1000
        assert np.abs(box - edges).max() <= 1.0


def assert_alike(first: Records, second: Records, box: int, fraction: float) -> None:
    """The same rows but for silhouettes: objects of more than four pixels, boxes and fractions within tolerances."""
    assert [v.frame_id for v in first.views] == [v.frame_id for v in second.views]
    for ours, theirs in zip(first.views, second.views, strict=True):
        a, b = ({o.object_id: o for o in view.objects} for view in (ours, theirs))
        for object_id in a.keys() | b.keys():
            if object_id in a and object_id in b:
                assert np.abs(np.subtract(a[object_id].box, b[object_id].box)).max() <= box
                assert abs(a[object_id].visible_fraction - b[object_id].visible_fraction) <= fraction
                np.testing.assert_allclose(a[object_id].center_camera, b[object_id].center_camera, atol=2e-5)
            else:
                assert (a.get(object_id) or b[object_id]).pixel_count <= 4


def test_triangles_larger_than_the_image_show_pixels_but_no_vertices(rasterizer):
    wall = Thing(1, "wall", (0, 3, 0), (40, 0.1, 40), edge=100.0)
    records = build(make_scene([wall], [(0.0, 0.0, 0.1)], target=(0, 3, 0)), rasterizer)
    (shown,) = records.views[0].objects
    assert shown.pixel_count == 120 * 90
    assert shown.visible_fraction == 0
    assert shown.box == [0, 0, 1000, 1000]


def test_a_scene_without_objects_has_views(scene, rasterizer):
    bare = scene.model_copy(
        update={
            "objects": [],
            "mesh": scene.mesh.model_copy(update={"face_object": np.full_like(scene.mesh.face_object, -1)}),
        }
    )
    records = build(bare, rasterizer)
    assert records.objects == []
    assert len(records.views) == 10
    assert all(view.objects == [] for view in records.views)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"mesh": None}, "expected a mesh"), ({"frames": []}, "at least one frame")],
)
def test_unusable_scenes_are_named(scene, change, message):
    with pytest.raises(DataError, match=f"small scene room_0: .*{message}"):
        build(scene.model_copy(update=change), EmbreeRasterizer())


@pytest.mark.slow
def test_a_real_scan_gives_plausible_records(real_scans, egl):
    from factory.sources.registry import open_source
    from factory.store.storage import Storage

    source = open_source("scannet", Storage(str(real_scans)))
    records = build(source.load("scene9000_00"), egl)
    seen = [o for o in records.objects if o.frame_ids]
    assert len(seen) == len(records.objects) == 49
    table = next(o for o in records.objects if o.label == "round table")
    assert table.extents == pytest.approx([1.05, 1.03, 0.1], abs=0.05)
    assert sum(v.video_index is not None for v in records.views) == 32
    assert 40 < records.scene.floor_area < 55  # a lounge of which the corners were not scanned
    best = {}
    for view in records.views:
        for one in view.objects:
            best[one.object_id] = max(best.get(one.object_id, 0), one.visible_fraction)
            x1, y1, x2, y2 = one.box
            assert x1 <= one.point[0] <= x2
            assert y1 <= one.point[1] <= y2
    assert np.median(list(best.values())) > 0.6


def test_single_views_of_a_building_are_all_kept_and_make_no_video(scene, rasterizer):
    few = {"keyframe_distance_m": 100.0, "keyframe_angle_deg": 180.0}
    walk = build(scene, rasterizer, **few)
    assert sum(view.is_keyframe for view in walk.views) == 1 and walk.scene.floor_area
    views = build(scene.model_copy(update={"capture": "views"}), rasterizer, **few)
    assert [view.frame_id for view in views.views] == [frame.frame_id for frame in scene.frames]
    assert all(view.is_keyframe and view.video_index is None for view in views.views)
    assert views.scene.floor_area is None
