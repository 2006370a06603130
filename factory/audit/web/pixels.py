"""Pixels of the depth map: where a point is, and which of two is nearer."""

import re

import numpy as np

from factory.audit.findings import Kind
from factory.audit.web import limits
from factory.audit.web.case import WebCase
from factory.audit.web.evidence import Scenery
from factory.audit.web.geometry import difference
from factory.audit.web.reading import first_slot, matching, tokens, words
from factory.audit.web.vectors import check_vector, names_other_axes

Array = np.ndarray

_LOC = re.compile(r"((?:<loc\d{4}>)+)")
_NAMED = re.compile(r"(?:the pixel in )?((?:<loc\d{4}>)+)", re.IGNORECASE)
_ASKED = words(
    nearer=r"\b(?:closer|nearer|less distant|smaller|lower)\b",
    farther=r"\b(?:farther|more distant|larger|greater|higher)\b",
)
_SECOND = [re.compile(r"(?:take|relative to) @(\d)")]
_LOSER = [re.compile(r"(?:compared with|than at|than) @(\d)")]


def location(x: int, y: int) -> str:
    """Location tokens of a lattice pixel: y x y x in 1024ths of the side (reference, b.4)."""
    return "".join(f"<loc{round(side * 1024 / limits.LATTICE):04d}>" for side in (y, x, y, x))


def check_pixels(case: WebCase) -> None:
    """Three coordinates of one pixel, or the nearer one of two."""
    flat = case.row["pixels"] or []
    inside = all(0 <= side < limits.LATTICE for side in flat)
    if not case.expect(len(flat) in (2, 4) and inside, Kind.MARK, f"pixels {flat}", "x y of one or two pixels"):
        return None
    pixels = list(zip(flat[::2], flat[1::2], strict=True))
    locations = [location(*pixel) for pixel in pixels]
    in_question = set(_LOC.findall(case.row["question"]))
    if not case.expect(in_question == set(locations), Kind.MARK, case.row["question"], f"the pixels {locations}"):
        return None
    for pixel in pixels:
        _check_surface(case, pixel)
    if len(pixels) == 1:
        case.check_margin(None)
        if names_other_axes(case.question):
            return case.unreadable("coordinates to the right, down and forward")
        check_vector(case, point_at(case.scenery, pixels[0]).tolist(), "m")
        case.expect(case.format == "text", Kind.METADATA, f"format {case.format}", "text")
        return None
    return _check_pair(case, pixels, locations)


def map_pixel(scenery: Scenery, pixel: tuple[int, int]) -> tuple[int, int]:
    """Column and row of the map below the top-left corner of a lattice pixel, as the loader resizes."""
    height, width = scenery.depth_m.shape
    return pixel[0] * width // limits.LATTICE, pixel[1] * height // limits.LATTICE


def point_at(scenery: Scenery, pixel: tuple[int, int]) -> Array:
    """(3,) [m, camera] behind a lattice pixel, in single precision."""
    column, row = map_pixel(scenery, pixel)
    height, width = scenery.depth_m.shape
    image, k = scenery.image, scenery.intrinsics
    u = (column + 0.5) * image["width"] / width - 0.5
    v = (row + 0.5) * image["height"] / height - 0.5
    z = float(scenery.depth_m[row, column])
    return np.array([(u - k[0, 2]) / k[0, 0] * z, (v - k[1, 2]) / k[1, 1] * z, z])


def _check_surface(case: WebCase, pixel: tuple[int, int]) -> None:
    """The depth is known, told as a number, and hardly changes around."""
    reach = range(-limits.PIXEL_SURROUND, limits.PIXEL_SURROUND + 1)
    last = limits.LATTICE - 1
    around = {
        map_pixel(case.scenery, (min(max(pixel[0] + dx, 0), last), min(max(pixel[1] + dy, 0), last)))
        for dx in reach
        for dy in reach
    }
    columns, rows = zip(*around, strict=True)
    depths = case.scenery.depth_m[list(rows), list(columns)]
    known = bool(np.isfinite(depths).all())
    even = known and difference(float(depths.max()), float(depths.min())) < 1.0 + limits.TOLERANCE
    case.expect(even, Kind.RULE, f"depths around {pixel}", "known, and no edge")
    column, row = map_pixel(case.scenery, pixel)
    depth = float(case.scenery.depth_m[row, column])
    low, high = limits.DISTANCE_M
    case.expect(low <= depth <= high, Kind.RULE, f"depth {depth:.3f} m", f"{low} to {high} m")


def _check_pair(case: WebCase, pixels: list[tuple[int, int]], locations: list[str]) -> None:
    depths = [float(point_at(case.scenery, pixel)[2]) for pixel in pixels]
    case.check_values(depths)
    case.check_margin(abs(difference(*depths)))
    gap = float(np.hypot(pixels[0][0] - pixels[1][0], pixels[0][1] - pixels[1][1]))
    case.expect(gap >= limits.PIXEL_GAP, Kind.RULE, f"pixels {gap:.1f} apart", f"at least {limits.PIXEL_GAP}")
    nearest = int(depths[1] < depths[0])

    def read(text: str) -> str:
        return _NAMED.sub(
            lambda m: f"@{locations.index(m.group(1))}" if m.group(1) in locations else "@9", text
        ).lower()

    question = read(case.row["question"])
    asked = matching(_ASKED, question)
    if len(asked) != 1 or set(tokens(question)) != {0, 1}:
        return case.unreadable("nearer or farther of two pixels")
    winner = nearest if asked == ["nearer"] else 1 - nearest
    if case.format == "true_false":
        reference = first_slot(_SECOND, question)
        claimed = tokens(question)[0] if reference is None else 1 - reference
        return case.check_yes_no(claimed == winner)
    if case.format == "mcq":
        said = [read(text) for text in case.options]
        case.expect(sorted(said) == ["@0", "@1"], Kind.OPTIONS, case.options, "the two pixels")
        return case.check_choice([text == f"@{winner}" for text in said])
    answer = read(case.answer)
    loser = first_slot(_LOSER, answer)
    named = [slot for slot in tokens(answer) if slot != loser]
    case.expect(named == [winner] and loser in (None, 1 - winner), Kind.ANSWER, case.answer, locations[winner])
    repeats = answer == f"@{winner}." or matching(_ASKED, answer) == asked
    case.expect(repeats, Kind.ANSWER, case.answer, asked[0])
    case.answers.append(("first", "second")[winner])
    return None
