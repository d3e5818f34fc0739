"""Lambda's event source mapping for the job queue, played here: message in, handler called, message deleted or left."""

import logging
import time
from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.local.aws.provisioning import queue_arn

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

Handler = Callable[[dict[str, Any], object], object]
"""A Lambda function: (event, context) -> answer."""

# A poll that outlives its worker may still take a message and keep it for the visibility timeout: so polls are short.
_POLL_S = 2
_RETRY_S = 1.0
_MAX_DELAY_S = 30

_log = logging.getLogger(__name__)


class QueuePoller:
    """Takes messages one at a time and has `handler` process them."""

    def __init__(self, sqs: "SQSClient", queue_url: str, handler: Handler) -> None:
        self._sqs = sqs
        self._queue_url = queue_url
        self._handler = handler
        self._queue_arn = queue_arn(sqs, queue_url)
        names = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["VisibilityTimeout"])["Attributes"]
        self._visibility_timeout_s = int(names["VisibilityTimeout"])

    def run(self) -> NoReturn:
        """Polls until the process ends. A queue that does not answer is asked again a second later."""
        while True:
            try:
                self.poll()
            except (BotoCoreError, ClientError) as failure:
                _log.warning("the queue does not answer: %s", failure)
                time.sleep(_RETRY_S)

    def poll(self) -> bool:
        """Waits two seconds for a message and has it processed; whether there was one."""
        messages = self._sqs.receive_message(
            QueueUrl=self._queue_url,
            MaxNumberOfMessages=1,
            WaitTimeSeconds=_POLL_S,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        for message in messages:
            self._deliver(message)
        return bool(messages)

    def _deliver(self, message: "MessageTypeDef") -> None:
        receipt_handle = message["ReceiptHandle"]
        visibility = _Visibility(self._sqs, self._queue_url, receipt_handle, timeout_s=self._visibility_timeout_s)
        try:
            with visibility:
                consumed = self._is_consumed(message)
        except BaseException:
            visibility.hide_for(0)  # the process is asked to end: another worker may have the message at once
            raise
        if consumed:
            self._sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=receipt_handle)
        else:
            visibility.hide_for(self._delay_s(message))

    def _is_consumed(self, message: "MessageTypeDef") -> bool:
        try:
            answer = self._handler(sqs_event(message, queue_arn=self._queue_arn), None)
        except Exception:  # noqa: BLE001  # the boundary of the function: whatever it raises, the message comes again
            _log.exception("the handler failed on message %s", message["MessageId"])
            return False
        return _allows_deletion(answer, message["MessageId"])

    def _delay_s(self, message: "MessageTypeDef") -> int:
        # 1, 2, 4 ... seconds: soon enough after a hiccup, seldom enough for a fault that stays.
        receives = int(message.get("Attributes", {}).get("ApproximateReceiveCount", "1"))
        return min(1 << min(receives - 1, 10), _MAX_DELAY_S, self._visibility_timeout_s)


class _Visibility:
    """A context manager: inside it a thread hides the message from other workers for `timeout_s` more seconds, three
    times in that time.

    When the process dies the message comes back `timeout_s` seconds later at most.
    """

    def __init__(self, sqs: "SQSClient", queue_url: str, receipt_handle: str, *, timeout_s: int) -> None:
        self._sqs = sqs
        self._queue_url = queue_url
        self._receipt_handle = receipt_handle
        self._timeout_s = timeout_s
        self._ended = Event()
        self._thread = Thread(target=self._keep_hidden, name="message visibility", daemon=True)

    def hide_for(self, seconds: int) -> None:
        """The message may be delivered again `seconds` from now. A failure is logged: the old timeout then holds."""
        try:
            self._sqs.change_message_visibility(
                QueueUrl=self._queue_url, ReceiptHandle=self._receipt_handle, VisibilityTimeout=seconds
            )
        except (BotoCoreError, ClientError) as failure:
            _log.warning("the message's visibility could not be changed: %s", failure)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _keep_hidden(self) -> None:
        while not self._ended.wait(self._timeout_s / 3):
            self.hide_for(self._timeout_s)


def sqs_event(message: "MessageTypeDef", *, queue_arn: str) -> dict[str, Any]:
    """The event with this one message, as Lambda's event source mapping makes it for an SQS queue
    (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html). The message was received with all its attributes."""
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": dict(message.get("MessageAttributes", {})),
        "md5OfBody": message.get("MD5OfBody", ""),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }
    return {"Records": [record]}


def _allows_deletion(answer: object, message_id: str) -> bool:
    """Returns True if a function's response to the event allows the message to be deleted, under
    ReportBatchItemFailures: nothing, or a list of failures without this message. An invalid response counts as a
    failure, as on AWS.
    """
    if answer is None:
        return True
    if not isinstance(answer, dict):
        return False
    failures = answer.get("batchItemFailures") or []
    if not isinstance(failures, list) or not all(isinstance(failure, dict) for failure in failures):
        return False
    failed = [failure.get("itemIdentifier") for failure in failures]
    return all(isinstance(identifier, str) and identifier for identifier in failed) and message_id not in failed
