"""Pixels: where one is in space, and which of two is nearer."""

from collections.abc import Iterable, Mapping, Sequence

from factory.wording.web.lines import Line, Said, Voice, sentence
from factory.wording.web.numerals import two_decimals
from factory.wording.web.speakers.speaker import Speaker, slots

LATTICE = 448
"""Side of the square picture that HiSpatial's loader counts pixels in."""

_LOADER_SHARE = 0.5
_SHORT_SHARE = 0.5


def location(x: int, y: int) -> str:
    """A pixel of the lattice in PaliGemma's location tokens, as an empty box: y x y x, in 1024ths."""
    tokens = "".join(f"<loc{round(place / LATTICE * 1024):04d}>" for place in (y, x))
    return tokens * 2


def loader_question(loc: str) -> str:
    """What the loader itself asks about a pixel; models know this wording from training."""
    return f"what is the xyz of the pixel in {loc}"


class PixelSpeaker(Speaker):
    """The camera coordinates of a pixel, or two pixels compared by depth."""

    pools: Mapping[str, frozenset[str]] = {
        "question_xyz": slots("loc"),
        "question_depth": slots("p", "q", "asked", "asked_to", "asked_depth"),
        "answer_depth": slots("winner", "loser", "asked_to", "asked_depth"),
        "question_depth_tf": slots("p", "q", "asked_to", "asked_depth"),
    }
    groups = ("depth",)

    def text(self, said: Said) -> Iterable[Line]:
        if said.fact.asked == "pixel_xyz":
            return (self._xyz(said),)
        voice = said.voice("text", "depth_text")
        question, asked, winner, loser = self._compared(said, voice)
        if voice.draws.uniform() < _SHORT_SHARE:
            return (voice.text(question, sentence(winner)),)
        return (voice.text(question, voice.say("answer_depth", winner=winner, loser=loser, **asked)),)

    def mcq(self, said: Said) -> Iterable[Line]:
        if said.fact.asked == "pixel_xyz":
            return ()
        voice = said.voice("mcq", "depth_mcq")
        question, _, winner, loser = self._compared(said, voice)
        return (voice.choice(question, winner, [loser]),)

    def true_false(self, said: Said) -> Iterable[Line]:
        if said.fact.asked == "pixel_xyz":
            return ()
        voice = said.voice("true_false", "depth_tf")
        asked = voice.draws.pick(("nearer", "farther"))
        truth = voice.draws.coin()
        winner, loser = _ranked(said, asked)
        first, second = (winner, loser) if truth else (loser, winner)
        question = voice.say("question_depth_tf", p=first, q=second, **_asked(voice, asked))
        return (voice.claim(question, truth),)

    def _xyz(self, said: Said) -> Line:
        voice = said.voice("text", "pixel_xyz")
        loc = location(*said.fact.pixels)
        if voice.draws.uniform() < _LOADER_SHARE:
            voice.exact("loader")
            question = loader_question(loc)
        else:
            question = voice.say("question_xyz", loc=loc)
        return voice.text(question, " ".join(f"{two_decimals(value)}m" for value in said.fact.values))

    def _compared(self, said: Said, voice: Voice) -> tuple[str, dict[str, str], str, str]:
        """Question, slots of what is asked, the right pixel and the other."""
        asked = voice.draws.pick(("nearer", "farther"))
        texts = _asked(voice, asked)
        first, second = _pixels(said.fact.pixels)
        question = voice.say("question_depth", p=first, q=second, **texts)
        return question, texts, *_ranked(said, asked)


def _pixels(pixels: Sequence[int]) -> tuple[str, str]:
    return f"the pixel in {location(*pixels[:2])}", f"the pixel in {location(*pixels[2:])}"


def _ranked(said: Said, asked: str) -> tuple[str, str]:
    """The pixel that is nearer or farther, and the other one."""
    first, second = _pixels(said.fact.pixels)
    first_wins = (said.fact.words["nearer"] == "first") == (asked == "nearer")
    return (first, second) if first_wins else (second, first)


def _asked(voice: Voice, asked: str) -> dict[str, str]:
    words = voice.phrases("depth")
    return {"asked": words[asked], "asked_to": words[f"{asked}_to"], "asked_depth": words[f"{asked}_depth"]}
