"""The numbers that answers must keep to, restated from the reference (sections c.7 and f) and the design.

They stand here a second time on purpose: an audit that read them from the tasks would follow their mistakes.
"""

# Directions between two objects, along an axis (f.3): of the centres, against the larger of both.
GAP_M = 0.05
GAP_DEPTH_SHARE = 0.10
GAP_EXTENT_SHARE = 0.10
OVERLAP_MARGIN = 0.5  # centres that are nearer than half of what a direction takes

# Two quantities compared (f.4).
DIFFERENCE_M = 0.05
DIFFERENCE_SHARE = 0.10
VOLUME_RATIO = 1.25

# Lengths that are told as numbers (f.6), and sizes (f.1).
DISTANCE_M = (0.05, 50.0)
SIZE_M = 0.05
WIDTH_RATIO = 1.2  # of the width of a level box to how wide the thing looks at its distance
CLOSEST_RATIO = 1.5  # of the distance of nearest points to that of the boxes around them

# Yaw (f.5): off the middle of a quarter, of an eighth; alike, different.
YAW_DEG = 30.0
SECTOR_DEG = 15.0
BREADTH_RATIO = 1.5  # of the side that is told to the one next to it, as broad as they look
SIMILAR_DEG, DIFFERENT_DEG = 30.0, 60.0
LATERAL_SHARE = 0.3
ROTATION_DEG = 15.0

# Where an observer may stand, and what a direction on the plan takes.
OBSERVER_M = 0.3
FACING_M = 0.5
SECTOR_M = 0.1
STEEP_DEG = 60.0

# Counting and ranking (f.4), and what the loader draws.
COUNTS = (1, 10)
RANKED = (3, 6)
INSTANCES = (2, 5)
COLORS = ("red", "green", "blue", "yellow", "purple")

# Two detections of one thing.
SAME_IOU = 0.8

# Wrong numbers: options and bounds are off by a quarter, what is not even about right by a half.
OPTION_RATIO = 1.25
BOUND_RATIO = 1.25
ABOUT_RATIO = 1.5

# Pixels, on the lattice of the loader.
LATTICE = 448
PIXEL_GAP = 20.0
PIXEL_SURROUND = 3

# Problems of several steps.
PROBLEM_ANSWER_M = 0.10
FIT_CLEARANCE = 0.2
ROUNDING_M = 0.01

# Records (a.4, f.1, f.2).
DESCRIPTION_IOU = 0.7
PERCENTILES = (2.0, 98.0)
POINTS_IN_MASK = 0.99
DEPTH_SHARE, DEPTH_M = 0.01, 0.01
SURFACE_SLACK_M = 0.01  # by which a surface may reach out of its box: strays are told from it within a tolerance
BORDER_PX = 1.5

# Two-way answers (f.7), of tasks with enough rows to tell.
BALANCE_ROWS = 200
BALANCE_SHARE = (0.40, 0.60)

TOLERANCE = 1e-6
DEPTH_TOLERANCE = 1e-5  # of decoded depth, by what arithmetic in single precision adds
