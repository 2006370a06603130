"""Writes small `.sens` streams."""

import struct
import zlib
from dataclasses import dataclass

import numpy as np


@dataclass
class StreamFrame:
    """raw_from_camera : (4, 4); color : encoded bytes; depth : (H, W) uint16."""

    raw_from_camera: np.ndarray
    color: bytes
    depth: np.ndarray


def sens_bytes(
    frames: list[StreamFrame],
    intrinsic_color: np.ndarray,
    intrinsic_depth: np.ndarray,
    color_size: tuple[int, int],
    *,
    version: int = 4,
    color_compression: int = 2,
    depth_compression: int = 1,
    depth_shift: float = 1000.0,
) -> bytes:
    """A stream in the layout of ScanNet's `.sens` files; intrinsics are (3, 3)."""

    def matrix(values: np.ndarray) -> bytes:
        padded = np.eye(4)
        padded[: len(values), : len(values)] = values
        return padded.astype("<f4").tobytes()

    height, width = frames[0].depth.shape if frames else (1, 1)
    name = b"StructureSensor"
    parts = [
        struct.pack("<IQ", version, len(name)) + name,
        matrix(intrinsic_color) + matrix(np.eye(4)) + matrix(intrinsic_depth) + matrix(np.eye(4)),
        struct.pack(
            "<2i4IfQ", color_compression, depth_compression, *color_size, width, height, depth_shift, len(frames)
        ),
    ]
    for frame in frames:
        depth = frame.depth.astype("<u2").tobytes()
        if depth_compression == 1:
            depth = zlib.compress(depth)
        head = matrix(frame.raw_from_camera) + struct.pack("<4Q", 0, 0, len(frame.color), len(depth))
        parts += [head, frame.color, depth]
    if version >= 4:
        parts.append(struct.pack("<Q", 1) + struct.pack("<15dQ", *range(15), 7))
    return b"".join(parts)
