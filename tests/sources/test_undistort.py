"""Undistortion against the lens models written out by hand."""

import io

import numpy as np
import pytest
from PIL import Image

from factory.errors import DataError
from factory.geometry.cameras import scale_intrinsics
from factory.sources.images import encode_colour_png
from factory.sources.undistort import Lens, undistort_colour, undistort_depth

SIZE = (320, 240)
INTRINSICS = np.array([[262.0, 0, 158.3], [0, 260.5, 121.9], [0, 0, 1.0]])
WIDE = np.array([[157.0, 0, 158.3], [0, 156.0, 121.9], [0, 0, 1.0]])
LENSES = {
    "opencv": Lens("OPENCV", INTRINSICS, (-0.21, 0.06, 0.002, -0.003), SIZE),
    "opencv, five": Lens("OPENCV", INTRINSICS, (0.26, -0.95, -0.005, 0.0026, 1.16), SIZE),
    "fisheye": Lens("OPENCV_FISHEYE", WIDE, (0.03, -0.012, 0.004, -0.001), SIZE),
}


def distorted(lens: Lens, rays: np.ndarray) -> np.ndarray:
    """Pixels (..., 2) that rays (..., 2) at z = 1 fall on, by the models' definitions."""
    x, y = rays[..., 0], rays[..., 1]
    r = np.hypot(x, y)
    if lens.model == "OPENCV_FISHEYE":
        angle = np.arctan(r)
        bent = angle * (1 + sum(k * angle ** (2 * i + 2) for i, k in enumerate(lens.coefficients)))
        factor = np.where(r > 0, bent / np.where(r > 0, r, 1), 1)
        x, y = x * factor, y * factor
    else:
        k1, k2, p1, p2, k3 = (*lens.coefficients, 0.0)[:5]
        radial = 1 + k1 * r**2 + k2 * r**4 + k3 * r**6
        x, y = (
            x * radial + 2 * p1 * x * y + p2 * (r**2 + 2 * x**2),
            y * radial + p1 * (r**2 + 2 * y**2) + 2 * p2 * x * y,
        )
    k = lens.intrinsics
    return np.stack([k[0, 0] * x + k[0, 2], k[1, 1] * y + k[1, 2]], axis=-1)


def rays_of(intrinsics: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Rays (H, W, 2) at z = 1 of a pinhole camera's pixels."""
    v, u = np.mgrid[: size[1], : size[0]]
    return np.stack([(u - intrinsics[0, 2]) / intrinsics[0, 0], (v - intrinsics[1, 2]) / intrinsics[1, 1]], axis=-1)


@pytest.mark.parametrize("name", LENSES)
def test_every_pixel_comes_from_where_the_lens_put_it(name: str) -> None:
    lens = LENSES[name]
    x, y = lens.source_pixels(SIZE)
    expected = distorted(lens, rays_of(lens.pinhole(), SIZE))
    np.testing.assert_allclose(np.stack([x, y], axis=-1), expected, atol=2e-3)
    assert np.abs(expected - np.stack(np.meshgrid(np.arange(320), np.arange(240)), -1)).max() > 3  # it is bent


@pytest.mark.parametrize("name", LENSES)
def test_no_empty_border(name: str) -> None:
    x, y = LENSES[name].source_pixels(SIZE)
    assert x.min() >= -1 and x.max() <= SIZE[0] and y.min() >= -1 and y.max() <= SIZE[1]


@pytest.mark.parametrize("name", LENSES)
def test_fewer_pixels_show_the_same(name: str) -> None:
    """A depth image of another size is that of the same pinhole, scaled."""
    lens, size = LENSES[name], (160, 120)
    rays = rays_of(scale_intrinsics(lens.pinhole(), 0.5, 0.5), size)
    expected = (distorted(lens, rays) + 0.5) * 0.5 - 0.5
    np.testing.assert_allclose(np.stack(lens.source_pixels(size), axis=-1), expected, atol=2e-3)


def test_colour_is_straightened() -> None:
    """A pattern of the viewing direction, filmed by the lens, is that of the pinhole afterwards."""
    lens = LENSES["opencv"]

    def pattern(rays: np.ndarray) -> np.ndarray:
        waves = np.stack([np.sin(9 * rays[..., 0]), np.sin(9 * rays[..., 1]), np.cos(7 * rays.sum(-1))], -1)
        return np.rint(127 + 120 * waves).astype(np.uint8)

    # what the lens sees: each of its pixels' rays, found by iteration
    rays = target = rays_of(lens.intrinsics, SIZE)
    for _ in range(50):
        seen = rays_of_pixels(lens.intrinsics, distorted(lens, rays))
        rays = rays + target - seen
    data, suffix = undistort_colour(encode_colour_png(pattern(rays)), lens, "a.png")
    found = np.asarray(Image.open(io.BytesIO(data))).astype(int)
    expected = pattern(rays_of(lens.pinhole(), SIZE)).astype(int)
    assert suffix == ".png" and np.abs(found - expected)[2:-2, 2:-2].max() <= 3


def rays_of_pixels(intrinsics: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    return (pixels - intrinsics[:2, 2]) / intrinsics[[0, 1], [0, 1]]


def test_depth_is_never_mixed() -> None:
    lens = LENSES["fisheye"]
    depth = np.where(np.indices(SIZE[::-1]).sum(0) // 9 % 2, 1000, 3000).astype(np.uint16)
    straight = undistort_depth(depth, lens)
    assert straight.dtype == np.uint16 and set(np.unique(straight)) <= {0, 1000, 3000}
    x, y = lens.source_pixels(SIZE)
    inside = (x >= 0) & (x <= SIZE[0] - 1) & (y >= 0) & (y <= SIZE[1] - 1)
    nearest = depth[np.clip(np.rint(y), 0, 239).astype(int), np.clip(np.rint(x), 0, 319).astype(int)]
    assert (straight == nearest)[inside].mean() > 0.999  # but for ties


def test_jpeg_stays_jpeg_and_junk_is_refused() -> None:
    buffer = io.BytesIO()
    Image.fromarray(np.full((240, 320, 3), 90, np.uint8)).save(buffer, "JPEG")
    data, suffix = undistort_colour(buffer.getvalue(), LENSES["opencv"], "a.jpg")
    assert suffix == ".jpg" and Image.open(io.BytesIO(data)).size == SIZE
    assert undistort_colour(buffer.getvalue(), LENSES["opencv"], "a.jpg") == (data, suffix)
    with pytest.raises(DataError, match="expected a colour image"):
        undistort_colour(b"junk", LENSES["opencv"], "a.jpg")
