"""Images show the mesh from where the camera is."""

import numpy as np
import open3d as o3d

from factory.geometry.cameras import unproject
from factory.geometry.transforms import transform_points
from factory.sources.procedural.render import SceneRenderer
from factory.sources.procedural.scene import ProceduralScene


def test_depth_lies_on_the_mesh(
    furnished: list[ProceduralScene], renderer: SceneRenderer, surface: o3d.t.geometry.RaycastingScene
) -> None:
    scene = furnished[0]
    pixels = np.stack(np.meshgrid(np.arange(scene.width), np.arange(scene.height)), axis=-1)
    for camera in scene.cameras[::12]:
        _, depth = renderer.render(camera.world_from_camera)
        hit = depth > 0
        assert hit.mean() > 0.98
        points = transform_points(camera.world_from_camera, unproject(scene.intrinsics, pixels, depth))[hit]
        distance = surface.compute_distance(o3d.core.Tensor(points.astype(np.float32))).numpy()
        assert np.quantile(distance, 0.999) < 0.005


def test_depth_agrees_with_ray_casting(
    furnished: list[ProceduralScene], renderer: SceneRenderer, surface: o3d.t.geometry.RaycastingScene
) -> None:
    scene = furnished[0]
    pixels = np.stack(np.meshgrid(np.arange(scene.width), np.arange(scene.height)), axis=-1)
    pose = scene.cameras[20].world_from_camera
    ways = unproject(scene.intrinsics, pixels, np.ones(pixels.shape[:2])) @ pose[:3, :3].T
    rays = np.concatenate([np.broadcast_to(pose[:3, 3], ways.shape), ways], axis=-1).astype(np.float32)
    cast = surface.cast_rays(o3d.core.Tensor(rays))["t_hit"].numpy()
    _, depth = renderer.render(pose)
    assert np.mean(np.abs(depth - cast) < 0.003) > 0.97  # the rest are outlines


def test_images_are_lit_and_colourful(furnished: list[ProceduralScene], renderer: SceneRenderer) -> None:
    images = [renderer.render(c.world_from_camera)[0] for c in furnished[0].cameras[::10]]
    for image in images:
        assert 70 < image.mean() < 220
        assert image.std() > 15
    assert np.mean([np.abs(np.diff(image.astype(int), axis=-1)).mean() for image in images]) > 4


def test_motion_blurs_the_colour_and_not_the_depth(furnished: list[ProceduralScene], renderer: SceneRenderer) -> None:
    camera = next(c for c in furnished[0].cameras if c.exposure_end is not None)
    sharp, depth = renderer.render(camera.world_from_camera)
    blurred, start_depth = renderer.render_blurred(camera.world_from_camera, camera.exposure_end)
    assert np.array_equal(depth, start_depth)
    assert np.abs(np.diff(blurred.astype(int), axis=1)).mean() < np.abs(np.diff(sharp.astype(int), axis=1)).mean()


def test_vertex_colours_are_those_of_the_images(furnished: list[ProceduralScene], renderer: SceneRenderer) -> None:
    scene, colors = furnished[0], renderer.vertex_colors()
    assert colors.shape == scene.mesh.vertices.shape and colors.min() >= 0 and colors.max() <= 1
    camera = scene.cameras[20].world_from_camera
    color, depth = renderer.render(camera)
    local = (scene.mesh.vertices - camera[:3, 3]) @ camera[:3, :3]
    uv = np.rint(local[:, :2] / local[:, 2:] * scene.intrinsics[[0, 1], [0, 1]] + scene.intrinsics[:2, 2]).astype(int)
    inside = (local[:, 2] > 0.1) & (uv > 1).all(axis=1) & (uv < (scene.width - 2, scene.height - 2)).all(axis=1)
    seen = np.flatnonzero(inside)
    seen = seen[np.abs(depth[uv[seen, 1], uv[seen, 0]] - local[seen, 2]) < 0.01]
    difference = np.abs(color[uv[seen, 1], uv[seen, 0]] / 255 - colors[seen]).mean(axis=1)
    assert len(seen) > 100 and np.median(difference) < 0.08
