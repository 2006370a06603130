"""A scene refuses what cannot be right."""

import numpy as np
import pytest
from pydantic import ValidationError

from schemas.scene import Frame, Mesh, Scene, SceneObject


def frame(**change: object) -> Frame:
    values = {
        "frame_id": "0",
        "index": 0,
        "image": "a/0.jpg",
        "depth": None,
        "width": 4,
        "height": 3,
        "intrinsics": np.eye(3),
        "world_from_camera": np.eye(4),
    }
    return Frame.model_validate(values | change)


def scene(**change: object) -> Scene:
    values = {
        "source": "scannet",
        "scene_id": "scene0000_00",
        "split": "train",
        "mesh": Mesh(vertices=np.zeros((3, 3)), faces=[[0, 1, 2]], face_object=[-1]),
        "objects": [],
        "frames": [frame()],
        "axis_aligned": True,
    }
    return Scene.model_validate(values | change)


@pytest.mark.parametrize(
    "matrix",
    [np.diag([1, 1, -1, 1]), np.diag([2, 2, 2, 1]), np.full((4, 4), -np.inf), np.eye(3), np.eye(4)[::-1]],
    ids=["mirror", "scale", "infinite", "wrong shape", "wrong last row"],
)
def test_a_pose_is_a_rigid_transform(matrix: np.ndarray) -> None:
    with pytest.raises(ValidationError):
        frame(world_from_camera=matrix)


def test_arrays_are_frozen() -> None:
    with pytest.raises(ValueError, match="read-only"):
        frame().intrinsics[0, 0] = 2.0


def test_ids_are_unique() -> None:
    thing = SceneObject(object_id=1, label="a", raw_label="a", is_structural=False, vertex_ids=[0])
    with pytest.raises(ValidationError, match="object ids"):
        scene(objects=[thing, thing])
    with pytest.raises(ValidationError, match="frame ids"):
        scene(frames=[frame(), frame()])


def test_faces_and_their_objects_belong_together() -> None:
    with pytest.raises(ValidationError, match="differ in length"):
        scene(mesh=Mesh(vertices=np.zeros((3, 3)), faces=[[0, 1, 2]], face_object=[]))
    with pytest.raises(ValidationError, match="vertex that does not exist"):
        scene(mesh=Mesh(vertices=np.zeros((3, 3)), faces=[[0, 1, 3]], face_object=[-1]))
