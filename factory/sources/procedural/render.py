"""Colour and depth images of a scene, in one pass through pyrender."""

from types import TracebackType

import numpy as np
from PIL import Image, ImageFilter
from scipy.spatial.transform import Rotation, Slerp

from factory.sources.procedural.lighting import bake
from factory.sources.procedural.scene import ProceduralScene
from factory.sources.procedural.shading import shading_of, vertex_means
from factory.visibility.pyrender_compat import load_pyrender

Array = np.ndarray

NEAR, FAR = 0.05, 40.0
GL_FROM_CV = np.diag([1.0, -1.0, -1.0, 1.0])  # GL cameras look along -z with y up
BLUR_SAMPLES = 9
LENS = ImageFilter.Kernel((3, 3), (1, 3, 1, 3, 9, 3, 1, 3, 1))


def _through_lens(color: Array) -> Array:
    """A touch of blur, as every lens has; hides the stairs of single-sampled edges."""
    return np.asarray(Image.fromarray(color).filter(LENS))


class SceneRenderer:
    """Renders one scene; a context manager that holds a GL context."""

    def __init__(self, scene: ProceduralScene) -> None:
        pyrender = load_pyrender()
        shading = shading_of(scene.mesh)
        light = bake(scene.mesh, scene.lights, shading)
        plain = np.where(shading.textured[:, None], 1.0, scene.mesh.color[shading.vertex]) * light
        self._vertex_colors = vertex_means(shading, np.clip(plain * shading.texture_colors(), 0, 1))
        self._intrinsics = scene.intrinsics
        self._size = (scene.width, scene.height)
        self._flat = pyrender.RenderFlags.FLAT
        self._gl = pyrender.Scene(bg_color=(0.75, 0.85, 0.95, 1.0))
        colors = np.concatenate([plain, np.ones((len(plain), 1))], axis=1).astype(np.float32)
        texture = pyrender.Texture(source=shading.atlas, source_channels="RGB")
        material = pyrender.MetallicRoughnessMaterial(baseColorTexture=texture, doubleSided=True)
        primitive = pyrender.Primitive(
            positions=scene.mesh.vertices[shading.vertex],
            indices=shading.faces,
            color_0=colors,
            texcoord_0=shading.uv.astype(np.float32),
            material=material,
        )
        self._gl.add(pyrender.Mesh([primitive]))
        k = self._intrinsics
        # GL's pixel centres are half integers, ours are integers
        camera = pyrender.IntrinsicsCamera(k[0, 0], k[1, 1], k[0, 2] + 0.5, k[1, 2] + 0.5, znear=NEAR, zfar=FAR)
        self._camera = self._gl.add(camera)
        self._offscreen = pyrender.OffscreenRenderer(*self._size)

    def render(self, world_from_camera: Array) -> tuple[Array, Array]:
        """Colour (H, W, 3) uint8 and z-depth (H, W) float32 [m], 0 where nothing is hit."""
        self._gl.set_pose(self._camera, world_from_camera @ GL_FROM_CV)
        color, depth = self._offscreen.render(self._gl, flags=self._flat)
        return _through_lens(color), depth

    def render_blurred(self, start: Array, end: Array) -> tuple[Array, Array]:
        """The mean colour of an exposure between two poses, and the depth at its start."""
        turn = Slerp([0, 1], Rotation.from_matrix([start[:3, :3], end[:3, :3]]))
        total = np.zeros((self._size[1], self._size[0], 3), dtype=np.float32)
        depths = []
        for t in np.linspace(0, 1, BLUR_SAMPLES):
            pose = np.eye(4)
            pose[:3, :3] = turn(t).as_matrix()
            pose[:3, 3] = (1 - t) * start[:3, 3] + t * end[:3, 3]
            color, depth = self.render(pose)
            total += color
            depths.append(depth)
        return np.rint(total / BLUR_SAMPLES).astype(np.uint8), depths[0]

    def vertex_colors(self) -> Array:
        """Lit colours (V, 3) of the mesh's vertices, 0..1."""
        return self._vertex_colors

    def close(self) -> None:
        """Frees the context."""
        self._offscreen.delete()

    def __enter__(self) -> "SceneRenderer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
