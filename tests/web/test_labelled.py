"""Labelled pictures of a procedural scan: masks, boxes, depth and gravity fit one another and the records."""

import hashlib
import io
import re

import imagehash
import numpy as np
import pytest
from PIL import Image

from factory.errors import DataError
from factory.geometry.boxes import Boxes, box_corners
from factory.geometry.cameras import project
from factory.sources.images import encode_depth_png
from factory.sources.scannet.source import ScanNetSource
from factory.store.storage import Storage
from factory.tasks.labels import kinds_of
from factory.tasks.records import SceneRecords
from factory.web.depth_png import decode_depth
from factory.web.labelled import map_size, without_truth
from factory.web.lifting.lift import lift
from factory.web.masks import decode_mask
from factory.web.picture import Picture
from schemas.web import WebImageRecord
from tests.web.labelled_scans import build_records, pictures_of

SCENE = "scene0000_00"


@pytest.fixture(scope="module")
def scans(tmp_path_factory, make_procedural_scan):
    root = tmp_path_factory.mktemp("labelled") / "scans"
    make_procedural_scan(root, 5, SCENE, frame_count=24, rooms=2, faces=20_000)
    return root


@pytest.fixture(scope="module")
def lake(scans):
    return build_records(scans, scans.parent / "lake")


@pytest.fixture(scope="module")
def found(scans, lake):
    return pictures_of(scans, lake, SCENE)


@pytest.fixture(scope="module")
def pictures(found) -> list[WebImageRecord]:
    return found[0]


@pytest.fixture(scope="module")
def views(lake):
    return {row["frame_id"]: row for row in lake.read("views", "scannet", SCENE).to_pylist()}


class ChangedDepth(ScanNetSource):
    """The source with its depth images replaced by what `change` makes of them."""

    def __init__(self, root: Storage, change) -> None:
        super().__init__(root)
        self._change = change

    def read_media(self, uri: str) -> tuple[bytes, str]:
        data, suffix = super().read_media(uri)
        if "/depth/" not in uri:
            return data, suffix
        return encode_depth_png(self._change(np.asarray(Image.open(io.BytesIO(data))).copy())), ".png"


def test_there_is_a_picture_per_keyframe(pictures, views, scans, found):
    keyframes = [frame for frame, row in views.items() if row["is_keyframe"]]
    assert [p.frame_id for p in pictures] == keyframes and len(keyframes) > 5
    assert found[1]["frame: not a keyframe"] == len(views) - len(keyframes)
    for p in pictures:
        view = views[p.frame_id]
        assert (p.source, p.shard_id, p.scene_id) == ("scannet", SCENE, SCENE)
        assert re.fullmatch(r"[A-Za-z0-9_-]+", p.image_id)
        assert (p.image, p.width, p.height) == (view["image"], view["width"], view["height"])
        assert p.intrinsics == view["intrinsics"] and p.intrinsics_source == "sensor"
        assert (p.stack, p.models, p.is_data, p.depth_source) == ("labelled", [], True, "sensor")
        data = (scans / p.image).read_bytes()
        assert p.sha256 == hashlib.sha256(data).hexdigest()
        assert p.phash == str(imagehash.phash(Image.open(io.BytesIO(data)).convert("RGB")))
    assert len({p.image_id for p in pictures}) == len(pictures)


def test_masks_and_boxes_are_those_of_the_views_table(pictures, views):
    for p in pictures:
        in_view = {one["object_id"]: one for one in views[p.frame_id]["objects"]}
        for d in p.detections:
            mask = decode_mask(d.mask)
            assert mask.shape == map_size(p.width, p.height)[::-1] == decode_depth(p.depth).shape
            rows, columns = np.nonzero(mask)
            scale = np.array([p.width / mask.shape[1], p.height / mask.shape[0]] * 2)
            assert d.box == pytest.approx(
                np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]) * scale
            )
            record = in_view[d.object_id]
            assert d.label == record["label"] and d.score == 1.0
            assert mask.sum() <= record["pixel_count"]  # less what the sensor sees before it
            if mask.sum() == record["pixel_count"]:
                assert np.rint(np.array(d.box) / ([p.width, p.height] * 2) * 1000) == pytest.approx(record["box"])
                assert d.truth.visible_fraction == record["visible_fraction"]
                column, row = (np.array(record["point"]) / 1000 * mask.shape[::-1]).astype(int)
                assert mask[min(row, mask.shape[0] - 1), min(column, mask.shape[1] - 1)]


def test_every_visible_named_thing_that_is_no_structure_is_detected(pictures, views, lake):
    known = {row["object_id"]: row for row in lake.read("objects", "scannet", SCENE).to_pylist()}
    for p in pictures:
        things = {
            one["object_id"]
            for one in views[p.frame_id]["objects"]
            if not known[one["object_id"]]["is_structural"] and one["label"]
        }
        assert [d.object_id for d in p.detections] == sorted(things)


def test_a_true_box_projects_onto_its_mask_and_holds_its_points(pictures):
    checked = 0
    for p in pictures:
        objects, _ = lift(p)
        truth = {d.object_id: d.truth for d in p.detections}
        for one in objects:
            box = truth[one.object_id]
            rotation = np.array(box.rotation).reshape(3, 3)
            assert rotation @ rotation.T == pytest.approx(np.eye(3), abs=1e-6)
            corners = box_corners(Boxes(np.array(box.center), np.array(box.extents), rotation))
            places = project(np.array(p.intrinsics).reshape(3, 3), corners)
            if not np.isnan(places).any():
                low, high = places.min(axis=0), places.max(axis=0)
                assert (np.array(one.box[:2]) >= low - 4).all() and (np.array(one.box[2:]) <= high + 4).all()
            local = (np.array(one.points).reshape(-1, 3) - box.center) @ rotation
            inside = (np.abs(local) <= np.array(box.extents) / 2 + 0.05).all(axis=1)
            assert inside.mean() > 0.9
            checked += 1
    assert checked > 20


def test_a_surface_reaches_no_farther_than_its_box_and_round_things_less(pictures):
    shares = []
    for p in pictures:
        level = np.array(p.gravity_from_camera).reshape(3, 3)
        for truth in (d.truth for d in p.detections):
            half = np.array(truth.rotation).reshape(3, 3) * np.array(truth.extents) / 2
            for axes, reach in ((np.eye(3), truth.reach_camera), (level, truth.reach_gravity)):
                corners = np.abs(axes @ half).sum(axis=1)
                assert (np.array(reach) <= corners + 0.01).all()
                # a box holds its own faces: along each axis the surface goes at least as far as along the box's
                assert (np.array(reach) >= (np.abs(axes @ half)).max(axis=1) * 0.5 - 0.01).all()
                shares.append(np.array(reach) / np.maximum(corners, 1e-3))
    flat = np.concatenate(shares)
    assert (flat < 0.85).mean() > 0.05 and (flat > 0.99).mean() > 0.2


def test_gravity_is_down_in_the_world(pictures, views):
    for p in pictures:
        camera_from_world = np.array(views[p.frame_id]["world_from_camera"]).reshape(4, 4)[:3, :3].T
        down = np.array(p.gravity_from_camera).reshape(3, 3) @ camera_from_world @ (0, 0, -1)
        assert down == pytest.approx([0, 1, 0], abs=1e-9) and p.gravity_source == "sensor"
        for d in p.detections:  # boxes stand upright
            up = np.array(p.gravity_from_camera).reshape(3, 3) @ np.array(d.truth.rotation).reshape(3, 3)[:, 2]
            assert up == pytest.approx([0, -1, 0], abs=1e-9)


def test_closed_classes_are_those_of_which_all_are_detected_and_no_other_label_may_be_read_so(pictures, lake, views):
    records = SceneRecords.from_tables(*lake.read_records("scannet", SCENE))
    ambiguous = set(records.labels[kinds_of(records) < 0])
    for p in pictures:
        shown = views[p.frame_id]["objects"]
        for label in {d.label for d in p.detections}:
            complete = {one["object_id"] for one in shown if one["label"] == label} == {
                d.object_id for d in p.detections if d.label == label
            }
            assert (label in p.closed_classes) == (complete and label not in ambiguous)
        assert set(p.closed_classes) <= {d.label for d in p.detections}
    assert any(p.closed_classes for p in pictures)


def test_a_class_is_open_once_one_of_it_is_too_small_to_lift(pictures):
    opened = 0
    for p in pictures:
        objects, _ = lift(p)
        closed = Picture.of(p, objects).closed_classes
        lifted = {one.object_id for one in objects}
        for label in p.closed_classes:
            whole = all(d.object_id in lifted for d in p.detections if d.label == label)
            assert (label in closed) == whole
            opened += not whole
    assert opened


def test_depth_is_what_the_sensor_saw(pictures, scans):
    for p in pictures[:5]:
        millimetres = np.asarray(Image.open(scans / p.image.replace("color", "depth").replace(".jpg", ".png")))
        depth = decode_depth(p.depth)
        assert (np.isnan(depth) == (millimetres == 0)).all()
        assert depth[millimetres > 0] == pytest.approx(millimetres[millimetres > 0] / 1000, rel=1e-3)


def test_without_a_reading_anywhere_depth_is_rendered(pictures, scans, lake):
    source = ChangedDepth(Storage(scans), np.zeros_like)
    rendered, counts = pictures_of(scans, lake, SCENE, source)
    assert counts["frame: its depth image is empty, rendered depth instead"] == len(rendered) == len(pictures)
    for one, other in zip(rendered, pictures, strict=True):
        assert one.depth_source == "render"
        a, b = decode_depth(one.depth), decode_depth(other.depth)
        assert np.nanmedian(np.abs(a - b)) < 0.01


def test_what_stands_before_the_mesh_is_cut_out_of_the_masks(pictures, scans, lake):
    def with_a_post(millimetres):
        millimetres[:, 140:200] = 100
        return millimetres

    behind, counts = pictures_of(scans, lake, SCENE, ChangedDepth(Storage(scans), with_a_post))
    assert counts["mask pixels: the sensor sees something else than the mesh"] > 1000
    assert counts["object: hidden by what the mesh lacks"] > 0
    gone = 0
    for cut, whole in zip(behind, pictures, strict=True):
        kept = {d.object_id: d for d in cut.detections}
        for d in whole.detections:
            mask = decode_mask(d.mask)
            left = mask.copy()
            left[:, 140:200] = False
            if not left.any():
                gone += 1
                assert d.object_id not in kept and d.label not in cut.closed_classes
            elif d.object_id in kept:
                assert (decode_mask(kept[d.object_id].mask) == left).all()
                assert kept[d.object_id].truth.visible_fraction == pytest.approx(
                    d.truth.visible_fraction * left.sum() / mask.sum(), rel=0.02
                )
    assert gone


def test_the_same_scene_gives_the_same_pictures(pictures, scans, lake):
    assert pictures_of(scans, lake, SCENE)[0] == pictures


def test_without_truth_a_picture_keeps_all_else(pictures):
    for p in pictures[:3]:
        bare = without_truth(p)
        assert all(d.truth is None for d in bare.detections)
        assert [d.mask for d in bare.detections] == [d.mask for d in p.detections]
        assert bare.model_copy(update={"detections": p.detections}) == p


def test_records_of_other_objects_are_refused(scans, lake, tmp_path_factory, make_procedural_scan):
    other = tmp_path_factory.mktemp("other") / "scans"
    make_procedural_scan(other, 6, SCENE, frame_count=8, rooms=2, faces=8_000)
    with pytest.raises(DataError, match="build the scene again"):
        pictures_of(other, lake, SCENE)


def test_a_scene_that_the_lake_lacks_is_missed(scans, lake):
    with pytest.raises(FileNotFoundError):
        pictures_of(scans, lake, "scene0009_00")


def test_depth_of_eight_bits_is_refused(scans, lake):
    class Shallow(ScanNetSource):
        def read_media(self, uri: str) -> tuple[bytes, str]:
            data, suffix = super().read_media(uri)
            if "/depth/" not in uri:
                return data, suffix
            file = io.BytesIO()
            Image.fromarray(np.full((240, 320), 7, dtype=np.uint8)).save(file, "PNG")
            return file.getvalue(), suffix

    with pytest.raises(DataError, match="16-bit depth in millimetres"):
        pictures_of(scans, lake, SCENE, Shallow(Storage(scans)))


@pytest.mark.parametrize(
    ("size", "maps"), [((320, 240), (320, 240)), ((1296, 968), (640, 478)), ((480, 1280), (240, 640))]
)
def test_maps_are_scaled_down_never_up(size, maps):
    assert map_size(*size) == maps
