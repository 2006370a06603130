"""One shard of the lake as shards of the export: a tar per split and layout."""

import hashlib
import tarfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from factory.errors import DataError
from factory.exports.hispatial.chat import ChatWriter
from factory.exports.hispatial.picture_rows import read_shard
from factory.exports.hispatial.samples import ca1m_sample, wild_sample
from factory.exports.hispatial.shard import add_sample, open_shard, sample_keys
from factory.exports.hispatial.usable import Layout, natural_layout, why_unusable
from factory.store.lake import Lake
from schemas.scene import Split
from schemas.web import WebImageRecord

# The encoded picture of a row, as it is stored in the input.
ReadPicture = Callable[[WebImageRecord], bytes]


@dataclass
class HispatialSummary:
    """What was written, by split, layout and source: shards and pictures; rows and pictures left out, by reason."""

    shards: Counter[tuple[Split, Layout, str]] = field(default_factory=Counter)
    pictures: Counter[tuple[Split, Layout, str]] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    left_out_of_chat: Counter[str] = field(default_factory=Counter)

    def add(self, other: "HispatialSummary") -> None:
        """Counts that of another shard in."""
        self.shards.update(other.shards)
        self.pictures.update(other.pictures)
        self.left_out.update(other.left_out)
        self.left_out_of_chat.update(other.left_out_of_chat)


@dataclass(frozen=True)
class ShardJob:
    """What to export where; `number` is the shard's place among all, the rest as in `export_hispatial`."""

    lake: Lake
    out: Path
    number: int
    dataset: str
    shard: str
    read_picture: ReadPicture
    layout: Layout | None
    stand_ins: bool
    chat: bool


def export_shard(job: ShardJob) -> HispatialSummary:
    """Writes the pictures of a shard. Raises DataError when one of them is not what the lake was built from."""
    summary = HispatialSummary()
    pictures = list(read_shard(job.lake, job.dataset, job.shard))
    keys = sample_keys([picture.image.image_id for picture in pictures])
    with ExitStack() as stack:
        chat = stack.enter_context(ChatWriter(job.out, job.dataset, job.shard, job.number)) if job.chat else None
        tars: dict[tuple[Split, Layout], tarfile.TarFile] = {}
        for key, picture in zip(keys, pictures, strict=True):
            image = picture.image
            layout = job.layout or natural_layout(image)
            reason = why_unusable(image, layout, stand_ins=job.stand_ins)
            if reason:
                summary.left_out[f"picture: {reason}"] += 1
                continue
            place = image.split, layout
            if place not in tars:
                tars[place] = stack.enter_context(open_shard(job.out / shard_path(*place, job.dataset, job.shard)))
                summary.shards[*place, job.dataset] += 1
            data = _read(job.read_picture, image)
            make = wild_sample if layout == "wild" else ca1m_sample
            add_sample(tars[place], make(key, picture, data, summary.left_out))
            if chat is not None:
                chat.add(key, picture, data, summary.left_out_of_chat)
            summary.pictures[*place, job.dataset] += 1
    return summary


def shard_path(split: Split, layout: Layout, dataset: str, shard: str) -> Path:
    """Where a shard lies in the export."""
    source, name = quote(dataset, safe=""), quote(shard, safe="")
    if layout == "wild":
        return Path(split, layout, source, f"{name}.tar")
    return Path(split, layout, f"{source}+{name}.tar")  # neither holds a plus sign


def _read(read_picture: ReadPicture, image: WebImageRecord) -> bytes:
    data = read_picture(image)
    if image.sha256 and hashlib.sha256(data).hexdigest() != image.sha256:
        raise DataError(f"{image.image}: not the file that the lake was built from; build it again")
    return data
