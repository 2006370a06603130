"""Every number that the tasks choose, in one place."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameters:
    """What may be asked about, and how sure an answer must be.

    Names end in their unit: `_m` metres, `_m2` square metres, `_deg` degrees, `_px` pixels of the image file,
    `_thousandths` of an image side; shares, counts and intersections over union (`_iou`) have none. A change raises
    the versions of the tasks it touches.
    """

    # An object is asked about where enough of it shows, whole, at a sensible depth of its centre.
    min_visible_fraction: float = 0.3
    min_box_share: float = 0.002
    min_pixel_share: float = 0.001  # a thing seen edge-on, as a sliver, is hardly seen
    min_depth_m: float = 0.2
    max_depth_m: float = 8.0

    # Measurement noise, and how many of its standard deviations an answer in words keeps from flipping.
    center_sigma_m: float = 0.02
    turn_sigma_deg: float = 1.0
    required_margin: float = 2.6

    # A difference up to this is no difference: an empty slot of a relation, equal depths (SPAR, section 7.5).
    indistinct_m: float = 0.1
    min_distance_m: float = 0.2

    # Marks are told apart by the eye: drawn dots have a radius of 20 px.
    min_dot_gap_thousandths: float = 30.0
    min_dot_gap_px: float = 40.0
    max_marked_box_iou: float = 0.8

    # Two views of one question overlap, but neither repeats the other.
    duplicate_m: float = 0.2
    duplicate_deg: float = 10.0
    min_shared_objects: float = 0.25
    max_copied_box_iou: float = 0.7
    max_wrong_box_iou: float = 0.5

    # A camera's move is told without roll, so there must be little; steps are those of the answer.
    max_roll_deg: float = 15.0
    max_turn_up_deg: float = 60.0
    max_turn_aside_deg: float = 170.0  # half a turn has no side: noise would flip left and right
    step_m: float = 0.1
    step_deg: float = 5.0

    # A landmark's place (thirds of the image) and its move in the image keep this far from another word.
    min_third_gap_thousandths: float = 40.0
    still_thousandths: float = 30.0
    moved_thousandths: float = 70.0

    # An imagined observer: where it looks is clear, and nothing that it is asked about is where it stands. A direction
    # steeper than `max_tilt_deg` has no sure left and right (SPAR, section 7.5).
    min_gaze_m: float = 0.8
    max_tilt_deg: float = 60.0
    min_observer_distance_m: float = 0.3
    map_objects: tuple[int, int] = (3, 7)

    # The second camera in the first image: not so near that it is everywhere.
    min_camera_depth_m: float = 0.3

    # A size is asked about where the box stands upright and has three sides that scans resolve, most of the object
    # shows, and views from sides this far off their mean have measured its depth.
    max_box_lean_deg: float = 5.0
    min_extent_m: float = 0.03
    min_measured_fraction: float = 0.5
    min_sides_deg: float = 15.0

    # Numeric answers are spread evenly over the logarithm of these ranges, as far as a scene allows.
    depth_range_m: tuple[float, float] = (0.5, 8.0)
    distance_range_m: tuple[float, float] = (0.2, 8.0)
    way_range_m: tuple[float, float] = (0.5, 5.0)
    difference_range_m: tuple[float, float] = (0.15, 4.0)
    camera_depth_range_m: tuple[float, float] = (0.3, 5.0)
    size_range_m: tuple[float, float] = (0.05, 1.6)  # cube root of a volume

    # Smaller floors are no rooms but pieces of one; more things of a kind than this nobody counts.
    min_floor_area_m2: float = 2.0
    max_count: int = 20

    # Instructions for a walk are asked about in these languages, whatever their regions (`en`: `en-IN` and `en-US`).
    instruction_languages: tuple[str, ...] = ("en",)

    # What is to one side of another thing in space must be seen on that side too, by at least this angle.
    min_bearing_deg: float = 3.0

    # So many candidates are looked at for each question of the quota, but for a small one no fewer than enough to
    # find the rare answers.
    pool_per_question: int = 20
    min_pool: int = 1000

    def pool_size(self, quota: int) -> int:
        """At most how many candidates are looked at."""
        return max(self.min_pool, self.pool_per_question * quota)


DEFAULTS = Parameters()
