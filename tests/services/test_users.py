from dataclasses import replace

import pytest

from chalicelib.domain.accounts import Caller, hash_password
from chalicelib.domain.ids import new_id
from chalicelib.errors import Invalid, NotAuthenticated
from chalicelib.services.users import Users
from tests.fakes import START, FakeUsers, FixedClock

PASSWORD = "correct horse"
ACCOUNT = new_id(START)


@pytest.fixture
def rows() -> FakeUsers:
    return FakeUsers()


@pytest.fixture
def users(rows: FakeUsers) -> Users:
    users = Users(rows, FixedClock())
    users.add("Ada@Example.org", PASSWORD, ACCOUNT)
    return users


def test_the_right_password_names_the_caller(users: Users) -> None:
    for _ in range(2):  # the second time without the slow hash
        assert users.authenticate("ada@example.ORG", PASSWORD) == Caller("ada@example.org", ACCOUNT)


@pytest.mark.parametrize(("email", "password"), [("ada@example.org", "wrong"), ("bob@example.org", PASSWORD), ("", "")])
def test_anything_else_is_refused_alike(users: Users, email: str, password: str) -> None:
    with pytest.raises(NotAuthenticated, match=r"Please login to continue\."):
        users.authenticate(email, password)


def test_disabling_and_rotating_work_at_once(users: Users, rows: FakeUsers) -> None:
    users.authenticate("ada@example.org", PASSWORD)
    ada = rows.get("ada@example.org")
    assert ada is not None
    rows.save(replace(ada, disabled=True))
    with pytest.raises(NotAuthenticated):
        users.authenticate("ada@example.org", PASSWORD)
    rows.save(replace(ada, password_hash=hash_password("another password")))
    with pytest.raises(NotAuthenticated):
        users.authenticate("ada@example.org", PASSWORD)


@pytest.mark.parametrize(
    ("email", "password"), [("ada@example.org", PASSWORD), ("bob@example.org", "short"), ("no address", PASSWORD)]
)
def test_users_that_cannot_be_added(users: Users, email: str, password: str) -> None:
    with pytest.raises(Invalid):
        users.add(email, password, ACCOUNT)
