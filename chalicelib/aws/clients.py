"""The boto3 clients of a process, configured alike everywhere."""

from functools import cache, cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

import botocore.session
from boto3.session import Session
from botocore.config import Config
from botocore.loaders import Loader

from chalicelib.aws.failures import aws_failures

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient

_CONNECT_TIMEOUT_S = 3.0
_READ_TIMEOUT_S = 20.0
_ATTEMPTS = 4


class AwsClients:
    """One client per service, each made when it is first asked for. Clients, unlike boto3's resources and sessions, may
    be shared by threads.

    Region, endpoint and credentials come from boto3's own environment variables (AWS_DEFAULT_REGION,
    AWS_ENDPOINT_URL, ...). A local endpoint is given by IP address (http://127.0.0.1:5000): S3 names a bucket in
    the host if the endpoint has a host name. Each property raises `AwsFailure` without a region.
    """

    def __init__(self, session: Session | None = None) -> None:
        """Returns the clients of `session`, or of a new one."""
        self._session = session
        self._lock = Lock()

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        client: DynamoDBClient = self._client("dynamodb", common_config())
        return client

    @cached_property
    def s3(self) -> "S3Client":
        client: S3Client = self._client("s3", common_config().merge(_s3_config()))
        return client

    @cached_property
    def sqs(self) -> "SQSClient":
        client: SQSClient = self._client("sqs", common_config())
        return client

    @cached_property
    def batch(self) -> Any:
        """The type stubs of this service are not installed."""
        return self._client("batch", common_config())

    def _client(self, service: str, config: Config) -> Any:
        with self._lock, aws_failures("make the AWS clients"):
            self._session = self._session or new_session()
            return self._session.client(service, config=config)  # type: ignore[call-overload]  # any service's name


def new_session(**options: str | None) -> Session:
    """Returns a session with these options of boto3's. The descriptions of the services are read once in a process, not
    once for each session (0.4 s)."""
    core = botocore.session.Session()
    core.register_component("data_loader", _loader())
    return Session(botocore_session=core, **options)


@cache
def _loader() -> Loader:
    loader: Loader = botocore.session.Session().get_component("data_loader")
    return loader


def common_config() -> Config:
    """Time-outs and retries of every client."""
    return Config(
        connect_timeout=_CONNECT_TIMEOUT_S,
        read_timeout=_READ_TIMEOUT_S,
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
    )


def _s3_config() -> Config:
    return Config(
        signature_version="s3v4",  # the default presigns with the retired version 2
        # Presigned links then name the bucket's region; otherwise they name the global endpoint, which redirects
        # for hours after a bucket was made outside us-east-1.
        s3={"addressing_style": "virtual"},
        **_checksums(),
    )


def _checksums() -> dict[str, Any]:
    """TLS and our own SHA-256 guard the bytes already; the default adds a CRC and chunked signing to each upload.

    A boto3 before 1.36, which Lambda's Python may have, adds none and does not know the options.
    """
    options = ("request_checksum_calculation", "response_checksum_validation")
    return {name: "when_required" for name in options if name in Config.OPTION_DEFAULTS}
