"""Pictures of colored rectangles on a dark, noisy ground: quick to make, and what they show is known."""

from pathlib import Path

import numpy as np
from PIL import Image

from tests.web.tiny_models import COLORS


def painted_picture(seed: int, width: int = 320, height: int = 240) -> np.ndarray:
    """(height, width, 3) uint8 with four to seven rectangles that do not touch."""
    rng = np.random.default_rng(seed)
    picture = rng.integers(20, 70, size=(height // 8, width // 8, 3)).repeat(8, axis=0).repeat(8, axis=1)
    picture = np.resize(picture, (height, width, 3)) + rng.integers(0, 20, size=(height, width, 3))
    cells = rng.permutation(12)[: rng.integers(4, 8)]
    names = list(COLORS)
    for number, cell in enumerate(cells.tolist()):
        x, y = 8 + cell % 4 * (width // 4), 8 + cell // 4 * (height // 3)
        w, h = rng.integers(24, width // 4 - 16), rng.integers(24, height // 3 - 16)
        color = COLORS[names[number % 4 if number < 4 else int(rng.integers(4))]]
        picture[y : y + h, x : x + w] = np.array(color) + rng.integers(-6, 7, size=(h, w, 3))
    return np.clip(picture, 0, 255).astype(np.uint8)


def write_pictures(folder: Path, count: int, first: int = 0, width: int = 320) -> Path:
    """PNG files `p<number>.png`."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + count):
        Image.fromarray(painted_picture(number, width)).save(folder / f"p{number}.png")
    return folder
