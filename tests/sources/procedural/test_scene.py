"""Scenes are plausible: things stand on things, nothing is inside another, one can walk through."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from factory.sources.procedural.scene import ProceduralObject, ProceduralScene, build_scene
from schemas.scene import Box

BUILDING = {"wall", "floor", "ceiling"}
STRUCTURE = BUILDING | {"doorframe"}
TOUCH = 0.01  # [m]


def overlap_depth(a: Box, b: Box) -> float:
    """How deep two upright boxes are in each other along the axis that separates them best [m]; <= 0: apart."""
    gap = b.center - a.center
    depth = (a.extents[2] + b.extents[2]) / 2 - abs(gap[2])
    for axis in (a.rotation[:, 0], a.rotation[:, 1], b.rotation[:, 0], b.rotation[:, 1]):
        reach = sum(np.abs(box.rotation[:, :2].T @ axis) @ box.extents[:2] / 2 for box in (a, b))
        depth = min(depth, reach - abs(gap @ axis))
    return float(depth)


def supporters(scene: ProceduralScene, thing: ProceduralObject) -> set[int]:
    chain = {thing.object_id}
    while thing.supporter >= 0:
        thing = scene.objects[thing.supporter]
        chain.add(thing.object_id)
    return chain


def test_boxes_and_ids_describe_the_mesh(furnished: list[ProceduralScene]) -> None:
    for scene in furnished:
        assert [o.object_id for o in scene.objects] == list(range(len(scene.objects)))
        owned = np.concatenate([o.vertex_ids for o in scene.objects])
        assert np.array_equal(np.sort(owned), np.arange(len(scene.mesh.vertices)))
        for o in scene.objects:
            local = (scene.mesh.vertices[o.vertex_ids] - o.box.center) @ o.box.rotation
            assert np.abs(np.abs(local).max(axis=0) - o.box.extents / 2).max() < 1e-4


def test_annotated_objects_come_first(furnished: list[ProceduralScene]) -> None:
    for scene in furnished:
        flags = [o.annotated for o in scene.objects]
        assert flags == sorted(flags, reverse=True) and not all(flags)


def test_of_what_can_be_counted_all_or_none_are_annotated(furnished: list[ProceduralScene]) -> None:
    """Else the video shows more of a label than the annotation has."""
    for scene in furnished:
        flags: dict[str, set[bool]] = {}
        for o in scene.objects:
            flags.setdefault(o.label, set()).add(o.annotated)
        assert [label for label, both in flags.items() if len(both) > 1 and label not in BUILDING] == []
        assert sum(o.label == "doorframe" for o in scene.objects) >= 4


def test_nothing_is_inside_anything_that_does_not_carry_it(furnished: list[ProceduralScene]) -> None:
    for scene in furnished:
        things = [o for o in scene.objects if o.label not in STRUCTURE]
        chains = [supporters(scene, o) for o in things]
        for i, a in enumerate(things):
            for b, chain in zip(things[:i], chains[:i], strict=True):
                if a.object_id not in chain and b.object_id not in chains[i]:
                    assert overlap_depth(a.box, b.box) < TOUCH, f"{a.label} in {b.label}"


def test_things_rest_on_what_carries_them(furnished: list[ProceduralScene]) -> None:
    carried = 0
    for scene in furnished:
        for o in scene.objects:
            if o.supporter < 0:
                continue
            carried += 1
            own = scene.mesh.vertices[o.vertex_ids].astype(np.float64)
            below = scene.objects[o.supporter]
            hangs = o.label == "sink"  # in a worktop, by its rim
            bottom = below.box.center[2] + below.box.extents[2] / 2 if hangs else own[:, 2].min()
            near = np.abs(scene.mesh.vertices[below.vertex_ids][:, 2] - bottom).min()
            assert near < TOUCH, f"{o.label} on {below.label}"
            offset = (o.box.center - below.box.center) @ below.box.rotation
            assert (np.abs(offset[:2]) < below.box.extents[:2] / 2 + TOUCH).all()
    assert carried > 60


def test_free_standing_furniture_stands_on_the_floor(furnished: list[ProceduralScene]) -> None:
    on_floor = {"chair", "office chair", "couch", "table", "desk", "bed", "plant", "refrigerator", "toilet", "bathtub"}
    for scene in furnished:
        standing = [o for o in scene.objects if o.label in on_floor and o.supporter < 0]
        assert len(standing) > 8
        for o in standing:
            assert abs(scene.mesh.vertices[o.vertex_ids][:, 2].min()) < TOUCH, o.label


def test_a_supporter_is_never_far_from_what_it_carries(furnished: list[ProceduralScene]) -> None:
    scene = furnished[0]
    for o in (o for o in scene.objects if o.label in ("cup", "book", "monitor", "laptop", "bowl")):
        if o.supporter < 0:
            continue
        tree = cKDTree(scene.mesh.vertices[scene.objects[o.supporter].vertex_ids])
        gap, _ = tree.query(scene.mesh.vertices[o.vertex_ids])
        assert gap.min() < 2 * scene.mesh.edge


def test_the_camera_keeps_out_of_things_and_walls(furnished: list[ProceduralScene]) -> None:
    for scene in furnished:
        eyes = np.array([c.world_from_camera[:3, 3] for c in scene.cameras])
        assert (eyes[:, 2] > 1.2).all() and (eyes[:, 2] < 1.7).all()
        for o in scene.objects:
            if o.label not in STRUCTURE:
                local = np.abs((eyes - o.box.center) @ o.box.rotation)
                assert not (local < o.box.extents / 2 + 0.05).all(axis=1).any(), o.label
        for o in (o for o in scene.objects if o.label == "wall"):
            gap, _ = cKDTree(scene.mesh.vertices[o.vertex_ids]).query(eyes)
            assert gap.min() > 0.1


def test_the_camera_moves_as_a_hand_does_and_visits_all_rooms(furnished: list[ProceduralScene]) -> None:
    for scene in furnished:
        poses = np.array([c.world_from_camera for c in scene.cameras])
        assert np.allclose(poses[:, :3, :3] @ poses[:, :3, :3].transpose(0, 2, 1), np.eye(3), atol=1e-9)
        assert np.allclose(np.linalg.det(poses[:, :3, :3]), 1)
        steps = np.linalg.norm(np.diff(poses[:, :3, 3], axis=0), axis=1)
        assert steps.max() < 0.5
        down = np.degrees(-np.arcsin(poses[:, 2, 2]))
        assert ((down > 0) & (down < 35)).all() and np.median(down) > 5
        roll = np.degrees(np.arcsin(np.clip(poses[:, 2, 0], -1, 1)))
        assert np.mean(np.abs(roll) < 6) > 0.9
        seen = {
            r.index for r in scene.rooms for x, y in poses[:, :2, 3] if r.x0 < x < r.x1 and r.y0 < y < r.y1
        }  # fmt: skip
        assert len(seen) == len(scene.rooms)


def test_some_frames_are_lost_and_some_blurred(furnished: list[ProceduralScene]) -> None:
    for scene in furnished:
        lost = sum(not c.tracked for c in scene.cameras)
        blurred = sum(c.exposure_end is not None for c in scene.cameras)
        assert 1 <= lost <= 6 and 1 <= blurred <= 12


def test_a_few_scenes_hold_forty_labels_and_repeat_some(furnished: list[ProceduralScene]) -> None:
    labels = [[o.label for o in scene.objects if o.annotated] for scene in furnished]
    assert len({label for found in labels for label in found}) >= 40
    for found in labels:
        repeated = {label for label in found if found.count(label) > 1} - STRUCTURE
        assert len(repeated) >= 8


def test_a_scene_depends_on_its_arguments_alone(furnished: list[ProceduralScene]) -> None:
    settings = {"faces": 40_000, "frame_count": 110, "width": 320, "height": 240, "rooms": 5}
    again = build_scene(1, **settings)
    assert np.array_equal(again.mesh.vertices, furnished[0].mesh.vertices)
    assert np.array_equal(again.mesh.faces, furnished[0].mesh.faces)
    poses = [[c.world_from_camera for c in scene.cameras] for scene in (again, furnished[0])]
    assert np.array_equal(*poses)
    assert len(furnished[1].mesh.vertices) != len(again.mesh.vertices)


@pytest.mark.parametrize("faces", [40_000, 90_000])
def test_the_mesh_has_about_as_many_faces_as_asked_for(faces: int) -> None:
    mesh = build_scene(3, faces=faces, frame_count=5, rooms=3).mesh
    assert abs(len(mesh.faces) / faces - 1) < 0.1
    corners = mesh.vertices[mesh.faces].astype(np.float64)
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    assert area.min() > 0
    used = np.bincount(mesh.faces.ravel(), minlength=len(mesh.vertices))
    assert used.min() >= 1 and used.mean() > 4  # shared vertices, not a soup


def test_thirty_hertz_moves_slowly() -> None:
    scene = build_scene(4, faces=40_000, frame_count=90, step=0.015, rooms=3)
    eyes = np.array([c.world_from_camera[:3, 3] for c in scene.cameras])
    assert np.linalg.norm(np.diff(eyes, axis=0), axis=1).mean() < 0.03
