"""Whether a scene's images, poses, intrinsics, depth, mesh and boxes fit each other, and what is the matter if not.

Every data set has its own conventions, and one that is misread gives answers that are wrong and look right. What is
compared depends on what a scene has: depth with the mesh; else depth images with each other and with the boxes of
what instance images show; else what the cameras would see of the mesh; and always which way is up in the images.
"""

from factory.errors import DataError
from factory.selfcheck.against_mesh import cameras_in_mesh, depth_on_mesh
from factory.selfcheck.cameras import impossible_depth, impossible_intrinsics, upright
from factory.selfcheck.verdict import Evidence, Outcome, SceneCheck
from factory.selfcheck.views import read_views, spread
from factory.selfcheck.without_mesh import objects_in_boxes, views_agree
from factory.sources.frame_images import FrameImages
from schemas.scene import Frame, Scene

IMAGES = 4
_CONFIRM = ("mesh", "views", "boxes")  # comparisons that show poses, intrinsics and depth to be right


def check_scene(scene: Scene, media: FrameImages, images: int = IMAGES, thorough: bool = True) -> SceneCheck:
    """Compares at most `images` depth images of a scene with what there is to compare them with.

    thorough : also asks what would fit better where all is well, for hints; takes several times as long.
    """
    frames = sorted(scene.frames, key=lambda frame: frame.index)
    found = _compare(scene, frames, media, images, thorough)
    if frames:
        is_confirmed = any(one.verdict == "good" and one.kind in _CONFIRM for one in found)
        found.append(upright(frames, is_confirmed))
        if not is_confirmed and (impossible := impossible_intrinsics(frames)):
            found.append(impossible)
    verdicts = [one.verdict for one in found]
    verdict: Outcome = "bad" if "bad" in verdicts else "good" if "good" in verdicts else "cannot tell"
    return SceneCheck(scene_id=scene.scene_id, verdict=verdict, evidence=found)


def require_good(scene: Scene, media: FrameImages) -> None:
    """Raises DataError where a scene's parts do not fit each other."""
    check = check_scene(scene, media, thorough=False)
    if check.verdict == "bad":
        raise DataError(
            f"{scene.source} scene {scene.scene_id}: images, poses and geometry do not fit each other: "
            f"{check.message}; jobs/check_source.py --pictures shows it"
        )


def _compare(scene: Scene, frames: list[Frame], media: FrameImages, images: int, thorough: bool) -> list[Evidence]:
    with_depth = [frame for frame in frames if frame.depth]
    mesh = scene.mesh if scene.mesh is not None and len(scene.mesh.faces) else None
    if not with_depth:
        return [cameras_in_mesh(mesh, frames, thorough)] if mesh and frames else []
    if impossible := impossible_depth(read_views(spread(with_depth, 1), media)):
        return [impossible]
    if mesh:
        return [depth_on_mesh(mesh, with_depth, media, images, thorough)]
    views = views_agree(with_depth, media, images, thorough)
    if views.verdict == "bad" and not any(frame.instances for frame in with_depth):
        return [views]  # boxes without instance images are rough evidence, and would name something else
    return [views, objects_in_boxes(scene.objects, with_depth, media, images, thorough)]
