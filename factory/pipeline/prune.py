"""What leaves the lake: scenes that are gone from the input, and markers that killed builds left."""

from collections.abc import Collection, Iterable, Mapping

import pyarrow as pa

from factory.pipeline.attempts import forget_attempts, marked_scenes
from factory.store.lake import Lake


def prune(lake: Lake, dataset: str, tables: Mapping[str, pa.Schema], scenes: Iterable[str]) -> None:
    """Removes all that the lake holds of scenes (or shards); tables : SCENE_TABLES or WEB_TABLES.

    Tables go before those that they belong to: whatever interrupts this, no reader meets questions whose records are
    gone, and the next plan finds what is left.
    """
    for scene in scenes:
        for table in reversed(list(tables)):
            lake.delete(table, dataset, scene)
        forget_attempts(lake, dataset, next(iter(tables)), scene)


def forget_settled(lake: Lake, dataset: str, table: str, scenes: Collection[str]) -> None:
    """Removes the markers that killed builds left of scenes which are built, up to date or in quarantine by now;
    table : any of the tables that the scenes are in."""
    for scene in set(marked_scenes(lake, dataset)).intersection(scenes):
        forget_attempts(lake, dataset, table, scene)
