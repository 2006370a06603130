"""Instructions for walks through a procedural home, true of the walk, in the languages of RxR."""

from typing import NamedTuple

LANGUAGES = ("en-IN", "en-US", "hi-IN", "te-IN")

_STRAIGHT_DEG, _SLIGHT_DEG, _AROUND_DEG = 20.0, 60.0, 150.0


class Hop(NamedTuple):
    """The way to the next viewpoint: by how much one turns before it [deg, clockwise], and the rooms at its ends."""

    turn_deg: float
    room: str
    next_room: str


def instruction(language: str, hops: list[Hop]) -> str:
    """What a guide says, from where the walk begins."""
    begin, end = _ENDS[language[:2]]
    return " ".join([begin.format(room=hops[0].room), *(_hop(language, hop) for hop in hops), end])


def _hop(language: str, hop: Hop) -> str:
    side = "right" if hop.turn_deg > 0 else "left"
    size = abs(hop.turn_deg)
    if size < _STRAIGHT_DEG:
        way = "straight"
    elif size > _AROUND_DEG:
        way = "around"
    else:
        way = f"slight {side}" if size < _SLIGHT_DEG else side
    ways, same, other = _WAYS[language[:2]]
    target = same if hop.room == hop.next_room else other
    return target.format(way=ways[way], room=hop.next_room)


_ENDS = {
    "en": ("You are standing in the {room}.", "That is where you stop."),
    "hi": ("आप एक घर के अंदर खड़े हैं।", "अब आप वहीं रुक जाएं।"),
    "te": ("మీరు ఒక ఇంటి లోపల నిలబడి ఉన్నారు.", "మీరు అక్కడే ఆగండి."),
}
# How one turns; the rest of the sentence, in the same room and into another one.
_WAYS = {
    "en": (
        {
            "straight": "Go straight",
            "around": "Turn around and walk",
            "left": "Turn left and walk",
            "right": "Turn right and walk",
            "slight left": "Turn slightly to your left and walk",
            "slight right": "Turn slightly to your right and walk",
        },
        "{way} for a few steps in the {room}.",
        "{way} until you are in the {room}.",
    ),
    "hi": (
        {
            "straight": "सीधे",
            "around": "पीछे मुड़ें और",
            "left": "बाईं ओर मुड़ें और",
            "right": "दाईं ओर मुड़ें और",
            "slight left": "थोड़ा बाएं मुड़ें और",
            "slight right": "थोड़ा दाएं मुड़ें और",
        },
        "{way} इसी कमरे में कुछ कदम चलें।",
        "{way} दूसरे कमरे तक चलते रहें।",
    ),
    "te": (
        {
            "straight": "నేరుగా",
            "around": "వెనక్కి తిరిగి",
            "left": "ఎడమ వైపుకు తిరిగి",
            "right": "కుడి వైపుకు తిరిగి",
            "slight left": "కొంచెం ఎడమవైపుకు తిరిగి",
            "slight right": "కొంచెం కుడివైపుకు తిరిగి",
        },
        "{way} ఇదే గదిలో కొన్ని అడుగులు నడవండి.",
        "{way} ఇంకో గదిలోకి వెళ్ళే వరకు నడవండి.",
    ),
}
