"""The examples on the page of the source are what is read."""

import re
from pathlib import Path

import numpy as np
import pytest

from factory.sources.rgbd.boxes import BoxEntry
from factory.sources.rgbd.settings import Intrinsics, Settings
from tests.sources.rgbd.tiny_rgbd import load, write_flat

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "rgbd.md").read_text()


def example(name: str) -> str:
    (text,) = re.findall(rf"```json {re.escape(name)}\n(.*?)```", PAGE, re.DOTALL)
    return text


def test_examples_load(tmp_path: Path) -> None:
    folder = write_flat(tmp_path / "room")
    (folder / "boxes.json").write_text(example("boxes.json"))
    scene = load(folder)
    assert [(o.object_id, o.label) for o in scene.objects] == [
        (0, "floor"), (1, "dining table"), (7, "chair"), (12, "picture")
    ]  # fmt: skip
    assert [o.is_structural for o in scene.objects] == [True, False, False, False]
    table, chair, picture = scene.objects[1:]
    np.testing.assert_allclose(table.box.rotation[:, 0], (np.sqrt(0.75), 0.5, 0))
    np.testing.assert_allclose(np.degrees(np.arctan2(*chair.box.rotation[[1, 0], 0])) % 90, 30, atol=1e-6)
    np.testing.assert_allclose(picture.box.extents, (0.6, 0.04, 0.4))
    np.testing.assert_allclose(np.abs(picture.box.rotation[:, 0]), (0, 1, 0), atol=1e-12)  # along y, on the wall x = 0
    (folder / "scene.json").write_text(example("scene.json"))
    turned = load(folder)
    assert turned.frames[0].depth.startswith("room/frame-000000.depth.png#undistort=OPENCV:64x48:58.5,58.5,")
    np.testing.assert_allclose(turned.objects[0].box.center, (2.0, -0.01, -1.5))


@pytest.mark.parametrize("model", [BoxEntry, Settings, Intrinsics])
def test_every_key_is_on_the_page(model: type) -> None:
    for key in model.model_fields:
        assert re.search(rf'`{key}`|"{key}"', PAGE), key
