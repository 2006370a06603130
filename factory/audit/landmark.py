"""Where a landmark is said to be in two images, and where it is said to go."""

import re

_REGION = re.compile(
    r"\b(?:in the|at the|on the) (?:(top|upper|bottom|lower)[- ])?(top|upper|bottom|lower|left|right|center|middle)\b"
)
_SHIFT = re.compile(r"\bto the (left|right)\b|\b(left|right)wards?\b|(?<!\bends )\b(up|down)(?:wards?)?\b")
_STILL = re.compile(r"\b(?:hardly|barely|nearly|almost|practically|without much|close to the place)\b")
# Whether a picture is divided into halves or thirds is a matter of wording: only what no reading allows is wrong.
MIDDLE, CENTRAL, STILL = 500.0, 250.0, 150.0
Box = list[int]


def false_landmark_claims(told: list[str], first: Box, second: Box) -> list[str]:
    """The claims of a text about a landmark that its boxes in the two images (0-1000) contradict.

    The first place named is the one in the first image, the last one that in the second.
    """
    wrong = []
    x1, y1 = (first[0] + first[2]) / 2, (first[1] + first[3]) / 2
    x2, y2 = (second[0] + second[2]) / 2, (second[1] + second[3]) / 2
    regions = [match for clause in told for match in _REGION.finditer(clause)]
    if len(regions) > 1 and not _is_there(regions[0], x1, y1):
        wrong.append(regions[0].group())
    if regions and not _is_there(regions[-1], x2, y2):
        wrong.append(regions[-1].group())
    gone = {"left": x1 - x2, "right": x2 - x1, "up": y1 - y2, "down": y2 - y1}
    for clause in told:
        for match in _SHIFT.finditer(clause):
            word = next(group for group in match.groups() if group)
            if gone[word] <= 0:
                wrong.append(match.group())
        if _STILL.search(clause) and max(gone.values()) > STILL:
            wrong.append(clause)
    return wrong


def _is_there(region: re.Match[str], x: float, y: float) -> bool:
    words = {word for word in region.groups() if word}
    if words & {"center", "middle"}:
        return abs(x - MIDDLE) < CENTRAL and abs(y - MIDDLE) < CENTRAL
    holds = True
    if "left" in words:
        holds = holds and x < MIDDLE
    if "right" in words:
        holds = holds and x > MIDDLE
    if words & {"top", "upper"}:
        holds = holds and y < MIDDLE
    if words & {"bottom", "lower"}:
        holds = holds and y > MIDDLE
    return holds
