"""The files of a picture in each of the two layouts."""

import io
import json
from collections import Counter

import numpy as np

from factory.exports.hispatial.ca1m_items import ca1m_qa
from factory.exports.hispatial.jpeg import upright_jpeg
from factory.exports.hispatial.picture_rows import PictureRows, provenance
from factory.exports.hispatial.pt_file import write_pt
from factory.exports.hispatial.wild_items import wild_qa
from factory.web.depth_png import decode_depth
from schemas.web import WebImageRecord

Array = np.ndarray


def wild_sample(key: str, picture: PictureRows, data: bytes, left_out: Counter[str]) -> dict[str, bytes]:
    """Picture, depth, intrinsics and questions as the in-the-wild streams have them, by file name.

    data : the picture as it is stored in the input; left_out : counts rows that the layout cannot hold.
    """
    image = picture.image
    return {
        f"{key}.jpg": upright_jpeg(data, (image.width, image.height), image.image),
        f"{key}.png": image.depth,
        f"{key}.intrinsics.pt": write_pt(normalised_intrinsics(image)),
        f"{key}.pt": write_pt(wild_qa(picture, left_out)),
    }


def ca1m_sample(key: str, picture: PictureRows, data: bytes, left_out: Counter[str]) -> dict[str, bytes]:
    """The same as the CA-1M stream has them."""
    image = picture.image
    depth_m = decode_depth(image.depth)
    known = np.where(np.isfinite(depth_m), depth_m, np.float32(0))
    depth = io.BytesIO()
    np.save(depth, known)
    return {
        f"{key}_image.jpg": upright_jpeg(data, (image.width, image.height), image.image),
        f"{key}_depth.npy": depth.getvalue(),
        f"{key}_intrinsics.pt": write_pt({"K": map_intrinsics(image, (depth_m.shape[1], depth_m.shape[0]))}),
        f"{key}_qa.pt": write_pt(ca1m_qa(picture, left_out)),
        f"{key}_meta.json": json.dumps(provenance(image), ensure_ascii=False).encode(),
    }


def normalised_intrinsics(image: WebImageRecord) -> Array:
    """(3, 3) float32 for coordinates that run from 0 to 1 between the picture's outer edges."""
    return _scaled(image, 1.0, 1.0).astype(np.float32)


def map_intrinsics(image: WebImageRecord, size: tuple[int, int]) -> Array:
    """(3, 3) float32 [px of a depth map of this width and height], the centre of its top-left pixel is (0, 0)."""
    matrix = _scaled(image, *size)
    matrix[:2, 2] -= 0.5
    return matrix.astype(np.float32)


def _scaled(image: WebImageRecord, width: float, height: float) -> Array:
    matrix = np.array(image.intrinsics, dtype=np.float64).reshape(3, 3)
    matrix[:2, 2] += 0.5  # from centres of pixels to their outer edges
    matrix[0] *= width / image.width
    matrix[1] *= height / image.height
    return matrix
