"""The category mapping that comes with Matterport3D houses: our labels in its 40 classes and in those of NYU-40."""

from pathlib import Path
from typing import NamedTuple

from factory.sources.labels import NYU40
from factory.sources.procedural.writers.scannet_labels import EIGEN13, FURNITURE, RAW

MPCAT40 = (
    "void", "wall", "floor", "chair", "door", "table", "picture", "cabinet", "cushion", "window", "sofa", "bed",
    "curtain", "chest_of_drawers", "plant", "sink", "stairs", "ceiling", "toilet", "stool", "towel", "mirror",
    "tv_monitor", "shower", "column", "bathtub", "counter", "fireplace", "lighting", "beam", "railing", "shelving",
    "blinds", "gym_equipment", "seating", "board_panel", "furniture", "appliances", "clothes", "objects", "misc",
    "unlabeled",
)  # fmt: skip

_OF_NYU40 = {
    "desk": "table", "pillow": "cushion", "shower curtain": "curtain", "night stand": "chest_of_drawers",
    "dresser": "chest_of_drawers", "floor mat": "floor", "television": "tv_monitor", "lamp": "lighting",
    "bookshelf": "shelving", "shelves": "shelving", "whiteboard": "board_panel", "refridgerator": "appliances",
    "otherfurniture": "furniture", "otherstructure": "objects",
}  # fmt: skip
_OF_LABEL = {
    "stool": "stool", "bench": "seating", "ottoman": "seating", "plant": "plant", "monitor": "tv_monitor",
    "oven": "appliances", "dishwasher": "appliances", "washing machine": "appliances", "microwave": "appliances",
    "range hood": "appliances", "toaster": "appliances", "coffee maker": "appliances", "kettle": "appliances",
}  # fmt: skip

COLUMNS = (
    "index", "raw_category", "category", "count", "nyuId", "nyu40id", "eigen13id", "nyuClass", "nyu40class",
    "eigen13class", "ModelNet40", "ModelNet10", "ShapeNetCore55", "synsetoffset", "wnsynsetid", "wnsynsetkey",
    "mpcat40index", "mpcat40",
)  # fmt: skip


class Named(NamedTuple):
    """A label: its row in the mapping (`index`), and its class of the 40."""

    row: int
    mpcat40: int


def named(label: str) -> Named:
    """Where a procedural label is in the mapping."""
    nyu40 = RAW[label]
    kind = _OF_LABEL.get(label) or _OF_NYU40.get(nyu40, nyu40 if nyu40 in MPCAT40 else "objects")
    return Named(list(RAW).index(label) + 1, MPCAT40.index(kind))


def write_category_mapping(root: Path) -> Path:
    """Writes `category_mapping.tsv`: tabs, 18 columns; columns we have no use for are empty."""
    lines = ["\t".join(COLUMNS)]
    for raw, nyu40 in RAW.items():
        row, mpcat40 = named(raw)
        eigen_id, eigen = EIGEN13.get(nyu40, (6, "Furniture") if nyu40 in FURNITURE else (7, "Objects"))
        nyu40_id = NYU40.index(nyu40) + 1
        fields = (row, raw, raw, 1, "", nyu40_id, eigen_id, raw, nyu40, eigen, "", "", "", "", "", "", mpcat40)
        lines.append("\t".join(str(field) for field in (*fields, MPCAT40[mpcat40])))
    path = root / "category_mapping.tsv"
    path.write_text("".join(f"{line}\n" for line in lines), newline="\n")
    return path
