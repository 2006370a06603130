"""Which questions about pictures a gallery shows, with the objects that they name."""

from collections.abc import Sequence
from dataclasses import dataclass

from factory.report.samples import MAX_SCENES, PER_TASK, mix, spread
from factory.store.lake import Lake, Track
from schemas.web import WebQARow


@dataclass(frozen=True)
class Named:
    """An object of a question. box : x1 y1 x2 y2 [px of the picture]; color : of its box in the question, or empty."""

    reference: str
    box: list[float]
    color: str


@dataclass(frozen=True)
class WebSample:
    """A question with its picture's size [px], the scene that it belongs to, and its objects."""

    row: WebQARow
    width: int
    height: int
    scene_id: str | None
    named: list[Named]

    @property
    def source(self) -> str:
        return self.row.source

    @property
    def image(self) -> str:
        return self.row.images[0]


def choose_web_samples(lake: Lake, track: Track = iter) -> dict[str, list[WebSample]]:
    """Samples per task, ordered by format. Reads the first pictures of `MAX_SCENES` shards at most."""
    found: dict[tuple[str, str], list[list[WebSample]]] = {}
    for dataset, shard in track(spread(lake.partitions("web_qa"), MAX_SCENES)):
        for key, samples in _of_shard(lake, dataset, shard).items():
            found.setdefault(key, []).append(samples)
    tasks = sorted({task for task, _ in found})
    return {
        task: mix({form: found[t, form] for t, form in sorted(found) if t == task}, lambda sample: sample.row.format)
        for task in tasks
    }


def _of_shard(lake: Lake, dataset: str, shard: str) -> dict[tuple[str, str], list[WebSample]]:
    """By task and format, the questions with the least ids, from as many pictures as there are."""
    rows = next(lake.read_groups("web_qa", dataset, shard), None)
    if rows is None or not rows.num_rows:
        return {}
    sizes = ("image_id", "width", "height", "scene_id")
    pictures = {row["image_id"]: row for row in _first_group(lake, "web_images", dataset, shard, sizes)}
    columns = ("image_id", "object_id", "box", "reference")
    objects = {
        (row["image_id"], row["object_id"]): row for row in _first_group(lake, "web_objects", dataset, shard, columns)
    }
    chosen: dict[tuple[str, str], list[WebSample]] = {}
    taken: dict[tuple[str, str], set[str]] = {}
    for row in rows.sort_by("qa_id").to_pylist():
        key = row["task"], row["format"]
        seen = taken.setdefault(key, set())
        if len(seen) >= PER_TASK or row["image_id"] in seen:
            continue
        seen.add(row["image_id"])
        picture = pictures[row["image_id"]]
        colors = row["box_colors"] or [""] * len(row["object_ids"])
        named = [
            Named(objects[row["image_id"], one]["reference"], objects[row["image_id"], one]["box"], color)
            for one, color in zip(row["object_ids"], colors, strict=True)
        ]
        chosen.setdefault(key, []).append(
            WebSample(
                WebQARow.model_validate(row),
                picture["width"],
                picture["height"],
                picture["scene_id"],
                named,
            )
        )
    return chosen


def _first_group(lake: Lake, table: str, dataset: str, shard: str, columns: Sequence[str]) -> list[dict]:
    group = next(lake.read_groups(table, dataset, shard, columns), None)
    return [] if group is None else group.to_pylist()
