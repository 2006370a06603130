"""What a source yields: one annotated scene, in metres, right-handed, z up."""

from typing import Literal

from pydantic import Field, model_validator

from schemas.base import Indices, Matrix3, Points, Record, RigidMatrix, Triangles, Vector3

Split = Literal["train", "val", "test"]


class Box(Record):
    """An oriented box.

    center : (3,) [m, world]; extents : (3,) full lengths [m] along the box axes;
    rotation : (3, 3) `world_from_box`, columns are the box axes in the world, third column world up.
    """

    center: Vector3
    extents: Vector3
    rotation: Matrix3


class Mesh(Record):
    """A triangle mesh with an object per face.

    vertices : (V, 3) float32 [m, world]; faces : (F, 3) int32;
    face_object : (F,) int32, the `object_id` that a face belongs to, -1 for none.
    """

    vertices: Points
    faces: Triangles
    face_object: Indices


class SceneObject(Record):
    """An annotated instance.

    `vertex_ids` indexes `Mesh.vertices` (empty where a source has no mesh); `box` is set by sources that
    annotate boxes themselves and computed from the vertices otherwise; `front` is the facing direction in the
    world, where the source knows it. `label` is normalised, `raw_label` as annotated.
    """

    object_id: int
    label: str
    raw_label: str
    is_structural: bool
    vertex_ids: Indices
    box: Box | None = None
    front: Vector3 | None = None


class Frame(Record):
    """A posed image.

    `image`, `depth` and `instances` are URIs relative to the input root; `index` is the place in the sequence;
    `depth` is z-depth; `instances` is a 16-bit image of object ids, 65535 for none, where a data set renders them;
    both show what `image` shows, maybe in fewer pixels;
    `width`, `height` and `intrinsics` (3, 3) [px, centre of the top-left pixel is (0, 0)] are those of the image file;
    `world_from_camera` (4, 4) is rigid, camera axes x right, y down, z forward.
    """

    frame_id: str
    index: int
    image: str
    depth: str | None
    instances: str | None = None
    width: int
    height: int
    intrinsics: Matrix3
    world_from_camera: RigidMatrix


class NavigationPath(Record):
    """A navigation instruction and the frames along its path."""

    id: str
    language: str
    text: str
    frame_ids: list[str]


class Scene(Record):
    """One annotated scene.

    capture : `walk` for frames in the order of one walk through a room or home, a video; `views` for single views of a
    building, each taken for itself: all are kept, they make no video, and nobody is asked for the area of the floor.
    `rejected` counts by reason what the source left out (frames without a pose, empty objects, ...).
    """

    source: str
    scene_id: str
    split: Split
    mesh: Mesh | None
    objects: list[SceneObject]
    frames: list[Frame]
    floor_polygon: list[float] | None = None
    axis_aligned: bool
    capture: Literal["walk", "views"] = "walk"
    paths: list[NavigationPath] = Field(default_factory=list)
    rejected: dict[str, int] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> "Scene":
        ids = [o.object_id for o in self.objects]
        if len(set(ids)) != len(ids):
            raise ValueError("object ids are not unique")
        names = [f.frame_id for f in self.frames]
        if len(set(names)) != len(names):
            raise ValueError("frame ids are not unique")
        if self.mesh is not None:
            if len(self.mesh.face_object) != len(self.mesh.faces):
                raise ValueError("face_object and faces differ in length")
            vertex_count = len(self.mesh.vertices)
            faces = self.mesh.faces
            if faces.size and (faces.min() < 0 or faces.max() >= vertex_count):
                raise ValueError("a face names a vertex that does not exist")
        return self
