"""Lambda's event source mapping for the job queue, played here: message in, handler called, message deleted or left."""

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.local.aws.provisioning import queue_arn
from chalicelib.local.workers.message_visibility import MessageVisibility
from chalicelib.local.workers.sqs_event import is_consumed, sqs_event

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
        visibility = MessageVisibility(self._sqs, self._queue_url, receipt_handle, timeout_s=self._visibility_timeout_s)
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
        return is_consumed(answer, message["MessageId"])

    def _delay_s(self, message: "MessageTypeDef") -> int:
        # 1, 2, 4 ... seconds: soon enough after a hiccup, seldom enough for a fault that stays.
        receives = int(message.get("Attributes", {}).get("ApproximateReceiveCount", "1"))
        return min(1 << min(receives - 1, 10), _MAX_DELAY_S, self._visibility_timeout_s)
