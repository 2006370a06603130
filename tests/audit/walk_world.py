"""A walk along a row of things, as a video of 32 frames, and rows that ask about it.

Frame k stands at (k / 2, 0, 1.5) and looks along +y; images are those of `small_world`. A thing is stored in a frame
only where all of it is inside. The frames are keyframes as well.
"""

import copy
import math

from tests.audit.small_world import Pose, Row, Things, World

AXES = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0))
FRAMES: dict[str, Pose] = {f"v{k:02d}": ((k / 2, 0.0, 1.5), AXES) for k in range(32)}
VIDEO = list(FRAMES)
SMALL = (0.3, 0.3, 0.3)
# Someone at the sofa who looks at the clock looks along (2, 0, 1.5), that is 2.5 m; right of that is -y. From there
# the lamp is at (-0.5, -1, 0.3): 1 to the right, 0.3 up, -0.22 along the gaze, -0.5 along its horizontal part;
# the table is at (0.5, 0.3, -0.2): 0.3 to the left, 0.2 down, 0.28 along the gaze, 0.5 along its horizontal part.
SOFA, CLOCK, LAMP, TABLE, DESK, SHELF, BED, STOOL, OTHER_STOOL = range(1, 10)
THINGS: Things = {
    SOFA: ("sofa", (-1.0, 3.0, 1.0), SMALL, False),  # in frames 0 to 3
    CLOCK: ("clock", (1.0, 3.0, 2.5), SMALL, False),  # 0 to 7
    LAMP: ("lamp", (-1.5, 2.0, 1.3), SMALL, False),  # 0
    TABLE: ("table", (-0.5, 3.3, 0.8), SMALL, False),  # 0 to 4
    DESK: ("desk", (4.0, 3.0, 1.0), SMALL, False),  # 3 to 13
    SHELF: ("shelf", (6.0, 3.0, 1.0), SMALL, False),  # 7 to 17
    BED: ("bed", (9.0, 3.0, 1.0), SMALL, False),  # 13 to 23
    STOOL: ("stool", (10.0, 3.0, 0.8), SMALL, False),  # 15 to 25
    OTHER_STOOL: ("stool", (11.0, 3.5, 0.8), SMALL, False),  # 16 to 28
}
FLOOR_AREA = 23.37
PATH = {
    "id": "7",
    "language": "en-US",
    "text": "Turn left at the sofa, walk past the desk and go right. Stop in front of the bed.",
    "frame_ids": ["v00", "v04", "v09", "v09", "v13"],
}
TASKS = {
    **{
        f"spatial_imagination_{relation}{ending}": ("high", view, relation, "m", "bbox")
        for relation in ("oc", "oo")
        for ending, view in (("", "single"), ("_mv", "multi"), ("_video", "video"), ("_video_hard", "video"))
    },
    "spatial_imagination_map_mv": ("high", "multi", "none", "m", "bbox"),
    "obj_frame_locate": ("high", "video", "none", "none", "bbox"),
    "appearance_order": ("high", "video", "none", "none", "bbox"),
    "obj_count": ("high", "video", "none", "count", "bbox"),
    "room_size": ("high", "video", "none", "m2", "bbox"),
    "nav_video": ("high", "video", "none", "none", "bbox"),
}
BEFORE_OC, AFTER_OC = [-1.5, 0.2, 2.0], [1.0, -0.3, -0.22]
BEFORE_OO = [-1.0, -0.5, math.sqrt(1.5**2 + 2.0**2 + 0.2**2) - math.sqrt(0.5**2 + 3.3**2 + 0.7**2)]
AFTER_OO = [1.3, -0.5, math.sqrt(1.34) - math.sqrt(0.38)]
FRONTS = [-0.22, 0.28]
# The component along the gaze moves with red, with the start of the gaze, and with both ends as they turn it.
ASIDE = (1.34 - 0.22**2) / 2.5**2
MARGIN_OC = (0.22 - 0.1) / (0.02 * math.sqrt(2.0 * (1.0 + ASIDE)))
COSINE = (-0.5 * 0.5 - 1.0 * 0.3 - 0.3 * 0.2) / math.sqrt(1.34 * 0.38)
MARGIN_OO = (AFTER_OO[2] - 0.1) / (0.02 * math.sqrt(2.0 + (2.0 - 2.0 * COSINE)))
TRIPLES = {
    "oc": ["left, above, behind", "right, above, behind", "right, below, behind", "right, above, front"],
    "oo": ["left, above, farther", "right, above, closer", "right, above, farther", "right, below, farther"],
}
ON_IMAGES = {
    "": {"green": 0, "blue": 0, "red": 0, "yellow": 0},
    "_mv": {"green": 1, "blue": 2, "red": 0, "yellow": 1},
    "_video": {"green": 2, "blue": 7, "red": 0, "yellow": 4},
    "_video_hard": {"green": 2, "blue": 7, "red": 0, "yellow": 4},
}
ROLES = {"green": SOFA, "blue": CLOCK, "red": LAMP, "yellow": TABLE}


def walk_frames(ending: str) -> list[str]:
    """The frames of a row whose task's name ends so."""
    return VIDEO[:1] if not ending else ["v00", "v02", "v03"] if ending == "_mv" else VIDEO


def mention(role: str, ending: str) -> str:
    """An object of the imagined moves as questions mention it."""
    label, image = THINGS[ROLES[role]][0], ON_IMAGES[ending][role]
    writings = {
        "_video": f"object{list(ROLES).index(role)}, {role} bbox in Frame-{image}",
        "_video_hard": f"in Frame-{image}",
    }
    return f"{label} ({writings.get(ending, f'{role} bbox')})"


class Walk(World):
    """The walk, open to corruption."""

    def __init__(self) -> None:
        super().__init__(THINGS, FRAMES)
        self.scene |= {"floor_area": FLOOR_AREA, "paths": [copy.deepcopy(PATH)]}
        shows: dict[int, list[str]] = {i: [] for i in THINGS}
        for k, view in enumerate(self.views):
            view["video_index"] = k
            view["objects"] = [o for o in view["objects"] if min(o["box"]) > 0 and max(o["box"]) < 1000]
            for shown in view["objects"]:
                shows[shown["object_id"]].append(view["frame_id"])
        for thing in self.objects:
            thing["frame_ids"] = shows[thing["object_id"]]

    def say(
        self,
        task: str,
        form: str,
        question: str,
        answer: str,
        values: list[float],
        *,
        frames: list[str] = VIDEO,
        marks: dict[str, tuple[int, int]] | None = None,
        objects: tuple[int, ...] = (),
        options: list[str] | None = None,
        margin: float | None = None,
    ) -> Row:
        """Adds a row; see `World.add`."""
        told = (task, *TASKS[task])
        return self.add(told, form, list(frames), marks or {}, question, answer, values, options, margin, objects)


def _imagined_rows(walk: Walk) -> None:
    for ending, images in ON_IMAGES.items():
        hard = ending == "_video_hard"
        green, blue, red, yellow = (mention(role, ending) for role in ROLES)
        move = f"The observer moves to the {green} and faces the {blue}."
        for relation, count in (("oc", 3), ("oo", 4)):
            oc = relation == "oc"
            fronts = FRONTS if hard and not oc else []
            values = BEFORE_OC + AFTER_OC if oc else BEFORE_OO + AFTER_OO + fronts
            roles = list(ROLES)[:count]
            things = {
                "frames": walk_frames(ending),
                "marks": {} if hard else {role: (ROLES[role], images[role]) for role in roles},
                "objects": tuple(ROLES[role] for role in roles) if hard else (),
                "margin": MARGIN_OC if oc or hard else MARGIN_OO,
            }
            task = f"spatial_imagination_{relation}{ending}"
            question = f"{move} Where is the {red}?" if oc else f"{move} Where is the {red} relative to the {yellow}?"
            letter = "B" if oc else "C"
            walk.say(task, "select", question, letter, values, options=list(TRIPLES[relation]), **things)
            if oc:
                answer = (
                    "Initially, the lamp is to the left of the observer, below and in front. After moving to the sofa"
                    " and facing the clock, the lamp is on the right, above and behind the observer."
                )
            else:
                answer = (
                    "Initially, the lamp is to the left of the table, above it and closer to the observer. After"
                    " moving to the sofa and facing the clock, the lamp is to the right of the table, above it and"
                    " farther from the observer."
                )
            if fronts:
                answer += " The lamp is behind the new observer. The table is in front of the new observer."
            walk.say(task, "sentence", question, answer, values, **things)


def _map_rows(walk: Walk) -> None:
    frames = ["v02", "v00", "v03"]  # the first camera stands at x = 1
    marks = {"object0": (SOFA, 1), "object1": (CLOCK, 2), "object2": (TABLE, 0)}
    question = "Where are the sofa (object0), the clock (object1) and the table (object2) on the ground?"
    answer = "Seen from above: Object0 :(-2.0,3.0). Object1 :(0.0,3.0). Object2 :(-1.5,3.3)."
    values = [-2.0, 3.0, 0.0, 3.0, -1.5, 3.3]
    walk.say("spatial_imagination_map_mv", "sentence", question, answer, values, frames=frames, marks=marks)


def _appearance_rows(walk: Walk) -> None:
    others = [3, 4, *range(6, 14)]
    walk.say(
        "obj_frame_locate",
        "sentence",
        "In which other frames can the desk (red bbox in Frame-5) be seen?",
        f"It can be seen in the frames {', '.join(map(str, others[:-1]))} and {others[-1]}.",
        [float(frame) for frame in others],
        marks={"red": (DESK, 5)},
    )
    question = "In which order do these first appear: bed, lamp, shelf, desk?"
    things, firsts = (LAMP, DESK, SHELF, BED), [0.0, 3.0, 7.0, 13.0]
    order = "lamp, desk, shelf, bed"
    walk.say("appearance_order", "fill", question, order, firsts, objects=things)
    said = "First comes the lamp (frame 0), then the desk (frame 3), the shelf (frame 7) and the bed (frame 13)."
    walk.say("appearance_order", "sentence", question, said, firsts, objects=things)
    options = ["bed, desk, shelf, lamp", "lamp, shelf, desk, bed", "desk, lamp, shelf, bed", order]
    walk.say("appearance_order", "select", question, "D", firsts, objects=things, options=options)


def _room_rows(walk: Walk) -> None:
    things = (STOOL, OTHER_STOOL)
    walk.say("obj_count", "fill", "How many stools are there?", "2", [2.0], objects=things)
    walk.say("obj_count", "sentence", "How many stools are there?", "There are 2 stools.", [2.0], objects=things)
    options = ["3", "2", "4", "5"]
    walk.say("obj_count", "select", "How many stools are there?", "B", [2.0], objects=things, options=options)
    question = "How large is the floor, in square meters?"
    walk.say("room_size", "fill", question, "23.4", [FLOOR_AREA])
    walk.say("room_size", "sentence", question, "It has 23.4 square meters.", [FLOOR_AREA])
    walk.say("room_size", "select", question, "A", [FLOOR_AREA], options=["23.4", "30.1", "17.5", "40.0"])


def _navigation_rows(walk: Walk) -> None:
    question = (
        'Complete "[__1__] at the sofa, walk [__2__] the desk and go [__3__]. Stop [__4__] the bed." with the words'
        " that are missing."
    )
    answer = "The missing words are: (1) Turn left, (2) past, (3) right, (4) in front of."
    walk.say("nav_video", "sentence", question, answer, [], frames=PATH["frame_ids"])


def _walk() -> Walk:
    walk = Walk()
    for rows in (_imagined_rows, _map_rows, _appearance_rows, _room_rows, _navigation_rows):
        rows(walk)
    walk.sort()
    return walk


_CLEAN = _walk()


def clean_walk() -> Walk:
    """A fresh copy with a row of every task and format, all of them right."""
    return copy.deepcopy(_CLEAN)
