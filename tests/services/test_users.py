from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

import pytest

from chalicelib.domain.accounts import PASSWORD_COST, Caller, User
from chalicelib.domain.ids import new_id
from chalicelib.domain.logins import ANY_NAME, FORGOTTEN_AFTER_S, FREE_FAILURES_OF_A_SOURCE, LoginFailures
from chalicelib.errors import Invalid, NotAuthenticated, NotFound, StaleWrite, TooManyRequests
from chalicelib.services.users import Users
from tests.fakes import LOW_COST, START, FakeLoginFailures, FakeUsers, FixedClock

PASSWORD = "correct horse"
ADA = "ada@example.org"
ACCOUNT, OTHER_ACCOUNT = new_id(START), new_id(START)
HOME, ELSEWHERE = "192.0.2.1", "192.0.2.2"


@dataclass
class Door:
    """Users with Ada among them."""

    clock: FixedClock = field(default_factory=FixedClock)
    rows: FakeUsers = field(default_factory=FakeUsers)
    failures: FakeLoginFailures = field(default_factory=FakeLoginFailures)

    def __post_init__(self) -> None:
        self.users = self.another_process()
        self.users.add("Ada@Example.org", PASSWORD, ACCOUNT)

    def another_process(self) -> Users:
        """The same users, without what this process remembers."""
        return Users(self.rows, self.failures, self.clock, cost=LOW_COST)

    def enter(self, password: str = PASSWORD, email: str = ADA, source_ip: str = HOME) -> Caller:
        return self.users.authenticate(email, password, source_ip=source_ip)

    def fail(self, times: int, source_ip: str = HOME, email: str = ADA) -> None:
        for _ in range(times):
            with pytest.raises(NotAuthenticated):
                self.enter("wrong", email, source_ip)


@pytest.fixture
def door() -> Door:
    return Door()


def test_a_deployment_hashes_as_slowly_as_is_recommended(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.services.users.PASSWORD_COST", PASSWORD_COST)  # as it is outside these tests
    users = Users(door.rows, door.failures, door.clock)
    assert users.add("bob@example.org", PASSWORD, ACCOUNT).password_hash.startswith("scrypt$16384$8$5$")


def test_the_right_password_names_the_caller(door: Door) -> None:
    for _ in range(2):  # the second time without the slow hash
        assert door.enter(email="ada@example.ORG") == Caller(ADA, ACCOUNT)


@pytest.mark.parametrize(("email", "password"), [(ADA, "wrong"), ("bob@example.org", PASSWORD), ("", "")])
def test_anything_else_is_refused_alike(door: Door, email: str, password: str) -> None:
    with pytest.raises(NotAuthenticated, match=r"Please login to continue\."):
        door.enter(password, email)


def test_disabling_enabling_and_rotating_work_at_once(door: Door) -> None:
    door.enter()
    assert door.users.disable(ADA).disabled
    with pytest.raises(NotAuthenticated):
        door.enter()
    assert not door.users.enable("ADA@example.org").disabled
    assert door.enter() == Caller(ADA, ACCOUNT)
    door.users.rotate_password(ADA, "another password")
    with pytest.raises(NotAuthenticated):
        door.enter()
    assert door.enter("another password") == Caller(ADA, ACCOUNT)


def test_a_new_password_does_not_let_a_disabled_user_in(door: Door) -> None:
    door.users.disable(ADA)
    assert door.users.rotate_password(ADA, "another password").disabled
    with pytest.raises(NotAuthenticated):
        door.enter("another password")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (ADA, PASSWORD),
        ("bob@example.org", "short"),
        ("bob@example.org", "x" * 1025),
        ("no address", PASSWORD),
        ("a:b@example.org", PASSWORD),
        ("a\n@example.org", PASSWORD),
        (f"{'x' * 250}@example.org", PASSWORD),
    ],
)
def test_users_that_cannot_be_added(door: Door, email: str, password: str) -> None:
    with pytest.raises(Invalid):
        door.users.add(email, password, ACCOUNT)
    assert [user.email for user in door.users.list()] == [ADA]


def test_users_are_listed_by_account(door: Door) -> None:
    door.users.add("bob@example.org", PASSWORD, ACCOUNT)
    door.users.add("aaron@example.org", PASSWORD, OTHER_ACCOUNT)
    assert [user.email for user in door.users.list()] == ["aaron@example.org", ADA, "bob@example.org"]
    assert [user.email for user in door.users.list(ACCOUNT)] == [ADA, "bob@example.org"]
    assert door.users.list(new_id(START)) == ()


def test_who_is_not_there_cannot_be_changed(door: Door) -> None:
    for change in (door.users.disable, door.users.enable):
        with pytest.raises(NotFound, match="nobody@example"):
            change("nobody@example.org")
    with pytest.raises(NotFound):
        door.users.rotate_password("nobody@example.org", PASSWORD)
    with pytest.raises(Invalid):
        door.users.rotate_password(ADA, "short")


class RacingUsers(FakeUsers):
    """Before the first save, someone else disables the user."""

    def __init__(self) -> None:
        super().__init__()
        self._saves = count()

    def save(self, user: User) -> None:
        if next(self._saves) == 0:
            there = self.get(user.email)
            assert there is not None
            super().save(replace(there, disabled=True, version=there.version + 1))
        super().save(user)


def test_two_operators_do_not_undo_each_other() -> None:
    door = Door(rows=RacingUsers())
    rotated = door.users.rotate_password(ADA, "another password")
    assert rotated.disabled
    assert rotated.version == 3


class LosingUsers(FakeUsers):
    """Someone else is always quicker."""

    def save(self, user: User) -> None:
        raise StaleWrite("again")


def test_a_change_that_never_wins_is_a_fault_of_ours() -> None:
    with pytest.raises(StaleWrite, match="in a row"):
        Door(rows=LosingUsers()).users.disable(ADA)


def test_after_five_failures_the_name_waits_where_they_came_from(door: Door) -> None:
    door.fail(5)
    for password in ("wrong", PASSWORD):
        with pytest.raises(TooManyRequests) as slowed:
            door.enter(password)
        assert slowed.value.retry_after_s == 5
    assert door.enter(source_ip=ELSEWHERE) == Caller(ADA, ACCOUNT)
    door.fail(1, email="bob@example.org")
    door.clock.advance(5)
    assert door.enter() == Caller(ADA, ACCOUNT)


def test_waits_grow_and_are_forgotten(door: Door) -> None:
    door.fail(5)
    waits = []
    for _ in range(3):
        with pytest.raises(TooManyRequests) as slowed:
            door.enter()
        waits.append(slowed.value.retry_after_s or 0)
        door.clock.advance(waits[-1])
        door.fail(1)
    assert waits == [5, 10, 20]
    door.clock.advance(FORGOTTEN_AFTER_S)
    door.fail(2)


def test_names_that_do_not_exist_and_disabled_ones_are_slowed_alike(door: Door) -> None:
    door.users.disable(ADA)
    for email in (ADA, "nobody@example.org"):
        door.fail(5, email=email)
        with pytest.raises(TooManyRequests):
            door.enter(email=email)


def test_other_processes_know_of_the_failures(door: Door) -> None:
    door.fail(5)
    with pytest.raises(TooManyRequests):
        door.another_process().authenticate(ADA, PASSWORD, source_ip=HOME)


def test_a_network_of_ipv6_is_one_source(door: Door) -> None:
    for number in range(5):
        door.fail(1, f"2001:db8::{number}")
    with pytest.raises(TooManyRequests):
        door.enter(source_ip="2001:db8::99")
    assert door.enter(source_ip="2001:db8:0:1::") == Caller(ADA, ACCOUNT)


def test_a_password_that_is_remembered_costs_no_read_of_failures(door: Door) -> None:
    door.enter()
    asked = door.failures.asked
    for _ in range(10):
        door.enter()
    assert door.failures.asked == asked


def test_what_is_remembered_from_home_cannot_be_guessed_from_elsewhere(door: Door) -> None:
    door.enter()
    door.fail(5, ELSEWHERE)
    with pytest.raises(TooManyRequests):
        door.enter(source_ip=ELSEWHERE)
    assert door.enter() == Caller(ADA, ACCOUNT)


class LateFailures(FakeLoginFailures):
    """Other guesses are counted while one password is being hashed."""

    def get(self, email: str, source: str, now: datetime) -> LoginFailures | None:
        found = super().get(email, source, now)
        for _ in range(5):
            self.add(email, source, now)
        return found


def test_a_right_guess_among_many_at_once_is_not_let_in() -> None:
    door = Door(failures=LateFailures())
    with pytest.raises(TooManyRequests):
        door.enter()


def test_one_password_over_many_names_is_slowed_down_by_source(door: Door) -> None:
    for number in range(FREE_FAILURES_OF_A_SOURCE + 1):
        door.fail(1, email=f"user{number}@example.org")
    with pytest.raises(TooManyRequests) as slowed:
        door.enter("wrong", email="another@example.org")
    assert slowed.value.retry_after_s is not None
    with pytest.raises(TooManyRequests):
        door.another_process().authenticate(ADA, PASSWORD, source_ip=HOME)
    assert door.enter(source_ip=ELSEWHERE) == Caller(ADA, ACCOUNT), "no one is shut out from elsewhere"


def _count_failures_of_others(door: Door, source: str) -> None:
    for _ in range(FREE_FAILURES_OF_A_SOURCE + 5):
        door.failures.add(ANY_NAME, source, door.clock())


def test_who_was_in_already_is_not_slowed_down_by_a_guesser_behind_the_same_address(door: Door) -> None:
    door.enter()
    _count_failures_of_others(door, HOME)
    assert door.enter() == Caller(ADA, ACCOUNT)


def test_a_source_that_is_not_known_shuts_nobody_out(door: Door) -> None:
    _count_failures_of_others(door, "")
    door.fail(1, source_ip="", email="user@example.org")
    assert door.enter(source_ip="") == Caller(ADA, ACCOUNT)
