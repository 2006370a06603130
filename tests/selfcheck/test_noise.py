"""What is noisy, coarse or has gaps, as real scans are, is not bad."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from factory.selfcheck.check import check_scene
from factory.sources.frame_images import FrameImages
from factory.tasks.rng import rng_for
from schemas.scene import Frame
from tests.selfcheck.slips import SLIPS, Loaded, Slip, both, depth, poses

Array = np.ndarray


def sensor(steps: Array, frame: Frame) -> Array:
    """Structured light: noise that grows with the square of the distance, 12 mm at 2 m; gaps in a third of it."""
    rng = rng_for(1, "sensor", frame.frame_id)
    noisy = steps + rng.normal(0, 1, steps.shape) * 3.0 * (steps / 1000) ** 2
    cells = rng.random((steps.shape[0] // 10 + 1, steps.shape[1] // 10 + 1)) < 0.33
    return np.where(np.kron(cells, np.ones((10, 10)))[: steps.shape[0], : steps.shape[1]] > 0, 0, noisy)


def blurred(steps: Array, frame: Frame) -> Array:
    """A phone's depth: a quarter of the pixels, so that edges float, 1 % too far."""
    return np.kron(steps[2::4, 2::4], np.ones((4, 4))) * 1.01


def drifting(metres: float, degrees: float) -> Slip:
    """Poses off by about that much, each frame otherwise."""

    def drift(pose: Array) -> Array:
        rng = rng_for(2, "drift", repr(pose.tolist()))
        moved = pose.copy()
        moved[:3, :3] = pose[:3, :3] @ Rotation.from_rotvec(rng.normal(0, np.radians(degrees), 3)).as_matrix()
        moved[:3, 3] += rng.normal(0, metres, 3)
        return moved

    return poses(drift)


def mesh_with(change: Callable[[Array, Array], tuple[Array, Array]]) -> Slip:
    """`change` of vertices and faces; who owns a face plays no part here."""

    def slip(loaded: Loaded) -> Loaded:
        mesh = loaded.scene.mesh
        assert mesh is not None
        vertices, faces = change(mesh.vertices, mesh.faces)
        owners = np.full(len(faces), -1, dtype=np.int32)
        new = mesh.model_copy(update={"vertices": vertices, "faces": faces, "face_object": owners})
        return loaded._replace(scene=loaded.scene.model_copy(update={"mesh": new}))

    return slip


def half_missing(vertices: Array, faces: Array) -> tuple[Array, Array]:
    """What lies in every other metre of the room was never reconstructed."""
    return vertices, faces[np.floor(vertices[faces].mean(axis=1)[:, 0]).astype(int) % 2 == 0]


def rough(vertices: Array, faces: Array) -> tuple[Array, Array]:
    noise = rng_for(3, "rough").normal(0, 0.01, vertices.shape)
    return (vertices + noise).astype(np.float32), faces


POOR: dict[str, Slip] = {
    "sensor": depth(sensor),
    "phone": depth(blurred),
    "drift of 2 cm and half a degree": drifting(0.02, 0.5),
    "drift of 4 cm and a degree": drifting(0.04, 1.0),
    "half of the mesh missing": mesh_with(half_missing),
    "rough mesh": mesh_with(rough),
    "all of it": both(both(depth(sensor), drifting(0.02, 0.5)), both(mesh_with(half_missing), mesh_with(rough))),
}


@pytest.mark.parametrize("name", POOR)
def test_poor_scans_are_not_bad(with_mesh: Loaded, name: str) -> None:
    poor = POOR[name](with_mesh)
    for thorough in (True, False):
        assert check_scene(poor.scene, FrameImages(poor), thorough=thorough).verdict != "bad"


@pytest.mark.parametrize("name", ["sensor", "phone", "drift of 2 cm and half a degree"])
def test_poor_scans_without_mesh_or_depth_are_not_bad(without_mesh: Loaded, without_depth: Loaded, name: str) -> None:
    for loaded in (without_mesh, without_depth):
        poor = POOR[name](loaded)
        assert check_scene(poor.scene, FrameImages(poor)).verdict != "bad"


@pytest.mark.parametrize(
    "slip", ["inverse poses", "OpenGL axes", "range for z-depth", "alignment of the mesh only", "depth mirrored"]
)
def test_slips_of_poor_scans_are_bad_all_the_same(with_mesh: Loaded, slip: str) -> None:
    change, likely = SLIPS[slip]
    poor = change(POOR["all of it"](with_mesh))
    found = check_scene(poor.scene, FrameImages(poor)).evidence[0]
    assert found.verdict == "bad"
    assert found.likely == likely or slip.startswith("alignment")


def test_images_that_cannot_be_read_are_passed_over(with_mesh: Loaded) -> None:
    blank = depth(lambda steps, frame: steps * (int(frame.frame_id) % 2))(with_mesh)
    check = check_scene(blank.scene, FrameImages(blank), images=4)
    assert check.verdict == "good" and check.evidence[0].images < 4

    def broken(uri: str) -> tuple[bytes, str]:
        return b"no image", ".png"

    none = with_mesh._replace(read_media=broken)
    check = check_scene(none.scene, FrameImages(none))
    assert check.evidence[0].verdict == "cannot tell" and "none could be read" in check.evidence[0].says
