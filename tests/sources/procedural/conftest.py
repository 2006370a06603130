"""Scenes in memory that several modules look at."""

from collections.abc import Iterator

import numpy as np
import open3d as o3d
import pytest

from factory.sources.procedural.render import SceneRenderer
from factory.sources.procedural.scene import ProceduralScene, build_scene


@pytest.fixture(scope="session")
def furnished() -> list[ProceduralScene]:
    """A home and an office with all their rooms, coarse."""
    return [build_scene(seed, faces=40_000, frame_count=110, width=320, height=240, rooms=5) for seed in (1, 2)]


@pytest.fixture(scope="session")
def surface(furnished: list[ProceduralScene]) -> o3d.t.geometry.RaycastingScene:
    """The first scene's mesh, to measure distances to."""
    scene = o3d.t.geometry.RaycastingScene()
    scene.add_triangles(furnished[0].mesh.vertices, furnished[0].mesh.faces.astype(np.uint32))
    return scene


@pytest.fixture(scope="session")
def renderer(furnished: list[ProceduralScene]) -> Iterator[SceneRenderer]:
    """The first scene's images."""
    with SceneRenderer(furnished[0]) as opened:
        yield opened
