"""Records of scenes without a mesh against those of the same scenes with one, and what cannot be read."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from factory.errors import DataError
from factory.geometry.transforms import inverse, transform_points
from factory.sources.frame_images import FrameImages
from factory.store.lake import TABLES
from factory.tasks import all_tasks
from factory.tasks.engine import make_facts
from factory.tasks.records import SceneRecords
from factory.tasks.rng import rng_for
from factory.visibility.image_observer import ImageObserver
from factory.visibility.instances import collect_instances
from factory.visibility.records import RecordParams, Records, build_records
from factory.visibility.select import RasterizerOnDemand
from factory.visibility.visible_fraction import VertexVisibility
from schemas.scene import NavigationPath, Scene
from tests.visibility.mesh_less import Media, twin
from tests.visibility.small_scene import BURIED, CRATE, FLOOR, LAMP, SCREEN, Thing, eyes, make_scene

THINGS = [replace(thing, edge=0.04) for thing in (FLOOR, CRATE, SCREEN, LAMP, BURIED)]
SAMPLES = 4000


class NoRasterizer(RasterizerOnDemand):
    def __init__(self) -> None:
        super().__init__("embree")

    def load(self, vertices: np.ndarray, faces: np.ndarray) -> None:
        raise AssertionError("a scene without a mesh needs no rasterizer")


def build(scene: Scene, media: Media, **changes) -> Records:
    params = RecordParams(rasterizer="embree", **changes)
    return build_records(scene, NoRasterizer(), params, [], FrameImages(media))


@pytest.fixture(scope="module")
def scene() -> Scene:
    return make_scene(THINGS, eyes(6), scale=2.5)


@pytest.fixture(scope="module")
def with_mesh(scene, embree) -> Records:
    return build_records(scene, embree, RecordParams(rasterizer="embree"), [])


@pytest.fixture(scope="module")
def bare(scene, embree):
    return twin(scene, embree)


@pytest.fixture(scope="module")
def records(bare) -> Records:
    return build(*bare)


@pytest.fixture(scope="module")
def shares_of_area(scene, embree) -> dict[tuple[str, int], float]:
    """By frame and object, the share of the surface that any frame sees: points spread evenly over the triangles,
    however large these are, against rendered depth."""
    rng = np.random.default_rng(0)
    points, ids = [], sorted(one.object_id for one in scene.objects)
    for object_id in ids:
        corners = scene.mesh.vertices[scene.mesh.faces[scene.mesh.face_object == object_id]].astype(np.float64)
        area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
        a, b, c = np.moveaxis(corners[rng.choice(len(area), SAMPLES, p=area / area.sum())], 1, 0)
        u, v = np.sqrt(rng.random((SAMPLES, 1))), rng.random((SAMPLES, 1))
        points.append((1 - u) * a + u * (1 - v) * b + u * v * c)
    rows = [SAMPLES * k + np.arange(SAMPLES) for k in range(len(ids))]
    visibility = VertexVisibility(np.concatenate(points), rows, 0.02, 0.01)
    embree.load(scene.mesh.vertices, scene.mesh.faces)
    counts = {}
    for frame in scene.frames:
        raster = embree.render(frame.world_from_camera, frame.intrinsics, frame.width, frame.height)
        counts[frame.frame_id] = visibility.see(inverse(frame.world_from_camera), frame.intrinsics, raster.depth_m)
    seen = np.maximum(visibility.seen(), 1)
    return {(frame, i): share for frame, n in counts.items() for i, share in zip(ids, n / seen, strict=True)}


def sightings(records: Records) -> dict[tuple[str, int], object]:
    return {(view.frame_id, one.object_id): one for view in records.views for one in view.objects}


def test_views_are_those_of_the_mesh(with_mesh, records):
    assert [view.frame_id for view in records.views] == [view.frame_id for view in with_mesh.views]
    for ours, theirs in zip(records.views, with_mesh.views, strict=True):
        without = {"objects": [], "depth": ""}
        assert ours.model_copy(update=without) == theirs.model_copy(update=without)
    first, second = sightings(records), sightings(with_mesh)
    assert first.keys() == second.keys() and len(first) == 24
    for key, one in first.items():
        # ids are drawn as the mesh is; only visible fractions are measured otherwise
        assert one.model_copy(update={"visible_fraction": 0}) == second[key].model_copy(update={"visible_fraction": 0})
    assert records.counts == with_mesh.counts == {"object: seen by no kept frame": 1}


def test_objects_are_those_of_the_mesh(with_mesh, records):
    for ours, theirs in zip(records.objects, with_mesh.objects, strict=True):
        same = {"point_count": 0, "aabb_min": [0, 0, 0], "aabb_max": [0, 0, 0]}
        assert ours.model_copy(update=same) == theirs.model_copy(update=same)
        assert bool(ours.point_count) == bool(ours.frame_ids)
    assert records.scene.floor_area is None


def test_visible_fractions_are_shares_of_the_surface_that_any_frame_sees(shares_of_area, records):
    off = np.array([one.visible_fraction - shares_of_area[key] for key, one in sightings(records).items()])
    assert np.abs(off).max() < 0.06 and abs(off.mean()) < 0.02
    assert np.ptp(list(shares_of_area.values())) > 0.3


def test_boxes_alone_give_almost_the_same(scene, with_mesh, shares_of_area, embree):
    theirs, ours = sightings(with_mesh), sightings(build(*twin(scene, embree, ids=False)))
    assert ours.keys() == theirs.keys()
    off = []
    for key, one in ours.items():
        moved = np.abs(np.subtract(one.box, theirs[key].box)) / 1000 * (300, 225, 300, 225)
        assert moved[:3].max() <= 2.5
        assert moved[3] <= 10  # what stands on the floor loses its lowest three centimetres to it
        assert one.center_camera == theirs[key].center_camera
        if key[1] != SCREEN.object_id:  # so thin that the looser tolerance of a sensor sees its far side
            off.append(one.visible_fraction - shares_of_area[key])
    assert np.median(np.abs(off)) < 0.04 and np.abs(off).max() < 0.16


def test_noise_of_a_sensor_hardly_changes_what_is_visible(scene, shares_of_area, embree):
    bare, media = twin(scene, embree, ids=False)
    rng = np.random.default_rng(0)

    def noisy(depth: np.ndarray) -> np.ndarray:
        metres = depth / 1000
        metres += rng.normal(0, 1, depth.shape) * 0.0015 * metres**2  # of structured light
        return np.where(depth > 0, np.rint(1000 * metres), 0)

    for frame in bare.frames:
        media.change(frame.depth, noisy)
    off = np.array([one.visible_fraction - shares_of_area[key] for key, one in sightings(build(bare, media)).items()])
    assert abs(off.mean()) < 0.04 and np.abs(off).max() < 0.25


def test_the_point_lies_on_the_object(bare, records):
    _, media = bare
    for view in records.views:
        ids = media.image(f"ids/{view.frame_id}.png")
        for one in view.objects:
            u, v = (np.array(one.point) / 1000 * (view.width, view.height) - 0.5).round().astype(int)
            assert ids[v, u] == one.object_id


def test_what_hides_half_of_a_board_is_told_by_depth(embree):
    board = Thing(1, "board", (0, 1.0, 0.5), (1.0, 0.002, 1.0), edge=0.1)
    cover = Thing(2, "cover", (-1.0, 0.0, 0.5), (2.0, 0.002, 2.0), edge=0.1)
    scene = make_scene([board, cover], [(0.0, -3.0, 0.5), (2.5, -2.0, 0.5)], target=(0, 1.0, 0.5), scale=4)
    for ids in (True, False):
        shown = sightings(build(*twin(scene, embree, ids=ids)))
        assert shown["0", 1].visible_fraction == pytest.approx(0.5, abs=0.02)
        assert shown["10", 1].visible_fraction > 0.97
        assert shown["0", 1].box[0] == pytest.approx(500, abs=3)


def test_images_of_half_the_size_give_what_frames_of_half_the_size_give(embree):
    small = build(*twin(make_scene(THINGS, eyes(4), scale=4), embree, scale=0.5))
    half = build(*twin(make_scene(THINGS, eyes(4), scale=2), embree))
    assert {(v.width, v.raster_width, v.raster_height) for v in small.views} == {(480, 240, 180)}
    first, second = sightings(small), sightings(half)
    assert first.keys() == second.keys()
    for key, one in first.items():
        same = {"visible_fraction": 0, "point": [0, 0]}
        assert one.model_copy(update=same) == second[key].model_copy(update=same)
        assert one.visible_fraction == pytest.approx(second[key].visible_fraction, abs=0.01)


def test_moving_the_world_changes_no_view(records, embree):
    turn = np.eye(4)
    turn[:2, :2] = [[0.8, -0.6], [0.6, 0.8]]
    turn[:3, 3] = (30, -12, 2)
    moved = build(*twin(make_scene(THINGS, eyes(6), scale=2.5, turn=turn), embree))
    first, second = sightings(records), sightings(moved)
    assert first.keys() == second.keys()
    for key, one in first.items():
        assert np.abs(np.subtract(one.box, second[key].box)).max() <= 3
        assert one.visible_fraction == pytest.approx(second[key].visible_fraction, abs=0.01)
        np.testing.assert_allclose(one.center_camera, second[key].center_camera, atol=2e-5)


def test_the_order_of_the_frames_changes_no_fraction(bare, records):
    scene, media = bare
    count = len(scene.frames)
    backwards = [f.model_copy(update={"index": count - k}) for k, f in enumerate(scene.frames)]
    other = build(scene.model_copy(update={"frames": backwards}), media)
    assert [v.frame_id for v in other.views] == [v.frame_id for v in records.views][::-1]
    assert sightings(other) == sightings(records)
    assert [o.point_count for o in other.objects] == [o.point_count for o in records.objects]


def test_the_same_bytes_twice(bare, records):
    again = build(*bare)
    assert [v.model_dump_json() for v in again.views] == [v.model_dump_json() for v in records.views]
    assert [o.model_dump_json() for o in again.objects] == [o.model_dump_json() for o in records.objects]


def tables(records: Records) -> SceneRecords:
    rows = {"scenes": [records.scene], "objects": records.objects, "views": records.views}
    return SceneRecords.from_tables(
        *(pa.Table.from_pylist([row.model_dump() for row in found], schema=TABLES[t]) for t, found in rows.items())
    )


def test_tasks_answer_as_with_a_mesh(records, with_mesh):
    ours, theirs = tables(records), tables(with_mesh)
    asked = 0
    for task in all_tasks():
        proposal = task.propose(ours, rng_for(1, task.spec.name), 20)
        if task.spec.name in ("room_size", "nav_video"):
            assert not len(proposal.candidates)
            continue
        first, second = task.solve(ours, proposal.candidates), task.solve(theirs, proposal.candidates)
        asked += len(proposal.candidates)
        assert [list(row) for row in first.values] == [list(row) for row in second.values], task.spec.name
        for name, words in first.words.items():
            assert words.tolist() == second.words[name].tolist()
    assert asked > 100


def test_without_a_polygon_the_room_has_no_size_and_that_is_counted(embree):
    scene, media = twin(make_scene([FLOOR, CRATE], eyes(32)), embree)
    room = next(task for task in all_tasks() if task.spec.name == "room_size")
    facts, rejects = make_facts(room, tables(build(scene, media)), 5, seed=1)
    assert facts == [] and rejects == {"floor area unknown": 1}
    polygon = [0.0, 0.0, 6.0, 0.0, 6.0, 3.0, 2.0, 3.0, 2.0, 7.0, 0.0, 7.0]
    known = build(scene.model_copy(update={"floor_polygon": polygon}), media)
    assert known.scene.floor_area == pytest.approx(26)
    (fact,), _ = make_facts(room, tables(known), 5, seed=1)
    assert fact.values == pytest.approx((26,))


def broken(bare, *names: str) -> Media:
    return Media({uri: b"no image" if uri in names else data for uri, data in bare[1].items()})


def test_frames_that_cannot_be_read_are_left_out_and_counted(bare, records):
    scene, _ = bare
    media = broken(bare, "depth/20.png", "ids/50.png")
    del media["depth/0.png"]
    media.change("depth/40.png", np.zeros_like)
    found = build(scene, media)
    assert found.counts["frame: depth unreadable"] == 3
    assert found.counts["frame: depth image without a reading"] == 1
    left = [v.frame_id for v in records.views if v.frame_id not in ("0", "20", "50", "40")]
    assert [v.frame_id for v in found.views] == left
    assert [v.video_index for v in found.views] == list(range(len(left)))  # the video has no gap
    assert all(set(one.frame_ids) <= set(left) for one in found.objects)


def test_a_scene_of_which_nothing_can_be_read_is_an_error_that_says_why(bare):
    scene, media = bare
    with pytest.raises(DataError, match=r"small scene room_0: .*none of use among 6; .*depth/50\.png"):
        build(scene, broken(bare, *media))
    no_depth = [frame.model_copy(update={"depth": None}) for frame in scene.frames]
    with pytest.raises(DataError, match=r"small scene room_0: expected a mesh or frames with depth"):
        build(scene.model_copy(update={"frames": no_depth}), media)
    some = [*no_depth[:4], *scene.frames[4:]]
    assert build(scene.model_copy(update={"frames": some}), media).counts["frame: no depth image"] == 4


def test_ids_that_leak_out_of_their_box_are_dropped_and_counted(bare, records):
    scene, media = bare
    leaky = Media(media)

    def grown(ids: np.ndarray) -> np.ndarray:
        from scipy import ndimage

        crate = ndimage.binary_dilation(ids == CRATE.object_id, iterations=9)
        ids[crate] = CRATE.object_id
        return ids

    leaky.change("ids/0.png", grown)
    seen = ImageObserver(collect_instances(scene, None), FrameImages(leaky), 640).observe(scene.frames[0])
    found = build(scene, leaky)
    assert found.counts["pixel: of an object whose box is elsewhere"] == seen.contradicted > 100
    # what is left is at the box
    crate = next(one for one in scene.objects if one.object_id == CRATE.object_id).box
    rows, columns = np.nonzero((seen.labels == 1) & (seen.depth_m > 0))
    depth = seen.depth_m[rows, columns].astype(np.float64)
    x, y = ((p - seen.intrinsics[k, 2]) / seen.intrinsics[k, k] * depth for k, p in enumerate((columns, rows)))
    points = transform_points(scene.frames[0].world_from_camera, np.stack([x, y, depth], axis=-1))
    assert (np.abs((points - crate.center) @ crate.rotation) <= crate.extents / 2 + 0.0501).all()
    ours, theirs = (sightings(each)["0", CRATE.object_id] for each in (found, records))
    assert ours.visible_fraction == pytest.approx(theirs.visible_fraction, abs=0.03)


def test_objects_without_a_box_are_counted(bare):
    scene, media = bare
    objects = [o.model_copy(update={"box": None}) if o.object_id == LAMP.object_id else o for o in scene.objects]
    found = build(scene.model_copy(update={"objects": objects}), media)
    assert found.counts["object: no vertices and no box"] == 1
    assert LAMP.object_id not in [one.object_id for one in found.objects]


def test_a_walk_needs_neither_depth_nor_objects():
    scene = make_scene([FLOOR], eyes(101)[:91], scale=2)
    frames = [frame.model_copy(update={"depth": None}) for frame in scene.frames]
    path = NavigationPath(id="7", language="en-US", text="Walk on.", frame_ids=["130", "40", "50"])
    walk = scene.model_copy(update={"mesh": None, "objects": [], "frames": frames, "paths": [path]})
    found = build(walk, Media(), video_frame_count=2)
    assert found.objects == [] and all(view.objects == [] for view in found.views)
    assert {"40", "50", "130"} <= {view.frame_id for view in found.views}
    assert found.scene.paths == [path] and found.scene.floor_area is None
    assert {(v.raster_width, v.raster_height) for v in found.views} == {(240, 180)}


def test_without_a_reader_a_mesh_is_expected(bare):
    with pytest.raises(DataError, match="expected a mesh"):
        build_records(bare[0], NoRasterizer(), RecordParams(rasterizer="embree"), [])
