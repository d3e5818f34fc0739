"""A job that no worker can bring to its end, through queue, dead-letter queue and function to its client."""

from io import BytesIO

from chalicelib.aws.clients import AwsClients
from chalicelib.domain.accounts import Caller
from chalicelib.domain.dead_letters import SENTENCE
from chalicelib.domain.ids import new_id
from chalicelib.domain.jobs import JobStatus
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.local.aws.embedded import EmbeddedAws
from chalicelib.local.background import Background
from chalicelib.local.workers.queue_poller import QueuePoller
from chalicelib.services.entries import Upload
from chalicelib.wiring import make_services, table_services, utc_now
from tests.local.waiting import wait_until


def _broken(_event: object, _context: object) -> None:
    raise RuntimeError("there are no models")


def test_a_job_that_always_fails_ends_as_an_error_and_an_operator_begins_it_anew() -> None:
    caller = Caller("ada@example.org", new_id(utc_now()))
    with EmbeddedAws(visibility_timeout_s=1, max_receives=2) as aws:
        services = make_services(aws.settings)
        with Background(services, aws.event_queues, sweep_interval_s=0.2):
            upload = Upload("clip.mp4", None, BytesIO(b"media"), 5)
            job = services.jobs.create(caller, NewJob(JobName.MULTIFACE), upload)
            worker = QueuePoller(AwsClients().sqs, aws.settings.job_queue_url, _broken)

            def has_ended() -> bool:
                worker.poll()
                return services.jobs.get(caller, job.id).status is JobStatus.ERROR

            wait_until(has_ended, "the end of the job")
            assert services.jobs.get(caller, job.id).error == SENTENCE
            letters = table_services(aws.settings.table_name).dead_letters
            (letter,) = letters.list()
            assert letters.redrive(letter)
            received: list[object] = []
            mended = QueuePoller(
                AwsClients().sqs, aws.settings.job_queue_url, lambda event, _context: received.append(event)
            )
            wait_until(mended.poll, "the message of the new run")
    assert '"run": 2' in str(received)
