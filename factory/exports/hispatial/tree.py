"""The shards of a lake, in the folders that HiSpatial's training script looks into.

<split>/wild/<source>/<shard>.tar      `coyo_dir` or `o365_dir`: exactly one folder above the shards
<split>/ca1m/<source>+<shard>.tar      `ca1m_data_dir`: none
"""

import hashlib
import tarfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from factory.errors import DataError
from factory.exports.hispatial.chat import FOLDER, ChatWriter
from factory.exports.hispatial.picture_rows import PictureRows, read_shard
from factory.exports.hispatial.samples import ca1m_sample, wild_sample
from factory.exports.hispatial.shard import add_sample, open_shard, sample_keys
from factory.exports.hispatial.usable import Layout, natural_layout, why_unusable
from factory.exports.replacing import replacing
from factory.store.lake import Lake, Track
from schemas.scene import Split
from schemas.web import WebImageRecord

# The encoded picture of a row, as it is stored in the input.
ReadPicture = Callable[[WebImageRecord], bytes]

README = "README.txt"
SPLITS: tuple[Split, ...] = ("train", "val", "test")
_TITLE = "HiSpatial export"
_README_TEXT = f"""{_TITLE}

What is here
  <split>/wild/<source>/<shard>.tar    in-the-wild layout:
                                       KEY.jpg, KEY.png (depth), KEY.intrinsics.pt, KEY.pt (questions)
  <split>/ca1m/<source>+<shard>.tar    CA-1M layout, for sources with measured depth and labelled objects:
                                       KEY_image.jpg, KEY_depth.npy, KEY_intrinsics.pt, KEY_qa.pt, KEY_meta.json
  chat/<split>.jsonl, chat/images/     conversations, if asked for, with boxes drawn into the pictures that need them

For training, name these folders in HiSpatial's configuration
  coyo_dir or o365_dir    .../train/wild
  ca1m_data_dir           .../train/ca1m
  Each rank takes whole shards: give no stream fewer shards than ranks, or some ranks go without it.

Conventions
  The camera looks along z, x is right, y is down, lengths are in metres. Pictures are upright.
  wild: depth is a 16-bit PNG of logarithms between the text chunks near and far, 0 unknown, 65535 sky; intrinsics are
  divided by width and height, with pixel centres at halves. Boxes are in pixels of the picture, by their outer edges.
  ca1m: depth is float32 metres, 0 unknown; K is in pixels of the depth map, with pixel centres at integers.
  Boxes that a text speaks of are drawn by the loader; the pictures are unaltered.
  Problems of several steps are in the CA-1M layout only: the loader of the other one does not know them.
  Pictures without questions are in the shards too: the loader asks for the position of a pixel.

Licence
  Questions and geometry only. Pictures belong to the owner of each data set, whose terms hold for every copy here;
  the models that the geometry comes from, and their licences, stand with each picture (metadata, KEY_meta.json).
"""


@dataclass
class HispatialSummary:
    """What was written, by split, layout and source: shards and pictures; rows and pictures left out, by reason."""

    shards: Counter[tuple[Split, Layout, str]] = field(default_factory=Counter)
    pictures: Counter[tuple[Split, Layout, str]] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    left_out_of_chat: Counter[str] = field(default_factory=Counter)


def export_hispatial(
    lake: Lake,
    out: Path,
    read_picture: ReadPicture,
    *,
    layout: Layout | None = None,
    source: str | None = None,
    stand_ins: bool = False,
    chat: bool = False,
    track: Track = iter,
) -> HispatialSummary:
    """Writes the pictures and questions of a lake as shards into `out`, in place of an earlier export.

    layout : of all pictures; by default CA-1M's for those with measured depth, the wild one for others, and pictures
    without measured depth are left out of CA-1M's; source : only this one; stand_ins : also pictures from models with
    random weights; chat : also as conversations. Shards are read one at a time; the same lake and pictures give the
    same bytes. Raises DataError when there is nothing to export or a shard cannot be exported; an earlier export
    stays as it was then.
    """
    partitions = [place for place in lake.partitions("web_qa") if source in (None, place[0])]
    if not partitions:
        of_source = f" of {source!r}" if source else ""
        raise DataError(
            f"{lake.storage.url}: no questions{of_source} about pictures; build them first, or check --root"
        )
    with ExitStack() as stack:
        new = stack.enter_context(replacing(out, (*SPLITS, FOLDER, README), signed=README, signature=_TITLE))
        writer = stack.enter_context(ChatWriter(new)) if chat else None
        tree = _Tree(new, HispatialSummary(), read_picture, layout, stand_ins, writer)
        for dataset, shard in track(partitions):
            tree.add(dataset, shard, list(read_shard(lake, dataset, shard)))
        if not tree.summary.pictures:
            reasons = ", ".join(f"{count} with {reason!r}" for reason, count in tree.summary.left_out.items())
            raise DataError(
                f"{lake.storage.url}: no picture that can be exported: {reasons or 'the shards are empty'}"
            )
        (new / README).write_text(_README_TEXT)
    return tree.summary


def shard_path(split: Split, layout: Layout, dataset: str, shard: str) -> Path:
    """Where a shard lies in the export."""
    source, name = quote(dataset, safe=""), quote(shard, safe="")
    if layout == "wild":
        return Path(split, layout, source, f"{name}.tar")
    return Path(split, layout, f"{source}+{name}.tar")  # neither holds a plus sign


@dataclass(frozen=True)
class _Tree:
    out: Path
    summary: HispatialSummary
    read_picture: ReadPicture
    layout: Layout | None
    stand_ins: bool
    chat: ChatWriter | None

    def add(self, dataset: str, shard: str, pictures: list[PictureRows]) -> None:
        """Writes the pictures of a shard of the lake: a tar per split and layout."""
        with ExitStack() as stack:
            writers: dict[tuple[Split, Layout], tarfile.TarFile] = {}
            keys = sample_keys([picture.image.image_id for picture in pictures])
            for key, picture in zip(keys, pictures, strict=True):
                layout = self.layout or natural_layout(picture.image)
                reason = why_unusable(picture.image, layout, stand_ins=self.stand_ins)
                if reason:
                    self.summary.left_out[f"picture: {reason}"] += 1
                    continue
                place = picture.image.split, layout
                if place not in writers:
                    path = self.out / shard_path(*place, dataset, shard)
                    writers[place] = stack.enter_context(open_shard(path))
                    self.summary.shards[*place, dataset] += 1
                make = wild_sample if layout == "wild" else ca1m_sample
                data = self._read(picture.image)
                add_sample(writers[place], make(key, picture, data, self.summary.left_out))
                if self.chat is not None:
                    self.chat.add(dataset, shard, key, picture, data, self.summary.left_out_of_chat)
                self.summary.pictures[*place, dataset] += 1

    def _read(self, image: WebImageRecord) -> bytes:
        data = self.read_picture(image)
        if image.sha256 and hashlib.sha256(data).hexdigest() != image.sha256:
            raise DataError(f"{image.image}: not the file that the lake was built from; build it again")
        return data
