"""How many things of a class there are, in all or on one side of an object."""

from collections.abc import Iterable, Mapping

from factory.web.tasks.spec import WebFact
from factory.wording.plurals import plural
from factory.wording.web.lines import Line, Said, Voice
from factory.wording.web.speakers.speaker import Speaker, slots

_SHORT_SHARE = 0.5
_OPTIONS = 4


class CountSpeaker(Speaker):
    """Counts from one; `things` are the class in the plural, `counted` the number with them (`1 chair`)."""

    pools: Mapping[str, frozenset[str]] = {
        "question_all": slots("things"),
        "answer_all": slots("counted"),
        "question_of": slots("things", "a", "where"),
        "answer_of": slots("counted", "a", "where"),
    }
    groups = ("where",)

    def named(self, fact: WebFact) -> tuple[int, ...]:
        return () if fact.asked == "all" else fact.rows[:1]

    def objection(self, fact: WebFact, labels: tuple[str, ...]) -> str | None:
        return "label cannot be counted" if plural(fact.words["label"]) is None else None

    def text(self, said: Said) -> Iterable[Line]:
        voice = said.voice("text", f"count_{said.fact.asked}_text")
        question, where = self._asked(said, voice)
        count = _count(said)
        if voice.draws.uniform() < _SHORT_SHARE:
            return (voice.text(question, f"{count}."),)
        label = said.fact.words["label"]
        counted = f"{count} {label if count == 1 else _things(label)}"
        several = [] if count == 1 else ["counted"]
        answer = voice.say(f"answer_{_pool(said)}", several, counted=counted, **where)
        return (voice.text(question, answer),)

    def mcq(self, said: Said) -> Iterable[Line]:
        voice = said.voice("mcq", f"count_{said.fact.asked}_mcq")
        question, _ = self._asked(said, voice)
        count = _count(said)
        least = count - voice.draws.index(min(_OPTIONS, count))
        wrong = [str(other) for other in range(least, least + _OPTIONS) if other != count]
        return (voice.choice(question, str(count), wrong),)

    def _asked(self, said: Said, voice: Voice) -> tuple[str, dict[str, str]]:
        where = {} if said.fact.asked == "all" else {"where": voice.phrases("where")[said.fact.asked]}
        things = _things(said.fact.words["label"])
        return voice.say(f"question_{_pool(said)}", things=things, **where), where


def _pool(said: Said) -> str:
    return "all" if said.fact.asked == "all" else "of"


def _count(said: Said) -> int:
    return round(said.fact.values[0])


def _things(label: str) -> str:
    several = plural(label)
    if several is None:
        raise ValueError(f"label {label!r} has no plural")
    return several
