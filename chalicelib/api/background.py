"""Event handlers: objects that arrived, jobs that ended, and the schedule."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote_plus

from chalice.app import Chalice, CloudWatchEvent, EventSourceHandler, Rate, SQSEvent

from chalicelib.composition.services import Services
from chalicelib.domain.jobs import JobMessage
from chalicelib.domain.messages import decode_message

UPLOAD_QUEUE = "mien-uploads"
"""The queue that the bucket notifies of objects under `uploads/`. A deployment's template names its own instead."""

DROP_QUEUE = "mien-drops"
"""The queue that the bucket notifies of objects under `drop/`. A deployment's template names its own instead."""

DELIVERY_QUEUE = "mien-deliveries"
"""The queue of notifications to send. A deployment's template replaces it."""

DEAD_LETTER_QUEUE = "mien-jobs-dead-letters"
"""The dead-letter queue of job messages. A deployment's template replaces it."""

_CREATED = "ObjectCreated:"


@dataclass(frozen=True, slots=True)
class BackgroundHandlers:
    """Lambda functions, which the module `app` must hold under the same names: Lambda calls them by these."""

    receive_uploads: EventSourceHandler
    receive_drops: EventSourceHandler
    bury_dead_letters: EventSourceHandler
    sweep: EventSourceHandler
    send_notifications: EventSourceHandler


@dataclass(frozen=True, slots=True)
class CreatedObject:
    """An object that came into being. `version_id` is None in a bucket without versions."""

    key: str
    version_id: str | None = None


def register_background(app: Chalice, services: Callable[[], Services]) -> BackgroundHandlers:
    """Puts the handlers on `app`. `services` is called once per event, never at import."""

    # One message per invocation: what is raised then brings that message back, and no other.
    @app.on_sqs_message(queue=UPLOAD_QUEUE, batch_size=1)
    def receive_uploads(event: SQSEvent) -> None:
        for created in _created(event):
            services().receive_object(created.key)

    @app.on_sqs_message(queue=DROP_QUEUE, batch_size=1)
    def receive_drops(event: SQSEvent) -> None:
        for created in _created(event):
            services().drops.received(created.key, created.version_id)

    @app.on_sqs_message(queue=DEAD_LETTER_QUEUE, batch_size=1)
    def bury_dead_letters(event: SQSEvent) -> None:
        for message in _messages(event):
            services().dead_letters.bury(message)

    @app.schedule(Rate(1, unit=Rate.MINUTES))
    def sweep(_event: CloudWatchEvent) -> None:
        services().sweeper.sweep()

    # One at a time here as well: a slow receiver delays its own notification, and no other.
    @app.on_sqs_message(queue=DELIVERY_QUEUE, batch_size=1)
    def send_notifications(event: SQSEvent) -> None:
        for message in _messages(event):
            services().notifications.send(message.account_id, message.job_id)

    return BackgroundHandlers(receive_uploads, receive_drops, bury_dead_letters, sweep, send_notifications)


def _created(event: SQSEvent) -> Iterator[CreatedObject]:
    """The objects that a notification of the bucket speaks of."""
    for record in event:
        yield from created_objects(record.body)


def _messages(event: SQSEvent) -> Iterator[JobMessage]:
    for record in event:
        yield decode_message(record.body)


def created_objects(body: str) -> tuple[CreatedObject, ...]:
    """The objects that a notification says were created, in order; none for S3's own test message.

    Keys come quoted as in a URL's query. Raises ValueError for a text that is no notification.
    """
    try:
        records = json.loads(body).get("Records", [])
        return tuple(
            CreatedObject(unquote_plus(found["key"]), found.get("versionId") or None)
            for found in (
                record["s3"]["object"]
                for record in records
                if record["eventName"].removeprefix("s3:").startswith(_CREATED)
            )
        )
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("this is no notification of S3") from error
