"""The composition root: settings in, services on their AWS adapters out. Adapters are named here and nowhere else."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.aws.batch_jobs import AwsBatch
from chalicelib.aws.clients import AwsClients
from chalicelib.aws.dynamodb.accounts import DynamoAccounts
from chalicelib.aws.dynamodb.annotations import DynamoAnnotations
from chalicelib.aws.dynamodb.audit import DynamoAuditTrail
from chalicelib.aws.dynamodb.client import make_dynamodb_client
from chalicelib.aws.dynamodb.dead_letters import DynamoDeadLetters
from chalicelib.aws.dynamodb.entries import DynamoEntries
from chalicelib.aws.dynamodb.jobs import DynamoJobs
from chalicelib.aws.dynamodb.keyed_requests import DynamoKeyedRequests
from chalicelib.aws.dynamodb.login_failures import DynamoLoginFailures
from chalicelib.aws.dynamodb.members import DynamoMembers
from chalicelib.aws.dynamodb.reminders import DynamoReminders
from chalicelib.aws.dynamodb.segments import DynamoSegments
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.aws.dynamodb.users import DynamoUsers
from chalicelib.aws.dynamodb.webhook_secrets import DynamoWebhookSecrets
from chalicelib.aws.s3.drops import S3Drops
from chalicelib.aws.s3.media import S3Media
from chalicelib.aws.s3.uploads import S3Uploads
from chalicelib.aws.sqs_queue import SqsQueue
from chalicelib.composition.services import Services
from chalicelib.outbound.https_webhooks import HttpsWebhooks
from chalicelib.services.ports import BatchJobs, JobQueue
from chalicelib.services.ports.all_ports import Ports
from chalicelib.settings import Settings, read_settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


@cache
def services() -> Services:
    """The services of this process, from its environment; composed at the first request or event, not at import."""
    return make_services(read_settings(os.environ))


def make_services(settings: Settings, *, owner: str = "") -> Services:
    """Services on the adapters that `settings` name. `owner`: what a worker is called, as no other is."""
    return Services(aws_ports(settings), settings, owner=owner)


def table_services(table_name: str, *, endpoint_url: str | None = None, region: str | None = None) -> Services:
    """Services of which those work that need the table alone, for operators; None leaves the choice to boto3."""
    settings = Settings(table_name, media_bucket="", job_queue_url="")
    dynamodb = cache(lambda: make_dynamodb_client(endpoint_url=endpoint_url, region=region))
    return Services(aws_ports(settings, dynamodb), settings)


def aws_ports(settings: Settings, dynamodb: "Callable[[], DynamoDBClient] | None" = None) -> Ports:
    """The adapters that `settings` name. `dynamodb`: another way to the table."""
    clients = AwsClients()
    table = cache(lambda: DynamoTable(dynamodb() if dynamodb else clients.dynamodb, settings.table_name))
    bucket = settings.media_bucket
    return Ports(
        clock=utc_now,
        users=cache(lambda: DynamoUsers(table())),
        login_failures=cache(lambda: DynamoLoginFailures(table())),
        accounts=cache(lambda: DynamoAccounts(table())),
        audit_trail=cache(lambda: DynamoAuditTrail(table())),
        jobs=cache(lambda: DynamoJobs(table())),
        queue=cache(lambda: SqsQueue(clients.sqs, settings.job_queue_url)),
        entries=cache(lambda: DynamoEntries(table())),
        annotations=cache(lambda: DynamoAnnotations(table())),
        keyed_requests=cache(lambda: DynamoKeyedRequests(table())),
        media=cache(lambda: S3Media(clients.s3, bucket, link_expires_s=settings.link_expires_s)),
        uploads=cache(lambda: S3Uploads(clients.s3, bucket)),
        drops=cache(lambda: S3Drops(clients.s3, bucket)),
        reminders=cache(lambda: DynamoReminders(table())),
        dead_letters=cache(lambda: DynamoDeadLetters(table())),
        segments=cache(lambda: DynamoSegments(table())),
        members=cache(lambda: DynamoMembers(table())),
        webhook_secrets=cache(lambda: DynamoWebhookSecrets(table())),
        webhooks=cache(HttpsWebhooks),
        deliveries=_deliveries(clients, settings.delivery_queue_url),
        batch=_batch(clients, settings.batch_queue, settings.batch_job_definition),
    )


def _deliveries(clients: AwsClients, queue_url: str | None) -> Callable[[], JobQueue] | None:
    return None if queue_url is None else cache(lambda: SqsQueue(clients.sqs, queue_url))


def _batch(clients: AwsClients, queue: str | None, definition: str | None) -> Callable[[], BatchJobs] | None:
    if queue is None or definition is None:
        return None
    return cache(lambda: AwsBatch(clients.batch, queue, definition))


def utc_now() -> datetime:
    """The clock of a deployment."""
    return datetime.now(UTC)
