"""What is planned, and the reason given, when something changes."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.errors import DataError
from factory.pipeline import plan, qa_stage
from factory.pipeline.attempts import Attempt
from factory.pipeline.config import BuildConfig
from factory.pipeline.plan import Plan, make_plan
from factory.pipeline.qa_stage import qa_versions, records_digests
from factory.pipeline.quotas import Quota
from factory.pipeline.records_stage import records_versions
from factory.store.hashing import CachedHasher
from factory.store.lake import TABLES, UPSTREAM, Lake
from factory.store.storage import Storage
from factory.tasks import get_task
from schemas.scene import Scene

TASK = "depth_prediction_oc"


def quotas(facts: dict[str, int]) -> dict[str, Quota]:
    return {task: dict.fromkeys(get_task(task).spec.formats, count) for task, count in facts.items()}


class FakeSource:
    """Scenes whose inputs are a dictionary."""

    name = "scannet"
    version = 1

    def __init__(self) -> None:
        self.inputs = {f"scene000{i}_00": {"mesh": "m", "poses": "p"} for i in range(4)}

    def list_scenes(self) -> list[str]:
        return sorted(self.inputs)

    def room_of(self, scene_id: str) -> str:
        return scene_id.partition("_")[0]

    def input_digests(self, scene_id: str, hasher: object) -> dict[str, str]:
        return self.inputs[scene_id]

    def load(self, scene_id: str) -> Scene:
        raise NotImplementedError

    def read_media(self, uri: str) -> tuple[bytes, str]:
        raise NotImplementedError


class Workshop:
    """A lake and a source, with a build that commits empty partitions."""

    def __init__(self, root: Path) -> None:
        self.source, self.lake = FakeSource(), Lake(Storage(root))
        self.footers = CachedHasher(self.lake.storage)
        self.config = BuildConfig(
            source="scannet", input="in", root=str(root), quotas=quotas({TASK: 5}), rasterizer="embree", seed=0
        )

    def plan(self) -> Plan:
        return make_plan(self.config, self.source, self.lake, None, self.footers)

    def reasons(self) -> dict[tuple[str, str], int]:
        return {why: len(scenes) for why, scenes in self.plan().reasons().items()}

    def build(self) -> None:
        for step in self.plan().to_build:
            if step.records_reason:
                self.write_records(step.scene_id)
            views = self.lake.meta("views", "scannet", step.scene_id)
            assert views is not None
            digests = records_digests(views)
            self.write("qa", step.scene_id, qa_versions(digests, self.config), digests)

    def write_records(self, scene_id: str) -> None:
        versions = records_versions(self.source, scene_id, None, self.config)
        upstream = {table: self.write(table, scene_id, versions, {}) for table in UPSTREAM["views"]}
        self.write("views", scene_id, versions, upstream)

    def write(self, table: str, scene_id: str, versions: dict[str, str], upstream: dict[str, str]) -> str:
        empty = TABLES[table].empty_table()
        meta = self.lake.write(table, "scannet", scene_id, empty, versions=versions, counts={}, upstream=upstream)
        return meta.content_digest


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    shop = Workshop(tmp_path)
    assert shop.reasons() == {("records", "new"): 4, ("qa", "records change"): 4}
    shop.build()
    assert shop.plan().to_build == []
    return shop


def change_input(shop: Workshop) -> None:
    shop.source.inputs["scene0002_00"] = {"mesh": "other", "poses": "p"}


def add_scene(shop: Workshop) -> None:
    shop.source.inputs["scene0009_00"] = {"mesh": "m"}


def change_source_code(shop: Workshop) -> None:
    shop.source.version = 2


def interrupt(shop: Workshop) -> None:
    shop.lake.delete("objects", "scannet", "scene0001_00")


def lose_questions(shop: Workshop) -> None:
    shop.lake.delete("qa", "scannet", "scene0001_00")


def change_seed(shop: Workshop) -> None:
    shop.config = shop.config.model_copy(update={"seed": 7})


def change_rasterizer(shop: Workshop) -> None:
    shop.config = shop.config.model_copy(update={"rasterizer": "egl"})


def add_task(shop: Workshop) -> None:
    shop.config = shop.config.model_copy(update={"quotas": quotas({TASK: 5, "distance_prediction_oo": 5})})


def change_quota(shop: Workshop) -> None:
    shop.config = shop.config.model_copy(update={"quotas": quotas({TASK: 6})})


def quarantine_qa(shop: Workshop) -> None:
    shop.lake.write(
        "quarantine",
        "scannet",
        "scene0003_00",
        TABLES["quarantine"].empty_table(),
        versions={"stage": "qa"},
        counts={},
    )


def remove_scene(shop: Workshop) -> None:
    del shop.source.inputs["scene0000_00"]


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        (change_input, {("records", "input changed: mesh"): 1, ("qa", "records change"): 1}),
        (add_scene, {("records", "new"): 1, ("qa", "records change"): 1}),
        (change_source_code, {("records", "source scannet 1 -> 2"): 4, ("qa", "records change"): 4}),
        (interrupt, {("records", "interrupted"): 1, ("qa", "records change"): 1}),
        (lose_questions, {("qa", "new"): 1}),
        (change_seed, {("qa", "seed 0 -> 7"): 4}),
        (
            change_rasterizer,
            {("records", "parameter rasterizer 'embree' -> 'egl'"): 4, ("qa", "records change"): 4},
        ),
        (change_quota, {("qa", f"quota {TASK} 5 -> 6"): 4}),
        (quarantine_qa, {("qa", "in quarantine"): 1}),
        (remove_scene, {("all", "removed"): 1}),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_change_restales_what_it_touches_and_says_why(
    workshop: Workshop, change: Callable[[Workshop], None], reasons: dict[tuple[str, str], int]
) -> None:
    change(workshop)
    assert workshop.reasons() == reasons


def test_a_new_task_restales_the_questions_only(workshop: Workshop) -> None:
    add_task(workshop)
    ((stage, reason), count), *rest = workshop.reasons().items()
    assert (stage, count, rest) == ("qa", 4, [])
    assert "task distance_prediction_oo absent -> v" in reason


def test_languages_restale_the_questions_about_walks_only(workshop: Workshop) -> None:
    more = {"instruction_languages": ["en", "hi"]}
    workshop.config = workshop.config.model_copy(update=more)
    assert workshop.reasons() == {}
    workshop.config = workshop.config.model_copy(
        update={"quotas": quotas({TASK: 5, "nav_video": 5}), "instruction_languages": ["en"]}
    )
    workshop.build()
    workshop.config = workshop.config.model_copy(update=more)
    assert workshop.reasons() == {("qa", "languages nav_video en -> en, hi"): 4}


def test_changed_wording_restales_the_questions_only(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qa_stage, "digest", lambda task: "another digest")
    assert workshop.reasons() == {("qa", f"wording changed: {TASK}"): 4}


def test_a_damaged_partition_counts_as_absent(workshop: Workshop, tmp_path: Path) -> None:
    path = tmp_path / workshop.lake.path("views", "scannet", "scene0001_00")
    path.write_bytes(b"PAR1 nonsense")
    assert workshop.reasons() == {("records", "new"): 1, ("qa", "records change"): 1}


def test_other_scenes_are_left_alone_when_some_are_named(workshop: Workshop) -> None:
    change_source_code(workshop)
    remove_scene(workshop)
    workshop.config = workshop.config.model_copy(update={"scenes": ["scene0001_00"]})
    assert [step.scene_id for step in workshop.plan().steps] == ["scene0001_00"]


def test_a_scene_that_is_not_there_is_an_error(workshop: Workshop) -> None:
    workshop.config = workshop.config.model_copy(update={"scenes": ["scene0001_00", "scene0099_00"]})
    with pytest.raises(DataError, match="no scene scene0099_00 under in; it holds 4 scenes such as scene0000_00"):
        workshop.plan()


@pytest.mark.parametrize("kept", ["scenes", "objects", "qa", "attempts"])
def test_what_an_interrupted_build_left_of_a_scene_that_is_gone_is_to_be_removed(
    workshop: Workshop, kept: str
) -> None:
    remove_scene(workshop)
    if kept == "attempts":
        Attempt(workshop.lake, "scannet", "scene0000_00", "records", "scenes", "killed").begin()
    for table in {"scenes", "objects", "views", "qa"} - {kept}:
        workshop.lake.delete(table, "scannet", "scene0000_00")
    assert [step.scene_id for step in workshop.plan().to_remove] == ["scene0000_00"]


def test_an_empty_input_is_an_error_and_removes_nothing(workshop: Workshop) -> None:
    workshop.source.inputs = {}
    with pytest.raises(DataError, match="in: no scannet scene below it"):
        workshop.plan()


def test_templates_that_cannot_be_used_stop_a_build_before_it_begins(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(task: str) -> str:
        raise DataError(f"templates cannot be used: {task}")

    monkeypatch.setattr(plan, "digest", broken)
    with pytest.raises(DataError, match=f"templates cannot be used: {TASK}"):
        workshop.plan()


def test_many_scenes_are_planned_in_order_and_at_the_same_time_where_storage_lets_wait(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path)
    names = [f"scene{i:04d}_00" for i in range(40)]
    threads = set()

    class SlowInputs(dict):
        def __getitem__(self, scene_id: str) -> dict[str, str]:
            threads.add(threading.get_ident())
            time.sleep(0.01)
            return {"mesh": scene_id}

    workshop.source.inputs = SlowInputs.fromkeys(names)
    steps = workshop.plan().steps
    assert [step.scene_id for step in steps] == names
    assert [step.records_versions["input mesh"] for step in steps] == names
    assert len(threads) > 8


def test_excluded_rooms_are_refused_with_all_their_scans(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path)
    workshop.source.inputs["scene0001_07"] = {"mesh": "m"}
    workshop.config = workshop.config.model_copy(update={"excluded": ["scene0001_00", "scene0777_00"]})
    plan = workshop.plan()
    assert plan.refused == ["scene0001_00", "scene0001_07"]
    assert [step.scene_id for step in plan.to_build] == ["scene0000_00", "scene0002_00", "scene0003_00"]
    assert plan.reasons()["all", "refused: on the exclusion list"] == plan.refused
    assert not plan.to_remove


def test_what_was_built_before_it_was_excluded_is_to_be_removed(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path)
    workshop.build()
    for scenes in (None, ["scene0002_00"]):
        workshop.config = workshop.config.model_copy(update={"excluded": ["scene0002_01"], "scenes": scenes})
        plan = workshop.plan()
        assert [step.scene_id for step in plan.to_remove] == plan.refused == ["scene0002_00"]
        assert not plan.to_build
