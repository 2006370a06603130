"""Whether two objects face the same way."""

from collections.abc import Iterable, Mapping

from factory.wording.web.lines import Line, Said, Voice
from factory.wording.web.speakers.speaker import Speaker, slots

_SHORT_SHARE = 0.5


class AlikeSpeaker(Speaker):
    """Asks for the same or for different directions, so that yes is as likely as no."""

    pools: Mapping[str, frozenset[str]] = {"question": slots("a", "b", "way"), "answer": slots("a", "b", "way")}
    groups = ("way",)

    def text(self, said: Said) -> Iterable[Line]:
        voice = said.voice("text", "similar_text")
        question, truth = self._claimed(said, voice)
        answer = "Yes" if truth else "No"
        if voice.draws.uniform() < _SHORT_SHARE:
            return (voice.text(question, f"{answer}."),)
        fact = voice.say("answer", way=voice.phrases("way")[_truth(said)])
        return (voice.text(question, f"{answer}. {fact}"),)

    def mcq(self, said: Said) -> Iterable[Line]:
        voice = said.voice("mcq", "similar_mcq")
        question, truth = self._claimed(said, voice)
        right, wrong = ("Yes", "No") if truth else ("No", "Yes")
        return (voice.choice(question, right, [wrong]),)

    def true_false(self, said: Said) -> Iterable[Line]:
        voice = said.voice("true_false", "similar_tf")
        return (voice.claim(*self._claimed(said, voice)),)

    def _claimed(self, said: Said, voice: Voice) -> tuple[str, bool]:
        truth = voice.draws.coin()
        claimed = _truth(said) if truth else _other(_truth(said))
        return voice.say("question", way=voice.phrases("way")[claimed]), truth


def _truth(said: Said) -> str:
    return "same" if said.fact.words["similar"] == "yes" else "different"


def _other(way: str) -> str:
    return "different" if way == "same" else "same"
