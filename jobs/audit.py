"""Re-derives every answer of a lake, of scenes and of web images, from its records, and checks all digests."""

import argparse
import dataclasses
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence

from rich.console import Console

from factory.audit.findings import Finding
from factory.audit.lake import LakeReport, audit_lake
from jobs.command_line import EXPECTED_ERRORS, JobParser, complain, scenes_bar

SHOWN_CHARACTERS = 300


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the audit and returns the exit status."""
    options = parse(argv)
    try:
        report = audit_lake(options.root, options.processes, scenes_bar(Console(stderr=True)))
    except EXPECTED_ERRORS as error:
        return complain(error)
    print(json.dumps(as_json(report), indent=2) if options.json else as_text(report))
    return 0 if report.is_clean else 1


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = JobParser(
        __doc__, "exit status: 0 every answer is re-derived and nothing is wrong, 1 something is, or the lake is empty"
    )
    parser.add_argument("--root", required=True, help="folder or URL of the lake")
    parser.add_argument(
        "--processes", type=int, default=1, metavar="N", help="partitions audited at once (default: 1)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of tables")
    return parser.parse_args(argv)


def as_text(report: LakeReport) -> str:
    """Tables of the tasks, of the answers, and of what is wrong, with examples."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for (task, kind), count in sorted(report.counts.items()):
        kinds[task].append(f"{kind} {count}")
    rows: list[tuple[str, ...]] = [("task", "rows", "checked", "wrong", "findings")]
    for task in sorted({*report.rows, *kinds} - {""}):
        numbers = (str(counts[task]) for counts in (report.rows, report.checked, report.wrong))
        rows.append((task, *numbers, ", ".join(kinds[task]) or "-"))
    totals = (str(counts.total()) for counts in (report.rows, report.checked, report.wrong))
    rows.append((f"all of {report.partitions} partitions", *totals, ", ".join(kinds[""]) or "-"))
    parts = [_columns(rows), _balance(report.answers)]
    if report.unasked:
        parts.append(
            f"scenes or shards with records and no questions: {len(report.unasked)}, first {report.unasked[0]}"
        )
    for (task, kind), examples in sorted(report.examples.items()):
        parts.append(f"{task or 'lake'}: {kind}, {report.counts[task, kind]} in all")
        parts += [_example(scene, finding) for scene, finding in examples]
    verdict = "clean: every answer is re-derived" if report.is_clean else f"{report.counts.total()} findings"
    return "\n".join([*parts, verdict if report.rows.total() else "no questions in this lake"])


def as_json(report: LakeReport) -> dict[str, object]:
    """The same as plain values."""
    return {
        "clean": report.is_clean,
        "partitions": report.partitions,
        "unasked": report.unasked,
        "tasks": {
            task: {"rows": count, "checked": report.checked[task], "wrong": report.wrong[task]}
            for task, count in sorted(report.rows.items())
        },
        "answers": [
            {"task": task, "format": form, "answer": answer, "count": count}
            for (task, form, answer), count in sorted(report.answers.items())
        ],
        "findings": [
            {
                "task": task,
                "kind": kind,
                "count": count,
                "examples": [
                    {"scene": scene, **dataclasses.asdict(finding)} for scene, finding in report.examples[task, kind]
                ],
            }
            for (task, kind), count in sorted(report.counts.items())
        ],
    }


def _balance(answers: Counter[tuple[str, str, str]]) -> str:
    groups: dict[tuple[str, str, bool], dict[str, int]] = defaultdict(dict)
    for (task, form, answer), count in sorted(answers.items()):
        groups[task, form, len(answer) > 1][answer] = count  # the letters apart from what they stand for
    rows = [("task", "format", "answers")]
    for (task, form, _), counts in sorted(groups.items()):
        total = sum(counts.values())
        said = (f"{answer} {count} ({100 * count / total:.0f} %)" for answer, count in counts.items())
        rows.append((task, form, ", ".join(said)))
    return _columns(rows)


def _columns(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    lines = ["  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[-1]]) for row in rows]
    return "\n".join([*lines, ""])


def _example(scene: str, finding: Finding) -> str:
    stored, derived = (
        text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."
        for text in (finding.stored, finding.derived)
    )
    return f"  {scene} {finding.format} {finding.item}\n    stored:  {stored}\n    derived: {derived}"


if __name__ == "__main__":
    sys.exit(main())
