"""Reads a shard as WebDataset does, and says where a sample is not what its loader needs."""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from factory.errors import DataError
from factory.exports.hispatial.faults import Fault

WILD_FILES = (".jpg", ".png", ".intrinsics.pt", ".pt")
CA1M_FILES = ("_image.jpg", "_depth.npy", "_intrinsics.pt", "_qa.pt", "_meta.json")


@dataclass
class Sample:
    """The files of one key by their ending, and what is wrong with their names or order."""

    key: str
    files: dict[str, bytes] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read_samples(path: Path, endings: tuple[str, ...], *, fold_case: bool) -> Iterator[Sample]:
    """The samples of a tar in their order.

    fold_case : keys that differ in case only are the same to the reader. Raises DataError when the file is no plain
    tar.
    """
    done: set[str] = set()
    sample: Sample | None = None
    try:
        with tarfile.open(path, "r:") as shard:
            for member in shard:
                key, ending, faults = _split(member.name, endings)
                if not member.isfile():
                    faults.append(Fault("tar", f"{member.name} is no plain file"))
                if sample is None or key != sample.key:
                    if sample is not None:
                        yield _closed(sample, endings)
                        done.add(sample.key.lower() if fold_case else sample.key)
                    sample = Sample(key)
                    if (key.lower() if fold_case else key) in done:
                        faults.append(
                            Fault("contiguous", f"files of {key!r} stand apart, or two samples share the key")
                        )
                if ending in sample.files:
                    faults.append(Fault("tar", f"{member.name} comes twice"))
                sample.faults += faults
                file = shard.extractfile(member)
                sample.files[ending] = file.read() if file else b""
    except (tarfile.TarError, OSError) as error:
        raise DataError(f"{path}: not a plain tar ({error}); export again") from error
    if sample is not None:
        yield _closed(sample, endings)


def _closed(sample: Sample, endings: tuple[str, ...]) -> Sample:
    if missing := [ending for ending in endings if ending not in sample.files]:
        sample.faults.append(Fault("members", f"no {sample.key}{missing[0]}: the loader stops there"))
    return sample


def _split(name: str, endings: tuple[str, ...]) -> tuple[str, str, list[Fault]]:
    """Key and ending of a file, and what is wrong with its name."""
    folder, slash, base = name.rpartition("/")
    faults = [Fault("key", f"{name} starts with two underscores, readers skip it")] if name.startswith("__") else []
    # the longest first: .intrinsics.pt ends in .pt, too
    for ending in sorted(endings, key=len, reverse=True):
        if base.endswith(ending):
            stem = base.removesuffix(ending)
            if "." in stem or not stem:
                faults.append(Fault("key", f"{name}: the key of a sample ends at its first dot"))
            return folder + slash + stem, ending, faults
    faults.append(Fault("members", f"{name} is none of the files of a sample, {', '.join(endings)}"))
    return name.partition(".")[0], name, faults
