"""Every number that lifting chooses, in one place (defaults of the reference's section f)."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class LiftParameters:
    """Which detections become objects, and how their points are cleaned. `_m` metres, `_px` pixels of the map (of the
    stored picture for `min_area_px`), `_deg` degrees; shares have no unit.

    A change is part of the fingerprint of every `web_objects` partition.
    """

    # What is worth lifting.
    min_score: float = 0.3
    min_area_px: float = 400.0
    min_area_share: float = 0.001
    max_box_share: float = 0.75
    max_borders: int = 2  # what reaches three borders of the picture is what the picture is of
    min_depth_share: float = 0.8
    max_depth_m: float = 50.0
    min_visible_fraction: float = 0.3  # where a labelled source knows it

    # The same thing twice, and things that lie on others.
    same_iou: float = 0.8
    contained_share: float = 0.8

    # Pixels that are surely the object's.
    border_px: float = 1.5
    erosion_share: float = 2.0 / 640.0  # of the map's longer side: two pixels of the largest maps
    min_eroded_share: float = 0.3
    edge_jump: float = 0.05

    # Points: sampled, cleaned, stored.
    sampled_points: int = 720
    stored_points: int = 640
    min_points_before: int = 16
    min_points_after: int = 10
    neighbours: int = 6
    outlier_sigma: float = 2.0
    outlier_ratio: float = 2.0
    cluster_gap_m: float = 0.03
    cluster_gap_ratio: float = 2.0
    piece_share: float = 0.05
    piece_reach: float = 0.5  # of the largest side of the main piece
    percentiles: tuple[float, float] = (2.0, 98.0)

    # The upright box, and the side of it that does not show.
    rectangle_points: int = 200
    depth_share: float = 0.7  # of the side that does
    outline_px: tuple[int, int] = (2, 5)  # what is around a thing is looked for this far off its mask
    outline_points: int = 300
    min_beside: int = 10
    base_share: float = 0.25
    contact_m: float = 0.02
    room_percentile: float = 25.0

    # One thing hides a part of another.
    contact_px: int = 4
    min_contact_px: int = 12
    nearer_share: float = 0.05
    occluding_share: float = 0.5

    # A front that can be trusted.
    max_rotation_deg: float = 15.0

    def versions(self) -> dict[str, str]:
        """The numbers by name, for fingerprints."""
        return {name: repr(value) for name, value in asdict(self).items()}


DEFAULTS = LiftParameters()
