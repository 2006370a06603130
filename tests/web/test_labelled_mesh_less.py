"""Labelled pictures of scenes without a mesh: masks and depth are those of the frames' own images."""

from collections import Counter

import numpy as np
import pytest

from factory.sources.frame_images import FrameImages
from factory.sources.registry import open_source
from factory.store.lake import Lake
from factory.store.storage import Storage
from factory.visibility.select import RasterizerOnDemand
from factory.web.depth_png import decode_depth
from factory.web.labelled import labelled_pictures
from factory.web.lifting.lift import lift
from factory.web.masks import decode_mask
from tests.building import build_web, web_config_for
from tests.mesh_less_homes import Home


class NoRasterizer(RasterizerOnDemand):
    def load(self, vertices: np.ndarray, faces: np.ndarray) -> None:
        raise AssertionError("a scene without a mesh needs no rasterizer")


@pytest.fixture(scope="module")
def pictures(mesh_less_home: Home):
    source = open_source(mesh_less_home.source, Storage(mesh_less_home.scans))
    rasterizer = NoRasterizer("embree")
    return list(labelled_pictures(source, mesh_less_home.lake, mesh_less_home.scene_id, rasterizer, Counter()))


def test_masks_are_what_the_records_counted(mesh_less_home, pictures):
    rows = mesh_less_home.lake.read("views", mesh_less_home.source, mesh_less_home.scene_id).to_pylist()
    views = {row["frame_id"]: row for row in rows}
    assert len(pictures) == sum(view["is_keyframe"] for view in views.values()) > 5
    for picture in pictures:
        in_view = {one["object_id"]: one for one in views[picture.frame_id]["objects"]}
        for found in picture.detections:
            mask, record = decode_mask(found.mask), in_view[found.object_id]
            assert mask.sum() == record["pixel_count"]
            assert found.truth.visible_fraction == record["visible_fraction"]
            assert np.rint(np.array(found.box) / ([picture.width, picture.height] * 2) * 1000) == pytest.approx(
                record["box"]
            )
            column, row = (np.array(record["point"]) / 1000 * mask.shape[::-1]).astype(int)
            assert mask[min(row, mask.shape[0] - 1), min(column, mask.shape[1] - 1)]
            assert found.truth.reach_camera is None  # the box with its corners is all that is known
        assert set(picture.closed_classes) <= {found.label for found in picture.detections}


def test_depth_is_that_of_the_frame(mesh_less_home, pictures):
    source = open_source(mesh_less_home.source, Storage(mesh_less_home.scans))
    frames = {frame.frame_id: frame for frame in source.load(mesh_less_home.scene_id).frames}
    for picture in pictures:
        expected = FrameImages(source).depth_m(frames[picture.frame_id].depth)
        stored = decode_depth(picture.depth)
        assert picture.depth_source == "sensor" and stored.shape == expected.shape
        assert (np.isnan(stored) == (expected == 0)).all()
        np.testing.assert_allclose(stored[expected > 0], expected[expected > 0], rtol=1e-3)


def test_what_is_lifted_lies_in_the_true_boxes(pictures):
    checked = 0
    for picture in pictures:
        truth = {found.object_id: found.truth for found in picture.detections}
        for one in lift(picture)[0]:
            box = truth[one.object_id]
            local = (np.array(one.points).reshape(-1, 3) - box.center) @ np.array(box.rotation).reshape(3, 3)
            assert ((np.abs(local) <= np.array(box.extents) / 2 + 0.06).all(axis=1)).mean() > 0.95
            checked += 1
    assert checked > 20


def test_pictures_become_questions(mesh_less_home, tmp_path):
    name, scene_id, scans, records = mesh_less_home
    config = web_config_for(scans, tmp_path / "web", source=name, records=str(records))
    assert [(result.stage, result.status, result.message) for result in build_web(config)] == [
        ("estimate", "built", ""),
        ("questions", "built", ""),
    ]
    assert Lake(Storage(tmp_path / "web")).read("web_qa", name, scene_id).num_rows > 50
