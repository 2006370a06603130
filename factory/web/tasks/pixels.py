"""Pixels of the depth map: where the point behind one is, and which of two is nearer."""

from dataclasses import replace

import numpy as np

from factory.tasks.sampling import in_equal_parts
from factory.web.picture import Picture
from factory.web.tasks.margins import difference_margin, in_distance_range
from factory.web.tasks.parameters import WebParameters
from factory.web.tasks.pools import WebPool
from factory.web.tasks.registry import register
from factory.web.tasks.spec import WebSpec
from factory.web.tasks.task import WebAnswers, WebCandidates, WebProposal, WebTask

Array = np.ndarray

LATTICE = 448  # pixels along each side of what the loader feeds its model, whatever the picture's aspect


def depth_at(picture: Picture, pixels: Array) -> Array:
    """z-depth (...) [m] of lattice pixels (..., 2), x y, as the loader sees it: its map is resized by taking, for each
    pixel of the lattice, the one below its top-left corner. NaN unknown, inf sky."""
    height, width = picture.depth_m.shape
    depth: Array = picture.depth_m[pixels[..., 1] * height // LATTICE, pixels[..., 0] * width // LATTICE]
    return depth


def points_at(picture: Picture, pixels: Array) -> Array:
    """(..., 3) points [m, camera] behind lattice pixels (..., 2), rounded to float32: on the ray through the centre of
    the map's pixel, which need not be the ray through the lattice pixel's own centre."""
    height, width = picture.depth_m.shape
    # in shares of the picture's sides; centres of pixels lie half a pixel in
    u = (pixels[..., 0] * width // LATTICE + 0.5) / width
    v = (pixels[..., 1] * height // LATTICE + 0.5) / height
    k = picture.intrinsics
    x = (u * picture.width - 0.5 - k[0, 2]) / k[0, 0]
    y = (v * picture.height - 0.5 - k[1, 2]) / k[1, 1]
    z = depth_at(picture, pixels).astype(np.float64)
    points: Array = np.stack([x * z, y * z, z], axis=-1).astype(np.float32).astype(np.float64)
    return points


def on_a_surface(picture: Picture, pixels: Array, parameters: WebParameters) -> Array:
    """(...) whether the depth is known all around lattice pixels (..., 2) and differs less than what can be told."""
    reach = np.arange(-parameters.pixel_surround, parameters.pixel_surround + 1)
    around = np.stack(np.meshgrid(reach, reach), axis=-1).reshape(-1, 2)
    depth = depth_at(picture, np.clip(pixels[..., None, :] + around, 0, LATTICE - 1))
    known = np.isfinite(depth).all(axis=-1)
    depth = np.where(known[..., None], depth, 1.0)
    smooth: Array = known & (difference_margin(depth.min(axis=-1), depth.max(axis=-1), parameters) < 1)
    return smooth


@register
class PixelDepth(WebTask):
    """The point behind a pixel, or which of two pixels is nearer; half of the questions are of either kind."""

    spec = WebSpec(
        name="level0",
        level="level0",
        relation="none",
        frame="camera",
        objects=(0, 0),
        formats=("text", "mcq", "true_false"),
        unit="m",
        version=1,
    )
    choices = ("pixel_xyz", "pixel_depth")

    def propose(self, picture: Picture, rng: np.random.Generator, quota: int) -> WebProposal:
        count = quota * self.parameters.pixels_per_question
        choice = np.repeat([0, 1], count)
        place = rng.choice(LATTICE * LATTICE, size=(2 * count, 2), replace=False)
        pixels = np.stack([place % LATTICE, place // LATTICE], axis=-1)  # of each question, two points, x y
        depth = depth_at(picture, pixels)
        depth = np.where(np.isfinite(depth), depth, np.nan)
        smooth = on_a_surface(picture, pixels, self.parameters)
        asked = np.stack([np.ones(2 * count, dtype=bool), choice == 1], axis=1)

        pixels[~asked] = -1
        pool = WebPool(np.zeros((2 * count, 0), dtype=np.int64), choice)
        pool.reject("no depth", (asked & np.isnan(depth)).any(axis=1))
        pool.reject("distance out of range", (asked & ~in_distance_range(depth, self.parameters)).any(axis=1))
        pool.reject("depth edge", (asked & ~smooth).any(axis=1))
        gap = np.linalg.norm(pixels[:, 0] - pixels[:, 1], axis=1)
        pool.reject("pixels too near", (choice == 1) & (gap < self.parameters.min_pixel_gap))
        apart = difference_margin(depth[:, 0], depth[:, 1], self.parameters) > 1
        pool.reject("depths alike", (choice == 1) & ~apart)
        places = pool.draw(quota, rng, choice)
        pairs = places[choice[places] == 1]
        turned = (depth[pairs, 1] < depth[pairs, 0]) != in_equal_parts(len(pairs), 2, rng)
        pixels[pairs[turned]] = pixels[pairs[turned]][:, ::-1]  # of the drawn pairs, either pixel is nearer as often
        proposal = pool.propose(places)
        return replace(proposal, candidates=replace(proposal.candidates, pixels=pixels[places].reshape(-1, 4)))

    def solve(self, picture: Picture, candidates: WebCandidates) -> WebAnswers:
        assert candidates.pixels is not None, "questions about pixels have pixels"
        pixels = candidates.pixels.reshape(-1, 2, 2)
        compared = candidates.choice == 1
        pixels = np.where(pixels >= 0, pixels, pixels[:, :1])
        first, second = depth_at(picture, pixels).astype(np.float64).T
        points = points_at(picture, pixels[:, 0]).tolist()
        depths = np.stack([first, second], axis=1).tolist()
        return WebAnswers(
            values=[depths[n] if pair else points[n] for n, pair in enumerate(compared.tolist())],
            words={"nearer": np.where(compared, np.where(first < second, "first", "second"), "")},
            margin=np.where(compared, difference_margin(first, second, self.parameters), np.nan),
        )
