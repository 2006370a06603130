"""Every number that the web tasks choose, in one place (defaults of the reference's section f)."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class WebParameters:
    """How sure an answer must be, and how much is asked. `_m` metres, `_deg` degrees; shares have no unit.

    A change is part of the fingerprint of every `web_qa` partition.
    """

    # A direction along an axis: the gap of the centres against the larger of both.
    min_gap_m: float = 0.05
    min_gap_depth_share: float = 0.10  # along z, of the mean depth
    min_gap_extent_share: float = 0.10  # along x and y, of the larger extent

    # Two quantities compared: they differ by both.
    min_difference_m: float = 0.05
    min_difference_share: float = 0.10
    min_volume_ratio: float = 1.25

    # Distances that are asked as numbers.
    distance_range_m: tuple[float, float] = (0.05, 50.0)
    min_size_m: float = 0.05
    max_closest_ratio: float = 1.5  # of the distance of nearest points to that of the boxes around them
    max_width_ratio: float = 1.2  # of the level box's width to that of what the picture shows

    # A yaw is told only this near to the middle of its bin; two are alike or not.
    yaw_tolerance_deg: float = 30.0
    min_breadth_ratio: float = 1.5  # between the side that is told and the one next to it, as broad as they look
    sector_tolerance_deg: float = 15.0
    min_sector_m: float = 0.1  # level, between two things of which one is in a direction from the other
    similar_deg: float = 30.0
    different_deg: float = 60.0
    max_rotation_deg: float = 15.0
    max_elevation_deg: float = 60.0
    min_lateral_share: float = 0.3
    min_observer_distance_m: float = 0.3  # level, to what an observer looks for
    min_facing_distance_m: float = 0.5  # level, to what an observer faces

    counts: tuple[int, int] = (1, 10)
    ranked: tuple[int, int] = (3, 6)
    instances: tuple[int, int] = (2, 5)

    # Two boxes in the picture that overlap more (intersection over union) may be of one thing.
    max_box_iou: float = 0.8

    # Pixels that are asked about (on the 448 lattice): the depth hardly changes this far around, and two are this far
    # apart; so many are looked at for each question.
    pixel_surround: int = 3
    min_pixel_gap: float = 20.0
    pixels_per_question: int = 8

    # Items per task and picture: the loader draws evenly within a type; of so many sets of objects.
    items: int = 8
    max_pool: int = 1000

    def versions(self) -> dict[str, str]:
        """The numbers by name, for fingerprints."""
        return {name: repr(value) for name, value in asdict(self).items()}


DEFAULTS = WebParameters()
