"""What a build over web images is asked to do."""

from pydantic import Field

from factory.visibility.select import RasterizerName
from factory.web.estimators.stack import StackConfig
from schemas.base import Record


class WebBuildConfig(Record):
    """One build of one set of pictures into one lake.

    source : the data set's name; input : tars, Parquet or a folder of pictures, or where `records` is given the scans
    that it was made of; records : a lake of scenes, whose keyframes are the pictures; shards : None for all;
    tasks : None for all; items : questions per task and picture; rasterizer : for labelled scenes;
    gpus : share of a GPU per set of models; workers : shards worked on at once, None for as many as there is room for.
    """

    source: str
    input: str
    root: str
    records: str | None = None
    stack: StackConfig
    shards: list[str] | None = None
    tasks: list[str] | None = None
    items: int = Field(default=8, ge=1)
    seed: int = 0
    rasterizer: RasterizerName
    gpus: float = Field(default=0.0, ge=0)
    workers: int | None = Field(default=None, ge=1)
