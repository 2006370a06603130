"""The audit of one shard of web images, on tables in memory."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import TypeAdapter, ValidationError

from factory.audit.findings import Finding, Kind, Report
from factory.audit.web.case import WebCase
from factory.audit.web.common import check_common
from factory.audit.web.evidence import Scenery, Thing
from factory.audit.web.items import check_item
from factory.audit.web.records import check_records
from factory.audit.web.registry import WEB_AUDITS
from schemas.arrow import arrow_schema
from schemas.base import Record
from schemas.web import WebImageRecord, WebObjectRecord, WebQARow

SCHEMAS: dict[str, type[Record]] = {"web_images": WebImageRecord, "web_objects": WebObjectRecord, "web_qa": WebQARow}
_VALID = {name: TypeAdapter(model) for name, model in SCHEMAS.items()}
_HEX = frozenset("0123456789abcdef")


def audit_shard(images: pa.Table, objects: pa.Table, qa: pa.Table) -> list[Finding]:
    """Everything that is wrong with the questions of a shard; empty when every answer is re-derived."""
    return report_shard(images, objects, qa).findings


def report_shard(images: pa.Table, objects: pa.Table, qa: pa.Table) -> Report:
    """The findings with the counts behind them."""
    report = Report()
    for name, table in (("web_images", images), ("web_objects", objects), ("web_qa", qa)):
        if not table.schema.equals(arrow_schema(SCHEMAS[name])):
            columns = ", ".join(f"{field.name} {field.type}" for field in table.schema)
            report.findings.append(Finding(Kind.SCHEMA, "", "", name, columns, "the declared schema"))
    if report.findings:
        return report
    sceneries = _sceneries(images, objects, report)
    for scenery in sceneries.values():
        report.findings += check_records(scenery)
    rows = qa.to_pylist()
    report.rows.update(row["task"] for row in rows)
    _check_order(rows, list(sceneries), report)
    for item in _items(rows):
        _audit_item(item, sceneries, report)
    return report


def _sceneries(images: pa.Table, objects: pa.Table, report: Report) -> dict[str, Scenery]:
    """Pictures with their objects by id; invalid records are findings and left out."""
    things: dict[str, list[Thing]] = {}
    points = objects["points"].combine_chunks()
    flat = np.asarray(points.flatten(), dtype=np.float64)
    ends = np.cumsum([0, *(len(one) for one in points)])
    for place, record in enumerate(objects.drop_columns("points").to_pylist()):
        item = f"{record['image_id']} object {record['object_id']}"
        own = flat[ends[place] : ends[place + 1]]
        if invalid := _invalid("web_objects", {**record, "points": []}, item):
            report.findings.append(invalid)
        elif len(own) % 3:
            report.findings.append(Finding(Kind.SCHEMA, "", "", item, f"{len(own)} numbers in points", "x y z each"))
        else:
            things.setdefault(record["image_id"], []).append(Thing.of(record, own.reshape(-1, 3)))
    sceneries: dict[str, Scenery] = {}
    for image in images.to_pylist():
        name = image["image_id"]
        if name in sceneries:
            report.findings.append(Finding(Kind.DUPLICATE_ID, "", "", name, "two pictures", "one"))
        elif invalid := _invalid("web_images", image, name):
            report.findings.append(invalid)
        else:
            sceneries[name] = Scenery(image, things.pop(name, []))
    for name in things:
        report.findings.append(Finding(Kind.MISSING, "", "", name, "objects", "a row of web_images"))
    return sceneries


def _invalid(table: str, record: dict[str, Any], item: str) -> Finding | None:
    try:
        _VALID[table].validate_python(record)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        task, form = str(record.get("task", "")), str(record.get("format", ""))
        return Finding(Kind.SCHEMA, task, form, item, f"{place}: {first['input']!r}", first["msg"])
    return None


def _items(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for _, item in groupby(rows, key=lambda row: row["item_id"]):
        yield list(item)


def _check_order(rows: list[dict[str, Any]], images: list[str], report: Report) -> None:
    """Rows go by picture, in the order of these, and by item; no two are the same."""
    place = {image: number for number, image in enumerate(images)}
    runs = [key for key, _ in groupby(rows, key=lambda row: (row["image_id"], row["item_id"]))]
    for before, after in pairwise(runs):
        if place.get(after[0], -1) < place.get(before[0], -1):
            report.findings.append(
                Finding(Kind.ORDER, "", "", after[0], f"after {before[0]}", "the order of web_images")
            )
    for item, count in Counter(item for _, item in runs).items():
        if count > 1:
            report.findings.append(
                Finding(Kind.DUPLICATE_ID, "", "", str(item), f"{count} times apart", "the rows of an item together")
            )
    ids = Counter(row["qa_id"] for row in rows)
    seen: dict[tuple[Any, ...], str] = {}
    for row in rows:
        if ids[row["qa_id"]] > 1:
            _note(report, Kind.DUPLICATE_ID, row, f"{ids[row['qa_id']]} rows", "one row")
        for name in ("qa_id", "item_id"):
            if len(row[name]) != 32 or not _HEX.issuperset(row[name]):
                _note(report, Kind.METADATA, row, f"{name} {row[name]}", "32 hex digits")
        key = (row["image_id"], row["task"], row["format"], row["question"], *row["object_ids"])
        first = seen.setdefault((*key, *(row["options"] or ())), row["qa_id"])
        if first != row["qa_id"]:
            _note(report, Kind.DUPLICATE_ROW, row, f"{row['question']} as {first} asks", "one row per question")


def _audit_item(item: list[dict[str, Any]], sceneries: dict[str, Scenery], report: Report) -> None:
    last: WebCase | None = None
    for row in item:
        task = row["task"]
        audit, scenery = WEB_AUDITS.get(task), sceneries.get(row["image_id"])
        invalid = _invalid("web_qa", row, row["qa_id"])
        if audit is None or scenery is None or invalid is not None:
            report.wrong[task] += 1
            if audit is None:
                _note(report, Kind.UNKNOWN_TASK, row, task, f"no audit for task {task}")
            if scenery is None:
                _note(report, Kind.MISSING, row, row["image_id"], "a row of web_images")
            if invalid is not None:
                report.findings.append(invalid)
            continue
        case = WebCase(row, audit, scenery)
        if check_common(case):
            audit.check(case)
            report.checked[task] += 1
            report.answers.update((task, row["format"], answer) for answer in case.answers)
            last = case
        report.wrong[task] += bool(case.findings)
        report.findings += case.findings
    report.findings += check_item(item, last)


def _note(report: Report, kind: Kind, row: dict[str, Any], stored: str, derived: str) -> None:
    report.findings.append(Finding(kind, row["task"], row["format"], row["qa_id"], stored, derived))
