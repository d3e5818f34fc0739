"""The API on a real socket, for every test of this folder."""

from collections.abc import Iterator

import pytest

from chalicelib.services.users import Users
from tests.api.api_server import Api, make_users, running_api


@pytest.fixture(scope="session")
def users() -> Users:
    """Ada and Ben."""
    return make_users()


@pytest.fixture
def api(users: Users) -> Iterator[Api]:
    """An API with empty stores."""
    with running_api(users) as running:
        yield running
