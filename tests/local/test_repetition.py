"""Tests work that is repeated in a thread of its own, and its end."""

from contextlib import ExitStack
from threading import Barrier, Event

from chalicelib.local.repetition import Repetition


def test_it_is_called_again_and_again_and_not_after_its_end() -> None:
    thrice = Event()
    calls: list[int] = []

    def step() -> None:
        calls.append(len(calls))
        if len(calls) == 3:
            thrice.set()

    with Repetition("step", step, pause_s=0.001):
        assert thrice.wait(10)
    made = len(calls)
    assert not Event().wait(0.01)
    assert len(calls) == made


def test_what_it_raises_does_not_end_it() -> None:
    called_again = Event()

    def step() -> None:
        if called.is_set():
            called_again.set()
        called.set()
        raise ValueError("once more")

    called = Event()
    with Repetition("step", step, pause_s=0.001):
        assert called_again.wait(10)


def test_several_that_are_ended_together_are_waited_for_together() -> None:
    all_at_it, may_end = Barrier(4), Event()

    def step() -> None:
        all_at_it.wait(10)
        may_end.wait(10)

    calls = [Repetition(f"step {number}", step, pause_s=0.0) for number in range(3)]
    with ExitStack() as undo:
        for each in calls:
            undo.enter_context(each)
        undo.callback(may_end.set)
        for each in calls:
            undo.callback(each.end)
        all_at_it.wait(10)
    assert all_at_it.n_waiting == 0
