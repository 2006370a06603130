"""Second stage for web images: a shard's pictures through the models, or a scene's keyframes with their labels, ->
`web_images`. The only stage that needs a GPU, or pays for one."""

import hashlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

import pyarrow as pa

from factory.errors import DataError
from factory.pipeline.bad_pictures import BadPictures
from factory.pipeline.index_stage import LIMITS
from factory.pipeline.result import StageResult, run_stage
from factory.pipeline.watchdog import still_going
from factory.pipeline.web_config import WebBuildConfig
from factory.sources.registry import open_source
from factory.store.lake import TABLES, Lake
from factory.store.storage import Storage
from factory.visibility.select import RasterizerOnDemand
from factory.web.decode import DecodedPicture, DecodeLimits, decode_picture
from factory.web.estimate import EstimateParameters, estimate_pictures
from factory.web.estimators.stack import Stack, open_stack
from factory.web.inputs.base import RawPicture
from factory.web.inputs.opening import open_input
from factory.web.labelled import labelled_pictures
from factory.web.references.captioner import Captioner
from factory.web.references.colors import with_colors
from factory.web.sensors import Sensors
from factory.web.sharpness import is_blurred
from schemas.web import WebImageRecord, WebIndexRecord

PICTURES_PER_GROUP = 64  # rows that are in memory at once, and a row group of the table

_ANY_SIZE = DecodeLimits(min_side=1, max_aspect=100.0)  # what a labelled source holds was chosen by a person

Progress = Callable[[int], None]
"""Takes the number of pictures that were done since it was last called."""
_T = TypeVar("_T")


class ImagesStage(ABC):
    """Writes `web_images` of one shard at a time; holds models between shards."""

    def __init__(self, config: WebBuildConfig, progress: Progress) -> None:
        self._config = config
        self._lake = Lake(Storage(config.root))

        def advance(count: int) -> None:
            still_going()
            progress(count)

        self._progress = advance

    def run(self, shard_id: str, versions: dict[str, str], dropped: frozenset[str]) -> StageResult:
        """Builds and commits, or quarantines; `dropped` are the pictures that repeat others."""
        return run_stage(
            self._lake, self._config, shard_id, "estimate", lambda: self._build(shard_id, versions, dropped)
        )

    @abstractmethod
    def rows(
        self, shard_id: str, dropped: frozenset[str], counts: Counter[str], bad: BadPictures
    ) -> Iterator[WebImageRecord]:
        """The pictures of a shard, in the order of the input."""

    @abstractmethod
    def close(self) -> None:
        """Frees the models."""

    def _build(self, shard_id: str, versions: dict[str, str], dropped: frozenset[str]) -> dict[str, int]:
        source = self._config.source
        counts: Counter[str] = Counter()
        bad = BadPictures(source, shard_id, "estimate")
        with self._lake.writer("web_images", source, shard_id) as writer:
            for rows in _groups(self.rows(shard_id, dropped, counts, bad), PICTURES_PER_GROUP):
                writer.add(pa.Table.from_pylist([row.model_dump() for row in rows], schema=TABLES["web_images"]))
                counts["estimated: pictures"] += len(rows)
            counts += bad.counts()
            writer.commit(versions=versions, counts=counts)
        bad.settle(self._lake)
        return dict(counts)


class EstimateStage(ImagesStage):
    """Pictures through a stack of models."""

    def __init__(self, config: WebBuildConfig, progress: Progress) -> None:
        super().__init__(config, progress)
        self._pictures = open_input(config.input, config.buckets)
        self._captioner = None if config.captioner is None else Captioner(config.captioner.open())
        self._parameters = EstimateParameters.of(config.stack)
        self._sensors = Sensors(Storage(config.input), config.sensors)
        self._stack: Stack | None = None

    def rows(
        self, shard_id: str, dropped: frozenset[str], counts: Counter[str], bad: BadPictures
    ) -> Iterator[WebImageRecord]:
        if self._stack is None:
            self._stack = open_stack(self._config.stack)
        table = self._lake.read("web_index", self._config.source, shard_id)
        index = {row["image_id"]: WebIndexRecord.model_validate(row) for row in table.to_pylist()}
        wanted = {image_id for image_id, record in index.items() if not record.reason and image_id not in dropped}
        counts.update(f"rejected: picture: {record.reason}" for record in index.values() if record.reason)
        counts.update(["rejected: picture: duplicate"] * len(dropped))
        for batch in _groups(self._pictures.read(shard_id, wanted), self._config.stack.batch_size):
            decoded = list(_decoded(batch, index, self._sensors, bad))
            yield from self._estimated(
                [(index[raw.image_id], raw.caption, picture) for raw, picture in decoded], counts, bad
            )
            self._progress(len(batch))

    def _estimated(
        self,
        pictures: list[tuple[WebIndexRecord, str | None, DecodedPicture]],
        counts: Counter[str],
        bad: BadPictures,
    ) -> Iterator[WebImageRecord]:
        """What the models make of a batch; where they fail on it, of each picture alone."""
        assert self._stack is not None
        try:
            estimates = estimate_pictures(self._stack, [picture for *_, picture in pictures], self._parameters)
        except Exception as error:
            if len(pictures) > 1:
                for one in pictures:
                    yield from self._estimated([one], counts, bad)
            else:
                bad.add(pictures[0][0].image_id, error)
            return
        for (record, caption, picture), estimate in zip(pictures, estimates, strict=True):
            if isinstance(estimate, str):
                counts[f"rejected: picture: {estimate}"] += 1
                continue
            counts.update({f"rejected: {reason}": n for reason, n in estimate.counts.items()})
            row = WebImageRecord(
                **record.model_dump(exclude={"reason"}),
                split="train",
                caption=caption,
                scene_id=None,
                frame_id=None,
                **estimate.columns(),
            )
            row = with_colors(row, picture.rgb)
            if self._captioner is not None:
                row, failures = self._captioner.describe(row, picture.rgb)
                counts.update({f"rejected: description: {reason}": n for reason, n in failures.items()})
            yield row

    def close(self) -> None:
        if self._stack is not None:
            self._stack.close()
            self._stack = None


class LabelStage(ImagesStage):
    """Keyframes of the scenes of a lake; the labels stand in for the models."""

    def __init__(self, config: WebBuildConfig, progress: Progress) -> None:
        super().__init__(config, progress)
        if config.records is None:
            raise ValueError("labelled pictures need a lake of records")
        self._source = open_source(config.source, Storage(config.input))
        self._records = Lake(Storage(config.records))
        self._rasterizer = RasterizerOnDemand(config.rasterizer)

    def rows(
        self, shard_id: str, dropped: frozenset[str], counts: Counter[str], bad: BadPictures
    ) -> Iterator[WebImageRecord]:
        rejected: Counter[str] = Counter()
        for record in labelled_pictures(self._source, self._records, shard_id, self._rasterizer, rejected):
            try:
                data, _ = self._source.read_media(record.image)
                rgb = decode_picture(data, _ANY_SIZE).rgb
                if is_blurred(rgb):
                    counts["rejected: picture: blurred"] += 1
                else:
                    yield with_colors(record, rgb)
            except Exception as error:
                bad.add(record.image_id, error)
            self._progress(1)
        counts.update({f"rejected: {reason}": count for reason, count in rejected.items()})

    def close(self) -> None:
        self._rasterizer.close()


def _decoded(
    batch: list[RawPicture], index: Mapping[str, WebIndexRecord], sensors: Sensors, bad: BadPictures
) -> Iterator[tuple[RawPicture, DecodedPicture]]:
    for raw in batch:
        try:
            if raw.data is None:
                raise DataError(f"{raw.uri}: {raw.reason}; it could be read when the index was made")
            if hashlib.sha256(raw.data).hexdigest() != index[raw.image_id].sha256:
                raise DataError(f"{raw.uri}: another picture than when the index was made; run the build again")
            picture = decode_picture(raw.data, LIMITS.decode)
            sensed = sensors.depth_of(raw.uri, picture.width, picture.height)
            yield raw, replace(picture, sensed=sensed)
        except Exception as error:  # whatever is wrong with one picture, the others go on
            bad.add(raw.image_id, error)


def _groups(items: Iterator[_T], size: int) -> Iterator[list[_T]]:
    group: list[_T] = []
    for item in items:
        group.append(item)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group
