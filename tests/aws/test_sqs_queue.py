"""Tests what a message looks like in SQS."""

import json

import pytest
from boto3.session import Session

from chalicelib.aws.failures import AwsFailure
from chalicelib.aws.sqs_queue import SqsQueue
from chalicelib.domain.ids import new_id
from chalicelib.domain.jobs import JobMessage
from tests.fakes import START
from tests.moto_stack import moto_stack


@pytest.mark.usefixtures("aws_environment")
def test_the_body_is_json_of_three_keys(aws_session: Session) -> None:
    job_id = new_id(START)
    with moto_stack(aws_session) as stack:
        SqsQueue(stack.clients.sqs, stack.queue_url).send(JobMessage("a", job_id, 2))
        (message,) = stack.clients.sqs.receive_message(QueueUrl=stack.queue_url)["Messages"]
    assert json.loads(message["Body"]) == {"account_id": "a", "job_id": job_id, "run": 2}


@pytest.mark.usefixtures("aws_environment")
def test_a_missing_queue_is_a_failure(aws_session: Session) -> None:
    with moto_stack(aws_session) as stack:
        queue = SqsQueue(stack.clients.sqs, stack.queue_url + "-gone")
        with pytest.raises(AwsFailure, match="send a job message"):
            queue.send(JobMessage("a", new_id(START), 1))
