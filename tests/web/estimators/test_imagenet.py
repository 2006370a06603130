import numpy as np
import pytest
from PIL import Image

from factory.web.estimators.resizing import middle
from tests.web.drawn_graphics import draw_graphic


def test_photographs_are_none_of_it(open_model, coffee):
    from skimage import data

    assert open_model("classifier").not_a_photograph([coffee, data.astronaut(), data.chelsea()]) == ["", "", ""]


def test_all_real_photographs_pass(open_model, real_photos):
    paths = [p for p in sorted(real_photos.rglob("*")) if p.suffix in (".jpg", ".png") and "depth" not in p.name]
    pictures = [np.asarray(Image.open(path).convert("RGB")) for path in paths]
    kinds = open_model("classifier").not_a_photograph(pictures)
    assert [path.name for path, kind in zip(paths, kinds, strict=True) if kind] == []
    assert len(paths) > 30


@pytest.mark.parametrize("kind", ["window", "table", "code", "blueprint", "text page", "chart"])
def test_most_drawn_graphics_are_found(open_model, kind):
    pictures = [np.asarray(draw_graphic(seed, kind)) for seed in range(8)]
    kinds = open_model("classifier").not_a_photograph(pictures)
    assert sum(bool(kind) for kind in kinds) >= 5


@pytest.mark.parametrize("size", [(100, 300), (300, 100)])
def test_it_looks_at_the_middle(size):
    picture = np.zeros((*size, 3), dtype=np.uint8)
    rows, columns = (slice((n - 100) // 2, (n + 100) // 2) for n in size)
    picture[rows, columns] = 200
    assert (middle(picture, 64, 0.875) == 200).all()
