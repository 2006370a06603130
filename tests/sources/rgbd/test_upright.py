"""Recordings of devices held sideways: whatever was in a pixel is where the turned camera says."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from factory.geometry.cameras import project
from factory.geometry.transforms import inverse, transform_points
from factory.sources.depth_files import decode_depth
from factory.sources.rgbd.source import RGBDSource
from factory.store.storage import Storage
from tests.sources.rgbd.tiny_rgbd import (
    CAMERAS,
    INTRINSICS,
    SIZE,
    color,
    depth,
    gl_matrix,
    transforms,
    write_nerfstudio,
)

ROLL = np.array([[0.0, -1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_turned_upright(tmp_path: Path, quarters: int) -> None:
    held = [camera @ np.linalg.matrix_power(ROLL, quarters) for camera in CAMERAS]
    content = transforms()
    for i, (entry, camera) in enumerate(zip(content["frames"], held, strict=True)):
        entry["transform_matrix"] = gl_matrix(camera).tolist()
        entry["file_path"] = f"images/frame_{i:05d}.png"
    folder = write_nerfstudio(tmp_path / "room", content)
    for i in range(4):
        (folder / f"images/frame_{i:05d}.png").write_bytes(color(i, kind="PNG"))
    (folder / "transforms.json").write_text(json.dumps(content))
    source = RGBDSource(Storage(tmp_path))
    for i, frame in enumerate(source.load("room").frames):
        assert frame.world_from_camera[2, 1] < -0.5  # down in the image is down in the room
        assert (frame.width, frame.height) == (SIZE if quarters % 2 == 0 else SIZE[::-1])
        assert ("#rotate=" in frame.image) == (quarters > 0)
        image = np.asarray(Image.open(io.BytesIO(source.read_media(frame.image)[0])))
        readings = decode_depth(source.read_media(frame.depth)[0], "a")
        assert image.shape[:2] == readings.shape == (frame.height, frame.width)
        stored = np.asarray(Image.open(io.BytesIO(color(i, kind="PNG"))))
        for u, v in ((0, 0), (63, 0), (10, 40), (63, 47), (31, 24)):
            ray = np.linalg.inv(INTRINSICS) @ (u, v, 1.0) * 2.0
            point = transform_points(held[i], ray)
            x, y = project(frame.intrinsics, transform_points(inverse(frame.world_from_camera), point))
            assert (abs(x - round(x)), abs(y - round(y))) < (1e-9, 1e-9)
            np.testing.assert_array_equal(image[round(y), round(x)], stored[v, u])
            assert readings[round(y), round(x)] == depth(i)[v, u]
