"""In which of eight directions of the level plane one object lies from another."""

from collections.abc import Iterable, Mapping

from factory.wording.web.lines import Line, Said
from factory.wording.web.speakers.speaker import Speaker, slots

SECTORS = ("behind", "right-behind", "right", "right-front", "front", "left-front", "left", "left-behind")
"""Around the clock as seen from above, the camera at the bottom: neighbours are 45 degrees apart."""

_WRONG_OPTIONS = 3


class SectorSpeaker(Speaker):
    """Four of the eight directions to choose from, or a claim; a false one is 90 degrees off or more."""

    pools: Mapping[str, frozenset[str]] = {
        "question": slots("a", "b", "frame"),
        "question_tf": slots("a", "b", "frame", "place"),
    }
    groups = ("frame", "sector", "place")

    def mcq(self, said: Said) -> Iterable[Line]:
        voice = said.voice("mcq", "sector_mcq")
        words = voice.phrases("sector")
        truth = said.fact.words["sector"]
        question = voice.say("question", frame=voice.phrases("frame")["frame"])
        wrong = voice.draws.sample([sector for sector in SECTORS if sector != truth], _WRONG_OPTIONS)
        return (voice.choice(question, words[truth], [words[sector] for sector in wrong]),)

    def true_false(self, said: Said) -> Iterable[Line]:
        voice = said.voice("true_false", "sector_tf")
        words = voice.phrases("place")
        claimed = truth = said.fact.words["sector"]
        if not voice.draws.coin():
            turn = 2 + voice.draws.index(len(SECTORS) - 3)
            claimed = SECTORS[(SECTORS.index(truth) + turn) % len(SECTORS)]
        question = voice.say("question_tf", frame=voice.phrases("frame")["frame"], place=words[claimed])
        return (voice.claim(question, claimed == truth),)
