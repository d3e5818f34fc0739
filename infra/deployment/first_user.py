"""Creates the first user of a new stage."""

import secrets
from dataclasses import dataclass

from chalicelib.domain.accounts import User
from chalicelib.domain.ids import new_id
from chalicelib.services.users import Users
from chalicelib.wiring import utc_now

_PASSWORD_BYTES = 18  # 144 bits, 24 characters


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user, and the password that is stored nowhere."""

    user: User
    password: str


def create_first_user(users: Users, email: str) -> NewUser | None:
    """Creates a user in a new account if there is no user yet; otherwise changes nothing and returns None.

    Raises `Invalid` for a name that is not an e-mail address.
    """
    if users.list():
        return None
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    return NewUser(users.add(email, password, account_id=new_id(utc_now())), password)
