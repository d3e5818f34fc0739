"""A table, a bucket and a queue in moto, in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from boto3.session import Session
from moto import mock_aws

from chalicelib.aws.clients import AwsClients
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.aws.dynamodb.table_layout import TABLE_KEYS

TABLE_NAME = "mien-test"
BUCKET = "mien-test-media"


@dataclass(frozen=True, slots=True)
class MotoStack:
    """Names and clients of what was provisioned."""

    clients: AwsClients
    table: DynamoTable
    bucket: str
    queue_url: str


@contextmanager
def moto_stack(session: Session) -> Iterator[MotoStack]:
    """Provisions everything again, in the region of the fixtures `aws_environment` and `aws_session`."""
    with mock_aws():
        clients = AwsClients(session)
        clients.dynamodb.create_table(TableName=TABLE_NAME, BillingMode="PAY_PER_REQUEST", **TABLE_KEYS)
        clients.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        queue = clients.sqs.create_queue(QueueName="mien-test-jobs")
        yield MotoStack(clients, DynamoTable(clients.dynamodb, TABLE_NAME), BUCKET, queue["QueueUrl"])
