"""The SPAR tree of a lake: questions by task and format, the index, the media.

spar/<source>/images/<scene>/image_color/<frame>.jpg
spar/<source>/images/<scene>/video_color/frame<place>_<frame>.jpg, video_idx.txt
spar/<source>/qa_jsonl/<split>/<task>/<format>/<format>_<N>.jsonl
data_jsons/<source>_<K>k.json
vgllm/<split>.jsonl
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from factory.errors import DataError
from factory.exports.replacing import replacing
from factory.exports.spar import official_row
from factory.exports.spar_files import FileKey, QuestionFiles
from factory.exports.spar_media import SparMedia, write_cameras
from factory.exports.spar_places import FramePlace, frame_places, video_list, video_of
from factory.exports.spar_types import TYPES
from factory.exports.vgllm import FOLDER, write_vgllm
from factory.store.lake import Lake, Track
from schemas.qa import QARow
from schemas.records import ViewRecord

README = "README.txt"
_TITLE = "SPAR export"
_README_TEXT = f"""{_TITLE}

What is here
  spar/<source>/qa_jsonl/<split>/<task>/<format>/<format>_<N>.jsonl   N questions, one JSON object per line
  spar/<source>/images/<scene>/image_color/<frame>.jpg                images, unless they were left out
  spar/<source>/images/<scene>/video_color/frame<i>_<frame>.jpg       the video: 32 frames, i from 0 to 31
  spar/<source>/images/<scene>/video_idx.txt                          the frames of the video, in order
  data_jsons/<source>_<K>k.json                                       index of the train split (K thousand questions)
  data_jsons/<source>_<split>_<K>k.json                               index of another split
  vgllm/<split>.jsonl                                                 the same questions in VG-LLM's form, if asked for
  Paths inside the index are relative to this folder: start loaders here.

Conventions
  Images are unaltered. Marks are fields of the row that loaders draw: 0-1000 along the width, 0-1000 along the height.
  The name of an image ends in .jpg whatever its encoding is.
  The lines of a file are in a fixed order that mixes the scenes, so that its head is a sample of all of them
  (loaders take the head where repeat_time is below 1).
  Frame-<i> in a question counts from 0, like the places of marks in *_img_idx and the names of video frames.
  An id is <scene>_<number>, unique within this export.

RGBD edition only (for videos video_depth/ and video_pose/, with the names of video_color/)
  images/<scene>/image_depth/<frame>.png   depth along the optical axis, as in the input (ScanNet: 16 bit, millimetres)
  images/<scene>/pose/<frame>.txt          4x4, camera to world, metres; camera axes x right, y down, z forward.
                                           The world is the one that the answers were computed in: z up, and aligned
                                           where the data set has an axis alignment. Do not align these poses again
                                           (SPAR-7M-RGBD has the poses of ScanNet before the alignment).
  images/<scene>/intrinsic/                4x4; the centre of the top-left pixel is (0, 0)

Licence
  Questions and answers only. Images and depth maps belong to the owner of each data set, whose terms hold for every
  copy or link of them in this folder.
"""


@dataclass
class ExportSummary:
    """What was written: questions per file, scenes and images per source; questions that SPAR has no format for."""

    questions: Counter[FileKey] = field(default_factory=Counter)
    scenes: Counter[str] = field(default_factory=Counter)
    images: Counter[str] = field(default_factory=Counter)
    left_out: int = 0


def export_spar(
    lake: Lake, out: Path, media: SparMedia, *, rgbd: bool = False, vgllm: bool = False, track: Track = iter
) -> ExportSummary:
    """Writes all questions of a lake as a SPAR tree into `out`, in place of an earlier export.

    Questions in formats that SPAR does not have are counted and left out. Scenes are read one at a time; the result
    depends on the lake and its media alone. `track` wraps the list of partitions, for a progress bar. Raises
    DataError when there is nothing to export or something cannot be exported; an earlier export stays as it was then.
    """
    partitions = lake.partitions("qa")
    if not partitions:
        raise DataError(f"{lake.storage.url}: a lake without questions; build it first, or check --root")
    summary = ExportSummary()
    with replacing(out, ("data_jsons", "spar", FOLDER, README), signed=README, signature=_TITLE) as new:
        files = QuestionFiles(new)
        numbers: Counter[str] = Counter()
        for dataset, scene in track(partitions):
            stored = [QARow.model_validate(row) for row in lake.read_verified("qa", dataset, scene).to_pylist()]
            rows = [row for row in stored if row.task not in TYPES or row.format in TYPES[row.task].formats]
            summary.left_out += len(stored) - len(rows)
            for row in rows:
                row_id = f"{row.scene_id}_{numbers[row.scene_id]}"
                numbers[row.scene_id] += 1
                files.add(dataset, row, json.dumps(official_row(row, row_id, depth=rgbd)))
            files.flush()
            uris = {place: uri for row in rows for place, uri in zip(frame_places(row), row.images, strict=True)}
            places = sorted(uris, key=lambda place: place.image)
            images = Path("spar", dataset, "images")
            for place in places:
                path = images / place.image
                media.place(dataset, uris[place], new / path, out.resolve() / path)
            if video := video_of(rows):
                (new / images / scene).mkdir(parents=True, exist_ok=True)
                (new / images / video_list(scene)).write_text(",".join(video))
            if rgbd and places:
                _place_depth(lake, media, dataset, scene, places, new, out.resolve())
            summary.scenes[dataset] += 1
            summary.images[dataset] += len(places)
        summary.questions = files.finish()
        if vgllm:
            write_vgllm(new)
        (new / README).write_text(_README_TEXT)
    return summary


def _place_depth(
    lake: Lake, media: SparMedia, dataset: str, scene: str, places: list[FramePlace], new: Path, out: Path
) -> None:
    stored = {view["frame_id"]: view for view in lake.read("views", dataset, scene).to_pylist()}
    views = [ViewRecord.model_validate(stored[place.frame_id]) for place in places]
    images = Path("spar", dataset, "images")
    depth_uris = []
    for view, place in zip(views, places, strict=True):
        if view.depth is None:
            raise DataError(f"{dataset}/{scene}: frame {view.frame_id} has no depth map; export without --rgbd")
        depth_uris.append(view.depth)
        path = images / place.depth
        media.place(dataset, view.depth, new / path, out / path)
    depth_png = None if media.mode == "none" else media.read(dataset, depth_uris[0])
    write_cameras(views, places, new / images, scene, depth_png)
