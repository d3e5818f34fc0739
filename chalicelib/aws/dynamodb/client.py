"""A client of DynamoDB alone, for commands that name their stack."""

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import botocore.session
from boto3.session import Session
from botocore.config import Config

from chalicelib.aws.clients import common_config, new_session
from chalicelib.aws.failures import aws_failures

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

LOCAL_PROFILE = "mien-local"
"""The profile of boto3's credentials file that a stack on this machine writes for its own commands."""

_LOCAL_REGION = "us-east-1"


def make_dynamodb_client(*, endpoint_url: str | None = None, region: str | None = None) -> "DynamoDBClient":
    """Returns a client. boto3's own variables and files replace arguments that are None. Raises `AwsFailure` without a
    region.

    An endpoint on this machine is no real AWS: it gets the credentials of the profile `mien-local`, which `make serve`
    writes, or made-up ones if boto3's files have no such profile; never any other, and no proxy.
    """
    with aws_failures("make the DynamoDB client"):
        if endpoint_url is None or not _is_on_this_machine(endpoint_url):
            return new_session(region_name=region).client("dynamodb", endpoint_url=endpoint_url, config=common_config())
        session = _local_session(region or _LOCAL_REGION)
        direct = common_config().merge(Config(proxies={}))
        return session.client("dynamodb", endpoint_url=endpoint_url, config=direct)


def _local_session(region: str) -> Session:
    profiles = botocore.session.Session().full_config.get("profiles", {})
    keys = profiles.get(LOCAL_PROFILE, {})
    return new_session(
        aws_access_key_id=keys.get("aws_access_key_id", "local"),
        aws_secret_access_key=keys.get("aws_secret_access_key", "local"),
        region_name=region,
    )


def _is_on_this_machine(endpoint_url: str) -> bool:
    host = urlsplit(endpoint_url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
