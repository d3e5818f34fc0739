"""The promises of `JobQueue`."""

from chalicelib.domain.ids import new_id
from chalicelib.domain.jobs import JobMessage
from tests.contract.queue_cases import QueueCase
from tests.contract.samples import ACCOUNT
from tests.fakes import START


def test_messages_are_delivered_at_least_once(queue: QueueCase) -> None:
    sent = {JobMessage(ACCOUNT, new_id(START), run) for run in (1, 2, 3)}
    for message in sent:
        queue.queue.send(message)
    assert set(queue.delivered()) == sent


def test_a_message_sent_again_is_no_error(queue: QueueCase) -> None:
    message = JobMessage("Konto 7 → 😀", new_id(START), 1)
    queue.queue.send(message)
    queue.queue.send(message)
    assert set(queue.delivered()) == {message}


def test_nothing_sent_is_nothing_delivered(queue: QueueCase) -> None:
    assert queue.delivered() == []
