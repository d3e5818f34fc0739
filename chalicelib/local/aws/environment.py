"""The environment in which boto3 finds the embedded AWS and nothing else."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it loads boto3, and the command line needs this host's name only
    from chalicelib.local.aws.credentials import RunCredentials

REGION = "us-east-1"
HOST = "127.0.0.1"
LOCAL_HOSTS = frozenset((HOST, "localhost", "[::1]"))
"""The names under which this machine calls itself. A page under any other has had it pointed here (DNS rebinding)."""

_FOREIGN_PREFIXES = ("AWS_", "BOTO_", "MIEN_")
_PROXY_EXCEPTIONS = ("NO_PROXY", "no_proxy")


def embedded_aws_variables(endpoint_url: str, credentials: "RunCredentials") -> dict[str, str]:
    """Returns what points boto3 at `endpoint_url`, with credentials that open nothing anywhere else.

    The user's own profiles, configuration and instance credentials are switched off, so that a request that lost its
    endpoint could still not be signed for a real account.
    """
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def without_foreign_variables(environment: Mapping[str, str], host: str = HOST) -> dict[str, str]:
    """`environment` without anything that steers boto3 or Mien elsewhere, and with no proxy before this machine, which
    is called `host` as well."""
    kept = {name: value for name, value in environment.items() if not name.startswith(_FOREIGN_PREFIXES)}
    exceptions = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    direct = ",".join(part for part in dict.fromkeys((exceptions, HOST, host)) if part)
    return kept | dict.fromkeys(_PROXY_EXCEPTIONS, direct)


@contextmanager
def process_environment(environment: Mapping[str, str]) -> Iterator[None]:
    """Makes `environment` this process's own until the end of the block; what differs is then put back."""
    names = set(os.environ) | set(environment)
    differing = {name for name in names if os.environ.get(name) != environment.get(name)}
    before = {name: os.environ.get(name) for name in differing}
    for name in differing:
        _set_variable(name, environment.get(name))
    try:
        yield
    finally:
        for name, value in before.items():
            _set_variable(name, value)


def _set_variable(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
