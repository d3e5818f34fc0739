"""Credentials kept by URL, in a file that only its owner can read."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from chalicelib.errors import MienError


class LoginError(MienError):
    """The file cannot be used. The message is for the user."""


@dataclass(frozen=True, slots=True)
class Login:
    """A user and password."""

    user: str
    password: str


def logins_path() -> Path:
    """The file: `mien/logins.json` in the user's directory for settings."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config", "mien", "logins.json")


def kept_login(url: str) -> Login | None:
    """Returns what is kept for the index at `url`. Raises `LoginError` for a file that others can read."""
    found = _read().get(_key(url))
    return None if found is None else Login(str(found["user"]), str(found["password"]))


def keep_login(url: str, login: Login) -> None:
    """Keeps credentials for the index at `url`."""
    _write({**_read(), _key(url): {"user": login.user, "password": login.password}})


def forget_login(url: str) -> bool:
    """Removes what is kept; returns False if there was nothing."""
    logins = _read()
    is_kept = logins.pop(_key(url), None) is not None
    if is_kept:
        _write(logins)
    return is_kept


def _key(url: str) -> str:
    return url.rstrip("/")


def _read() -> dict[str, dict[str, str]]:
    path = logins_path()
    if not path.exists():
        return {}
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise LoginError(f"Others can read {path}; run chmod 600 on it, and change the passwords in it.")
    try:
        logins = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        logins = None
    if not isinstance(logins, dict):
        raise LoginError(f"{path} is damaged; remove it and run mien login again.")
    return logins


def _write(logins: dict[str, dict[str, str]]) -> None:
    path = logins_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(logins, stream, indent=1)
    part.replace(path)
