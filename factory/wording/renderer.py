"""The one renderer: facts without language -> validated rows in words, in every format of their task."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import pyarrow as pa

from factory.errors import DataError
from factory.tasks.spec import TaskSpec
from factory.wording.draws import item_draws, qa_id
from factory.wording.kinds import CHOOSERS, SPEAKERS
from factory.wording.rows import Worded, to_table
from factory.wording.speaker import basic_slots
from factory.wording.templates import TaskWording, pick, wording
from schemas.qa import Fact, Format
from schemas.scene import Split

# Which number of an item decides what: question, sentence, letter, order of the wrong options, then
# three closing sentences, three groups of phrases, and the options themselves.
_QUESTION, _ANSWER, _LETTER, _ORDER, _CLOSING, _PHRASE, _OPTIONS = 0, 1, 2, 3, 4, 7, 10
_LETTERS = "ABCD"
_ORDERS = {1: ((0,),), 3: ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))}


@dataclass(frozen=True)
class RenderedRows:
    """Rows of one task and scene, sorted by (format, qa_id), and how many were not worded, by reason."""

    table: pa.Table
    rejected: Counter[str]


def render_task(
    spec: TaskSpec,
    facts: Sequence[Fact],
    quota: Mapping[Format, int],
    *,
    source: str,
    scene_id: str,
    split: Split,
    seed: int,
) -> RenderedRows:
    """Rows for the facts of one scene: in each format of the quota, the first facts, as many as it says.

    A row depends on the seed, the source, the scene, the task with its version, and its own fact; not on the other
    facts. Their order decides only which of them a quota lets through. Raises ValueError when a fact is of another
    task or two facts are the same candidate, and DataError when the templates lack a list that the task needs.
    """
    candidates = [fact.candidate for fact in facts]
    if len(set(candidates)) < len(candidates):
        twice = Counter(candidates).most_common(1)[0][0]
        raise ValueError(f"task {spec.name}: candidate {twice!r} comes twice")
    if strangers := [fact.task for fact in facts if fact.task != spec.name]:
        raise ValueError(f"task {spec.name}: got a fact of task {strangers[0]}")
    text = wording(spec.name)
    check_wording(spec, text)
    basic = [basic_slots(fact, in_video=spec.view == "video") for fact in facts]
    rejected: Counter[str] = Counter()
    words: list[Worded] = []
    for format_ in sorted(quota):
        key = source, scene_id, spec.name, spec.version, format_
        draws = item_draws(seed, *key, candidates, _OPTIONS + _option_draws(spec, format_))
        kept, options = _sayable(spec, facts[: quota[format_]], format_, draws, rejected)
        rows = [
            Worded(fact, format_, qa_id(*key, candidates[fact]), *_words(spec, text, facts[fact], basic[fact], *rest))
            for fact, *rest in zip(kept, repeat(format_), draws[kept].tolist(), options, strict=False)
        ]
        words += sorted(rows, key=lambda row: row.qa_id)
    constants = {
        "source": source,
        "scene_id": scene_id,
        "split": split,
        "task": spec.name,
        "level": spec.level,
        "view": spec.view,
        "relation": spec.relation,
        "task_version": spec.version,
    }
    return RenderedRows(to_table(facts, words, constants), rejected)


def check_wording(spec: TaskSpec, text: TaskWording) -> None:
    """Raises DataError when the templates of a task lack what its kind of answer and its formats need."""
    speaker = SPEAKERS[spec.answer]
    where = f"{text.file}: {spec.name}"
    for format_ in spec.formats + spec.extra_formats:
        if format_ not in text.closings:
            raise DataError(f"{where}: no closings for format {format_}, add a line to [{spec.name}.closings]")
        if len(text.closings[format_]) > _PHRASE - _CLOSING:
            raise DataError(f"{where}: {format_} has more than {_PHRASE - _CLOSING} closings, join some")
        for name in speaker.lists[format_]:
            if name not in text.lists:
                raise DataError(f"{where}: format {format_} needs a list of sentences [{spec.name}.{name}]")
    for group in speaker.phrase_groups:
        if group not in text.phrases:
            raise DataError(f"{where}: needs phrases [[{spec.name}.phrases.{group}]]")


def _option_draws(spec: TaskSpec, format_: Format) -> int:
    return CHOOSERS[spec.answer].option_draws if format_ == "select" else 0


def _sayable(
    spec: TaskSpec, facts: Sequence[Fact], format_: Format, draws: np.ndarray, rejected: Counter[str]
) -> tuple[list[int], list[list[str]]]:
    """Places of the facts that can be said in a format, and their options, the right one first (none: [])."""
    kept = []
    speaker = SPEAKERS[spec.answer]
    for place, fact in enumerate(facts):
        reason = speaker.objection(fact, format_)
        if reason is None:
            kept.append(place)
        else:
            rejected[reason] += 1
    if format_ != "select":
        return kept, [[] for _ in kept]
    options = CHOOSERS[spec.answer].options([facts[place] for place in kept], draws[kept, _OPTIONS:])
    if missing := sum(not texts for texts in options):
        rejected["no four plausible options"] += missing
    kept = [place for place, texts in zip(kept, options, strict=True) if texts]
    return kept, [texts for texts in options if texts]


def _words(
    spec: TaskSpec,
    text: TaskWording,
    fact: Fact,
    basic: Mapping[str, str],
    format_: Format,
    draws: Sequence[float],
    options: list[str],
) -> tuple[str, str, list[str] | None, str]:
    """Question, answer, options and template id of one row."""
    speaker = SPEAKERS[spec.answer]
    phrases = {group: pick(text.phrases[group], draws[_PHRASE + k]) for k, group in enumerate(speaker.phrase_groups)}
    slots = {**basic, **speaker.slots(fact, phrases)}
    used = [pick(text.lists[speaker.question_list(fact, format_)], draws[_QUESTION])]
    used += map(pick, text.closings[format_], draws[_CLOSING:])
    question = " ".join([template.render(slots) for template in used])
    placed = None
    if format_ == "select":
        letter = int(draws[_LETTER] * len(options))
        answer = _LETTERS[letter]
        placed = [options[1 + k] for k in pick(_ORDERS[len(options) - 1], draws[_ORDER])]
        placed.insert(letter, options[0])
    elif format_ == "sentence":
        used.append(pick(text.lists[speaker.sentence_list(fact)], draws[_ANSWER]))
        answer = used[-1].render(slots)
    else:
        answer = speaker.short_answer(fact, format_)
    return question, answer, placed, "/".join([spec.name, *[template.id for template in used]])
