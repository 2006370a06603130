"""Problems that a language model writes about a shard's pictures, stored so that builds need not ask again."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

import pyarrow as pa

from factory.errors import DataError
from factory.language_model import LanguageModel
from factory.store.hashing import digest_of
from factory.store.lake import TABLES, Lake, fingerprint
from factory.web.picture import Picture
from factory.web.problems.facts import scene_facts
from factory.web.problems.problem import Problem
from factory.web.problems.writer import VERSION, write_problem
from schemas.web import WebImageRecord, WebObjectRecord, WebProblemRecord


def facts_digest(picture: Picture) -> str:
    """Digest of all that a model could be told of a picture: problems are good as long as it stays the same."""
    return digest_of(fact.text for fact in scene_facts(picture))


class ProblemsStage:
    """Writes `web_problems` of one shard at a time; requests : pictures that the model is asked about at once."""

    def __init__(self, lake: Lake, model: LanguageModel, seed: int, requests: int) -> None:
        self._lake = lake
        self._model = model
        self._seed = seed
        self._requests = requests

    def run(self, dataset: str, shard: str) -> Counter[str] | None:
        """Asks for one problem per picture; what came of it by reason, None where all is up to date.

        Raises DataError when the shard is not built, or when the model cannot be reached: then nothing is written.
        """
        objects = self._lake.meta("web_objects", dataset, shard)
        if objects is None:
            raise DataError(f"{dataset}/{shard}: no objects in the lake; run build_web.py first")
        versions = {
            "problems": f"v{VERSION}",
            "model": self._model.model,
            "seed": str(self._seed),
            "records web_objects": objects.content_digest,
        }
        committed = self._lake.meta("web_problems", dataset, shard)
        if committed is not None and committed.fingerprint == fingerprint(versions):
            return None
        counts: Counter[str] = Counter()
        rows: list[WebProblemRecord] = []
        with ThreadPoolExecutor(self._requests) as pool:
            pictures = self._pictures(dataset, shard)
            for picture, (problem, rejects) in pool.map(self._asked, pictures):
                counts.update({f"rejected: {reason}": count for reason, count in rejects.items()})
                if problem is not None:
                    rows.append(_record(picture, problem, self._model.model))
        counts["kept: problems"] = len(rows)
        data = pa.Table.from_pylist([row.model_dump() for row in rows], schema=TABLES["web_problems"])
        self._lake.write("web_problems", dataset, shard, data, versions=versions, counts=counts)
        return counts

    def _asked(self, picture: Picture) -> tuple[Picture, tuple[Problem | None, Counter[str]]]:
        return picture, write_problem(self._model, picture, self._seed)

    def _pictures(self, dataset: str, shard: str) -> Iterator[Picture]:
        groups = zip(
            self._lake.read_groups("web_images", dataset, shard),
            self._lake.read_groups("web_objects", dataset, shard),
            strict=True,
        )
        for images, objects in groups:
            records = [WebObjectRecord.model_validate(row) for row in objects.to_pylist()]
            of_picture = {name: list(rows) for name, rows in groupby(records, lambda record: record.image_id)}
            for row in images.to_pylist():
                yield Picture.of(WebImageRecord.model_validate(row), of_picture.get(row["image_id"], []))


def _record(picture: Picture, problem: Problem, model: str) -> WebProblemRecord:
    return WebProblemRecord(
        source=picture.source,
        shard_id=picture.shard_id,
        image_id=picture.image_id,
        kind=problem.kind,
        candidate=problem.candidate,
        question=problem.question,
        answer=problem.answer,
        chain=list(problem.chain),
        object_ids=[int(picture.object_ids[row]) for row in problem.rows],
        values=list(problem.values),
        unit=problem.unit,
        model=model,
        facts_digest=facts_digest(picture),
    )


def stored_problems(picture: Picture, records: list[WebProblemRecord]) -> tuple[list[Problem], Counter[str]]:
    """The problems that were written about a picture, as long as its facts are the same as then."""
    if not records:
        return [], Counter()
    row_of = {object_id: row for row, object_id in enumerate(picture.object_ids.tolist())}
    known = facts_digest(picture)
    good = [record for record in records if record.facts_digest == known]
    problems = [
        Problem(
            kind=record.kind,
            candidate=record.candidate,
            question=record.question,
            answer=record.answer,
            chain=tuple(record.chain),
            rows=tuple(row_of[object_id] for object_id in record.object_ids),
            values=tuple(record.values),
            unit=record.unit,
            margin=None,
        )
        for record in good
    ]
    return problems, Counter({"written when the objects were others": len(records) - len(good)})
