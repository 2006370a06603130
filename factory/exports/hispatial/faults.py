"""What a strict reader finds wrong with a shard."""

from dataclasses import dataclass
from typing import NamedTuple


class Fault(NamedTuple):
    """A rule of the format that something breaks, and how."""

    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault and its place: the shard relative to the export, the sample's key, the item (empty: the sample)."""

    shard: str
    key: str
    item: str
    fault: Fault
