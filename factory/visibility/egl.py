"""Rasterization with OpenGL on an EGL device: a GPU, or Mesa's software GL on one core."""

import os
from typing import Any

import numpy as np

from factory.geometry.transforms import inverse
from factory.visibility.chunks import FaceChunks
from factory.visibility.rasterizer import NEAR_M, Raster

Array = np.ndarray

_VERTEX_SHADER = """
#version 330
uniform mat4 clip_from_mesh;
in vec3 position;
void main() { gl_Position = clip_from_mesh * vec4(position, 1.0); }
"""

# gl_FragCoord.w is 1 / clip w, and clip w is the z-depth in the camera
_FRAGMENT_SHADER = """
#version 330
layout(location = 0) out int primitive;
layout(location = 1) out float depth;
void main() { primitive = gl_PrimitiveID; depth = 1.0 / gl_FragCoord.w; }
"""


class EglRasterizer:
    """Face ids through `gl_PrimitiveID` in an integer target, z-depth in a float target; no blending or multisampling.

    device_index : place in EGL's own device list (see `factory.visibility.egl_devices`), None for EGL's first.
    Raises an exception of the GL binding where no context can be made.
    """

    name = "egl"

    def __init__(self, device_index: int | None = None) -> None:
        # Mesa's software GL would start a thread per core, but a renderer is one of many, each on its own core
        os.environ.setdefault("LP_NUM_THREADS", "0")
        import moderngl

        settings: dict[str, Any] = {"backend": "egl"}
        if device_index is not None:
            settings["device_index"] = device_index
        self._gl = moderngl.create_context(require=330, standalone=True, **settings)
        self._program: Any = self._gl.program(vertex_shader=_VERTEX_SHADER, fragment_shader=_FRAGMENT_SHADER)
        self._gl.enable_only(moderngl.DEPTH_TEST)
        self._mesh: list[Any] = []  # GL objects of the loaded mesh
        self._targets: list[Any] = []  # GL objects of the current image size
        self.renderer: str = self._gl.info["GL_RENDERER"]

    def load(self, vertices: Array, faces: Array) -> None:
        """Takes a mesh: vertices (V, 3) [m, world], faces (F, 3). Frees the one before."""
        with self._gl:
            self._release(self._mesh)
            # float32 has to resolve less far from the mesh's own middle
            self._center = _middle(vertices)
            local = (np.asarray(vertices, dtype=np.float64) - self._center).astype(np.float32)
            self._chunks = FaceChunks(local, faces)
            self._faces = np.ascontiguousarray(faces[self._chunks.order], dtype=np.uint32)
            if len(self._faces):
                positions = self._gl.buffer(local.tobytes())
                self._indices = self._gl.buffer(reserve=self._faces.nbytes, dynamic=True)
                self._array = self._gl.vertex_array(
                    self._program, [(positions, "3f", "position")], self._indices, index_element_size=4
                )
                self._mesh = [self._array, self._indices, positions]

    def render(self, world_from_camera: Array, intrinsics: Array, width: int, height: int) -> Raster:
        """Face id and z-depth per pixel for a camera (4, 4) with the intrinsics (3, 3) of that image size."""
        mesh_from_camera = np.array(world_from_camera, dtype=np.float64)
        mesh_from_camera[:3, 3] -= self._center
        clip_from_mesh = _clip_from_camera(intrinsics, width, height) @ inverse(mesh_from_camera)
        places = self._chunks.visible(clip_from_mesh)
        with self._gl:
            self._use_targets(width, height)
            framebuffer, primitives, depths = self._targets[:3]
            framebuffer.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
            if len(places):
                self._program["clip_from_mesh"].write(clip_from_mesh.T.astype(np.float32).tobytes())
                self._indices.orphan()
                self._indices.write(self._faces[places].tobytes())
                self._array.render(vertices=3 * len(places))
            primitive = np.frombuffer(primitives.read(alignment=1), dtype=np.int32).reshape(height, width)
            depth_m = np.frombuffer(depths.read(alignment=1), dtype=np.float32).reshape(height, width)
        # of the two targets only the float one has a defined cleared value, 0
        drawn = np.append(self._chunks.order[places], np.int32(-1))
        return Raster(drawn[np.where(depth_m > 0, primitive, len(places))], depth_m)

    def close(self) -> None:
        """Frees the context and the mesh."""
        with self._gl:
            self._release(self._mesh)
            self._release(self._targets)
            self._program.release()
        self._gl.release()

    def _use_targets(self, width: int, height: int) -> None:
        if not self._targets or self._targets[0].size != (width, height):
            self._release(self._targets)
            primitives = self._gl.texture((width, height), 1, dtype="i4")
            depths = self._gl.texture((width, height), 1, dtype="f4")
            nearest = self._gl.depth_renderbuffer((width, height))
            framebuffer = self._gl.framebuffer([primitives, depths], nearest)
            self._targets = [framebuffer, primitives, depths, nearest]
        self._targets[0].use()

    @staticmethod
    def _release(objects: list[Any]) -> None:
        for one in objects:
            one.release()
        objects.clear()


def _middle(vertices: Array) -> Array:
    if not len(vertices):
        return np.zeros(3)
    middle: Array = (vertices.min(axis=0).astype(np.float64) + vertices.max(axis=0)) / 2
    return middle


def _clip_from_camera(intrinsics: Array, width: int, height: int) -> Array:
    """Clip coordinates (4, 4) from OpenCV camera coordinates, clip w = z.

    GL counts pixels from the image's corner, we from the centre of the first pixel: half a pixel. Row 0 of what GL
    returns is its lowest, so leaving y as it is (down) makes row 0 ours. No far plane; the near plane is NEAR_M.
    """
    to_clip = np.array([[2 / width, 0, 1 / width - 1], [0, 2 / height, 1 / height - 1], [0, 0, 1]])
    clip = np.zeros((4, 4))
    clip[:2, :3] = (to_clip @ intrinsics)[:2]
    clip[2] = (0, 0, 1, -2 * NEAR_M)
    clip[3] = (0, 0, 1, 0)
    return clip
