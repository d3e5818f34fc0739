"""Which messages are consumed, and which must come again."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.domain.jobs import JobMessage
from chalicelib.domain.messages import encode_message
from chalicelib.errors import JobBusy, JobNotClaimable, LeaseLost, ModelFileError, StillLeased
from chalicelib.worker.lambda_main import process_records
from tests.contract.samples import make_job

MESSAGE = make_job().message


def records(*bodies: str) -> dict[str, list[dict[str, str]]]:
    return {"Records": [{"messageId": f"m{index}", "body": body} for index, body in enumerate(bodies)]}


def failures(*message_ids: str) -> dict[str, list[dict[str, str]]]:
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in message_ids]}


@pytest.mark.parametrize("outcome", [None, JobNotClaimable("ended")])
def test_what_is_done_or_needs_nothing_is_consumed(outcome: Exception | None) -> None:
    assert process_records(records(encode_message(MESSAGE)), _raising(outcome), unused) == failures()


@pytest.mark.parametrize(
    "outcome",
    [JobBusy("held"), LeaseLost("taken over: the message may be the new holder's"), ModelFileError("no"), OSError()],
)
def test_what_another_holds_or_we_failed_at_comes_again(outcome: Exception) -> None:
    assert process_records(records(encode_message(MESSAGE)), _raising(outcome), unused) == failures("m0")


def test_one_failure_does_not_keep_the_others_from_being_served() -> None:
    served: list[JobMessage] = []
    event = records("not a message", encode_message(MESSAGE))
    assert process_records(event, served.append, unused) == failures("m0")
    assert served == [MESSAGE]


@pytest.mark.parametrize(("receives", "delay_s"), [("1", 15), ("2", 30), ("5", 240), ("10", 900)])
def test_a_message_that_failed_comes_again_soon_and_then_more_seldom(receives: str, delay_s: int) -> None:
    returned: list[tuple[str, int]] = []
    event = _received(receives)
    assert process_records(event, _raising(OSError()), lambda *call: returned.append(call)) == failures("m0")
    assert returned == [("handle", delay_s)]


@pytest.mark.parametrize(("receives", "delay_s"), [("1", 61), ("5", 240)])
def test_a_job_that_was_not_given_back_is_free_when_its_message_comes_again(receives: str, delay_s: int) -> None:
    returned: list[tuple[str, int]] = []
    fault = StillLeased("the table was away", lease_s=60.0)
    process_records(_received(receives), _raising(fault), lambda *call: returned.append(call))
    assert returned == [("handle", delay_s)]


@pytest.mark.parametrize("outcome", [None, JobNotClaimable("ended"), JobBusy("held"), LeaseLost("taken over")])
def test_a_message_that_did_not_fail_keeps_the_queues_time(outcome: Exception | None) -> None:
    process_records(_received("1"), _raising(outcome), unused)


def _received(receives: str) -> dict[str, list[dict[str, Any]]]:
    (record,) = records(encode_message(MESSAGE))["Records"]
    return {"Records": [{**record, "receiptHandle": "handle", "attributes": {"ApproximateReceiveCount": receives}}]}


def unused(receipt_handle: str, seconds: int) -> None:
    raise AssertionError(f"{receipt_handle} was returned in {seconds} s")


def _raising(outcome: Exception | None) -> Callable[[JobMessage], None]:
    def process(_message: JobMessage) -> None:
        if outcome is not None:
            raise outcome

    return process
