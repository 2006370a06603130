"""What each of the 35 SPAR task folders holds: the row's `type`, images, formats and marker fields, as data."""

from dataclasses import dataclass
from typing import Literal

from schemas.qa import Format

Kind = Literal["point", "bbox"]


@dataclass(frozen=True, slots=True)
class SparType:
    """The rules of one task folder.

    images : per row, None where it varies; formats : the answer formats that exist; kind, colors : the marker keys
    `<color>_<kind>` in the order in which rows write them, which is also the order of `<kind>_img_idx`;
    marks : least and largest number of marks, when a row may leave colours out; indexed : rows carry `<kind>_img_idx`;
    listed : marks have no colour but a place in one `<kind>_list`; labelled : loaders write a name beside each mark;
    options : choices of a `select` question; type : the row's `type`, where it is not the folder's name.
    """

    images: int | None
    formats: tuple[Format, ...]
    kind: Kind | None = None
    colors: tuple[str, ...] = ()
    marks: tuple[int, int] | None = None
    indexed: bool = False
    listed: bool = False
    labelled: bool = False
    options: int = 4
    type: str | None = None

    @property
    def index_key(self) -> str:
        return f"{self.kind}_img_idx"

    @property
    def list_key(self) -> str:
        return f"{self.kind}_list"

    @property
    def mark_range(self) -> tuple[int, int]:
        """Least and largest number of marks of a row."""
        return self.marks or (len(self.colors), len(self.colors))

    def name(self, place: int) -> str:
        """What loaders write beside the mark at a place; of listed points the first is the anchor."""
        if not self.labelled:
            return ""
        if self.listed and self.kind == "point":
            return f"object{place - 1}" if place else "objectA"
        return f"object{place}"

    def key(self, color: str) -> str:
        return f"{color}_{self.kind}"


_T: tuple[Format, ...] = ("sentence",)
_FT: tuple[Format, ...] = ("fill", "sentence")
_ST: tuple[Format, ...] = ("select", "sentence")
_FST: tuple[Format, ...] = ("fill", "select", "sentence")
_JST: tuple[Format, ...] = ("judge", "select", "sentence")

_R, _RB, _RBG, _RGB = ("red",), ("red", "blue"), ("red", "blue", "green"), ("red", "green", "blue")
_GBR, _GBRY = ("green", "blue", "red"), ("green", "blue", "red", "yellow")  # move to, face, target, reference

TYPES: dict[str, SparType] = {
    # one image
    "depth_prediction_oc": SparType(1, _FST, "point", _RB),
    "depth_prediction_oo": SparType(1, _FST, "point", _RBG),
    "distance_prediction_oc": SparType(1, _FST, "point", _R),
    "distance_prediction_oo": SparType(1, _FST, "point", _RB),
    "distance_infer_center_oc": SparType(1, _FST),
    "distance_infer_center_oo": SparType(1, _FST, "point", _RGB, options=2),
    "obj_spatial_relation_oo": SparType(1, _JST, "bbox", _RB),
    "spatial_volume_infer": SparType(1, _FT, "bbox", _R),
    "spatial_imagination_oc": SparType(1, _ST, "bbox", _GBR),
    "spatial_imagination_oo": SparType(1, _ST, "bbox", _GBRY),
    # two images, marks on the first
    "position_matching": SparType(2, _FST, "bbox", _R),
    "view_change_infer": SparType(2, _FT),
    "camera_motion_infer": SparType(2, _FST),
    # three images
    "depth_prediction_oc_mv": SparType(3, _FST, "point", _RB, indexed=True),
    "depth_prediction_oo_mv": SparType(3, _FST, "point", _RBG, indexed=True),
    "distance_prediction_oc_mv": SparType(3, _FST, "point", _R, indexed=True),
    "distance_prediction_oo_mv": SparType(3, _FST, "point", _RB, indexed=True),
    "distance_infer_center_oc_mv": SparType(3, _FST),
    "distance_infer_center_oo_mv": SparType(3, _FST, "point", _RGB, indexed=True, options=2),
    "obj_spatial_relation_oc_mv": SparType(3, _ST, "bbox", _RBG, marks=(1, 3), indexed=True),
    "obj_spatial_relation_oo_mv": SparType(3, _JST, "bbox", _RBG, marks=(2, 2), indexed=True),
    "spatial_imagination_oc_mv": SparType(3, _ST, "bbox", _GBR, indexed=True),
    "spatial_imagination_oo_mv": SparType(3, _ST, "bbox", _GBRY, indexed=True),
    "spatial_imagination_map_mv": SparType(3, _T, "bbox", marks=(3, 7), indexed=True, listed=True, labelled=True),
    # video
    "distance_prediction_oo_video": SparType(32, _FST, "point", _RB, indexed=True),
    "distance_infer_center_oo_video": SparType(
        32, _FST, "point", marks=(5, 5), indexed=True, listed=True, labelled=True
    ),
    "spatial_imagination_oc_video": SparType(32, _T, "bbox", _GBR, indexed=True, labelled=True),
    "spatial_imagination_oo_video": SparType(32, _T, "bbox", _GBRY, indexed=True, labelled=True),
    "spatial_imagination_oc_video_hard": SparType(32, _T),
    "spatial_imagination_oo_video_hard": SparType(32, _T),
    "obj_frame_locate": SparType(32, _T, "bbox", _R, indexed=True),
    "appearance_order": SparType(32, _FT),
    "obj_count": SparType(32, _FT),
    "room_size": SparType(32, _FST),
    "nav_video": SparType(None, _T, type="nav"),
}


def row_type(task: str) -> str:
    """The `type` that rows of a task folder carry."""
    return TYPES[task].type or task
