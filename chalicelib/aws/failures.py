"""Converts botocore's errors, which must not leave this package."""

from collections.abc import Iterator
from contextlib import contextmanager

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import MienError, Unavailable


class AwsFailure(MienError):
    """AWS refused or did not answer, for a reason that no caller can mend. Ours, so let it rise."""


class AwsUnavailable(AwsFailure, Unavailable):
    """AWS was too busy, or has no room, also after boto3's own retries."""


_BUSY = {
    "SlowDown", "ServiceUnavailable", "ThrottlingException", "ProvisionedThroughputExceededException",
    "RequestLimitExceeded", "503",
}  # fmt: skip


@contextmanager
def aws_failures(action: str) -> Iterator[None]:
    """Turns what boto3 and botocore raise inside it into `AwsFailure`: "could not <action>: ...".

    Errors that mean something to the caller of a port (a condition that failed, a missing key) are caught before.
    """
    try:
        yield
    except (ClientError, BotoCoreError, Boto3Error) as failure:
        is_busy = isinstance(failure, ClientError) and failure.response.get("Error", {}).get("Code") in _BUSY
        raise (AwsUnavailable if is_busy else AwsFailure)(f"could not {action}: {failure}") from failure
