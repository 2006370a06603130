"""One home, written in five formats, is the same home through five loaders: objects, cameras and solved answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from factory.audit.lake import audit_lake
from factory.geometry.boxes import Boxes, box_corners, points_in_box
from factory.geometry.transforms import rotation_angle, transform_points
from factory.sources.procedural.scene import ProceduralScene, build_scene
from factory.sources.procedural.stations import filmed_from, stations
from factory.sources.procedural.writers.annotation import Annotation
from factory.sources.procedural.writers.formats import FORMATS, world_from_file
from factory.sources.registry import open_source
from factory.store.lake import Lake
from factory.store.storage import Storage
from factory.tasks import all_tasks
from factory.tasks.records import SceneRecords
from factory.tasks.rng import rng_for
from factory.tasks.task import Candidates, Task
from factory.visibility.instances import collect_instances
from schemas.scene import Scene
from tests.building import build, config_for

Array = np.ndarray

NAMES = ("scannet", "scannetpp", "structured3d", "matterport3d", "arkitscenes")
REFERENCE = "scannet"
CLOSE_M, CLOSE_DEG = 1e-3, 0.01
# Not solved from the boxes and cameras of a question alone: from marks, which a rasterizer rounds, or from all that is
# annotated, which is less in some formats.
OF_MORE = {
    "distance_infer_center_oc",
    "distance_infer_center_oc_mv",
    "position_matching",
    "camera_motion_infer",
    "view_change_infer",
    "obj_frame_locate",
    "appearance_order",
    "obj_count",
    "room_size",
    "nav_video",
}
LEAST_OBJECTS = {"arkitscenes": 8}  # seventeen classes of furniture


@dataclass(frozen=True)
class Truth:
    """The procedural scene, what its annotators painted, and the boxes of that by object id."""

    scene: ProceduralScene
    annotation: Annotation
    boxes: dict[int, Boxes]


@dataclass(frozen=True)
class Home:
    """A scene read back, with its boxes in the procedural world and what is true of it there."""

    scene: Scene
    boxes: Boxes
    cameras: Array
    object_ids: tuple[int, ...]  # of the procedural objects, in the order of the boxes
    camera_places: tuple[int, ...]  # among the procedural cameras, in the order of the frames


@pytest.fixture(scope="module")
def truth() -> Truth:
    """Two rooms seen from three stations, through a camera that every format can hold: some have the principal point
    in the middle, and some no lost poses."""
    scene = build_scene(8, faces=16_000, frame_count=40, width=160, height=120, rooms=2)
    scene = FORMATS["structured3d"].prepare(filmed_from(scene, stations(scene)[:3]))
    annotation = Annotation(scene)
    return Truth(scene, annotation, {thing.object_id: annotation.box(thing) for thing in annotation.objects})


@pytest.fixture(scope="module")
def written(truth: Truth, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("formats")
    for name in NAMES:
        (root / name).mkdir()
        FORMATS[name].write(truth.scene, root / name, FORMATS[name].scene_id(7))
        FORMATS[name].write_tables(root / name, [FORMATS[name].scene_id(7)])
    return root


@pytest.fixture(scope="module")
def homes(truth: Truth, written: Path) -> dict[str, Home]:
    return {name: read_home(name, truth, written / name) for name in NAMES}


def read_home(name: str, truth: Truth, root: Path) -> Home:
    source = open_source(name, Storage(root))
    scene_id = FORMATS[name].scene_id(7)
    assert source.list_scenes() == [scene_id]
    scene = source.load(scene_id)
    back = world_from_file(name, truth.scene)
    found = collect_instances(scene, scene.mesh).boxes
    boxes = Boxes(transform_points(back, found.center), found.extents, back[:3, :3] @ found.rotation)
    cameras = np.stack([back @ frame.world_from_camera for frame in scene.frames])
    nearest = {
        k: min(truth.boxes, key=lambda one, k=k: np.linalg.norm(truth.boxes[one].center - boxes.center[k]))  # type: ignore[misc]
        for k in range(len(boxes.center))
    }
    true_cameras = np.stack([camera.world_from_camera for camera in truth.scene.cameras])
    # which way a camera looks tells those of one station apart
    apart = np.linalg.norm(true_cameras[None, :, :3, 2:] - cameras[:, None, :3, 2:], axis=2).sum(axis=2)
    return Home(scene, boxes, cameras, tuple(nearest.values()), tuple(apart.argmin(axis=1).tolist()))


def corners_off(first: Boxes, second: Boxes) -> float:
    """The farthest that a corner of one box is from the nearest of the other [m]."""
    one, two = box_corners(first), box_corners(second)
    return float(np.linalg.norm(one[:, None] - two, axis=2).min(axis=1).max())


def one_of(boxes: Boxes, place: int) -> Boxes:
    return Boxes(*(part[place] for part in boxes))


@pytest.mark.parametrize("name", NAMES)
def test_every_object_is_where_it_was(name: str, truth: Truth, homes: dict[str, Home]) -> None:
    home = homes[name]
    assert len(set(home.object_ids)) == len(home.object_ids) >= LEAST_OBJECTS.get(name, 40)
    things = {thing.object_id: thing for thing in truth.annotation.objects}
    turned = 0
    for place, object_id in enumerate(home.object_ids):
        found, true = one_of(home.boxes, place), truth.boxes[object_id]
        if corners_off(found, true) <= CLOSE_M:
            continue
        # The smallest box around a round thing is as small in several directions, and rounding chooses among them.
        turned += 1
        np.testing.assert_allclose(found.extents, true.extents, atol=CLOSE_M)
        points = truth.scene.mesh.vertices[truth.annotation.vertex_ids(things[object_id])].astype(np.float64)
        grown = Boxes(found.center, found.extents + 2 * CLOSE_M, found.rotation)
        assert points_in_box(points, grown).all(), things[object_id].label
    assert turned <= 0.15 * len(home.object_ids)


@pytest.mark.parametrize("name", NAMES)
def test_every_camera_is_where_it_was(name: str, truth: Truth, homes: dict[str, Home]) -> None:
    home = homes[name]
    assert sorted(home.camera_places) == list(range(len(truth.scene.cameras)))
    for camera, place in zip(home.cameras, home.camera_places, strict=True):
        true = truth.scene.cameras[place].world_from_camera
        assert np.linalg.norm(camera[:3, 3] - true[:3, 3]) <= CLOSE_M
        assert np.degrees(rotation_angle(camera[:3, :3].T @ true[:3, :3])) <= CLOSE_DEG
    for frame in home.scene.frames:
        assert (frame.width, frame.height) == (truth.scene.width, truth.scene.height)
        np.testing.assert_allclose(frame.intrinsics, truth.scene.intrinsics, atol=2e-3)


@pytest.mark.parametrize("name", NAMES)
def test_labels_are_those_of_the_format(name: str, truth: Truth, homes: dict[str, Home]) -> None:
    """What a format calls a thing is said of the thing: every label of ours becomes one of its."""
    labels = {thing.object_id: thing.label for thing in truth.scene.objects}
    said: dict[str, set[str]] = {}
    for object_id, one in zip(homes[name].object_ids, sorted(homes[name].scene.objects, key=by_id), strict=True):
        said.setdefault(labels[object_id], set()).add(one.label)
    assert all(len(words) == 1 for words in said.values()), said
    if name in ("scannet", "scannetpp"):  # free text
        assert all(words == {ours} for ours, words in said.items())


def by_id(one: object) -> int:
    return one.object_id  # type: ignore[attr-defined, no-any-return]


@pytest.fixture(scope="module")
def lake(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """All of them in one lake, a partition of its own for each, and the second camera of ScanNet++."""
    root = tmp_path_factory.mktemp("formats") / "lake"
    for name in (*NAMES, "scannetpp_dslr"):
        results = build(config_for(written / name.removesuffix("_dslr"), root, source=name))
        assert [(result.status, result.message) for result in results] == [("built", "")] * 2, name
    return Lake(Storage(root))


@pytest.fixture(scope="module")
def records(lake: Lake) -> dict[str, SceneRecords]:
    return {
        name: SceneRecords.from_tables(*lake.read_records(name, scene_id))
        for name, scene_id in lake.partitions("views")
    }


def test_the_lake_of_all_formats_audits_clean(lake: Lake) -> None:
    assert [name for name, _ in lake.partitions("qa")] == sorted({*NAMES, "scannetpp_dslr"})
    report = audit_lake(lake.storage.url)
    assert report.is_clean and not report.unasked, report.examples
    assert report.rows.total() > 2000


@pytest.mark.parametrize("name", [name for name in NAMES if name != REFERENCE])
def test_the_same_question_has_the_same_answer(
    name: str, truth: Truth, homes: dict[str, Home], records: dict[str, SceneRecords]
) -> None:
    """Candidates proposed for a format, asked of the reference's records, too."""
    objects, views = rows_in(name, truth, homes, records)
    asked = 0
    for task in all_tasks():
        if task.spec.name in OF_MORE or task.spec.view == "video":
            continue
        own, same = shared(task, records[name], objects, views)
        if not len(own):
            continue
        asked += 1
        for one, two in answers_of(task, records[name], own, records[REFERENCE], same):
            np.testing.assert_allclose(two[0], one[0], atol=0.005, err_msg=task.spec.name)
            assert two[1] == one[1], task.spec.name
    assert asked >= 12


def rows_in(
    name: str, truth: Truth, homes: dict[str, Home], records: dict[str, SceneRecords]
) -> tuple[dict[int, int], dict[int, int]]:
    """Rows of a format's records -> rows of the reference's, for objects whose boxes agree and for kept frames."""

    def by_truth(one: str) -> tuple[dict[int, int], dict[int, int]]:
        home, table = homes[one], records[one]
        object_rows = {object_id: row for row, object_id in enumerate(table.object_ids.tolist())}
        view_rows = {frame: row for row, frame in enumerate(table.frame_ids.tolist())}
        instances = collect_instances(home.scene, home.scene.mesh).objects
        objects = {
            true: object_rows[instance.object_id]
            for place, (true, instance) in enumerate(zip(home.object_ids, instances, strict=True))
            if corners_off(one_of(home.boxes, place), truth.boxes[true]) <= CLOSE_M
            and instance.object_id in object_rows
        }
        views = {
            place: view_rows[frame.frame_id]
            for place, frame in zip(home.camera_places, home.scene.frames, strict=True)
            if frame.frame_id in view_rows
        }
        return objects, views

    (our_objects, our_views), (their_objects, their_views) = by_truth(name), by_truth(REFERENCE)
    return (
        {our_objects[true]: their_objects[true] for true in our_objects.keys() & their_objects.keys()},
        {our_views[place]: their_views[place] for place in our_views.keys() & their_views.keys()},
    )


def shared(
    task: Task, records: SceneRecords, objects: dict[int, int], views: dict[int, int]
) -> tuple[Candidates, Candidates]:
    """Candidates all of whose objects and views the other records have, too, in the rows of both."""
    found = task.propose(records, rng_for(1, task.spec.name), 400).candidates
    known = np.array(
        [
            all(row in objects for row in found.objects[i][found.objects[i] >= 0].tolist())
            and all(row in views for row in found.views[i][found.views[i] >= 0].tolist())
            for i in range(len(found))
        ],
        dtype=bool,
    ).reshape(-1)
    own = Candidates(found.views[known], found.objects[known], found.choice[known], found.images[known])
    if not len(own):
        return own, own
    none = {-1: -1}
    views_there = np.vectorize((views | none).get, otypes=[np.int64])(own.views)
    objects_there = np.vectorize((objects | none).get, otypes=[np.int64])(own.objects)
    return own, Candidates(views_there, objects_there, own.choice, own.images)


def answers_of(
    task: Task, records: SceneRecords, own: Candidates, others: SceneRecords, same: Candidates
) -> Iterator[tuple[tuple[list[float], dict[str, object]], tuple[list[float], dict[str, object]]]]:
    one, two = task.solve(records, own), task.solve(others, same)
    for i in range(len(own)):
        yield (
            (list(one.values[i]), {name: column[i] for name, column in one.words.items()}),
            (list(two.values[i]), {name: column[i] for name, column in two.words.items()}),
        )
