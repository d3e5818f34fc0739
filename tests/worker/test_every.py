"""Something that is done once in so many seconds."""

import pytest

from chalicelib.worker.every import every


@pytest.mark.parametrize(("at_once", "done_at"), [(False, [2.0, 4.5]), (True, [0.0, 2.0, 4.5])])
def test_it_is_done_when_its_time_has_come(at_once: bool, done_at: list[float]) -> None:
    now, done = 0.0, []
    action = every(2.0, lambda: done.append(now), at_once=at_once, monotonic=lambda: now)
    for moment in (0.0, 1.9, 2.0, 2.1, 3.9, 4.5, 6.4):
        now = moment
        action()
    assert done == done_at


def test_an_action_that_fails_is_due_again() -> None:
    tried = 0

    def failing() -> None:
        nonlocal tried
        tried += 1
        raise ConnectionError

    action = every(2.0, failing, at_once=True)
    for _ in range(2):
        with pytest.raises(ConnectionError):
            action()
    assert tried == 2
