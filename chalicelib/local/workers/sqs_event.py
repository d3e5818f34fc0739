"""A message of the queue in the shape in which Lambda hands it to a function."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef


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


def is_consumed(answer: object, message_id: str) -> bool:
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
