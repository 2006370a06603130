"""Problems of several steps as rows: the final answer alone, and the whole solution."""

from collections import Counter
from collections.abc import Sequence

from factory.web.picture import Picture
from factory.web.problems.problem import Problem
from factory.wording.web.draws import row_id
from factory.wording.web.lines import Line
from factory.wording.web.mentions import mentions
from factory.wording.web.rows import RenderedWeb, object_columns, worded

PROBLEM_TASK = "problem_solving"
PROBLEM_VERSION = 2
"""Raised when the same problems would be rendered into other rows."""

MAX_CHARACTERS = 1700
"""Of question and solution: about 430 tokens, so that the loader does not cut them."""


def problem_rows(picture: Picture, problems: Sequence[Problem]) -> RenderedWeb:
    """Two rows per problem, `text` and `cot`; they depend on the problem alone, there is nothing to draw.

    Raises ValueError when two problems are the same candidate or a question lacks the words for a box that one of
    its objects needs.
    """
    candidates = Counter(problem.candidate for problem in problems)
    if len(candidates) < len(problems):
        raise ValueError(f"problem {candidates.most_common(1)[0][0]!r} comes twice")
    rendered = RenderedWeb([], [], Counter())
    for problem in problems:
        named = mentions(picture, problem.rows)
        chain = "\n".join(problem.chain)
        if named is None:
            rendered.rejected[f"{PROBLEM_TASK}: more boxes than colors"] += 1
            continue
        if len(problem.question) + len(chain) > MAX_CHARACTERS:
            rendered.rejected[f"{PROBLEM_TASK}: too long"] += 1
            continue
        if missing := [
            m.text for m in named if m.color and f"(highlighted by the {m.color} box)" not in problem.question
        ]:
            raise ValueError(f"problem {problem.candidate!r}: the question does not mention {missing[0]!r}")
        item = len(rendered.items)
        template = f"{PROBLEM_TASK}/{problem.kind}"
        lines = (
            Line("text", problem.kind, problem.question, problem.answer, problem.answer, None, template),
            Line("cot", problem.kind, problem.question, chain, chain, None, template),
        )
        key = (picture, PROBLEM_TASK, PROBLEM_VERSION)
        rendered.rows.extend(
            worded(item, row_id(*key, line.format, line.pair_type, problem.candidate), line) for line in lines
        )
        rendered.items.append(
            {
                "source": picture.source,
                "shard_id": picture.shard_id,
                "image_id": picture.image_id,
                "item_id": row_id(*key, problem.candidate),
                "split": picture.split,
                "task": PROBLEM_TASK,
                "level": "level3",
                "view": "single",
                "relation": "oo" if len(problem.rows) > 1 else "oc",
                "frame": "camera" if picture.gravity_from_camera is None else "gravity",
                "images": [picture.image],
                "pixels": None,
                "values": list(problem.values),
                "unit": problem.unit,
                "margin": problem.margin,
                "task_version": PROBLEM_VERSION,
                **object_columns(picture, problem.rows, named),
            }
        )
    return rendered
