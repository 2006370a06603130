"""Whether answers of two kinds come about as often, so that a model cannot guess."""

from collections import Counter, defaultdict

from factory.audit.findings import Finding, Kind
from factory.audit.web import limits

_PAIRS = (
    ("Yes", "No"),
    ("yes", "no"),
    ("left", "right"),
    ("above", "below"),
    ("front", "behind"),
    ("first", "second"),
    ("A", "B"),
)


def check_web_balance(answers: Counter[tuple[str, str, str]]) -> list[Finding]:
    """Findings about two-way answers of a task and format, where enough rows give one of both.

    answers : counts per (task, format, answer). Letters are two-way where no row has more than two options.
    """
    groups: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (task, form, answer), count in answers.items():
        groups[task, form][answer] += count
    findings = []
    low, high = limits.BALANCE_SHARE
    for (task, form), counts in sorted(groups.items()):
        for pair in _PAIRS:
            total = sum(counts[answer] for answer in pair)
            if total < limits.BALANCE_ROWS or (pair == ("A", "B") and counts["C"]):
                continue
            share = counts[pair[0]] / total
            if not low <= share <= high:
                said = ", ".join(f"{answer} {counts[answer]}" for answer in pair)
                findings.append(
                    Finding(Kind.BALANCE, task, form, "all rows", said, f"{low:.0%} to {high:.0%} {pair[0]}")
                )
    return findings
