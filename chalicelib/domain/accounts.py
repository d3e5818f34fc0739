"""Users and the accounts they belong to. An account is the boundary that nothing crosses."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

# scrypt with N = 2^14, r = 8, p = 5: one of the equivalent minimum settings of the OWASP Password Storage Cheat Sheet.
_COST_N, _COST_R, _COST_P = 2**14, 8, 5
_SALT_BYTES = 16


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


def hash_password(password: str) -> str:
    """`scrypt$N$r$p$salt$key`, salt and key in base 64."""
    salt = secrets.token_bytes(_SALT_BYTES)
    key = _derive(password, salt, _COST_N, _COST_R, _COST_P)
    return "$".join(("scrypt", str(_COST_N), str(_COST_R), str(_COST_P), _text(salt), _text(key)))


def password_matches(password: str, password_hash: str) -> bool:
    """Returns True if `password_hash` is of `password`; compares in constant time."""
    _, cost_n, cost_r, cost_p, salt, key = password_hash.split("$")
    derived = _derive(password, base64.b64decode(salt), int(cost_n), int(cost_r), int(cost_p))
    return hmac.compare_digest(derived, base64.b64decode(key))


def _derive(password: str, salt: bytes, cost_n: int, cost_r: int, cost_p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=cost_n, r=cost_r, p=cost_p, maxmem=64 * 1024 * 1024)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
