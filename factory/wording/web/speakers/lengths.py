"""Lengths: of an object, to the camera, between two objects."""

from collections.abc import Iterable

from factory.web.tasks.spec import WebFact
from factory.wording.web.lines import OBJECT_SLOTS, Line, Said, Voice
from factory.wording.web.numerals import SMALLEST_M, length_claim, length_options, meters, two_decimals
from factory.wording.web.speakers.speaker import Speaker

_SHORT_SHARE = 0.5


class LengthSpeaker(Speaker):
    """One length of one or two objects.

    claims : also said as claims; glued : short answers are `3.85m`, else `0.72 meters.`; pools : what is asked where
    each of it has pools of its own; axes : what is asked is an axis, phrased in the slot `{along}`.
    """

    def __init__(
        self,
        objects: int,
        *,
        claims: bool = False,
        glued: bool = False,
        pools: tuple[str, ...] = ("",),
        axes: bool = False,
    ) -> None:
        self._glued = glued
        self._own_pools = pools != ("",)
        self._axes = axes
        named = frozenset(OBJECT_SLOTS[:objects]) | ({"along"} if axes else set())
        self.groups = ("along",) if axes else ()
        self.pools = {}
        for asked in pools:
            end = f"_{asked}" if asked else ""
            self.pools |= {f"question{end}": named, f"answer{end}": named | {"d"}}
            if claims:
                self.pools[f"question_tf{end}"] = named | {"amount"}
        if claims:
            self.groups += ("amount",)

    def objection(self, fact: WebFact, labels: tuple[str, ...]) -> str | None:
        return f"length below {SMALLEST_M} m" if fact.values[0] < SMALLEST_M else None

    def text(self, said: Said) -> Iterable[Line]:
        voice = said.voice("text", self._pair_type(said, "text"))
        slots = self._slots(said, voice)
        question = voice.say(f"question{self._end(said)}", **slots)
        value = said.fact.values[0]
        if voice.draws.uniform() < _SHORT_SHARE:
            answer = self._short(value) if self._glued else f"{meters(value)}."
        else:
            answer = voice.say(f"answer{self._end(said)}", d=meters(value), **slots)
        return (voice.text(question, answer),)

    def mcq(self, said: Said) -> Iterable[Line]:
        voice = said.voice("mcq", self._pair_type(said, "mcq"))
        question = voice.say(f"question{self._end(said)}", **self._slots(said, voice))
        lengths, place = length_options(said.fact.values[0], voice.draws)
        texts = [self._short(length) for length in lengths]
        return (voice.choice(question, texts.pop(place), texts),)

    def true_false(self, said: Said) -> Iterable[Line]:
        voice = said.voice("true_false", self._pair_type(said, "tf"))
        claim = length_claim(said.fact.values[0], voice.draws)
        amount = f"{voice.phrases('amount')[claim.kind]} {claim.length}"
        question = voice.say(f"question_tf{self._end(said)}", amount=amount, **self._slots(said, voice))
        return (voice.claim(question, claim.truth),)

    def _pair_type(self, said: Said, format_: str) -> str:
        return f"{said.fact.asked or 'distance'}_{format_}"

    def _end(self, said: Said) -> str:
        return f"_{said.fact.asked}" if self._own_pools else ""

    def _slots(self, said: Said, voice: Voice) -> dict[str, str]:
        return {"along": voice.phrases("along")[said.fact.asked]} if self._axes else {}

    def _short(self, value: float) -> str:
        return f"{two_decimals(value)}m" if self._glued else meters(value)
