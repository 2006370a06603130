"""What decides the records of a scene besides the scene."""

from typing import Annotated

from pydantic import Field

from factory.visibility.select import RasterizerName
from schemas.base import Record


class RecordParams(Record):
    """What decides records besides the scene.

    rasterizer : resolved name; keyframe_* : see `select_keyframes`; video_frame_count : see `video_frames`;
    raster_long_side : images are rasterized, or their depth is read, at their own size, at most this long [px];
    depth_tolerance_* : see `VertexVisibility`, looser for depth of a sensor; floor_* : see `floor_area`.
    """

    rasterizer: RasterizerName
    keyframe_distance_m: float = 0.3
    keyframe_angle_deg: float = 20.0
    video_frame_count: int = 32
    raster_long_side: Annotated[int, Field(ge=1, le=1000)] = 640
    depth_tolerance_m: float = 0.02
    depth_tolerance_ratio: float = 0.01
    floor_voxel_m: float = 0.1
    floor_alpha_m: float = 0.5
