"""The one object of its class that has the most of something."""

from collections.abc import Iterable, Mapping

from factory.wording.plurals import plural
from factory.wording.web.lines import Line, Said, Voice, listed, sentence
from factory.wording.web.speakers.speaker import Speaker, slots

_SHORT_SHARE = 0.5


class WinnerSpeaker(Speaker):
    """Asked of the class by its name, or of its instances by theirs; those in boxes are always named."""

    pools: Mapping[str, frozenset[str]] = {
        "question_class": slots("label", "most"),
        "question_listed": slots("listed", "most"),
        "answer": slots("winner", "most"),
    }
    groups = ("most",)

    def text(self, said: Said) -> Iterable[Line]:
        voice = said.voice("text", f"{said.fact.asked}_text")
        winner = int(said.fact.words["winner"])
        question, most = self._asked(said, voice)
        name = said.mentions[winner].text
        if voice.draws.uniform() < _SHORT_SHARE:
            return (voice.text(question, sentence(name)),)
        several = ["winner"] if said.mentions[winner].several else []
        return (voice.text(question, voice.say("answer", several, winner=name, most=most)),)

    def mcq(self, said: Said) -> Iterable[Line]:
        voice = said.voice("mcq", f"{said.fact.asked}_mcq")
        winner = int(said.fact.words["winner"])
        question, _ = self._asked(said, voice)
        names = [mention.text for mention in said.mentions]
        return (voice.choice(question, names.pop(winner), names),)

    def _asked(self, said: Said, voice: Voice) -> tuple[str, str]:
        most = voice.phrases("most")[said.fact.asked]
        label = said.fact.words["label"]
        if any(mention.color for mention in said.mentions) or plural(label) is None or voice.draws.coin():
            names = listed([mention.text for mention in said.mentions])
            return voice.say("question_listed", listed=names, most=most), most
        return voice.say("question_class", label=label, most=most), most
