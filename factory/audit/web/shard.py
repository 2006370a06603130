"""The audit of one shard of web images, on tables in memory."""

from collections import Counter
from itertools import groupby
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
    """The findings with the counts behind them; one picture at a time is unpacked."""
    report = Report()
    for name, table in (("web_images", images), ("web_objects", objects), ("web_qa", qa)):
        if not table.schema.equals(arrow_schema(SCHEMAS[name])):
            columns = ", ".join(f"{field.name} {field.type}" for field in table.schema)
            report.findings.append(Finding(Kind.SCHEMA, "", "", name, columns, "the declared schema"))
    if report.findings:
        return report
    names = images["image_id"].to_pylist()
    of_objects, of_rows = (_runs(table, names, report) for table in (objects, qa))
    report.findings += _repeated_ids(qa)
    for place, name in enumerate(names):
        things = _things(objects.slice(*of_objects.pop(name, (0, 0))), report)
        scenery = _scenery(images.slice(place, 1).to_pylist()[0], things, report)
        if scenery is not None:
            report.findings += check_records(scenery)
        _audit_picture(qa.slice(*of_rows.pop(name, (0, 0))).to_pylist(), scenery, report)
    for name in of_objects:
        report.findings.append(Finding(Kind.MISSING, "", "", name, "objects", "a row of web_images"))
    for start, count in of_rows.values():
        _audit_picture(qa.slice(start, count).to_pylist(), None, report)
    return report


def _runs(table: pa.Table, names: list[str], report: Report) -> dict[str, tuple[int, int]]:
    """Where the rows of each picture begin, and how many there are: they go by picture, as `web_images` does."""
    order = {name: place for place, name in enumerate(names)}
    runs: dict[str, tuple[int, int]] = {}
    start, last = 0, -1
    for name, rows in groupby(table["image_id"].to_pylist()):
        count = sum(1 for _ in rows)
        place = order.get(name, last)
        if name in runs or place < last:
            report.findings.append(Finding(Kind.ORDER, "", "", name, f"rows at {start}", "the order of web_images"))
        runs.setdefault(name, (start, count))
        start, last = start + count, place
    return runs


def _things(objects: pa.Table, report: Report) -> list[Thing]:
    """The objects of a picture; invalid records are findings and left out."""
    things = []
    for record, own in zip(objects.drop_columns("points").to_pylist(), objects["points"], strict=True):
        item = f"{record['image_id']} object {record['object_id']}"
        points = np.asarray(own.values, dtype=np.float64)
        if invalid := _invalid("web_objects", {**record, "points": []}, item):
            report.findings.append(invalid)
        elif len(points) % 3:
            report.findings.append(
                Finding(Kind.SCHEMA, "", "", item, f"{len(points)} numbers in points", "x y z each")
            )
        else:
            things.append(Thing.of(record, points.reshape(-1, 3)))
    return things


def _scenery(image: dict[str, Any], things: list[Thing], report: Report) -> Scenery | None:
    """A picture that can be asked about; None, and a finding, where it cannot be read."""
    invalid = _invalid("web_images", image, image["image_id"])
    if invalid is not None:
        report.findings.append(invalid)
        return None
    scenery = Scenery(image, things)
    try:
        scenery.depth_m.shape  # noqa: B018 - decodes it
    except ValueError as error:
        report.findings.append(
            Finding(
                Kind.RECORD, "", "", f"{image['image_id']} depth", str(error), "a map as the reference describes it"
            )
        )
        return None
    return scenery


def _invalid(table: str, record: dict[str, Any], item: str) -> Finding | None:
    try:
        _VALID[table].validate_python(record)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        task, form = str(record.get("task", "")), str(record.get("format", ""))
        return Finding(Kind.SCHEMA, task, form, item, f"{place}: {first['input']!r}", first["msg"])
    return None


def _repeated_ids(qa: pa.Table) -> list[Finding]:
    """Ids that are not of one row."""
    counts = Counter(qa["qa_id"].to_pylist())
    return [
        Finding(Kind.DUPLICATE_ID, "", "", name, f"{count} rows", "one row")
        for name, count in counts.items()
        if count > 1
    ]


def _audit_picture(rows: list[dict[str, Any]], scenery: Scenery | None, report: Report) -> None:
    """The rows of a picture, item by item."""
    report.rows.update(row["task"] for row in rows)
    items = [list(item) for _, item in groupby(rows, key=lambda row: str(row["item_id"]))]
    for name, count in Counter(item[0]["item_id"] for item in items).items():
        if count > 1:
            report.findings.append(
                Finding(Kind.DUPLICATE_ID, "", "", name, f"{count} times apart", "the rows of an item together")
            )
    seen: dict[tuple[Any, ...], str] = {}
    for row in rows:
        for name in ("qa_id", "item_id"):
            if len(row[name]) != 32 or not _HEX.issuperset(row[name]):
                _note(report, Kind.METADATA, row, f"{name} {row[name]}", "32 hex digits")
        key = (row["task"], row["format"], row["question"], *row["object_ids"], *(row["options"] or ()))
        first = seen.setdefault(key, row["qa_id"])
        if first != row["qa_id"]:
            _note(report, Kind.DUPLICATE_ROW, row, f"{row['question']} as {first} asks", "one row per question")
    for item in items:
        _audit_item(item, scenery, report)


def _audit_item(item: list[dict[str, Any]], scenery: Scenery | None, report: Report) -> None:
    last: WebCase | None = None
    for row in item:
        task = row["task"]
        audit = WEB_AUDITS.get(task)
        invalid = _invalid("web_qa", row, row["qa_id"])
        if audit is None or scenery is None or invalid is not None:
            report.wrong[task] += 1
            if audit is None:
                _note(report, Kind.UNKNOWN_TASK, row, task, f"no audit for task {task}")
            if scenery is None:
                _note(report, Kind.MISSING, row, row["image_id"], "a picture that can be read")
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
