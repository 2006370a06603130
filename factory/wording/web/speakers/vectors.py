"""Answers of several numbers: a box, a direction."""

from collections.abc import Iterable, Mapping

from factory.wording.web.lines import Line, Said
from factory.wording.web.numerals import two_decimals
from factory.wording.web.speakers.speaker import Speaker, slots


class BoxSpeaker(Speaker):
    """Least and greatest camera coordinates of an object: `-2.57m -1.12m 13.22m -2.06m 0.22m 13.55m`."""

    pools: Mapping[str, frozenset[str]] = {"question": slots("a")}

    def text(self, said: Said) -> Iterable[Line]:
        voice = said.voice("text", "aabb_text")
        answer = " ".join(f"{two_decimals(value)}m" for value in said.fact.values)
        return (voice.text(voice.say("question"), answer),)


class DirectionSpeaker(Speaker):
    """The unit vector from one object to another: `-0.46 0.18 -0.87`."""

    pools: Mapping[str, frozenset[str]] = {"question": slots("a", "b")}

    def text(self, said: Said) -> Iterable[Line]:
        voice = said.voice("text", "direction_vector_text")
        answer = " ".join(two_decimals(value) for value in said.fact.values)
        return (voice.text(voice.say("question"), answer),)
