from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.accounts import Caller
from chalicelib.errors import TooManyRequests
from chalicelib.services.throttle import Throttle

ADA, EVE = Caller("ada@example.org", "a"), Caller("eve@example.org", "a")


class Seconds:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _passes(throttle: Throttle, caller: Caller = ADA) -> bool:
    try:
        throttle.check(caller)
    except TooManyRequests:
        return False
    return True


def test_after_a_burst_requests_pass_at_the_rate() -> None:
    seconds = Seconds()
    throttle = Throttle(per_minute=60, burst=3, monotonic=seconds)
    assert [_passes(throttle) for _ in range(4)] == [True, True, True, False]
    seconds.now = 0.9
    assert not _passes(throttle)
    seconds.now = 1.0
    assert [_passes(throttle) for _ in range(2)] == [True, False]
    seconds.now = 1000.0
    assert [_passes(throttle) for _ in range(4)] == [True, True, True, False]


def test_users_do_not_slow_each_other() -> None:
    throttle = Throttle(per_minute=60, burst=1, monotonic=Seconds())
    assert [_passes(throttle), _passes(throttle), _passes(throttle, EVE)] == [True, False, True]


@pytest.mark.parametrize(("per_minute", "wait_s"), [(600, 1), (60, 1), (6, 10), (1, 60)])
def test_the_refusal_says_when_to_come_again(per_minute: int, wait_s: int) -> None:
    seconds = Seconds()
    throttle = Throttle(per_minute=per_minute, burst=1, monotonic=seconds)
    throttle.check(ADA)
    with pytest.raises(TooManyRequests) as refusal:
        throttle.check(ADA)
    assert refusal.value.retry_after_s == wait_s
    seconds.now += wait_s
    assert _passes(throttle)


def test_no_limit() -> None:
    throttle = Throttle(per_minute=0, burst=1, monotonic=Seconds())
    assert all(_passes(throttle) for _ in range(1000))


def test_what_is_remembered_is_bounded() -> None:
    throttle = Throttle(per_minute=60, burst=1, monotonic=Seconds(), max_users=10)
    for number in range(100):
        assert _passes(throttle, Caller(f"{number}@example.org", "a"))
    assert len(throttle) == 10
    assert not _passes(throttle, Caller("99@example.org", "a"))


def test_threads_share_one_bucket() -> None:
    throttle = Throttle(per_minute=60, burst=100, monotonic=Seconds())
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: _passes(throttle), range(500))) == 100


@given(st.lists(st.floats(0, 5), max_size=60), st.integers(1, 10))
def test_never_more_than_the_burst_and_the_rate_allow(pauses_s: list[float], burst: int) -> None:
    seconds = Seconds()
    throttle = Throttle(per_minute=120, burst=burst, monotonic=seconds)
    passed_s: list[float] = []
    for pause_s in pauses_s:
        seconds.now += pause_s
        if _passes(throttle):
            passed_s.append(seconds.now)
    # Of burst + 1 passes in a row, the last comes at least one refill after the first.
    for first, last in zip(passed_s, passed_s[burst:], strict=False):
        assert last - first >= 0.5 - 1e-6
    assert all(later >= earlier for earlier, later in pairwise(passed_s))
