"""Numbers of a row depend on its key alone and are uniform."""

from collections import Counter

from factory.wording.web.draws import DrawSource, row_id
from tests.wording.web.web_facts import named_picture


def numbers(seed: int, count: int, candidate: str = "1|x|") -> list[float]:
    draws = DrawSource(seed, named_picture(), "task", 1).of("text", "pair", candidate)
    return [draws.uniform() for _ in range(count)]


def test_numbers_repeat_and_go_on_beyond_a_block() -> None:
    assert numbers(1, 50) == numbers(1, 50)
    assert len(set(numbers(1, 50))) == 50
    assert not set(numbers(1, 50)) & (set(numbers(2, 50)) | set(numbers(1, 50, "2|x|")))


def test_numbers_are_uniform() -> None:
    drawn = [value for n in range(500) for value in numbers(3, 20, str(n))]
    assert 0 <= min(drawn) < 0.01
    assert 0.99 < max(drawn) < 1
    tenths = Counter(int(value * 10) for value in drawn)
    assert all(abs(tenths[n] - 1000) < 4 * 30 for n in range(10))


def test_samples_are_orders_of_all_kinds() -> None:
    source = DrawSource(1, named_picture(), "task", 1)
    orders = Counter(tuple(source.of("mcq", "pair", str(n)).sample("abc", 3)) for n in range(1200))
    assert len(orders) == 6
    assert all(abs(number - 200) < 4 * 13 for number in orders.values())


def test_ids_are_digests_of_all_parts() -> None:
    picture = named_picture()
    ids = {
        row_id(picture, *key)
        for key in (
            ("a", 1, "x", "y"),
            ("a", 1, "x"),
            ("a", 2, "x"),
            ("b", 1, "x"),
            ("a", 1, "xy"),
            ("a", 1, "x\x1fy"),
        )
    }
    assert len(ids) == 5  # the last equals the first: the separator is not part of any name
