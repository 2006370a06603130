"""Reads rows of web tasks back: what a question claims or an answer says, by plain words, without the templates."""

import re
from collections.abc import Sequence

# The first that is found counts, so that what is `closer to the ground` is below.
AXIS_WORDS = {
    "x": (("left", r"\bleft\b"), ("right", r"\bright\b")),
    "y": (
        ("below", r"\bbelow\b|\blower\b|closer to the ground|smaller physical height"),
        ("above", r"\babove\b|\bhigher\b|greater physical height"),
    ),
    "z": (
        ("front", r"in front|smaller (?:horizontal )?depth|\bnearer\b|to the front"),
        ("behind", r"\bbehind\b|greater (?:horizontal )?depth|farther away|to the back"),
    ),
}
_AMOUNT = re.compile(
    r"(more than|over|no less than|at least|less than|under|no more than|at most|about|roughly|approximately|around)"
    r" (\d+\.\d\d) meters"
)
_KINDS = {
    "more": {"more than", "over", "no less than", "at least"},
    "less": {"less than", "under", "no more than", "at most"},
    "about": {"about", "roughly", "approximately", "around"},
}
_FRAME = re.compile(
    r"for an upright observer at the camera who looks straight ahead|in a level frame that follows gravity and the "
    r"camera's heading|left or right, above or below, front or behind",
    re.IGNORECASE,
)


def without_names(text: str, names: Sequence[str]) -> str:
    """The text with the names in it replaced by `<0>`, `<1>`, ..."""
    lowered = text
    for place in sorted(range(len(names)), key=lambda place: -len(names[place])):
        name = names[place]
        lowered = re.sub(re.escape(name), f"<{place}>", lowered, flags=re.IGNORECASE)
    return _FRAME.sub("", lowered)


def numbers(text: str) -> list[str]:
    return re.findall(r"-?\d+\.\d\d", text)


def amount(text: str) -> tuple[str, float]:
    """What is claimed of a length: more, less or about so many metres."""
    found = _AMOUNT.findall(text)
    assert len(found) == 1, text
    words, length = found[0]
    (kind,) = [kind for kind, phrases in _KINDS.items() if words in phrases]
    return kind, float(length)


def axis_word(text: str, axis: str) -> str:
    """The side that a text names along an axis; it names one."""
    for word, pattern in AXIS_WORDS[axis]:
        if re.search(pattern, text, re.IGNORECASE):
            return word
    raise AssertionError(f"{axis}: {text}")


def sector(text: str) -> str:
    """One of eight sectors; codes like `right-front` and phrases alike."""
    text = re.sub(
        r"neither left nor right|neither nearer nor farther|(?:in|with) front (?:means|meaning|is) [^.,?]*"
        r"|straight ahead|is that right|if the side toward the camera is the front|front being [^?,]*",
        "",
        text,
        flags=re.IGNORECASE,
    )
    sides = [side for side in ("left", "right") if re.search(rf"\b{side}\b", text)]
    depths = [
        name
        for name, pattern in (
            ("front", r"\bfront\b|closer to the camera|toward the camera|\bnear\b"),
            ("behind", r"\bbehind\b|farther from the camera|away from the camera|\bfar\b"),
        )
        if re.search(pattern, text)
    ]
    return "-".join(sides + depths)
