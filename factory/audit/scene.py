"""The audit of one scene, on tables in memory."""

from collections import Counter
from typing import Any

import pyarrow as pa
from pydantic import ValidationError

from factory.audit.case import Case
from factory.audit.common import check_common
from factory.audit.evidence import Evidence
from factory.audit.findings import Finding, Kind, Report
from factory.audit.records import check_records
from factory.audit.registry import AUDITS
from schemas.arrow import arrow_schema
from schemas.base import Record
from schemas.qa import QARow
from schemas.records import ObjectRecord, SceneRecord, ViewRecord

SCHEMAS: dict[str, type[Record]] = {"scenes": SceneRecord, "objects": ObjectRecord, "views": ViewRecord, "qa": QARow}


def audit_scene(scenes: pa.Table, objects: pa.Table, views: pa.Table, qa: pa.Table) -> list[Finding]:
    """Everything that is wrong with the questions of a scene; empty when every answer is re-derived."""
    return report_scene(scenes, objects, views, qa).findings


def report_scene(scenes: pa.Table, objects: pa.Table, views: pa.Table, qa: pa.Table) -> Report:
    """The findings with the counts behind them."""
    report = Report()
    tables = {"scenes": scenes, "objects": objects, "views": views, "qa": qa}
    for name, table in tables.items():
        if not table.schema.equals(arrow_schema(SCHEMAS[name])):
            report.findings.append(Finding(Kind.SCHEMA, "", "", name, _names(table.schema), "the declared schema"))
    if report.findings:
        return report
    records = {name: table.to_pylist() for name, table in tables.items()}
    rows = records.pop("qa")
    for name, found in records.items():
        for record in found:
            item = str(record.get("frame_id") or record.get("object_id") or name)
            report.findings += _invalid(SCHEMAS[name], record, item)
    if len(records["scenes"]) != 1:
        report.findings.append(Finding(Kind.MISSING, "", "", "scenes", f"{len(records['scenes'])} rows", "one row"))
    if report.findings:
        return report
    evidence = Evidence(records["scenes"][0], records["objects"], records["views"])
    report.findings += check_records(evidence)
    _check_rows(rows, report)
    for row in rows:
        _audit_row(row, evidence, report)
    return report


def _names(schema: pa.Schema) -> str:
    return ", ".join(f"{field.name} {field.type}" for field in schema)


def _invalid(model: type[Record], record: dict[str, Any], item: str, task: str = "", form: str = "") -> list[Finding]:
    try:
        model.model_validate(record)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        return [Finding(Kind.SCHEMA, task, form, item, f"{place}: {first['input']!r}", first["msg"])]
    return []


def _audit_row(row: dict[str, Any], evidence: Evidence, report: Report) -> None:
    task = str(row["task"])
    report.rows[task] += 1
    invalid = _invalid(QARow, row, str(row["qa_id"]), task, str(row["format"]))
    audit = AUDITS.get(task)
    if audit is None:
        _add(report, Kind.UNKNOWN_TASK, row, task, f"no audit for task {task}")
        report.wrong[task] += 1
        return
    case = Case(row, audit, evidence, findings=invalid)
    if not invalid and check_common(case):
        audit.check(case)
        report.checked[task] += 1
        report.answers.update((task, row["format"], answer) for answer in case.answers)
    report.wrong[task] += bool(case.findings)
    report.findings += case.findings


def _check_rows(rows: list[dict[str, Any]], report: Report) -> None:
    """The order of the rows, and whether two of them are the same."""
    keys = [(str(row["task"]), str(row["format"]), str(row["qa_id"])) for row in rows]
    for before, after, row in zip(keys, keys[1:], rows[1:], strict=False):
        if after < before:
            _add(report, Kind.ORDER, row, f"{after} after {before}", "sorted by task, format, qa_id")
    ids = Counter(row["qa_id"] for row in rows)
    seen: dict[tuple[Any, ...], str] = {}
    for row in rows:
        if ids[row["qa_id"]] > 1:
            _add(report, Kind.DUPLICATE_ID, row, f"{ids[row['qa_id']]} rows", "one row")
        marks = tuple((m["color"], m["image_index"], *(m["coords"] or ())) for m in row["marks"] or ())
        first = seen.setdefault(
            (row["task"], row["format"], row["question"], marks, *(row["images"] or ())), row["qa_id"]
        )
        if first != row["qa_id"]:
            _add(report, Kind.DUPLICATE_ROW, row, f"asks what {first} asks", "one row per question")


def _add(report: Report, kind: Kind, row: dict[str, Any], stored: str, derived: str) -> None:
    report.findings.append(Finding(kind, row["task"], row["format"], row["qa_id"], stored, derived))
