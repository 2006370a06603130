"""Why a partition is built again: two sets of versions against each other, in words."""

from collections.abc import Callable

from factory.errors import DataError
from factory.store.footers import Identity
from factory.store.lake import UPSTREAM, Lake, PartitionMeta, fingerprint


def meta_or_none(lake: Lake, table: str, dataset: str, part: str) -> PartitionMeta | None:
    """A partition's account; one whose footer cannot be read counts as absent: it is built again."""
    try:
        return lake.meta(table, dataset, part)
    except DataError:
        return None


def records_complete(
    views: PartitionMeta | Identity | None, of_table: Callable[[str], PartitionMeta | Identity | None]
) -> bool:
    """Whether the tables that a scene's `views` belong to are there, of the same build; of_table : their accounts."""
    for table in UPSTREAM["views"]:
        found = of_table(table)
        if views is None or found is None or found.content_digest != views.upstream.get(table):
            return False
    return True


def why(committed: PartitionMeta | None, versions: dict[str, str]) -> str:
    """The difference between two sets of versions in words: `new`, `input changed: mesh`, `task depth v3 -> v4`."""
    if committed is None:
        return "new"
    if committed.fingerprint == fingerprint(versions):
        return ""
    before, reasons = committed.versions, []
    for name in sorted(before.keys() | versions.keys()):
        old, new = before.get(name, "absent"), versions.get(name, "absent")
        if old != new:
            kind, _, rest = name.partition(" ")
            match kind:
                case "input":
                    reasons.append(f"input changed: {rest}")
                case "wording":
                    reasons.append(f"wording changed: {rest}")
                case "records" if rest:
                    reasons.append("records changed")
                case "model":
                    reasons.append(f"model changed: {rest}")
                case "duplicates":
                    reasons.append("duplicates changed")
                case _:
                    reasons.append(f"{name} {old} -> {new}")
    return ", ".join(dict.fromkeys(reasons))
