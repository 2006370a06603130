"""Sides: which one of an object faces the camera, and on which side of an imagined observer an object is."""

from collections.abc import Iterable, Mapping

from factory.wording.web.lines import OBJECT_SLOTS, Line, Said, Voice, sentence
from factory.wording.web.speakers.speaker import Speaker, slots

_FACES: Mapping[str, str] = {
    "front": "the front",
    "left": "the left side",
    "back": "the back",
    "right": "the right side",
}
_OPPOSITE: Mapping[str, str] = {"left": "right", "right": "left", "front": "behind", "behind": "front"}
_SHORT_SHARE = 0.5


class FacingSideSpeaker(Speaker):
    """One of four sides of an object."""

    pools: Mapping[str, frozenset[str]] = {
        "question": slots("a"),
        "answer": slots("a", "side"),
        "question_tf": slots("a", "side"),
    }

    def text(self, said: Said) -> Iterable[Line]:
        voice = said.voice("text", "facing_text")
        question = voice.say("question")
        side = _FACES[said.fact.words["side"]]
        if voice.draws.uniform() < _SHORT_SHARE:
            return (voice.text(question, sentence(side)),)
        return (voice.text(question, voice.say("answer", side=side)),)

    def mcq(self, said: Said) -> Iterable[Line]:
        voice = said.voice("mcq", "facing_mcq")
        truth = said.fact.words["side"]
        wrong = [text for side, text in _FACES.items() if side != truth]
        return (voice.choice(voice.say("question"), _FACES[truth], wrong),)

    def true_false(self, said: Said) -> Iterable[Line]:
        voice = said.voice("true_false", "facing_tf")
        claimed = truth = said.fact.words["side"]
        if not voice.draws.coin():
            claimed = voice.draws.pick([side for side in _FACES if side != truth])
        return (voice.claim(voice.say("question_tf", side=_FACES[claimed]), claimed == truth),)


class ImaginedSideSpeaker(Speaker):
    """The last object is on one of two sides of somebody who stands at the first one.

    objects : 2 where the observer faces as the first object does, 3 where the second one is what is faced.
    """

    groups = ("side",)

    def __init__(self, objects: int) -> None:
        named = frozenset(OBJECT_SLOTS[:objects])
        self.pools = {
            "question": named | {"one", "other"},
            "answer": named | {"side"},
            "question_tf": named | {"side"},
        }

    def text(self, said: Said) -> Iterable[Line]:
        voice = said.voice("text", f"{said.fact.asked}_text")
        words = voice.phrases("side")
        question, truth, _ = self._asked(said, voice, words)
        if voice.draws.uniform() < _SHORT_SHARE:
            return (voice.text(question, sentence(words[truth])),)
        return (voice.text(question, voice.say("answer", side=words[truth])),)

    def mcq(self, said: Said) -> Iterable[Line]:
        voice = said.voice("mcq", f"{said.fact.asked}_mcq")
        words = voice.phrases("side")
        question, truth, opposite = self._asked(said, voice, words)
        return (voice.choice(question, words[truth], [words[opposite]]),)

    def true_false(self, said: Said) -> Iterable[Line]:
        voice = said.voice("true_false", f"{said.fact.asked}_tf")
        truth = said.fact.words["side"]
        claimed = truth if voice.draws.coin() else _OPPOSITE[truth]
        question = voice.say("question_tf", side=voice.phrases("side")[claimed])
        return (voice.claim(question, claimed == truth),)

    def _asked(self, said: Said, voice: Voice, words: Mapping[str, str]) -> tuple[str, str, str]:
        """Question, the right side and the other one."""
        truth = said.fact.words["side"]
        one, other = voice.draws.sample((truth, _OPPOSITE[truth]), 2)
        return voice.say("question", one=words[one], other=words[other]), truth, _OPPOSITE[truth]
