"""The label table that comes with scans in the ScanNet layout: our labels and their NYU-40 and Eigen-13 classes."""

from pathlib import Path

from factory.sources.labels import NYU40

EIGEN13 = {
    "bed": (1, "Bed"), "books": (2, "Books"), "ceiling": (3, "Ceiling"), "chair": (4, "Chair"), "floor": (5, "Floor"),
    "picture": (8, "Picture"), "sofa": (9, "Sofa"), "table": (10, "Table"), "desk": (10, "Table"),
    "television": (11, "TV"), "wall": (12, "Wall"), "window": (13, "Window"),
}  # fmt: skip
FURNITURE = {
    "cabinet", "door", "bookshelf", "counter", "shelves", "curtain", "dresser", "refridgerator", "whiteboard",
    "night stand", "toilet", "sink", "bathtub", "otherfurniture", "otherstructure",
}  # fmt: skip

# raw category -> NYU-40 class
RAW = {
    "wall": "wall", "floor": "floor", "ceiling": "ceiling", "door": "door", "doorframe": "door", "window": "window",
    "chair": "chair", "office chair": "chair", "armchair": "chair", "stool": "chair", "couch": "sofa",
    "bench": "otherfurniture", "ottoman": "otherfurniture", "table": "table", "coffee table": "table",
    "end table": "table", "desk": "desk", "nightstand": "night stand", "bookshelf": "bookshelf", "shelf": "shelves",
    "cabinet": "cabinet", "kitchen cabinet": "cabinet", "bathroom vanity": "cabinet", "file cabinet": "cabinet",
    "wardrobe": "cabinet", "dresser": "dresser", "tv stand": "otherfurniture", "bed": "bed", "pillow": "pillow",
    "blanket": "otherprop", "stuffed animal": "otherprop", "laundry basket": "otherprop",
    "ironing board": "otherfurniture", "kitchen counter": "counter", "sink": "sink", "refrigerator": "refridgerator",
    "oven": "otherfurniture", "range hood": "otherprop", "dishwasher": "otherfurniture",
    "washing machine": "otherfurniture", "microwave": "otherprop", "kettle": "otherprop", "toaster": "otherprop",
    "coffee maker": "otherprop", "knife block": "otherprop", "paper towel roll": "otherprop", "pot": "otherprop",
    "cup": "otherprop", "bowl": "otherprop", "plate": "otherprop", "bottle": "otherprop", "toilet": "toilet",
    "bathtub": "bathtub", "shower curtain": "shower curtain", "towel": "towel", "toilet paper": "otherprop",
    "soap dispenser": "otherprop", "scale": "otherprop", "mirror": "mirror", "picture": "picture",
    "clock": "otherprop", "whiteboard": "whiteboard", "curtain": "curtain", "radiator": "otherstructure",
    "rug": "floor mat", "lamp": "lamp", "floor lamp": "lamp", "ceiling light": "lamp", "plant": "otherprop",
    "vase": "otherprop", "tv": "television", "monitor": "otherprop", "laptop": "otherprop",
    "keyboard": "otherprop", "mouse": "otherprop", "computer tower": "otherprop", "printer": "otherprop",
    "telephone": "otherprop", "speaker": "otherprop", "fan": "otherprop", "book": "books", "books": "books",
    "box": "box", "backpack": "bag", "bag": "bag", "suitcase": "bag", "shoes": "clothes", "trash can": "otherprop",
    "ball": "otherprop", "guitar": "otherprop", "basket": "otherprop",
}  # fmt: skip

COLUMNS = (
    "id", "raw_category", "category", "count", "nyu40id", "eigen13id", "nyuClass", "nyu40class", "eigen13class",
    "ModelNet40", "ModelNet10", "ShapeNetCore55", "synsetoffset", "wnsynsetid", "wnsynsetkey", "mpcat40",
    "mpcat40index",
)  # fmt: skip


def write_label_table(root: Path) -> Path:
    """Writes `scannetv2-labels.combined.tsv`: tabs, CRLF, 17 columns; columns we have no use for are empty."""
    lines = ["\t".join(COLUMNS)]
    for i, (raw, nyu40) in enumerate(RAW.items(), start=1):
        eigen_id, eigen = EIGEN13.get(nyu40, (6, "Furniture") if nyu40 in FURNITURE else (7, "Objects"))
        nyu40_id = NYU40.index(nyu40) + 1
        row = (i, raw, raw, 1, nyu40_id, eigen_id, raw, nyu40, eigen, "", "", "", "", "", "", "", "")
        lines.append("\t".join(str(value) for value in row))
    path = root / "scannetv2-labels.combined.tsv"
    path.write_bytes("".join(line + "\r\n" for line in lines).encode())
    return path
