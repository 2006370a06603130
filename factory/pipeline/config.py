"""What a build is asked to do."""

import secrets
from typing import Literal

from pydantic import Field

from factory.pipeline.gpu_share import GpuShare
from factory.pipeline.quotas import Quota
from schemas.base import Record


class RunConfig(Record):
    """What all builds have in common, none of it part of a fingerprint but `source`.

    source : the data set's name; input, root : folder or URL; workers : scenes (or shards) worked on at once, None
    for as many as there is room for; scene_timeout : seconds that a stage may take for a scene, or for a shard
    without getting on, before its worker is ended; run : tells this start of the job from others.
    """

    source: str
    input: str
    root: str
    workers: int | None = Field(default=None, ge=1)
    scene_timeout: float = Field(default=1800.0, gt=0)
    run: str = Field(default_factory=lambda: secrets.token_hex(16))


class BuildConfig(RunConfig):
    """One build of one source into one lake.

    scenes : None for all of the input; excluded : ids of scenes whose rooms must not be built; quotas : facts per
    scene, by task and format; instruction_languages : those of the walks' instructions that are asked about;
    rasterizer : resolved name, part of the records' fingerprint; rasterizer_gpus : share of a GPU that each
    rasterizer takes, 0 for software GL.
    """

    scenes: list[str] | None = None
    excluded: list[str] = Field(default_factory=list)
    quotas: dict[str, Quota]
    seed: int = 0
    instruction_languages: list[str] = Field(default_factory=lambda: ["en"], min_length=1)
    rasterizer: Literal["egl", "embree"]
    rasterizer_gpus: GpuShare = 0.0
