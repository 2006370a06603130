"""From data sets without a mesh to questions: both stages and the audit, and no renderer anywhere."""

import numpy as np

from factory.audit.scene import audit_scene
from factory.sources.frame_images import FrameImages
from factory.sources.registry import open_source
from factory.store.storage import Storage
from tests.mesh_less_homes import Home


def test_every_answer_is_derived_again(mesh_less_home: Home) -> None:
    source, scene_id, _, _ = mesh_less_home
    lake = mesh_less_home.lake
    questions = lake.read("qa", source, scene_id)
    assert audit_scene(*lake.read_records(source, scene_id), questions) == []
    assert len(set(questions["task"].to_pylist())) >= 20


def test_a_room_of_unknown_size_is_counted(mesh_less_home: Home) -> None:
    source, scene_id, _, _ = mesh_less_home
    lake = mesh_less_home.lake
    assert lake.read("scenes", source, scene_id)["floor_area"].to_pylist() == [None]
    assert "room_size" not in lake.read("qa", source, scene_id)["task"].to_pylist()
    counts = lake.meta("qa", source, scene_id).counts
    # single views of a house are no video in the first place
    reasons = [name for name in counts if name.startswith("rejected: room_size: ")]
    expected = {"rgbd": "floor area unknown", "structured3d": "scene with fewer than 32 frames of video"}
    assert reasons == [f"rejected: room_size: {expected[source]}"]


def test_points_lie_on_their_objects(mesh_less_home: Home) -> None:
    """By the images themselves: the id at the point, and a depth that puts it into the object's box."""
    source, scene_id, scans, _ = mesh_less_home
    lake, reader = mesh_less_home.lake, open_source(source, Storage(scans))
    images = FrameImages(reader)
    frames = {frame.frame_id: frame for frame in reader.load(scene_id).frames}
    objects = {row["object_id"]: row for row in lake.read("objects", source, scene_id).to_pylist()}
    checked = 0
    for view in lake.read("views", source, scene_id).to_pylist():
        frame = frames[view["frame_id"]]
        depth = images.depth_m(frame.depth)
        ids = None if frame.instances is None else images.instance_ids(frame.instances)
        for one in view["objects"]:
            u, v = (np.array(one["point"]) / 1000 * (depth.shape[1], depth.shape[0]) - 0.5).round().astype(int)
            assert ids is None or ids[v, u] == one["object_id"]
            if depth[v, u] > 0:
                ray = np.linalg.solve(frame.intrinsics, (u, v, 1.0)) * depth[v, u]
                point = frame.world_from_camera[:3, :3] @ ray + frame.world_from_camera[:3, 3]
                box = objects[one["object_id"]]
                local = np.reshape(box["rotation"], (3, 3)).T @ (point - box["center"])
                assert (np.abs(local) <= np.array(box["extents"]) / 2 + 0.055).all()
                checked += 1
    assert checked > 100
