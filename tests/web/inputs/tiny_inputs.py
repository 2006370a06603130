"""Small inputs in the real formats."""

import io
import json
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image


def jpeg(seed: int, size: tuple[int, int] = (320, 240)) -> bytes:
    """A picture of soft random patches."""
    rng = np.random.default_rng(seed)
    patches = Image.fromarray(rng.integers(0, 256, size=(12, 16, 3), dtype=np.uint8))
    stream = io.BytesIO()
    patches.resize(size, Image.Resampling.BICUBIC).save(stream, "JPEG", quality=85)
    return stream.getvalue()


def write_tar(path: Path, members: dict[str, bytes]) -> None:
    """As img2dataset does: USTAR headers, no folders of their own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def img2dataset_members(first: int, count: int) -> dict[str, bytes]:
    """jpg, json and txt of `count` samples."""
    members = {}
    for number in range(first, first + count):
        key = f"{number:09d}"
        members[f"{key}.jpg"] = jpeg(number)
        members[f"{key}.json"] = json.dumps({"caption": f"caption {number}", "url": "x", "key": key}).encode()
        members[f"{key}.txt"] = f"caption {number}\n".encode()
    return members
