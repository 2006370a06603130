"""A problem about a picture that takes several steps, with its worked solution."""

from dataclasses import dataclass

from schemas.web import WebUnit


@dataclass(frozen=True, slots=True)
class Problem:
    """A question in words, its final answer, and the steps that lead from facts of the picture to it.

    kind : which composition of facts; candidate : canonical text, unique within the picture; question, answer : final
    texts; chain : the four steps in words (plan, facts, reasoning, final answer); rows : places of the objects in the
    picture, in the order in which the question names them; values : the exact answer, in `unit`; margin : distance of
    the deciding quantity to its threshold in units of that threshold's margin, None for numbers.
    """

    kind: str
    candidate: str
    question: str
    answer: str
    chain: tuple[str, ...]
    rows: tuple[int, ...]
    values: tuple[float, ...]
    unit: WebUnit
    margin: float | None
