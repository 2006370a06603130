"""Reads every shard of an export and every item in it, and says what its loader would drop, cut or misread."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from factory.errors import DataError
from factory.exports.hispatial import ca1m_checks, wild_checks
from factory.exports.hispatial.faults import Fault, Finding
from factory.exports.hispatial.media_checks import (
    Size,
    depth_npy_faults,
    depth_png_faults,
    intrinsics_faults,
    picture_size,
)
from factory.exports.hispatial.processes import in_processes
from factory.exports.hispatial.pt_file import read_pt
from factory.exports.hispatial.shard_reader import CA1M_FILES, WILD_FILES, Sample, read_samples

TrackShards = Callable[[Sequence[Path]], Iterable[Path]]


@dataclass
class HispatialReport:
    """Samples per layout, items per layout and type, and all that is wrong."""

    samples: Counter[str] = field(default_factory=Counter)
    items: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)


def check_export(folder: Path, processes: int = 1, track: TrackShards = iter) -> HispatialReport:
    """Everything in the shards of an export; `track` wraps their list, for a progress bar.

    Raises DataError when there are none, or one cannot be read at all.
    """
    shards = sorted(folder.glob("**/*.tar"))
    if not shards:
        raise DataError(f"{folder}: no shards; export them first")
    report = HispatialReport()
    jobs = [(folder, path) for path in shards]
    for _, found in zip(track(shards), in_processes(_check_shard, jobs, processes), strict=True):
        report.samples.update(found.samples)
        report.items.update(found.items)
        report.findings += found.findings
    return report


def _check_shard(job: tuple[Path, Path]) -> HispatialReport:
    folder, path = job
    report = HispatialReport()
    place = path.relative_to(folder)
    layout = _layout(place)
    if layout is None:
        fault = Fault("place", "the training script looks into <split>/wild/<source>/ and <split>/ca1m/ only")
        report.findings.append(Finding(place.as_posix(), "", "", fault))
        return report
    for sample, items in read_shard_items(path, layout):
        report.samples[layout] += 1
        for item, value, faults in items:
            if isinstance(value, dict):
                report.items[layout, str(value.get("qa_type"))] += 1
            report.findings += [Finding(place.as_posix(), sample.key, item, fault) for fault in faults]
        report.findings += [Finding(place.as_posix(), sample.key, "", fault) for fault in sample.faults]
    return report


def _layout(place: Path) -> str | None:
    if len(place.parts) == 4 and place.parts[1] == "wild":
        return "wild"
    return "ca1m" if len(place.parts) == 3 and place.parts[1] == "ca1m" else None


Items = list[tuple[str, Any, list[Fault]]]


def read_shard_items(path: Path, layout: str) -> Iterator[tuple[Sample, Items]]:
    """Each sample of a shard, and its items by place with what is wrong with them."""
    wild = layout == "wild"
    for sample in read_samples(path, WILD_FILES if wild else CA1M_FILES, fold_case=not wild):
        yield sample, list(_wild(sample) if wild else _ca1m(sample))


def _wild(sample: Sample) -> Iterator[tuple[str, Any, list[Fault]]]:
    size = _picture(sample, ".jpg")
    if ".png" in sample.files:
        sample.faults += depth_png_faults(sample.files[".png"], size)
    sample.faults += intrinsics_faults(_value(sample, ".intrinsics.pt"), (1, 1))
    for place, item in wild_checks.wild_items(_value(sample, ".pt"), sample.faults):
        yield place, item, list(wild_checks.item_faults(item, size))


def _ca1m(sample: Sample) -> Iterator[tuple[str, Any, list[Fault]]]:
    size = _picture(sample, "_image.jpg")
    map_size, faults = depth_npy_faults(sample.files.get("_depth.npy", b""))
    sample.faults += faults
    camera = _value(sample, "_intrinsics.pt")
    sample.faults += intrinsics_faults(camera.get("K") if isinstance(camera, dict) else None, map_size)
    try:
        json.loads(sample.files.get("_meta.json", b""))
    except ValueError as error:
        sample.faults.append(Fault("meta", f"no JSON ({error})"))
    for place, item in ca1m_checks.ca1m_items(_value(sample, "_qa.pt"), sample.faults):
        yield place, item, list(ca1m_checks.item_faults(item, size))


def _picture(sample: Sample, ending: str) -> Size | None:
    return picture_size(sample.files[ending], sample.faults) if ending in sample.files else None


def _value(sample: Sample, ending: str) -> Any:
    try:
        return read_pt(sample.files.get(ending, b""))
    except DataError as error:
        sample.faults.append(Fault("pt", f"{sample.key}{ending}: {error}"))
        return None
