"""The worker as a Lambda function: an SQS event in, the messages that must come again out.

The queue's event source mapping has ReportBatchItemFailures switched on.
"""

import logging
import math
import os
import secrets
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from chalicelib.analysis.networks.models import Models
from chalicelib.aws.clients import AwsClients
from chalicelib.aws.sqs_queue import SqsDeliveries
from chalicelib.domain.jobs import JobMessage
from chalicelib.domain.messages import decode_message
from chalicelib.errors import JobBusy, JobNotClaimable, LeaseLost, MienError, StillLeased
from chalicelib.settings import read_settings
from chalicelib.wiring import make_services
from chalicelib.worker.part_process import PartProcess
from chalicelib.worker.process_job import JobProcessor
from chalicelib.worker.work_directories import clear_leftovers

_FIRST_DELAY_S = 15
_MAX_DELAY_S = 900

_log = logging.getLogger(__name__)


def handler(event: Mapping[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Processes every record of an SQS event.

    Returns `{"batchItemFailures": [{"itemIdentifier": message id}, ...]}` with the messages to deliver again: those of
    jobs that another worker holds, and those whose processing failed through a fault of ours.
    """
    return process_records(event, lambda message: job_processor().process(message), return_message)


def process_records(
    event: Mapping[str, Any],
    process: Callable[[JobMessage], None],
    return_in: Callable[[str, int], None],
) -> dict[str, list[dict[str, str]]]:
    """Does the same as `handler`, with another way to process a message and to return one to the queue.

    `return_in(receipt handle, seconds)` sets when a failed message is delivered again. Without it the queue's
    visibility time-out decides, which is as long as the longest job: a passing fault would cost a quarter of an hour.
    """
    failed = [record["messageId"] for record in event["Records"] if not _is_consumed(record, process, return_in)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def return_message(receipt_handle: str, seconds: int) -> None:
    """Returns a message of this process's job queue. A failure is logged: the queue's own time-out then holds."""
    try:
        _deliveries().return_in(receipt_handle, seconds)
    except MienError:
        _log.exception("a failed message comes again after the queue's whole visibility time-out")


def _is_consumed(
    record: Mapping[str, Any], process: Callable[[JobMessage], None], return_in: Callable[[str, int], None]
) -> bool:
    try:
        process(decode_message(record["body"]))
    except JobNotClaimable as outcome:
        _log.info("nothing left to do: %s", outcome)
    except (JobBusy, LeaseLost) as outcome:
        # The worker that took the job over may depend on this message: do not delete it. If the job has ended,
        # the next delivery finds that.
        _log.info("to be delivered again: %s", outcome)
        return False
    except Exception as fault:  # noqa: BLE001  # the boundary of the process: the other records must still be served
        _log.exception("message %s failed and will be delivered again", record["messageId"])
        # Before its lease has ended, the next delivery would find the job busy and wait for the queue's time-out.
        leased_s = math.ceil(fault.lease_s) + 1 if isinstance(fault, StillLeased) else 0
        if "receiptHandle" in record:
            return_in(record["receiptHandle"], max(_delay_s(record), leased_s))
        return False
    return True


def _delay_s(record: Mapping[str, Any]) -> int:
    """Doubles with each delivery: soon after a hiccup, seldom for a fault that stays."""
    receives = int(record.get("attributes", {}).get("ApproximateReceiveCount", "1"))
    return min(_FIRST_DELAY_S << min(max(receives - 1, 0), 10), _MAX_DELAY_S)


@cache
def _deliveries() -> SqsDeliveries:
    return SqsDeliveries(AwsClients().sqs, read_settings(os.environ).job_queue_url)


@cache
def job_processor() -> JobProcessor:
    """This process's processor; building it begins to load the model files, so a host may call it before the first
    message, which is claimed and fetched meanwhile."""
    clear_leftovers()
    settings = read_settings(os.environ)
    services = make_services(settings, owner=f"worker-{secrets.token_hex(8)}")
    models = Models(settings.models_dir)
    models.open_ahead()
    return JobProcessor(services, models, processes=PartProcess.useful_to(models, settings.models_dir))
