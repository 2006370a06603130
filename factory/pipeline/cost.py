"""What a build will cost, from measured CPU seconds and the prices of nodes; read from a TOML file."""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from factory.errors import DataError
from schemas.base import Record

Positive = Annotated[float, Field(gt=0)]


class Node(Record):
    """A kind of node: its price of an hour and its CPUs."""

    name: str
    hour: Positive
    cpus: Annotated[int, Field(gt=0)]


class Nodes(Record):
    """The node of the driver, paid from the first to the last minute, and those of the workers."""

    head: Node
    cpu: Node


class Speed(Record):
    """CPU seconds that one unit of work takes on one CPU, and how they were measured."""

    unit: str
    cpu_seconds: Positive
    measured: str


class Prices(Record):
    """A file of prices.

    busy_share : share of the workers' paid CPU time that is work on scenes.
    """

    currency: str
    busy_share: Annotated[float, Field(gt=0, le=1)]
    nodes: Nodes
    speeds: dict[str, Speed]


class Estimate(Record):
    """Work on `count` units: busy CPU hours, wall hours, and money."""

    cpu_hours: float
    wall_hours: float
    cost: float


def read_prices(file: Path) -> Prices:
    """Raises DataError for a file that holds no prices."""
    try:
        return Prices.model_validate(tomllib.loads(file.read_text()))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise DataError(f"{file}: {error}; prices are expected as in infra/prices.toml") from error
    except OSError as error:
        raise DataError(f"{file}: {error.strerror}; give a file of prices such as infra/prices.toml") from error


def estimate(prices: Prices, work: str, count: int, workers: int) -> Estimate:
    """What `count` units of a work cost on so many worker nodes; raises DataError for a work without a speed."""
    if work not in prices.speeds:
        raise DataError(f"no speed of {work!r} is known, only of {', '.join(sorted(prices.speeds))}")
    cpu_hours = count * prices.speeds[work].cpu_seconds / 3600
    worker_hours = cpu_hours / prices.busy_share / prices.nodes.cpu.cpus
    wall_hours = worker_hours / workers
    cost = worker_hours * prices.nodes.cpu.hour + wall_hours * prices.nodes.head.hour
    return Estimate(cpu_hours=cpu_hours, wall_hours=wall_hours, cost=cost)
