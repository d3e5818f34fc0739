"""A table, a bucket and a queue in moto, in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from boto3.session import Session
from moto import mock_aws

from chalicelib.aws.clients import AwsClients
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.aws.dynamodb.table_layout import TABLE_KEYS
from chalicelib.local.aws.moto_changes import short_search_for_values

TABLE_NAME = "mien-test"
_BUCKET = "mien-test-media"


class MotoStack:
    """Clients, and the names of what is provisioned when it is first asked for."""

    def __init__(self, session: Session) -> None:
        self.clients = AwsClients(session)

    @cached_property
    def table(self) -> DynamoTable:
        dynamodb = self.clients.dynamodb
        dynamodb.create_table(TableName=TABLE_NAME, BillingMode="PAY_PER_REQUEST", **TABLE_KEYS)
        return DynamoTable(dynamodb, TABLE_NAME)

    @cached_property
    def bucket(self) -> str:
        self.clients.s3.create_bucket(Bucket=_BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        return _BUCKET

    @cached_property
    def queue_url(self) -> str:
        return self.clients.sqs.create_queue(QueueName="mien-test-jobs")["QueueUrl"]


@contextmanager
def moto_stack(session: Session) -> Iterator[MotoStack]:
    """An empty AWS, in the region of the fixtures `aws_environment` and `aws_session`."""
    with mock_aws(), short_search_for_values():
        yield MotoStack(session)
