"""The boto3 clients of a process, configured alike everywhere."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from boto3.session import Session
from botocore.config import Config

from chalicelib.aws.failures import aws_failures

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient

_CONNECT_TIMEOUT_S = 3.0
_READ_TIMEOUT_S = 20.0
_ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class AwsClients:
    """One client per service. Clients, unlike boto3's resources, may be shared by threads."""

    dynamodb: "DynamoDBClient"
    s3: "S3Client"
    sqs: "SQSClient"


def make_clients(session: Session | None = None) -> AwsClients:
    """Clients of `session`, or of a new one.

    Region, endpoint and credentials come from boto3's own environment variables (AWS_DEFAULT_REGION,
    AWS_ENDPOINT_URL, ...). A local endpoint is given by IP address (http://127.0.0.1:5000): S3 names a bucket in
    the host where the endpoint has a host name. Raises `AwsFailure` without a region.
    """
    with aws_failures("make the AWS clients"):
        session = session or Session()
        common = common_config()
        return AwsClients(
            dynamodb=session.client("dynamodb", config=common),
            s3=session.client("s3", config=common.merge(_s3_config())),
            sqs=session.client("sqs", config=common),
        )


def make_batch_client() -> Any:
    """A client of AWS Batch, for the few processes that need one; the type stubs of that service are not installed."""
    with aws_failures("make the Batch client"):
        return Session().client("batch", config=common_config())


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
        # TLS and our own SHA-256 guard the bytes already; the default adds a CRC and chunked signing to each upload.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
