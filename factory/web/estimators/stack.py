"""Which models make a stack: chosen by name, changed by role, described without loading, opened once per worker."""

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_args

from pydantic import AfterValidator, Field, ValidationError

from factory.errors import DataError
from factory.store.hashing import digest_of
from factory.web.estimators.model import Machine, Model
from factory.web.estimators.protocols import (
    Classifier,
    DepthEstimator,
    Detector,
    Estimator,
    GravityEstimator,
    OrientationEstimator,
    Segmenter,
)
from factory.web.estimators.weights import RANDOM, WeightFile, resolve, weights_folder
from schemas.base import Record
from schemas.web import ModelUse

Role = Literal["depth", "detector", "segmenter", "orientation", "gravity", "classifier"]
ROLES: tuple[Role, ...] = get_args(Role)

# Imported when a stack asks for them. A configuration may also name a class of its own as `package.module:Class`.
MODELS = {
    "fastdepth": "factory.web.estimators.fastdepth:FastDepth",
    "efficientdet": "factory.web.estimators.efficientdet:EfficientDet",
    "sam2_onnx": "factory.web.estimators.sam2_onnx:Sam2Onnx",
    "box_masks": "factory.web.estimators.box_masks:BoxMasks",
    "vertical_lines": "factory.web.estimators.vertical_lines:VerticalLines",
    "imagenet": "factory.web.estimators.imagenet:ImageNet",
    "moge2": "factory.web.estimators.paper.depth_moge:Moge",
    "transformers_depth": "factory.web.estimators.paper.depth_transformers:TransformersDepth",
    "tagged_vocabulary": "factory.web.estimators.paper.tagged_vocabulary:TaggedVocabulary",
    "open_vocabulary": "factory.web.estimators.paper.open_vocabulary:OpenVocabulary",
    "closed_vocabulary": "factory.web.estimators.paper.closed_vocabulary:ClosedVocabulary",
    "sam": "factory.web.estimators.paper.segment:Sam",
    "orient_anything": "factory.web.estimators.paper.orientation:OrientAnything",
    "geocalib": "factory.web.estimators.paper.gravity_geocalib:GeoCalib",
}
NO_MODEL = "none"  # for files, which cannot say None
STACKS: dict[str, dict[Role, str]] = {
    "cpu": {
        "depth": "fastdepth",
        "detector": "efficientdet",
        "segmenter": "sam2_onnx",
        "gravity": "vertical_lines",
        "classifier": "imagenet",
    },
    "paper": {
        "depth": "moge2",
        "detector": "open_vocabulary",
        "segmenter": "sam",
        "orientation": "orient_anything",
        "gravity": "geocalib",
        "classifier": "imagenet",
    },
}


def _absolute(origin: str) -> str:
    # workers start in another folder
    return origin if not origin or origin == RANDOM or "://" in origin else str(Path(origin).expanduser().absolute())


AnywherePath = Annotated[str, AfterValidator(_absolute)]


class GivenWeights(Record):
    """Weights that the user names: a file, a folder or a URL, with the checksum (`random` and `random` for none)."""

    origin: AnywherePath
    sha256: str
    licence: str
    name: str = ""


class RoleConfig(Record):
    """The model of one role: a name of `MODELS` or `package.module:Class`, or `none`; its weights by part, its
    parameters."""

    model: str
    weights: dict[str, GivenWeights] = Field(default={})
    parameters: dict[str, Any] = Field(default={})


class StackConfig(Record):
    """A set of models. masks : `box` takes a detection's box for its mask, for quick runs; default_fov_deg : the
    larger field of view of a picture of which nobody knows one; min_score, closed_score : as the detector's scores
    need them, see `factory.web.estimate.EstimateParameters`; roles : replaces or removes (None) models of the stack;
    the rest says where and how they run."""

    name: str = "cpu"
    masks: Literal["sam", "box"] = "sam"
    default_fov_deg: float = Field(default=60.0, gt=5, lt=150)
    min_score: float = Field(default=0.3, ge=0, le=1)
    closed_score: float = Field(default=0.5, ge=0, le=1)
    roles: dict[Role, RoleConfig | None] = Field(default={})
    weights_folder: AnywherePath = ""
    device: str = "cpu"
    precision: Literal["float32", "float16", "bfloat16"] = "float32"
    threads: int = Field(default=1, ge=1)
    batch_size: int = Field(default=8, ge=1)


@dataclass(frozen=True, eq=False)
class Stack:
    """Loaded models; None where a stack has none for a role."""

    name: str
    depth: DepthEstimator
    detector: Detector
    segmenter: Segmenter
    orientation: OrientationEstimator | None = None
    gravity: GravityEstimator | None = None
    classifier: Classifier | None = None
    default_fov_deg: float = 60.0
    batch_size: int = 8

    def models(self) -> list[ModelUse]:
        """All weights, in the order of the roles."""
        return [use for estimator in self._estimators() for use in estimator.models()]

    @property
    def is_data(self) -> bool:
        """False when any weights are a random stand-in, so that nothing made with them is data."""
        return all(use.sha256 != RANDOM for use in self.models())

    def close(self) -> None:
        for estimator in self._estimators():
            estimator.close()

    def _estimators(self) -> Iterator[Estimator]:
        for role in ROLES:
            estimator = getattr(self, role)
            if estimator is not None:
                yield estimator


def open_stack(config: StackConfig) -> Stack:
    """Loads all models. Raises DataError for what the configuration names and nobody knows, and for weights that are
    missing or wrong."""
    loaded = {role: open_role(config, role) for role in ROLES}
    for role in ("depth", "detector", "segmenter"):
        if loaded[role] is None:
            raise DataError(f"stack {config.name}: no model for the role {role}, which every stack needs")
    return Stack(config.name, **loaded, default_fov_deg=config.default_fov_deg, batch_size=config.batch_size)


def open_role(config: StackConfig, role: Role) -> Any:
    """The model of one role alone, None where the stack has none."""
    chosen = _chosen(config, role)
    if chosen is None:
        return None
    machine = Machine(
        folder=weights_folder(config.weights_folder),
        device=config.device,
        precision=config.precision,
        threads=config.threads,
        batch_size=config.batch_size,
    )
    return chosen.model(chosen.weights, chosen.parameters, machine)


def check_weights(config: StackConfig) -> None:
    """Raises DataError when the weights of any role are missing or wrong; loads no model."""
    folder = weights_folder(config.weights_folder)
    for weights in stack_weights(config):
        if not weights.is_random:
            resolve(weights, folder)


def stack_weights(config: StackConfig) -> list[WeightFile]:
    """All files of weights that a stack is made of, in the order of the roles."""
    chosen = [_chosen(config, role) for role in ROLES]
    return [weights for one in chosen if one is not None for weights in one.weights.values()]


def stack_digest(config: StackConfig, roles: tuple[Role, ...] = ROLES) -> str:
    """Digest of all that decides what the models of these roles say, without loading them: which they are, the
    versions of the code around them, checksums, parameters, precision. For fingerprints."""
    parts = [config.precision, f"{config.default_fov_deg!r}"]
    for role in roles:
        chosen = _chosen(config, role)
        if chosen is None:
            parts += [role, ""]
            continue
        parts += [role, f"{chosen.model.__module__}:{chosen.model.__qualname__}", str(chosen.model.version)]
        parts += [f"{part} {weights.sha256}" for part, weights in sorted(chosen.weights.items())]
        parts.append(chosen.parameters.model_dump_json())
    return digest_of(parts)


@dataclass(frozen=True)
class _Chosen:
    model: type[Model]
    weights: Mapping[str, WeightFile]
    parameters: Record


def _chosen(config: StackConfig, role: Role) -> _Chosen | None:
    if config.name not in STACKS:
        raise DataError(f"no stack is called {config.name!r}; there are {', '.join(sorted(STACKS))}")
    default = STACKS[config.name].get(role)
    if role == "segmenter" and config.masks == "box":
        default = "box_masks"
    asked = config.roles.get(role, RoleConfig(model=default) if default else None)
    if asked is None or asked.model == NO_MODEL:
        return None
    model = _model_class(asked.model)
    try:
        parameters = model.parameters(**asked.parameters)
    except ValidationError as error:
        raise DataError(f"role {role}, model {asked.model}: {error}") from error
    return _Chosen(model, _weights(asked, model, role), parameters)


def _model_class(name: str) -> type[Model]:
    place = MODELS.get(name, name)
    module, colon, attribute = place.partition(":")
    if not colon:
        raise DataError(
            f"no model is called {name!r}; there are {', '.join(sorted(MODELS))}, and package.module:Class"
        )
    try:
        return cast(type[Model], getattr(importlib.import_module(module), attribute))
    except (ImportError, AttributeError) as error:
        raise DataError(f"model {name}: {place} cannot be imported: {error}") from error


def _weights(asked: RoleConfig, model: type[Model], role: Role) -> dict[str, WeightFile]:
    unknown = sorted(set(asked.weights) - set(model.weights))
    if unknown:
        raise DataError(f"role {role}: {asked.model} has no weights called {', '.join(unknown)}")
    found = {}
    for part, own in model.weights.items():
        given = asked.weights.get(part)
        if given is not None:
            name = given.name or (own.name if own else asked.model)
            found[part] = WeightFile(role, name, given.sha256, given.licence, given.origin)
        elif own is not None:
            found[part] = own
        else:
            raise DataError(
                f"role {role}: the weights {part} of {asked.model} are to be named with origin, sha256 and licence"
            )
    return found
