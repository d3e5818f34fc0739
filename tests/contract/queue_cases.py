"""Job queues together with what a worker would read from them."""

from typing import Protocol

from chalicelib.aws.sqs_queue import SqsQueue
from chalicelib.domain.jobs import JobMessage
from chalicelib.domain.messages import decode_message
from chalicelib.services.ports import JobQueue
from tests.fakes import FakeQueue
from tests.moto_stack import MotoStack


class QueueCase(Protocol):
    """A queue under test."""

    @property
    def queue(self) -> JobQueue:
        """The queue."""

    def delivered(self) -> list[JobMessage]:
        """All messages that wait, in no order."""


class FakeQueueCase:
    """The fake keeps what was sent."""

    def __init__(self) -> None:
        self.queue = FakeQueue()

    def delivered(self) -> list[JobMessage]:
        return list(self.queue.sent)


class SqsQueueCase:
    """SQS in moto."""

    def __init__(self, stack: MotoStack) -> None:
        self.queue = SqsQueue(stack.clients.sqs, stack.queue_url)
        self._stack = stack

    def delivered(self) -> list[JobMessage]:
        messages: list[JobMessage] = []
        while found := self._stack.clients.sqs.receive_message(
            QueueUrl=self._stack.queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=0
        ).get("Messages"):
            messages += [decode_message(message["Body"]) for message in found]
        return messages
