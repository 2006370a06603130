"""The shards of a lake, in the folders that HiSpatial's training script looks into.

<split>/wild/<source>/<shard>.tar      `coyo_dir` or `o365_dir`: exactly one folder above the shards
<split>/ca1m/<source>+<shard>.tar      `ca1m_data_dir`: none
"""

from pathlib import Path

from factory.errors import DataError
from factory.exports.hispatial.chat import FOLDER, join_parts
from factory.exports.hispatial.processes import in_processes
from factory.exports.hispatial.shard_export import HispatialSummary, ReadPicture, ShardJob, export_shard
from factory.exports.hispatial.usable import Layout
from factory.exports.replacing import replacing
from factory.store.lake import Lake, Track
from schemas.scene import Split

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


def export_hispatial(
    lake: Lake,
    out: Path,
    read_picture: ReadPicture,
    *,
    layout: Layout | None = None,
    source: str | None = None,
    stand_ins: bool = False,
    chat: bool = False,
    processes: int = 1,
    track: Track = iter,
) -> HispatialSummary:
    """Writes the pictures and questions of a lake as shards into `out`, in place of an earlier export.

    layout : of all pictures; by default CA-1M's for those with measured depth, the wild one for others, and pictures
    without measured depth are left out of CA-1M's; source : only this one; stand_ins : also pictures from models with
    random weights; chat : also as conversations; processes : shards exported at once, each one in memory
    (`read_picture` must pickle for more than one). The same lake and pictures give the same bytes. Raises DataError
    when there is nothing to export or a shard cannot be exported; an earlier export stays as it was then.
    """
    partitions = [place for place in lake.partitions("web_qa") if source in (None, place[0])]
    if not partitions:
        of_source = f" of {source!r}" if source else ""
        raise DataError(
            f"{lake.storage.url}: no questions{of_source} about pictures; build them first, or check --root"
        )
    summary = HispatialSummary()
    with replacing(out, (*SPLITS, FOLDER, README), signed=README, signature=_TITLE) as new:
        jobs = [
            ShardJob(lake, new, number, dataset, shard, read_picture, layout, stand_ins, chat)
            for number, (dataset, shard) in enumerate(partitions)
        ]
        for _, of_shard in zip(track(partitions), in_processes(export_shard, jobs, processes), strict=True):
            summary.add(of_shard)
        if not summary.pictures:
            reasons = ", ".join(f"{count} with {reason!r}" for reason, count in summary.left_out.items())
            raise DataError(
                f"{lake.storage.url}: no picture that can be exported: {reasons or 'the shards are empty'}"
            )
        join_parts(new)
        (new / README).write_text(_README_TEXT)
    return summary
