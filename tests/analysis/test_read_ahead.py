import threading
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analysis.read_ahead import in_step, read_ahead


@given(st.lists(st.integers()), st.integers(1, 5))
def test_every_item_comes_in_its_order(items: list[int], depth: int) -> None:
    assert list(read_ahead(items, depth=depth, name="reader")) == items


@pytest.mark.parametrize("depth", [1, 4])
def test_no_more_than_its_depth_is_read_ahead(depth: int) -> None:
    made: list[int] = []

    def numbers() -> Iterator[int]:
        for number in count():
            made.append(number)
            yield number

    with closing(read_ahead(numbers(), depth=depth, name="reader")) as items:
        for taken in range(1, 20):
            next(items)
            time.sleep(0.002)
            assert len(made) <= taken + depth


def test_the_items_are_made_by_a_thread_of_that_name_while_others_are_used() -> None:
    def names() -> Iterator[str]:
        for _ in range(3):
            yield threading.current_thread().name

    assert list(read_ahead(names(), depth=2, name="reader")) == ["reader"] * 3


def test_an_error_rises_after_the_items_before_it() -> None:
    def failing() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("broken")

    taken: list[int] = []
    with pytest.raises(ValueError, match="broken"):
        taken.extend(read_ahead(failing(), depth=4, name="reader"))
    assert taken == [1, 2]


def test_closing_ends_the_thread_and_closes_the_source_whatever_it_is_at() -> None:
    closed: list[bool] = []

    def slow() -> Iterator[int]:
        try:
            for number in count():
                time.sleep(0.001)
                yield number
        finally:
            closed.append(True)

    for taken in (1, 2, 10):
        threads = threading.active_count()
        items = read_ahead(slow(), depth=3, name="reader")
        assert [next(items) for _ in range(taken)] == list(range(taken))
        items.close()
        assert threading.active_count() == threads
        assert closed.pop()


def test_what_was_never_asked_for_starts_no_thread() -> None:
    threads = threading.active_count()
    read_ahead(count(), depth=3, name="reader").close()
    assert threading.active_count() == threads


def test_one_may_read_ahead_of_another() -> None:
    inner = read_ahead(range(100), depth=2, name="inner")
    outer = read_ahead(map(str, inner), depth=2, name="outer")
    assert list(outer) == [str(number) for number in range(100)]


def test_in_step_no_thread_is_needed_and_nothing_is_made_before_it_is_asked_for() -> None:
    made: list[str] = []
    closed: list[bool] = []

    def names() -> Iterator[str]:
        try:
            while True:
                made.append(threading.current_thread().name)
                yield made[-1]
        finally:
            closed.append(True)

    with closing(in_step(names(), depth=4, name="reader")) as items:
        assert next(items) == threading.current_thread().name
        assert len(made) == 1
    assert closed == [True]
