"""Splits by physical room."""

import itertools

import pytest

from factory.sources.splits import SPLITS, RoomSplits, listed_ids


def room_of(scene_id: str) -> str:
    return scene_id.partition("_")[0]


def test_scans_follow_their_room_and_unknown_rooms_are_for_training() -> None:
    splits = RoomSplits({"train": ["a_00"], "val": ["b_00"], "test": ["c_01"]}, room_of)
    expected = {"a_00": "train", "a_05": "train", "b_00": "val", "b_01": "val", "c_00": "test", "d_00": "train"}
    assert {scene: splits.split_of(scene) for scene in expected} == expected


@pytest.mark.parametrize("listed", itertools.product(SPLITS, repeat=3))
def test_no_room_falls_on_both_sides_whatever_the_lists_say(listed: tuple[str, ...]) -> None:
    lists = {split: [f"a_{i:02d}" for i, one in enumerate(listed) if one == split] for split in SPLITS}
    splits = RoomSplits(lists, room_of)
    found = {splits.split_of(f"a_{i:02d}") for i in range(5)}
    assert found == {max(listed, key=SPLITS.index)}


def test_list_files_may_have_comments_blank_lines_and_a_byte_order_mark() -> None:
    assert listed_ids("\ufeffa_00\r\n\n# these are new\nb_00  # twice\n".encode()) == ["a_00", "b_00"]
    assert listed_ids(None) == []
