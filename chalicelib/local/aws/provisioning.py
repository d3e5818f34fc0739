"""Creates the AWS resources of a deployment with boto3: the table, the bucket that notifies queues of uploads and
dropped files, the job queue, the queue of notifications, and their dead-letter queues."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.api.background import DEAD_LETTER_QUEUE, DELIVERY_QUEUE, DROP_QUEUE, UPLOAD_QUEUE
from chalicelib.aws.clients import AwsClients
from chalicelib.aws.dynamodb.table_layout import EXPIRES_AT, TABLE_KEYS
from chalicelib.domain.intake.drops import DROP_PREFIX
from chalicelib.domain.intake.uploads import UPLOAD_PREFIX
from chalicelib.local.aws.guarded_app import CorsRule

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

_TABLE = "mien"
_BUCKET = "mien-media"
_QUEUE = "mien-jobs"
_EVENT_DEAD_LETTER_QUEUE = "mien-events-dead-letters"


@dataclass(frozen=True, slots=True)
class EventQueues:
    """The URLs of the queues that Lambda functions of the background are subscribed to."""

    uploads: str
    drops: str
    deliveries: str
    dead_letters: str


@dataclass(frozen=True, slots=True)
class Provisioned:
    """The names of what was made."""

    table_name: str
    media_bucket: str
    job_queue_url: str
    dead_letter_queue_url: str
    event_queues: EventQueues


def provision(clients: AwsClients, *, visibility_timeout_s: int, max_receives: int) -> Provisioned:
    """Creates everything in an empty account.

    A message that a worker received and neither deleted nor kept is delivered again after `visibility_timeout_s`
    seconds; after `max_receives` deliveries it is moved to the dead-letter queue.
    """
    clients.dynamodb.create_table(TableName=_TABLE, BillingMode="PAY_PER_REQUEST", **TABLE_KEYS)
    clients.dynamodb.update_time_to_live(
        TableName=_TABLE, TimeToLiveSpecification={"Enabled": True, "AttributeName": EXPIRES_AT}
    )
    clients.s3.create_bucket(Bucket=_BUCKET)
    clients.s3.put_bucket_versioning(Bucket=_BUCKET, VersioningConfiguration={"Status": "Enabled"})
    dead_letter_queue_url, event_dead_letter_queue_url = (
        clients.sqs.create_queue(QueueName=name)["QueueUrl"] for name in (DEAD_LETTER_QUEUE, _EVENT_DEAD_LETTER_QUEUE)
    )
    job_queue_url = clients.sqs.create_queue(
        QueueName=_QUEUE,
        Attributes={
            "VisibilityTimeout": str(visibility_timeout_s),
            "RedrivePolicy": _redrive(clients.sqs, dead_letter_queue_url, max_receives),
        },
    )["QueueUrl"]
    redrive = _redrive(clients.sqs, event_dead_letter_queue_url, max_receives)
    uploads, drops, deliveries = (
        clients.sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": redrive})["QueueUrl"]
        for name in (UPLOAD_QUEUE, DROP_QUEUE, DELIVERY_QUEUE)
    )
    queues = EventQueues(uploads, drops, deliveries, dead_letter_queue_url)
    _tell_of_objects(clients, queues)
    return Provisioned(_TABLE, _BUCKET, job_queue_url, dead_letter_queue_url, queues)


def media_cors(origins: str) -> CorsRule:
    """Returns the CORS rule of the media bucket, as `infra/template.yaml` has it. `origins` is the setting
    `cors_origins`: `*` or a list with commas between."""
    return CorsRule(tuple(origin.strip() for origin in origins.split(",") if origin.strip()))


def _redrive(sqs: "SQSClient", dead_letter_queue_url: str, max_receives: int) -> str:
    return json.dumps({"deadLetterTargetArn": queue_arn(sqs, dead_letter_queue_url), "maxReceiveCount": max_receives})


def _tell_of_objects(clients: AwsClients, queues: EventQueues) -> None:
    clients.s3.put_bucket_notification_configuration(
        Bucket=_BUCKET,
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "QueueArn": queue_arn(clients.sqs, queue_url),
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": prefix}]}},
                }
                for prefix, queue_url in ((UPLOAD_PREFIX, queues.uploads), (DROP_PREFIX, queues.drops))
            ]
        },
    )


def queue_arn(sqs: "SQSClient", queue_url: str) -> str:
    """The ARN of a queue."""
    return sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
