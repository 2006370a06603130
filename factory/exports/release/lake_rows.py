"""The rows of a lake that may be released: of partitions whose digests hold, with the splits of their scenes."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from factory.errors import DataError
from factory.exports.release.manifest import Missing, Rows, Selection
from factory.exports.release.rooms import Rooms
from factory.exports.release.spill import Group
from factory.store.hashing import digest_of
from factory.store.lake import UPSTREAM, Lake, Track
from schemas.web import ModelUse

_ID = "^[0-9a-f]{32}$"
_OF_ONE_PARTITION = ("input ", "records ")  # versions that differ from scene to scene
_TABLES: tuple[Rows, ...] = ("qa", "web_qa")
_BUILT_FROM: dict[Rows, str] = {"qa": "views", "web_qa": "web_images"}
_QUARANTINE: dict[Rows, str] = {"qa": "quarantine", "web_qa": "web_quarantine"}


class LakeRows:
    """Reads a lake once, and remembers what a manifest says of it.

    missing : what the lake knows of and has no questions for, or failed when it was built last; rooms : of each scene
    or shard; left_out : how much, by reason. Raises DataError when a selected source has no questions, or none has.
    """

    def __init__(self, lake: Lake, selection: Selection, rooms: Rooms) -> None:
        self._lake, self._selection, self._rooms = lake, selection, rooms
        self.rooms: dict[tuple[Rows, str, str], list[str]] = {}
        self.left_out: Counter[str] = Counter()
        self._versions: dict[str, set[str]] = defaultdict(set)
        self._models: dict[tuple[str, ...], ModelUse] = {}
        self._digests: list[str] = []
        self._built: list[tuple[Rows, str, str]] = []
        self.missing: list[Missing] = []

        wanted = selection.sources
        for table in _TABLES:
            built = lake.partitions(table)
            if wanted is not None:
                built = [place for place in built if place[0] in wanted]
            self._built += [(table, *place) for place in built]
            failed = self._failed(table)
            self.missing += [
                Missing(source=source, scene=scene, reason=failed.get((source, scene), "no questions yet"))
                for source, scene in sorted(failed.keys() | set(lake.partitions(_BUILT_FROM[table])) - set(built))
                if wanted is None or source in wanted
            ]
            # What a scene had before it failed was made from other inputs or by other tasks than the rest.
            self._built = [one for one in self._built if one[0] != table or one[1:] not in failed]
        if unknown := sorted(set(wanted or ()) - {source for _, source, _ in self._built}):
            raise DataError(f"{lake.storage.url}: no questions of the source {unknown[0]}; check --sources")
        if not self._built:
            raise DataError(f"{lake.storage.url}: a lake with questions was expected, it has none; build it first")

    def read(self, track: Track) -> Iterator[tuple[Group, pa.Table]]:
        """Selected rows by group, partition by partition.

        Raises DataError for a partition that is damaged or mixed from two builds, and for rows whose split is not that
        of their scene.
        """
        tables: dict[tuple[str, str], list[Rows]] = defaultdict(list)
        for table, source, scene in self._built:
            tables[source, scene].append(table)
        for source, scene in track(sorted(tables)):
            for table in tables[source, scene]:
                rows = self._lake.read_verified(table, source, scene)
                path = self._lake.path(table, source, scene)
                if not pc.all(pc.match_substring_regex(rows["qa_id"], _ID)).as_py() and len(rows):
                    raise DataError(
                        f"{path}: a qa_id that is no digest of 32 hexadecimal digits; build the scene again"
                    )
                self._remember(table, source, scene)
                rows = self._of_scene(rows, source, scene) if table == "qa" else self._of_pictures(rows, source, scene)
                yield from self._groups(table, rows)

    def lake_digest(self) -> str:
        """One digest of all partitions that were read and what they were made from."""
        return digest_of(sorted(self._digests))

    def versions(self) -> dict[str, list[str]]:
        """By name, all values that occur."""
        return {name: sorted(values) for name, values in sorted(self._versions.items())}

    def models(self) -> list[ModelUse]:
        """Whose weights the pictures of released questions went through."""
        return [use for _, use in sorted(self._models.items())]

    def _failed(self, table: Rows) -> dict[tuple[str, str], str]:
        """Scenes and shards that failed as a whole, and why. Single pictures are counted as left out."""
        found = {}
        for source, scene in self._lake.partitions(_QUARANTINE[table]):
            if self._selection.sources is not None and source not in self._selection.sources:
                continue
            for row in self._lake.read(_QUARANTINE[table], source, scene).to_pylist():
                if row.get("image_id"):
                    self.left_out["pictures in quarantine"] += 1
                else:
                    found[source, scene] = f"{row['error']} in {row['stage']}: {row['message']}"
        return found

    def _remember(self, table: Rows, source: str, scene: str) -> None:
        for name in (*UPSTREAM[table], table):
            meta = self._lake.meta(name, source, scene)
            if meta is None:
                continue
            self._digests.append(f"{name}\n{source}\n{scene}\n{meta.fingerprint}\n{meta.content_digest}")
            for key, value in meta.versions.items():
                if not key.startswith(_OF_ONE_PARTITION):
                    self._versions[key].add(value)

    def _of_scene(self, rows: pa.Table, source: str, scene: str) -> pa.Table:
        split = self._lake.read("scenes", source, scene)["split"][0].as_py()
        wrong = rows.filter(pc.not_equal(rows["split"], split))
        if len(wrong):
            raise DataError(
                f"{self._lake.path('qa', source, scene)}: {len(wrong)} rows are for {wrong['split'][0]}, the scene is "
                f"for {split}; build the scene again"
            )
        self.rooms["qa", source, scene] = [self._rooms.room_of(source, scene)]
        return rows

    def _of_pictures(self, rows: pa.Table, source: str, shard: str) -> pa.Table:
        columns = ["image_id", "split", "is_data", "scene_id", "models"]
        groups = list(self._lake.read_groups("web_images", source, shard, columns))
        images = pa.concat_tables(groups) if groups else None
        pictures = {row["image_id"]: row for row in images.to_pylist()} if images else {}
        splits = {(row["image_id"], row["split"]) for row in pictures.values()}
        asked = rows.select(["image_id", "split"]).group_by(["image_id", "split"]).aggregate([]).to_pylist()
        for row in asked:
            if (row["image_id"], row["split"]) not in splits:
                raise DataError(
                    f"{self._lake.path('web_qa', source, shard)}: rows of {row['image_id']} for {row['split']}, which "
                    "is not the split of the picture; build the shard again"
                )
        real = {name for name, picture in pictures.items() if picture["is_data"]}
        kept = rows.filter(pc.is_in(rows["image_id"], pa.array(sorted(real), pa.string())))
        if len(kept) < len(rows):
            self.left_out["rows of models with random stand-in weights"] += len(rows) - len(kept)
        shown = [pictures[row["image_id"]] for row in asked if row["image_id"] in real]
        scenes = {picture["scene_id"] for picture in shown if picture["scene_id"] is not None}
        self.rooms["web_qa", source, shard] = sorted({self._rooms.room_of(source, scene) for scene in scenes})
        for picture in shown:
            for use in picture["models"]:
                self._models[tuple(use.values())] = ModelUse.model_validate(use)
        return kept

    def _groups(self, table: Rows, rows: pa.Table) -> Iterator[tuple[Group, pa.Table]]:
        for column, wanted in (("task", self._selection.tasks), ("split", self._selection.splits)):
            if wanted is not None:
                rows = rows.filter(pc.is_in(rows[column], pa.array(wanted, pa.string())))
        rows = rows.take(pc.sort_indices(rows, [("task", "ascending"), ("split", "ascending")])).combine_chunks()
        keys = list(zip(rows["task"].to_pylist(), rows["split"].to_pylist(), strict=True))
        starts = [i for i, key in enumerate(keys) if i == 0 or key != keys[i - 1]]
        for start, end in pairwise([*starts, len(keys)]):
            yield Group(table, *keys[start]), rows.slice(start, end - start)


def split_conflicts(places: Sequence[tuple[str, str, Sequence[str], Sequence[str]]]) -> list[str]:
    """What is wrong with (source, scene, rooms, splits) of scenes: those in two splits, and rooms in two splits."""
    seen: dict[str, dict[str, str]] = defaultdict(dict)
    found = []
    for source, scene, rooms, splits in sorted(places):
        if rooms and len(splits) > 1:
            found.append(f"{source}/{scene} is in {' and '.join(sorted(splits))}")
        for room in rooms:
            for split in splits:
                seen[room].setdefault(split, f"{source}/{scene}")
    for room, owners in sorted(seen.items()):
        if len(owners) > 1 and len(set(owners.values())) > 1:
            where = " and ".join(f"{split} ({owner})" for split, owner in sorted(owners.items()))
            found.append(f"the room {room} is in {where}")
    return found
