"""Workers that die and messages that come twice: one result, no loss."""

import os
import signal
from functools import partial
from pathlib import Path
from typing import Any

import boto3.session
import pytest
import requests

from chalicelib.domain.jobs import JobMessage
from chalicelib.domain.messages import encode_message
from chalicelib.local.stack import Stack
from mien.client.job_documents import RemoteJob
from mien.client.media_api import MediaApiClient
from tests.local.waiting import wait_until

pytestmark = pytest.mark.slow


def row_of(job: RemoteJob) -> dict[str, Any]:
    """The job's row: this process's environment points at the embedded AWS."""
    table = boto3.session.Session().resource("dynamodb").Table(os.environ["MIEN_TABLE_NAME"])
    job_id = job.url.rpartition("/")[2]
    (row,) = (row for row in table.scan()["Items"] if row["sk"] == f"JOB#{job_id}")
    return row


def stored_objects() -> int:
    bucket = boto3.session.Session().resource("s3").Bucket(os.environ["MIEN_MEDIA_BUCKET"])
    return sum(1 for _ in bucket.objects.all())


def finish(client: MediaApiClient, job: RemoteJob) -> RemoteJob:
    return client.wait_for_job(job, lambda _job: None, interval_s=0.1)


@pytest.fixture(scope="module")
def reference(stack: Stack, clip: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Returns what an undisturbed run of the clip gives."""
    with MediaApiClient(stack.index_url, stack.user, stack.password) as client:
        return results(client, finish(client, client.create_job(clip, "multiface")), tmp_path_factory.mktemp("results"))


def results(client: MediaApiClient, job: RemoteJob, directory: Path) -> dict[str, bytes]:
    """The files without the job's id, which the summary names: what all runs of the clip have in common."""
    return {
        path.name: path.read_bytes().replace(job.id.encode(), b"") for path in client.download_results(job, directory)
    }


def test_workers_killed_half_way_are_replaced_and_their_jobs_end_the_same(
    stack: Stack, client: MediaApiClient, clip: Path, reference: dict[str, bytes], tmp_path: Path
) -> None:
    """One after the other, so that both messages come back within one visibility timeout."""
    before = stored_objects()
    jobs, workers = [], []
    for signal_number in (signal.SIGKILL, signal.SIGTERM):
        job = client.create_job(clip, "multiface")
        wait_until(partial(is_half_way, client, job), "the first progress")
        (worker,) = stack.worker_process_ids
        os.kill(worker, signal_number)
        jobs.append(job)
        workers.append(worker)
    for number, job in enumerate(jobs):
        ended = finish(client, job)
        assert ended.status == "done"
        assert row_of(job)["attempt"] == 2
        assert results(client, ended, tmp_path / str(number)) == reference
    assert not set(workers) & set(stack.worker_process_ids)
    assert stored_objects() == before + 2 * (1 + len(reference) + 2)  # the media, one set of results, what is kept


def is_half_way(client: MediaApiClient, job: RemoteJob) -> bool:
    progress = client.get_job(job)
    return progress.status == "working" and (progress.frames_done or 0) >= 1


def test_a_message_delivered_twice_gives_one_result(
    client: MediaApiClient, clip: Path, reference: dict[str, bytes], tmp_path: Path
) -> None:
    before = stored_objects()
    job = client.create_job(clip, "multiface")
    row = row_of(job)
    message = JobMessage(str(row["account_id"]), str(row["id"]), int(row["run"]))
    sqs = boto3.session.Session().client("sqs")
    queue_url = os.environ["MIEN_JOB_QUEUE_URL"]
    for _ in range(2):
        sqs.send_message(QueueUrl=queue_url, MessageBody=encode_message(message))
    ended = finish(client, job)
    wait_until(lambda: messages_left(queue_url) == 0, "the consumption of every message")
    assert client.get_job(job) == ended
    assert row_of(job)["attempt"] == 1
    assert results(client, ended, tmp_path) == reference
    assert stored_objects() == before + 1 + len(reference) + 2


def messages_left(queue_url: str) -> int:
    attributes = (
        boto3.session.Session()
        .client("sqs")
        .get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    )
    return int(attributes["ApproximateNumberOfMessages"]) + int(attributes["ApproximateNumberOfMessagesNotVisible"])


def test_a_cancelled_job_stops_and_stays_cancelled(stack: Stack, client: MediaApiClient, clip: Path) -> None:
    job = client.create_job(clip, "multiface")
    wait_until(lambda: client.get_job(job).status == "working", "the claim")
    credentials = (stack.user, stack.password)
    answer = requests.patch(job.url, data={"entry_job[status]": "cancelled"}, auth=credentials, timeout=30)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    wait_until(lambda: messages_left(os.environ["MIEN_JOB_QUEUE_URL"]) == 0, "the end of the work")
    assert client.get_job(job).status == "cancelled"
    again = requests.post(f"{job.url}/requeue", auth=credentials, timeout=30)
    assert again.json()["status"] == "queued"
    assert finish(client, job).status == "done"
