"""The job queue in SQS, as senders and as workers see it."""

from typing import TYPE_CHECKING

from chalicelib.aws.failures import aws_failures
from chalicelib.domain.jobs import JobMessage
from chalicelib.domain.messages import encode_message

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient


class SqsQueue:
    """The port `JobQueue`."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    @aws_failures("send a job message")
    def send(self, message: JobMessage) -> None:
        self._client.send_message(QueueUrl=self._queue_url, MessageBody=encode_message(message))


class SqsDeliveries:
    """The messages that a worker has received from a queue."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    @aws_failures("change a message's visibility")
    def return_in(self, receipt_handle: str, seconds: int) -> None:
        """Lets the message be delivered again `seconds` (0 to 43,200) from now, not after the queue's time-out."""
        self._client.change_message_visibility(
            QueueUrl=self._queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
        )
