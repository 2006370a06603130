"""Speed of the stages that look at pictures: the index, and each model of a stack."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from factory.bench.speed import Figure, Laps, best_cpu
from factory.errors import DataError
from factory.web.decode import DecodedPicture, UnusablePicture, decode_picture
from factory.web.estimate import estimate_pictures
from factory.web.estimators.stack import ROLES, StackConfig, open_stack
from factory.web.index import IndexLimits, index_shard
from factory.web.inputs.base import WebInput

_LIMITS = IndexLimits()


def index_speed(pictures: WebInput) -> Iterator[Figure]:
    """Encoded pictures -> rows of the index: decoded, screened, hashed."""
    megapixels = sum(picture.width * picture.height for picture in _decoded(pictures)) / 1e6
    found = [index_shard("speed", pictures, shard, _LIMITS) for shard in pictures.list_shards()]
    count = sum(len(one.rows) for one in found)
    kept = sum(one.counts["kept: pictures"] for one in found)

    def run() -> None:
        for shard in pictures.list_shards():
            index_shard("speed", pictures, shard, _LIMITS)

    conditions = f"{count} pictures, {kept} of them kept, {megapixels:.0f} megapixels"
    yield Figure("index", count / best_cpu(run), "pictures/CPU s", conditions)


def model_speed(pictures: WebInput, config: StackConfig) -> Iterator[Figure]:
    """Decoded pictures -> what the models make of them, whole and by role."""
    stack, laps = open_stack(config), Laps()
    roles = [role for role in ROLES if getattr(stack, role) is not None]
    clocked = replace(stack, **{role: _Clocked(getattr(stack, role), role, laps) for role in roles})
    decoded = _decoded(pictures)
    estimate_pictures(stack, decoded)  # warms up
    found = laps.of("all", estimate_pictures, clocked, decoded)
    stack.close()
    objects = sum(0 if isinstance(one, str) else len(one.detections) for one in found)
    left_out = sum(isinstance(one, str) for one in found)
    conditions = f"{len(decoded)} pictures, {objects} objects, {left_out} pictures left out, stack {stack.name}"
    for role in roles:
        name = type(getattr(stack, role)).__name__
        yield Figure(f"{role}, {name}", len(decoded) / laps.seconds[role], "pictures/CPU s", conditions)
    rest = laps.seconds["all"] - sum(laps.seconds[role] for role in roles)
    yield Figure("resizing, maps and masks", len(decoded) / rest, "pictures/CPU s", conditions)
    yield Figure("all models", len(decoded) / laps.seconds["all"], "pictures/CPU s", conditions)


class _Clocked:
    """A model that adds up the CPU time of its own work."""

    def __init__(self, model: Any, role: str, laps: Laps) -> None:
        self._model, self._role, self._laps = model, role, laps

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._model, name)
        return lambda *args, **options: self._laps.of(self._role, method, *args, **options)


def _decoded(pictures: WebInput) -> list[DecodedPicture]:
    """The pictures that can be used. Raises DataError when there are none."""
    found = []
    for shard in pictures.list_shards():
        for raw in pictures.read(shard):
            try:
                found.append(decode_picture(raw.data or b"", _LIMITS.decode))
            except UnusablePicture:  # the index counts them
                continue
    if not found:
        raise DataError("no picture that can be used: --photos names a folder of photographs")
    return found
