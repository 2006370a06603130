"""Where rows find their frames, relative to `spar/<source>/images`."""

from dataclasses import dataclass
from functools import lru_cache

from factory.errors import DataError
from factory.exports.spar_types import TYPES
from schemas.qa import QARow

VIDEO_FRAMES = 32


@dataclass(frozen=True)
class FramePlace:
    """A frame of a scene, by itself or (`video_place` from 0) as one of the frames of the scene's video.

    The suffix of an image says nothing about its encoding.
    """

    scene_id: str
    frame_id: str
    video_place: int | None = None

    @property
    def image(self) -> str:
        return f"{self.scene_id}/{self._kind}_color/{self._name}.jpg"

    @property
    def depth(self) -> str:
        return f"{self.scene_id}/{self._kind}_depth/{self._name}.png"

    @property
    def pose(self) -> str:
        folder = "pose" if self.video_place is None else "video_pose"
        return f"{self.scene_id}/{folder}/{self._name}.txt"

    @property
    def _kind(self) -> str:
        return "image" if self.video_place is None else "video"

    @property
    def _name(self) -> str:
        return self.frame_id if self.video_place is None else f"frame{self.video_place}_{self.frame_id}"


def frame_places(row: QARow) -> tuple[FramePlace, ...]:
    """The frames of a row; those of a walk are frames by themselves."""
    return _places(row.scene_id, tuple(row.frame_ids), is_video(row.task))


def is_video(task: str) -> bool:
    """Whether rows of a task folder show the scene's video."""
    return TYPES[task].images == VIDEO_FRAMES


@lru_cache(maxsize=4)  # all rows about a video have the same
def _places(scene_id: str, frame_ids: tuple[str, ...], video: bool) -> tuple[FramePlace, ...]:
    return tuple(FramePlace(scene_id, frame, place if video else None) for place, frame in enumerate(frame_ids))


def video_list(scene_id: str) -> str:
    """The file that lists the frames of a scene's video."""
    return f"{scene_id}/video_idx.txt"


def video_of(rows: list[QARow]) -> list[str]:
    """The frames of the video that a scene's rows are about, [] where none is. Raises DataError for several videos."""
    videos = {tuple(row.frame_ids) for row in rows if is_video(row.task)}
    if len(videos) > 1:
        row = rows[0]
        raise DataError(
            f"{row.source}/{row.scene_id}: its questions are about {len(videos)} different videos, an export names "
            "one per scene; build the scene again"
        )
    return list(*videos)
