"""Every convention that can be misread is found, and called by its name."""

import pytest

from factory.errors import DataError
from factory.selfcheck.check import check_scene, require_good
from factory.selfcheck.verdict import Evidence, SceneCheck
from factory.sources.frame_images import FrameImages
from tests.selfcheck.slips import ABOUT_POSES, SLIPS, TURNED_WORLD, Loaded, cropped_from_top, poses

SMALL = {"uncalibrated"}  # 1 %: half a centimetre
OFF_THE_MESH = {"alignment of the mesh only", "alignment of the poses only"}  # views and cameras do not tell
UNSEEN_BY_VIEWS = {"transforms.json without its axes", "poses of a y-up world"}  # all cameras turned alike


def checked(loaded: Loaded, thorough: bool = True) -> SceneCheck:
    return check_scene(loaded.scene, FrameImages(loaded), thorough=thorough)


def evidence(check: SceneCheck) -> dict[str, Evidence]:
    return {one.kind: one for one in check.evidence}


@pytest.mark.parametrize("thorough", [True, False])
def test_a_good_scene_is_good_with_mesh_without_and_without_depth(
    with_mesh: Loaded, without_mesh: Loaded, without_depth: Loaded, thorough: bool
) -> None:
    for loaded, kinds in (
        (with_mesh, ["mesh", "upright"]),
        (without_mesh, ["views", "boxes", "upright"]),
        (without_depth, ["cameras", "upright"]),
        (cropped_from_top(40)(with_mesh), ["mesh", "upright"]),
    ):
        check = checked(loaded, thorough)
        assert check.verdict == "good"
        assert [(one.kind, one.verdict, one.likely) for one in check.evidence] == [
            (kind, "good", None) for kind in kinds
        ]
    assert evidence(checked(with_mesh))["mesh"].error < 0.001
    require_good(with_mesh.scene, FrameImages(with_mesh))


@pytest.mark.parametrize("name", sorted(set(SLIPS) - SMALL))
def test_with_a_mesh_every_slip_is_bad_and_named(with_mesh: Loaded, name: str) -> None:
    slip, likely = SLIPS[name]
    slipped = slip(with_mesh)
    first = checked(slipped).evidence[0]
    assert first.verdict == "bad"
    assert first.likely is not None and first.likely.startswith(likely)


@pytest.mark.parametrize("name", ["inverse poses", "alignment of the mesh only", "cy from the bottom"])
def test_a_bad_scene_is_refused_with_numbers_and_advice(with_mesh: Loaded, name: str) -> None:
    slipped = SLIPS[name][0](with_mesh)
    first = checked(slipped).evidence[0]
    with pytest.raises(DataError, match="scene0006_00: images, poses and geometry do not fit each other: ") as failure:
        require_good(slipped.scene, FrameImages(slipped))
    assert first.advice is not None and f"{first.says}: {first.advice}" in str(failure.value)


def test_a_focal_length_that_is_one_percent_off_is_a_hint(with_mesh: Loaded) -> None:
    slipped = SLIPS["uncalibrated"][0](with_mesh)
    check = checked(slipped)
    assert check.verdict == "good"
    assert evidence(check)["mesh"].likely == "focal length x 1.01"
    require_good(slipped.scene, FrameImages(slipped))


@pytest.mark.parametrize("name", sorted(set(SLIPS) - SMALL - OFF_THE_MESH - UNSEEN_BY_VIEWS))
def test_without_a_mesh_views_tell(without_mesh: Loaded, name: str) -> None:
    slip, likely = SLIPS[name]
    check = checked(slip(without_mesh))
    first = check.evidence[0]
    assert first.verdict == "bad"
    # images do not tell how the world is turned
    likely = "OpenGL axes" if name == "transforms.json as it is" else likely
    assert first.likely is not None and first.likely.startswith(likely)


@pytest.mark.parametrize("name", sorted(UNSEEN_BY_VIEWS))
def test_a_turned_world_is_seen_by_which_way_is_up(without_mesh: Loaded, name: str) -> None:
    found = evidence(checked(SLIPS[name][0](without_mesh)))
    assert found["views"].verdict == "good" and found["upright"].verdict == "bad"


@pytest.mark.parametrize("name", ABOUT_POSES)
def test_without_depth_cameras_out_of_the_mesh_tell(without_depth: Loaded, name: str) -> None:
    slip, likely = SLIPS[name]
    found = evidence(checked(slip(without_depth)))["cameras"]
    assert (found.verdict, found.likely) == ("bad", likely)


def test_a_world_that_is_turned_with_its_mesh_is_bad(with_mesh: Loaded) -> None:
    found = evidence(checked(TURNED_WORLD(with_mesh)))
    assert found["mesh"].verdict == "good"
    assert found["upright"].verdict == "bad" and "up is +y" in (found["upright"].advice or "")


def test_poses_alone_tell_which_way_is_up(with_mesh: Loaded) -> None:
    frames = [frame.model_copy(update={"depth": None}) for frame in with_mesh.scene.frames]
    bare = with_mesh._replace(scene=with_mesh.scene.model_copy(update={"mesh": None, "frames": frames}))
    assert [one.kind for one in checked(bare).evidence] == ["upright"]
    assert checked(bare).verdict == "good"
    assert checked(SLIPS["OpenGL axes"][0](bare)).verdict == "bad"
    rolled = poses(lambda p: p @ [[0, -1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])(bare)
    assert "on their side, up is at their" in checked(rolled).message
    wide = SLIPS["intrinsics of 1296x968 for 640x480"][0](bare)
    assert evidence(checked(wide))["intrinsics"].verdict == "bad"


def test_a_scene_without_frames_cannot_be_told(with_mesh: Loaded) -> None:
    check = checked(with_mesh._replace(scene=with_mesh.scene.model_copy(update={"frames": []})))
    assert (check.verdict, check.evidence) == ("cannot tell", [])


def test_the_same_scene_gives_the_same_numbers(with_mesh: Loaded) -> None:
    slipped = SLIPS["range for z-depth"][0](with_mesh)
    assert checked(slipped).model_dump_json() == checked(slipped).model_dump_json()
