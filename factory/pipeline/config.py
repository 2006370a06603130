"""What a build is asked to do."""

from typing import Literal

from pydantic import Field

from factory.pipeline.quotas import Quota
from schemas.base import Record


class BuildConfig(Record):
    """One build of one source into one lake.

    input, root : folder or URL; scenes : None for all of the input; excluded : ids of scenes whose rooms must not be
    built; quotas : facts per scene, by task and format;
    instruction_languages : those of the walks' instructions that are asked about;
    rasterizer : resolved name, part of the records' fingerprint; rasterizer_gpus : share of a GPU that each
    rasterizer takes, 0 for software GL; workers : scenes worked on at once, None for as many as there is room for.
    """

    source: str
    input: str
    root: str
    scenes: list[str] | None = None
    excluded: list[str] = Field(default_factory=list)
    quotas: dict[str, Quota]
    seed: int = 0
    instruction_languages: list[str] = Field(default_factory=lambda: ["en"], min_length=1)
    rasterizer: Literal["egl", "embree"]
    rasterizer_gpus: float = Field(default=0.0, ge=0, le=1)
    workers: int | None = Field(default=None, ge=1)
