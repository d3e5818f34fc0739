from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.logins import FORGOTTEN_AFTER_S, FREE_FAILURES, LoginFailures, source_of
from tests.fakes import START


def test_waits_double_up_to_five_minutes() -> None:
    waits = [LoginFailures(count, START).wait_s(START) for count in range(1, 13)]
    assert waits == [0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 300, 300]
    assert max(waits) < FORGOTTEN_AFTER_S
    assert waits[FREE_FAILURES] > 0


@given(st.integers(FREE_FAILURES + 1, 10**9), st.floats(0, 299))
def test_who_waits_as_long_as_told_may_try(count: int, passed_s: float) -> None:
    now = START + timedelta(seconds=passed_s)
    failures = LoginFailures(count, START)
    assert failures.wait_s(now + timedelta(seconds=failures.wait_s(now))) == 0


@pytest.mark.parametrize(
    ("ip", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("nonsense", "nonsense"),
    ],
)
def test_whom_an_address_stands_for(ip: str, source: str) -> None:
    assert source_of(ip) == source
