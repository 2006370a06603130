"""Whether the answers to choose from are equally likely."""

import math
from collections import Counter, defaultdict

from factory.audit.findings import Finding, Kind

MIN_ROWS = 200
MIN_P = 1e-4


def check_balance(answers: Counter[tuple[str, str, str]], option_counts: dict[str, int]) -> list[Finding]:
    """Findings about letters of select rows, and Yes and No of judge rows, that are too unequal to be chance.

    answers : counts per (task, format, answer); option_counts : options of a select row by task.
    """
    groups: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (task, form, answer), count in answers.items():
        if form == "judge" or (form == "select" and len(answer) == 1):
            groups[task, form][answer] += count
    findings = []
    for (task, form), counts in sorted(groups.items()):
        choices = ["Yes", "No"] if form == "judge" else list("ABCD"[: option_counts.get(task, 4)])
        observed = [counts[choice] for choice in choices]
        if sum(observed) >= MIN_ROWS and (p := chance(observed)) < MIN_P:
            shares = ", ".join(f"{choice} {counts[choice]}" for choice in choices)
            findings.append(Finding(Kind.BALANCE, task, form, "all rows", shares, f"equal shares (p = {p:.1e})"))
    return findings


def chance(observed: list[int]) -> float:
    """Chi-square p-value of counts of two or four equally likely outcomes."""
    expected = sum(observed) / len(observed)
    statistic = sum((count - expected) ** 2 / expected for count in observed)
    tail = math.erfc(math.sqrt(statistic / 2))  # one degree of freedom
    if len(observed) == 4:
        tail += math.sqrt(2 * statistic / math.pi) * math.exp(-statistic / 2)
    elif len(observed) != 2:
        raise ValueError(f"{len(observed)} outcomes; two or four are expected")
    return tail
