"""Users and the accounts they belong to. An account is the boundary that nothing crosses."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

_SALT_BYTES = 16


class HashCost(NamedTuple):
    """The cost of scrypt (RFC 7914): N, r and p."""

    n: int
    r: int
    p: int


PASSWORD_COST = HashCost(2**14, 8, 5)
"""One of the equivalent minimum settings of the OWASP Password Storage Cheat Sheet; some 0.2 s."""


@dataclass(frozen=True, slots=True)
class User:
    """A person or program with credentials. `email` is the user name, lower case; `version` counts the writes."""

    email: str
    account_id: str
    password_hash: str
    created: datetime
    disabled: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """The settings of an account. `retention_s` is the retention time of jobs and entries whose client gives none; None
    means the default of the deployment. `version` counts the writes."""

    account_id: str
    retention_s: int | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Caller:
    """The authenticated caller of a request."""

    email: str
    account_id: str


def hash_password(password: str, cost: HashCost = PASSWORD_COST) -> str:
    """`scrypt$N$r$p$salt$key`, salt and key in base 64."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return "$".join(("scrypt", *map(str, cost), _text(salt), _text(_derive(password, salt, cost))))


def password_matches(password: str, password_hash: str) -> bool:
    """Returns True if `password_hash` is of `password`; compares in constant time."""
    _, n, r, p, salt, key = password_hash.split("$")
    derived = _derive(password, base64.b64decode(salt), HashCost(int(n), int(r), int(p)))
    return hmac.compare_digest(derived, base64.b64decode(key))


def _derive(password: str, salt: bytes, cost: HashCost) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=cost.n, r=cost.r, p=cost.p, maxmem=64 * 1024 * 1024)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
