"""Objects in the order of a quantity."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import permutations

from factory.wording.web.draws import Draws
from factory.wording.web.lines import Line, Said, Voice, listed
from factory.wording.web.speakers.speaker import Speaker, slots

_SHORT_SHARE = 0.5
_WRONG_OPTIONS = 3


def arrows(names: Sequence[str]) -> str:
    """`the cup -> the chair -> the lamp`."""
    return " -> ".join(names)


def one_by_one(names: Sequence[str]) -> str:
    """`the cup, the chair, then the lamp`."""
    return f"{', '.join(names[:-1])}, then {names[-1]}"


_STYLES: tuple[Callable[[Sequence[str]], str], ...] = (arrows, one_by_one)


class OrderSpeaker(Speaker):
    """Three to six objects, ranked."""

    pools: Mapping[str, frozenset[str]] = {
        "question": slots("listed", "rank"),
        "answer": slots("order", "rank"),
        "question_tf": slots("order", "rank"),
    }
    groups = ("rank",)

    def text(self, said: Said) -> Iterable[Line]:
        voice = said.voice("text", "order_text")
        names = _ranked(said, _order(said))
        question, rank = self._asked(said, voice)
        order = voice.draws.pick(_STYLES)(names)
        if voice.draws.uniform() < _SHORT_SHARE:
            return (voice.text(question, f"{order[:1].upper()}{order[1:]}."),)
        return (voice.text(question, voice.say("answer", order=order, rank=rank)),)

    def mcq(self, said: Said) -> Iterable[Line]:
        voice = said.voice("mcq", "order_mcq")
        style = voice.draws.pick(_STYLES)
        truth = _order(said)
        question, _ = self._asked(said, voice)
        wrong = _wrong_orders(truth, _WRONG_OPTIONS, voice.draws)
        return (voice.choice(question, style(_ranked(said, truth)), [style(_ranked(said, o)) for o in wrong]),)

    def true_false(self, said: Said) -> Iterable[Line]:
        voice = said.voice("true_false", "order_tf")
        style = voice.draws.pick(_STYLES)
        claimed = truth = _order(said)
        if not voice.draws.coin():
            (claimed,) = _wrong_orders(truth, 1, voice.draws)
        rank = voice.phrases("rank")[said.fact.asked]
        question = voice.say("question_tf", order=style(_ranked(said, claimed)), rank=rank)
        return (voice.claim(question, claimed == truth),)

    def _asked(self, said: Said, voice: Voice) -> tuple[str, str]:
        rank = voice.phrases("rank")[said.fact.asked]
        return voice.say("question", listed=listed([mention.text for mention in said.mentions]), rank=rank), rank


def _order(said: Said) -> tuple[int, ...]:
    return tuple(int(place) for place in said.fact.words["order"].split(","))


def _ranked(said: Said, order: Sequence[int]) -> list[str]:
    return [said.mentions[place].text for place in order]


def _wrong_orders(truth: tuple[int, ...], count: int, draws: Draws) -> list[tuple[int, ...]]:
    """Other orders, all of them as likely."""
    if len(truth) <= 4:
        return draws.sample([order for order in permutations(sorted(truth)) if order != truth], count)
    found: list[tuple[int, ...]] = []
    while len(found) < count:
        order = tuple(draws.sample(sorted(truth), len(truth)))
        if order != truth and order not in found:
            found.append(order)
    return found
