"""Credentials that are made for one run of the local stack and known to its own processes only."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from chalicelib.aws.dynamodb.client import LOCAL_PROFILE


@dataclass(frozen=True, slots=True)
class RunCredentials:
    """An access key of the embedded AWS. The secret never leaves the processes of this user."""

    access_key_id: str
    secret_access_key: str


def make_credentials() -> RunCredentials:
    """Returns random credentials."""
    return RunCredentials(f"MIEN{secrets.token_hex(8).upper()}", secrets.token_urlsafe(32))


def write_profile(credentials: RunCredentials, path: Path) -> None:
    """Writes them as boto3's shared credentials file, which only this user can read (mode 0600)."""
    text = (
        f"[{LOCAL_PROFILE}]\n"
        f"aws_access_key_id = {credentials.access_key_id}\n"
        f"aws_secret_access_key = {credentials.secret_access_key}\n"
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
