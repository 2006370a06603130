"""Where one object is relative to another along three axes, in the frame of the camera or of gravity."""

from collections.abc import Iterable, Mapping

from factory.web.tasks.spec import WebFact
from factory.wording.web.lines import Line, Said, Voice, listed, sentence
from factory.wording.web.speakers.speaker import Speaker, slots

AXES: Mapping[str, tuple[str, str]] = {"x": ("left", "right"), "y": ("above", "below"), "z": ("front", "behind")}
"""The two words of each axis; pair types of the loader are made of them."""

_SHORT_SHARE = 0.4


class RelationSpeaker(Speaker):
    """All decided axes together, or one of them; claims come in couples, as the loader wants them."""

    pools: Mapping[str, frozenset[str]] = {
        "question_all": slots("a", "b", "frame"),
        "answer_all": slots("a", "b", "place", "frame"),
        "question_axis": slots("a", "b", "frame", "one", "other"),
        "answer_axis": slots("a", "b", "place", "frame"),
        "question_which": slots("one", "other", "most", "frame"),
        "question_tf": slots("a", "b", "frame", "claim"),
        "question_overlap": slots("a", "b", "frame", "axis"),
    }
    groups = ("frame", "x", "y", "z")

    def objection(self, fact: WebFact, labels: tuple[str, ...]) -> str | None:
        return None if _decided(fact) else "no axis decided"

    def text(self, said: Said) -> Iterable[Line]:
        yield self._all_text(said)
        yield self._axis_text(said)

    def mcq(self, said: Said) -> Iterable[Line]:
        yield self._all_mcq(said)
        for axis, word in _decided(said.fact).items():
            yield self._which(said, axis, word)

    def true_false(self, said: Said) -> Iterable[Line]:
        for axis, words in AXES.items():
            truth = said.fact.words[axis]
            if truth in words:
                for word in words:
                    voice = said.voice("true_false", f"{axis}_{word}_tf")
                    claim = voice.phrases(axis)[word]
                    yield voice.claim(voice.say("question_tf", frame=_frame(voice), claim=claim), word == truth)
            elif truth == "overlap":
                voice = said.voice("true_false", f"{axis}_overlap_tf")
                slots = {"frame": _frame(voice), "axis": voice.phrases(axis)["axis"]}
                yield voice.claim(voice.say("question_overlap", **slots), True)

    def _all_text(self, said: Said) -> Line:
        voice = said.voice("text", "direction_text")
        frame = _frame(voice)
        question = voice.say("question_all", frame=frame)
        place = listed([voice.phrases(axis)[word] for axis, word in _decided(said.fact).items()])
        return voice.text(question, voice.say("answer_all", place=place, frame=frame))

    def _axis_text(self, said: Said) -> Line:
        voice = said.voice("text", "axis_text")
        axis, truth = voice.draws.pick(list(_decided(said.fact).items()))
        words = voice.phrases(axis)
        one, other = voice.draws.sample(AXES[axis], 2)
        frame = _frame(voice)
        question = voice.say("question_axis", frame=frame, one=words[one], other=words[other])
        if voice.draws.uniform() < _SHORT_SHARE:
            return voice.text(question, sentence(words[f"short_{truth}"]))
        return voice.text(question, voice.say("answer_axis", place=words[truth], frame=frame))

    def _all_mcq(self, said: Said) -> Line:
        voice = said.voice("mcq", "direction_mcq")
        decided = _decided(said.fact)
        tables = {axis: voice.phrases(axis) for axis in decided}
        question = voice.say("question_all", frame=_frame(voice))
        right, *wrong = (
            listed([tables[axis][f"short_{word}"] for axis, word in zip(decided, words, strict=True)])
            for words in _combinations(decided)
        )
        return voice.choice(question, right, wrong)

    def _which(self, said: Said, axis: str, truth: str) -> Line:
        voice = said.voice("mcq", f"{axis}_mcq")
        asked = voice.draws.pick(AXES[axis])
        first, second = said.names["a"], said.names["b"]
        right, wrong = (first, second) if asked == truth else (second, first)
        one, other = voice.draws.sample((first, second), 2)
        most = voice.phrases(axis)[f"most_{asked}"]
        question = voice.say("question_which", one=one, other=other, most=most, frame=_frame(voice))
        return voice.choice(question, right, [wrong])


def _decided(fact: WebFact) -> dict[str, str]:
    """The axes with a direction."""
    return {axis: fact.words[axis] for axis, words in AXES.items() if fact.words[axis] in words}


def _frame(voice: Voice) -> str:
    return voice.phrases("frame")["frame"]


def _combinations(decided: Mapping[str, str]) -> list[list[str]]:
    """The words of the decided axes, then wrong ones; each word stands in half of the combinations.

    One axis gives two combinations, two give four; of three axes those four in which an even number is turned.
    """
    combinations: list[list[str]] = [[]]
    for axis, truth in decided.items():
        first, second = AXES[axis]
        words = (truth, second if truth == first else first)
        combinations = [[*begun, word] for begun in combinations for word in words]
    if len(combinations) == 8:
        truths = list(decided.values())
        combinations = [c for c in combinations if sum(a != b for a, b in zip(c, truths, strict=True)) % 2 == 0]
    return combinations
