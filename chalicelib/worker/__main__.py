"""The worker as a process of AWS Batch: `python -m chalicelib.worker`.

The run: the argument `--job`, or the variable MIEN_JOB_MESSAGE, both the text of a job message. The segment:
AWS_BATCH_JOB_ARRAY_INDEX, which Batch sets in the processes of an array; without it, the whole job.

Exit status: 0 if the work is done or not needed, 2 for wrong usage, anything else for an internal error, after which
Batch begins it again. SIGTERM, as it comes before a spot instance is taken away, gives a job back first.
"""

import argparse
import logging
import os
import secrets
import signal
import sys
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import NoReturn

from chalicelib.analysis.networks.models import Models
from chalicelib.domain.jobs import JobMessage
from chalicelib.domain.messages import MESSAGE_VARIABLE, decode_message
from chalicelib.errors import JobBusy, JobNotClaimable, LeaseLost
from chalicelib.settings import SettingsError, read_settings
from chalicelib.wiring import make_services
from chalicelib.worker.part_process import PartProcess
from chalicelib.worker.process_job import JobProcessor
from chalicelib.worker.process_segment import SegmentProcessor

INDEX_VARIABLE = "AWS_BATCH_JOB_ARRAY_INDEX"

_DONE, _FAULT, _USAGE = 0, 1, 2

_log = logging.getLogger("chalicelib.worker")


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Does the work and returns the exit status. What is a fault of ours rises."""
    try:
        message, index = _assignment(arguments, environment)
        settings = read_settings(environment)
    except (ValueError, SettingsError) as error:
        _log.error("%s", error)
        return _USAGE
    owner = f"batch-{environment.get('AWS_BATCH_JOB_ID', 'process')}-{secrets.token_hex(4)}"
    services = make_services(settings, owner=owner)
    models = Models(settings.models_dir)
    models.open_ahead()
    jobs = JobProcessor(services, models, processes=PartProcess.useful_to(models, settings.models_dir))
    try:
        if index is None:
            jobs.process(message)
        else:
            SegmentProcessor(services, models, jobs.process).process(message, index)
    except (JobNotClaimable, LeaseLost) as outcome:
        _log.info("nothing left to do: %s", outcome)
    except JobBusy as outcome:
        _log.info("to be begun again: %s", outcome)
        return _FAULT
    return _DONE


def _assignment(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[JobMessage, int | None]:
    """Which run, and which segment of it. Raises ValueError."""
    parser = argparse.ArgumentParser(prog="python -m chalicelib.worker", description="Process a job or a segment.")
    parser.add_argument("--job", default=environment.get(MESSAGE_VARIABLE, ""), help="the job's message, as JSON")
    index = environment.get(INDEX_VARIABLE, "")
    return decode_message(parser.parse_args(arguments).job), int(index) if index else None


def _end(_signal_number: int, _frame: FrameType | None) -> NoReturn:
    # An exception unwinds the work, which gives a job back and deletes its temporary files; once is enough.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(128 + signal.SIGTERM)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    signal.signal(signal.SIGTERM, _end)
    sys.exit(main(sys.argv[1:], os.environ))
