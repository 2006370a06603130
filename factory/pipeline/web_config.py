"""What a build over web images is asked to do."""

import os

from pydantic import Field

from factory.language_model import LanguageModel
from factory.pipeline.config import RunConfig
from factory.pipeline.gpu_share import GpuShare
from factory.visibility.select import RasterizerName
from factory.web.estimators.stack import StackConfig
from factory.web.inputs.folders import DEFAULT_BUCKETS
from factory.web.sensors import SensorPhoto
from schemas.base import Record


class CaptionerConfig(Record):
    """A vision-language model behind an OpenAI-compatible endpoint; the key stands in an environment variable."""

    base_url: str
    model: str
    key_variable: str = "OPENAI_API_KEY"

    def open(self) -> LanguageModel:
        """The client. Raises DataError for what is no URL."""
        return LanguageModel(self.base_url, self.model, os.environ.get(self.key_variable, ""))


class WebBuildConfig(RunConfig):
    """One build of one set of pictures into one lake.

    input : tars, Parquet or a folder of pictures, or where `records` is given the scans that it was made of; buckets :
    shards of a plain folder; records : a lake of scenes, whose keyframes are the pictures; stack, captioner : models,
    not asked where there are records; sensors : pictures with measured depth; shards, tasks : None for all; items :
    questions per task and picture; rasterizer : for labelled scenes; gpus : share of a GPU per set of models.
    """

    buckets: int = Field(default=DEFAULT_BUCKETS, ge=1)
    records: str | None = None
    stack: StackConfig = StackConfig()
    captioner: CaptionerConfig | None = None
    sensors: list[SensorPhoto] = Field(default_factory=list)
    shards: list[str] | None = None
    tasks: list[str] | None = None
    items: int = Field(default=8, ge=1)
    seed: int = 0
    rasterizer: RasterizerName
    gpus: GpuShare = 0.0
