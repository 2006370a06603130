"""Ids are safe, readable, and never shared by two names."""

import re
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from factory.web.inputs.names import bucket_of, safe_name

NAMES = st.text(st.sampled_from("aAbé0 9-_./!#"), min_size=1, max_size=12)


def test_plain_names_stay() -> None:
    assert safe_name("kitchen/img_01-b.jpg", ".jpg") == "kitchen--img_01-b"
    assert safe_name("00000!/000000012") == "00000__000000012"


def test_what_could_be_taken_for_another_gets_a_digest() -> None:
    for name in ("Kitchen/a", "a--b", "a__b", "a.b", "a b", "_a", "é", "a.png", "a" * 81, "x-0123456789abcdef"):
        assert re.fullmatch("[a-z0-9][a-z0-9-]*-[0-9a-f]{16}", safe_name(name)), name


@given(st.lists(NAMES, unique=True, max_size=30))
@settings(max_examples=300, deadline=None)
def test_ids_are_safe_and_differ_even_without_case(names: list[str]) -> None:
    ids = [safe_name(name) for name in names]
    assert len({i.lower() for i in ids}) == len(names)
    assert all(re.fullmatch("[a-z0-9][a-z0-9_-]{0,96}", i) for i in ids)


def test_hostile_names_end_in_ids_too() -> None:
    for name in ("../../etc/passwd", "\udcff\udc00", "\0", "a\nb", "x" * 5000):
        assert re.fullmatch("[a-z0-9][a-z0-9_-]{0,96}", safe_name(name))


def test_buckets_are_even_and_lasting() -> None:
    counts = Counter(bucket_of(f"img{i}.jpg", 16) for i in range(16_000))
    assert set(counts) == set(range(16))
    assert min(counts.values()) > 800 and max(counts.values()) < 1200
    # what lies in lakes relies on this
    assert [bucket_of(name, 16) for name in ("a.jpg", "b.jpg", "c/d.png")] == [9, 14, 5]
