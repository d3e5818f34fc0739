"""Keeps a message hidden from other workers while this one is at it."""

import logging
from threading import Event, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Self

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

_log = logging.getLogger(__name__)


class MessageVisibility:
    """A context manager: inside it a thread hides the message for `timeout_s` more seconds, three times in that time.

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
