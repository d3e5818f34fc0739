"""The worker as a process of its own: its arguments, how it ends, and how it gives a job back."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from chalicelib.composition.services import Services
from chalicelib.domain.accounts import Caller
from chalicelib.domain.ids import new_id
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.messages import MESSAGE_VARIABLE, encode_message
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.local.aws.embedded import EmbeddedAws
from chalicelib.local.demo_clip import write_demo_clip
from chalicelib.local.stack import DEFAULT_MODELS_DIR
from chalicelib.local.workers.supervisor import with_import_path
from chalicelib.services.entries import Upload
from chalicelib.wiring import make_services, utc_now
from chalicelib.worker.__main__ import main
from tests.local.waiting import wait_until

ADA = Caller("ada@example.org", new_id(utc_now()))


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    if not DEFAULT_MODELS_DIR.is_dir():
        pytest.skip("there are no models; run make setup")
    with EmbeddedAws(configure=lambda settings: replace(settings, models_dir=DEFAULT_MODELS_DIR)) as aws:
        yield aws


@pytest.fixture(scope="module")
def services(aws: EmbeddedAws) -> Services:
    return make_services(aws.settings)


def _start(aws: EmbeddedAws, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    environment = with_import_path(aws.environment) | variables
    command = [sys.executable, "-m", "chalicelib.worker", *arguments]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def _job(services: Services, body: bytes, name: JobName = JobName.MULTIFACE) -> Job:
    return services.jobs.create(ADA, NewJob(name), Upload("clip.mp4", None, BytesIO(body), len(body)))


def test_a_job_is_named_by_the_environment_or_by_an_argument(aws: EmbeddedAws, services: Services) -> None:
    first, second = (_job(services, b"media", JobName.NO_OP) for _ in range(2))
    text = encode_message(second.message)
    for process in (_start(aws, **{MESSAGE_VARIABLE: encode_message(first.message)}), _start(aws, "--job", text)):
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert {services.jobs.get(ADA, job.id).status for job in (first, second)} == {JobStatus.DONE}
    again = _start(aws, "--job", text)
    assert "nothing left to do" in again.communicate(timeout=60)[1]
    assert again.returncode == 0


def test_who_is_told_nothing_of_use_ends_with_a_line_and_another_status(aws: EmbeddedAws) -> None:
    process = _start(aws)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 2
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("variables", [{MESSAGE_VARIABLE: "{}"}, {"MIEN_TABLE_NAME": ""}])
def test_other_wrong_environments_have_the_same_status(
    aws: EmbeddedAws, services: Services, caplog: pytest.LogCaptureFixture, variables: dict[str, str]
) -> None:
    message = encode_message(_job(services, b"media", JobName.NO_OP).message)
    assert main([], aws.environment | {MESSAGE_VARIABLE: message} | variables) == 2
    assert len(caplog.messages) == 1


@pytest.mark.slow
def test_a_process_that_is_told_to_end_gives_its_job_back(aws: EmbeddedAws, services: Services, tmp_path: Path) -> None:
    """As before a spot instance is taken away: no one has to wait for the lease to end."""
    write_demo_clip(tmp_path / "clip.mp4")
    job = _job(services, (tmp_path / "clip.mp4").read_bytes())
    process = _start(aws, "--job", encode_message(job.message), TMPDIR=str(tmp_path))

    def has_begun() -> bool:
        progress = services.jobs.get(ADA, job.id).progress
        return progress is not None and progress.frames_done > 0

    wait_until(has_begun, "the first frame")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    given_back = services.jobs.get(ADA, job.id)
    assert (given_back.status, given_back.lease) == (JobStatus.QUEUED, None)
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]
    again = _start(aws, "--job", encode_message(job.message), TMPDIR=str(tmp_path))
    again.communicate(timeout=120)
    assert again.returncode == 0
    assert services.jobs.get(ADA, job.id).status is JobStatus.DONE


def test_an_index_of_a_job_without_segments_is_nothing_to_do(aws: EmbeddedAws, services: Services) -> None:
    job = _job(services, b"media", JobName.NO_OP)
    process = _start(aws, "--job", encode_message(job.message), AWS_BATCH_JOB_ARRAY_INDEX="3")
    assert "nothing left to do" in process.communicate(timeout=60)[1]
    assert process.returncode == 0
    assert services.jobs.get(ADA, job.id).status is JobStatus.QUEUED
