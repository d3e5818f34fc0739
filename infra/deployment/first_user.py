"""Somebody who may call a new stage."""

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
    """A user in an account of his own where there is nobody yet; None, and nothing changed, where there is.

    Raises `Invalid` for a name that is no e-mail address.
    """
    if users.list():
        return None
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    return NewUser(users.add(email, password, account_id=new_id(utc_now())), password)
