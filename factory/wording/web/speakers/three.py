"""Three objects: which of two is closer to the first."""

from collections.abc import Iterable, Mapping

from factory.wording.web.lines import Line, Said, Voice, sentence
from factory.wording.web.speakers.speaker import Speaker, slots

_SHORT_SHARE = 0.5
_OPPOSITE = {"closer": "farther", "farther": "closer"}


class CloserSpeaker(Speaker):
    """B or C, whichever is closer to A, or farther from it."""

    pools: Mapping[str, frozenset[str]] = {
        "question": slots("a", "one", "other", "asked", "asked_to"),
        "answer": slots("a", "winner", "loser", "asked_to"),
    }
    groups = ("asked",)

    def text(self, said: Said) -> Iterable[Line]:
        voice = said.voice("text", "closer_text")
        winner, loser = _ranked(said)
        question, asked_to = self._asked(said, voice)
        if voice.draws.uniform() < _SHORT_SHARE:
            return (voice.text(question, sentence(said.names[winner])),)
        names = {"winner": said.names[winner], "loser": said.names[loser]}
        several = [slot for slot, place in (("winner", winner), ("loser", loser)) if place in said.several]
        return (voice.text(question, voice.say("answer", several, asked_to=asked_to, **names)),)

    def mcq(self, said: Said) -> Iterable[Line]:
        voice = said.voice("mcq", "closer_mcq")
        winner, loser = _ranked(said)
        question, _ = self._asked(said, voice)
        return (voice.choice(question, said.names[winner], [said.names[loser]]),)

    def _asked(self, said: Said, voice: Voice) -> tuple[str, str]:
        words, asked = voice.phrases("asked"), said.fact.asked
        one, other = voice.draws.sample("bc", 2)
        names = {"one": said.names[one], "other": said.names[other]}
        several = ["one"] if one in said.several else []
        asked_to = words[f"{asked}_to"]
        return voice.say("question", several, asked=words[asked], asked_to=asked_to, **names), asked_to


class CloserClaimSpeaker(Speaker):
    """Whether A is closer to B than to C; each row asks for closer or farther so that yes is as likely as no."""

    pools: Mapping[str, frozenset[str]] = {"question": slots("a", "b", "c", "asked_to", "than_to")}
    groups = ("asked",)

    def mcq(self, said: Said) -> Iterable[Line]:
        voice = said.voice("mcq", "comparison_mcq")
        question, truth = self._claimed(said, voice)
        right, wrong = ("Yes", "No") if truth else ("No", "Yes")
        return (voice.choice(question, right, [wrong]),)

    def true_false(self, said: Said) -> Iterable[Line]:
        voice = said.voice("true_false", "comparison_tf")
        return (voice.claim(*self._claimed(said, voice)),)

    def _claimed(self, said: Said, voice: Voice) -> tuple[str, bool]:
        asked, truth = said.fact.asked, voice.draws.coin()
        if truth != (said.fact.words["truth"] == "yes"):
            asked = _OPPOSITE[asked]
        words = voice.phrases("asked")
        return voice.say("question", asked_to=words[f"{asked}_to"], than_to=words[f"{asked}_than"]), truth


def _ranked(said: Said) -> tuple[str, str]:
    """Slots of the object that the question asks for, and of the other."""
    return ("b", "c") if said.fact.words["winner"] == "second" else ("c", "b")
