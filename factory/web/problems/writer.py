"""Problems of several steps that a language model writes from a picture's facts; only checked ones are taken."""

import hashlib
from collections import Counter
from collections.abc import Sequence

from factory.language_model import LanguageModel
from factory.tasks.rng import rng_for
from factory.web.picture import Picture
from factory.web.problems.checker import Checked, ObjectionError, Written, check, parse_written
from factory.web.problems.composer import steps
from factory.web.problems.facts import FactLine, SceneFacts, scene_facts
from factory.web.problems.problem import Problem

KIND = "written"
VERSION = 1
"""Raised when the model is asked otherwise."""

_MOST_OBJECTS = 6
_MIN_OBJECTS = 2
_INSTRUCTIONS = (
    "You write questions for a data set about distances and sizes in pictures. A question needs several steps of "
    "reasoning over the listed facts. You answer with one JSON object and nothing else."
)
_RULES = """Write one question about these objects that takes at least two steps of arithmetic to answer, and solve it.
The JSON object has the keys
"question": one or two sentences. Call the objects exactly as the facts do. Tell none of the facts' numbers.
"plan": one sentence that says how to solve it, without numbers from the facts.
"facts": a list of the lines above that the solution needs, copied exactly.
"reasoning": a list of short sentences with equations such as 2.11 - 0.35 = 1.76. Use only + - * / ^2 sqrt() floor() \
and brackets; start from the numbers of the cited facts, give each result with two decimals and go on with it as it \
is written.
"final": one sentence with the one number that answers the question, as the last equation says it, and its unit: \
meters, or seconds; no unit for a count.
Lengths are meters. Positions are x right, y down and z forward of the camera."""


def write_problem(
    model: LanguageModel, picture: Picture, seed: int, attempts: int = 3
) -> tuple[Problem | None, Counter[str]]:
    """A problem of a picture, None where none of the attempts was good, and the refused ones by reason.

    The model sees the facts of some objects, drawn by the seed, and why its last attempt was refused. Raises DataError
    when the model cannot be reached.
    """
    scene = SceneFacts(picture)
    rejects: Counter[str] = Counter()
    if len(scene.rows) < _MIN_OBJECTS:
        return None, Counter({"too few objects": 1})
    rng = rng_for(seed, picture.source, picture.shard_id, picture.image_id, KIND, VERSION)
    offered = scene_facts(picture, rng.permutation(scene.rows)[:_MOST_OBJECTS])
    prompt = _prompt(offered)
    complaint = ""
    for _ in range(attempts):
        try:
            written = parse_written(model.reply(_INSTRUCTIONS, prompt + complaint))
            return _problem(written, check(written, scene, offered), picture), rejects
        except ObjectionError as objection:
            rejects[objection.reason] += 1
            complaint = f"\n\nYour last answer was refused: {objection}."
    return None, rejects


def _prompt(offered: Sequence[FactLine]) -> str:
    return "\n".join(["Facts:", *(fact.text for fact in offered), "", _RULES])


def _problem(written: Written, checked: Checked, picture: Picture) -> Problem:
    ids = ",".join(str(picture.object_ids[row]) for row in checked.rows)
    digest = hashlib.blake2b(written.question.encode(), digest_size=8).hexdigest()
    return Problem(
        kind=KIND,
        candidate=f"{ids}|{KIND} {digest}",
        question=written.question,
        answer=written.final,
        chain=steps(written.plan, checked.facts, written.reasoning, written.final),
        rows=checked.rows,
        values=(checked.exact,),
        unit=checked.unit,
        margin=None,
    )
