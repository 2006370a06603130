"""What each kind of question contributes to rows."""

from collections.abc import Iterable, Mapping

from factory.web.tasks.spec import WebFact
from factory.wording.web.lines import Line, Said


class Speaker:
    """Says the facts of a task, a method per format; stateless. A new kind is one class.

    pools : the pools of sentences that it needs, and the slots that it fills in each;
    groups : the groups of phrases that it needs.
    """

    pools: Mapping[str, frozenset[str]] = {}
    groups: tuple[str, ...] = ()

    def named(self, fact: WebFact) -> tuple[int, ...]:
        """Rows of the objects that questions name, in the order of the slots."""
        return fact.rows

    def objection(self, fact: WebFact, labels: tuple[str, ...]) -> str | None:
        """Why the fact cannot be said at all, None when it can be; `labels` are those of its rows."""
        return None

    def text(self, said: Said) -> Iterable[Line]:
        """Rows with a free answer."""
        return ()

    def mcq(self, said: Said) -> Iterable[Line]:
        """Rows with options."""
        return ()

    def true_false(self, said: Said) -> Iterable[Line]:
        """Rows that are answered by yes or no."""
        return ()


def slots(*names: str) -> frozenset[str]:
    """The slots that a speaker fills."""
    return frozenset(names)
