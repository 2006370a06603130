"""The stored records of web images: a row per picture with what the models saw, a row per lifted object, a row per
question.

The `camera` frame is OpenCV's (x right, y down, z forward); the `gravity` frame has the same origin, y along gravity,
z forward and level, x right. Matrices are flat and row-major, lengths in metres. `box`es count pixels of the stored
image from its corner: x1 y1 x2 y2 are the outer edges of the pixels. Masks and depth are maps: the stored image scaled
down, both of one size.
"""

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Record
from schemas.qa import Mark, Relation
from schemas.records import Floats3, Floats9
from schemas.scene import Split

WebLevel = Literal["level0", "level1", "level2", "level3"]
WebFormat = Literal["text", "mcq", "true_false", "cot"]
WebUnit = Literal["m", "deg", "count", "none"]
Frame = Literal["camera", "gravity"]
ReferenceKind = Literal["class", "attribute", "ordinal", "description", "box"]
Float32 = Annotated[float, "float32"]  # stored in half the space
PixelBox = Annotated[list[float], Field(min_length=4, max_length=4)]


class ModelUse(Record):
    """A model that a picture went through: its role in the stack, and whose weights they are."""

    role: str
    name: str
    sha256: str
    licence: str


class Mask(Record):
    """A binary map in COCO's compressed run lengths; `size` is height, width."""

    size: Annotated[list[int], Field(min_length=2, max_length=2)]
    counts: str


class TrueBox(Record):
    """What a labelled source knows of an object, in the camera of the picture.

    center, extents (full lengths) [m], rotation : `camera_from_box`; front : unit vector or None;
    visible_fraction : share of the object's surface that shows; reach_camera, reach_gravity : how far its surface
    reaches from the center, to whichever side is farther, along the axes of the camera and of gravity [m], None where
    only the box is known: a ball does not reach into the corners of its box.
    """

    center: Floats3
    extents: Floats3
    rotation: Floats9
    front: Floats3 | None
    visible_fraction: float
    reach_camera: Floats3 | None = None
    reach_gravity: Floats3 | None = None


class Detection(Record):
    """An object as the models saw it, before lifting.

    score : 1.0 where a person labelled it; azimuth, elevation, rotation [deg], symmetry (number of fronts) as Orient
    Anything V2 defines them, None without such a model; description : a captioner's words, and the overlap of the box
    that they were grounded to with this one; attribute : one word that tells it from others of its class.
    """

    label: str
    score: float
    box: PixelBox
    mask: Mask
    azimuth: float | None = None
    elevation: float | None = None
    rotation: float | None = None
    symmetry: int | None = None
    attribute: str | None = None
    description: str | None = None
    description_iou: float | None = None
    object_id: int | None = None
    truth: TrueBox | None = None


class WebImageRecord(Record):
    """A picture and what the models made of it.

    image : URI relative to the input root; width, height : after EXIF rotation; intrinsics : pixels, centre of the
    top-left pixel is (0, 0); depth : the 16-bit log PNG; gravity_from_camera : rotation, None where unknown;
    stack : name of the set of models; is_data : False when any weight was a random stand-in;
    closed_classes : labels of which every instance in the picture is among the detections.
    """

    source: str
    shard_id: str
    image_id: str
    split: Split
    image: str
    sha256: str
    phash: str
    width: int
    height: int
    caption: str | None
    intrinsics: Floats9
    intrinsics_source: Literal["exif", "model", "sensor", "default"]
    depth: bytes
    depth_source: Literal["model", "sensor", "render"]
    gravity_from_camera: Floats9 | None
    gravity_source: Literal["model", "sensor"] | None
    scene_id: str | None
    frame_id: str | None
    stack: str
    models: list[ModelUse]
    is_data: bool
    detections: list[Detection]
    closed_classes: list[str]


class WebObjectRecord(Record):
    """A detection lifted to 3D.

    depth_fraction : share of the mask with finite depth; truncated : cut by the picture's border; occluded_by : ids of
    objects in front; center : of the camera box (of the true box where the source is labelled); gravity_min,
    gravity_max : box along the gravity axes; points : x y z of cleaned points on what shows, flattened; front_camera :
    unit vector; reference : how questions call it, without the words for a colored box.
    """

    source: str
    shard_id: str
    image_id: str
    object_id: int
    label: str
    score: float
    box: PixelBox
    mask: Mask
    point_count: int
    depth_fraction: float
    truncated: bool
    occluded_by: list[int]
    center: Floats3
    aabb_min: Floats3
    aabb_max: Floats3
    gravity_min: Floats3 | None
    gravity_max: Floats3 | None
    points: list[Float32]
    azimuth: float | None
    elevation: float | None
    rotation: float | None
    front_camera: Floats3 | None
    symmetry: int | None
    visible_fraction: float | None
    reference: str
    reference_kind: ReferenceKind
    reference_iou: float | None


class WebQARow(Record):
    """A question about a picture, in one format; all rows with one `item_id` are one item of HiSpatial's loader.

    task : the loader's `qa_type`; pair_type : what this row asks within its item; answer : the letter for mcq, Yes or
    No for true_false, else the text; answers : the right texts; options : texts without letters; pixels : x y of the
    pixels that a question names, on the loader's 448 x 448 lattice; box_colors : per object the colour of its box,
    empty for none; object_ids in the order in which the question's slots name them.
    """

    source: str
    shard_id: str
    image_id: str
    qa_id: str
    item_id: str
    split: Split
    task: str
    pair_type: str
    level: WebLevel
    view: Literal["single"] = "single"
    relation: Relation
    format: WebFormat
    frame: Frame
    images: Annotated[list[str], Field(min_length=1, max_length=1)]
    question: Annotated[str, Field(min_length=1)]
    answer: Annotated[str, Field(min_length=1)]
    answers: Annotated[list[str], Field(min_length=1)]
    options: list[str] | None
    marks: list[Mark]
    pixels: list[int] | None
    object_ids: list[int]
    labels: list[str]
    box_colors: list[str] | None
    values: list[float] | None
    unit: WebUnit
    margin: float | None
    template_id: str
    task_version: int


class WebProblemRecord(Record):
    """A problem of several steps that a language model wrote about a picture, checked; `facts_digest` is of the facts
    of the picture as they were then, `chain` the four steps of the solution."""

    source: str
    shard_id: str
    image_id: str
    kind: str
    candidate: str
    question: Annotated[str, Field(min_length=1)]
    answer: Annotated[str, Field(min_length=1)]
    chain: Annotated[list[str], Field(min_length=4, max_length=4)]
    object_ids: list[int]
    values: list[float]
    unit: WebUnit
    model: str
    facts_digest: str


class WebIndexRecord(Record):
    """A picture of the input before any model: its digests, and why it is left out (empty: it is not)."""

    source: str
    shard_id: str
    image_id: str
    image: str
    sha256: str
    phash: str
    width: int
    height: int
    reason: str


class WebQuarantineRecord(Record):
    """Why a shard, or one picture of it, could not be built; `image_id` is empty for the whole shard."""

    source: str
    shard_id: str
    image_id: str
    stage: str
    error: str
    message: str
