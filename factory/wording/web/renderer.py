"""Facts of a picture, without language -> its rows in words, in every format of their tasks."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

from factory.errors import DataError
from factory.web.picture import Picture
from factory.web.tasks.spec import WebFact, WebSpec
from factory.wording.templates import digest_of
from factory.wording.web.draws import DrawSource, row_id
from factory.wording.web.lines import Line, Said
from factory.wording.web.mentions import mentions
from factory.wording.web.problem_rows import PROBLEM_TASK, PROBLEM_VERSION
from factory.wording.web.rows import RenderedWeb, object_columns, worded
from factory.wording.web.speakers import SPEAKERS
from factory.wording.web.speakers.speaker import Speaker
from factory.wording.web.templates import WebWording, web_wording
from schemas.web import WebFormat

MAX_CHARACTERS = 1500
"""Of question, options and answer: about 380 tokens, so that the loader does not cut them."""


def render_picture(picture: Picture, facts: Iterable[tuple[WebSpec, Sequence[WebFact]]], *, seed: int) -> RenderedWeb:
    """All rows of a picture's facts, an item per fact, in the order of the facts.

    A row depends on the seed, the source, the image, the task with its version, and its own fact, format and pair
    type; not on the other facts. Raises ValueError when a fact is of another task than its spec or two facts of a
    task are the same candidate, and DataError when the templates lack what a task needs.
    """
    rendered = RenderedWeb([], [], Counter())
    for spec, of_task in facts:
        _check_facts(spec, of_task)
        text = checked_wording(spec.name)
        draws = DrawSource(seed, picture, spec.name, spec.version)
        for fact in of_task:
            _render_fact(rendered, picture, spec, fact, text, draws)
    return rendered


def web_digest(task: str) -> str:
    """Digest of all that a task's rows are worded with: templates, phrases, plurals, the renderer."""
    if task == PROBLEM_TASK:
        return digest_of([task, PROBLEM_VERSION])
    return checked_wording(task).digest


@cache
def checked_wording(task: str) -> WebWording:
    """The wording of a task, known to have what its speaker needs. Raises DataError when it has not."""
    if task not in SPEAKERS:
        raise DataError(f"nobody says web task {task}: expected it in factory/wording/web/speakers/__init__.py")
    speaker, text = SPEAKERS[task], web_wording(task)
    where = f"{text.file}: {task}"
    for pool, slots in speaker.pools.items():
        if pool not in text.pools:
            raise DataError(f"{where}: needs a pool of sentences [{task}.{pool}]")
        if unknown := sorted(text.slots[pool] - slots):
            raise DataError(f"{where}.{pool}: slots {unknown} are not filled, there are {sorted(slots)}")
    if unused := sorted(set(text.pools) - set(speaker.pools)):
        raise DataError(f"{where}: pools {unused} are never used, remove them")
    for group in speaker.groups:
        if group not in text.phrases:
            raise DataError(f"{where}: needs phrases [[{task}.phrases.{group}]]")
    return text


def _check_facts(spec: WebSpec, facts: Sequence[WebFact]) -> None:
    if strangers := [fact.task for fact in facts if fact.task != spec.name]:
        raise ValueError(f"task {spec.name}: got a fact of task {strangers[0]}")
    candidates = Counter(fact.candidate for fact in facts)
    if len(candidates) < len(facts):
        raise ValueError(f"task {spec.name}: candidate {candidates.most_common(1)[0][0]!r} comes twice")


def _render_fact(
    rendered: RenderedWeb, picture: Picture, spec: WebSpec, fact: WebFact, text: WebWording, draws: DrawSource
) -> None:
    speaker = SPEAKERS[spec.name]
    reason = speaker.objection(fact, tuple(picture.labels[row] for row in fact.rows))
    named = mentions(picture, speaker.named(fact))
    if named is None:
        reason = "more boxes than colors"
    elif len({mention.text for mention in named}) < len(named):
        reason = "references repeat"
    if reason is not None or named is None:
        rendered.rejected[f"{spec.name}: {reason}"] += 1
        return
    said = Said(fact, named, text, draws)
    lines: list[Line] = []
    for format_ in spec.formats:
        of_format = list(_lines(speaker, said, format_))
        # couples stay together
        if any(_characters(line) > MAX_CHARACTERS for line in of_format):
            rendered.rejected[f"{spec.name}: {format_} too long"] += len(of_format)
        else:
            lines += of_format
    if not lines:
        return
    key = (picture, spec.name, spec.version)
    item = len(rendered.items)
    rendered.rows.extend(
        worded(item, row_id(*key, line.format, line.pair_type, fact.candidate), line) for line in lines
    )
    rendered.items.append(
        {
            "source": picture.source,
            "shard_id": picture.shard_id,
            "image_id": picture.image_id,
            "item_id": row_id(*key, fact.candidate),
            "split": picture.split,
            "task": spec.name,
            "level": spec.level,
            "view": "single",
            "relation": spec.relation,
            "frame": spec.frame,
            "images": [picture.image],
            "pixels": list(fact.pixels) or None,
            "values": list(fact.values),
            "unit": spec.unit,
            "margin": fact.margin,
            "task_version": spec.version,
            **object_columns(picture, fact.rows, named),
        }
    )


def _lines(speaker: Speaker, said: Said, format_: WebFormat) -> Iterable[Line]:
    if format_ == "text":
        return speaker.text(said)
    return speaker.mcq(said) if format_ == "mcq" else speaker.true_false(said)


def _characters(line: Line) -> int:
    return len(line.question) + len(line.right) + sum(map(len, line.options or ()))
