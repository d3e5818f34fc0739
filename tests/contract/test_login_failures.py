"""The promises of `LoginFailureStore`."""

import pytest

from chalicelib.domain.logins import FORGOTTEN_AFTER_S, LoginFailures
from chalicelib.services.ports import LoginFailureStore
from tests.contract.samples import AUTHOR
from tests.fakes import START, FixedClock, as_kept


def test_failures_are_counted(login_failures: LoginFailureStore) -> None:
    clock = FixedClock()
    assert login_failures.get(AUTHOR, "192.0.2.1", START) is None
    for count in (1, 2, 3):
        expected = LoginFailures(count, as_kept(clock.advance(60)))
        assert login_failures.add(AUTHOR, "192.0.2.1", clock()) == expected
        assert login_failures.get(AUTHOR, "192.0.2.1", clock()) == expected


@pytest.mark.parametrize("email", ["", "a" * 5000, "a\0b", "😀", "\ud800"])
def test_any_name_can_be_counted(login_failures: LoginFailureStore, email: str) -> None:
    login_failures.add(email, "", START)
    assert login_failures.add(email, "", START).count == 2


def test_names_and_sources_are_apart(login_failures: LoginFailureStore) -> None:
    login_failures.add("a", "b", START)
    for email, source in (("a", "c"), ("c", "b"), ("ab", ""), ("", "ab")):
        assert login_failures.get(email, source, START) is None


def test_the_window_moves_with_every_failure_and_then_all_is_forgotten(login_failures: LoginFailureStore) -> None:
    clock = FixedClock()
    for count in (1, 2, 3):
        assert login_failures.add(AUTHOR, "s", clock.advance(FORGOTTEN_AFTER_S - 1)).count == count
    assert login_failures.get(AUTHOR, "s", clock.advance(FORGOTTEN_AFTER_S)) is None
    assert login_failures.add(AUTHOR, "s", clock()).count == 1  # though the row of before may still lie there
    assert login_failures.add(AUTHOR, "s", clock()).count == 2
