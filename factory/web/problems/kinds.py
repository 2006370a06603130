"""The kinds of problems that are composed of facts; each takes two operations or more."""

from factory.web.problems.gaps import fits_in_gap, free_gap, how_many_fit
from factory.web.problems.routes import detour, nearer_to_midpoint, round_trip, shorter_route, travel_time
from factory.web.problems.sizes import larger_front, scaled_width, stack_short, stack_taller
from factory.web.problems.solution import Kind

KINDS = (
    Kind("free_gap", 2, "m", free_gap, sized=True),
    Kind("fits_in_gap", 3, "m", fits_in_gap, sized=True, outcomes=("yes", "no")),
    Kind("how_many_fit", 3, "count", how_many_fit, sized=True),
    Kind("stack_taller", 3, "m", stack_taller, sized=True),
    Kind("stack_short", 3, "m", stack_short, sized=True),
    Kind("detour", 2, "m", detour),
    Kind("round_trip", 3, "m", round_trip),
    Kind("travel_time", 2, "none", travel_time),
    Kind("shorter_route", 4, "m", shorter_route, outcomes=("first", "second")),
    Kind("nearer_to_midpoint", 4, "m", nearer_to_midpoint, outcomes=("first", "second")),
    Kind("larger_front", 2, "none", larger_front, sized=True, outcomes=("first", "second")),
    Kind("scaled_width", 2, "m", scaled_width, sized=True),
)
"""All kinds, in a fixed order."""
