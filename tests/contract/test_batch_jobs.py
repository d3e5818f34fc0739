"""The promises of `BatchJobs`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from boto3.session import Session

from chalicelib.domain.ids import new_id
from chalicelib.domain.jobs import JobMessage
from chalicelib.services.ports import BatchJobs, BatchStatus
from tests.contract.batch_cases import local_batch, moto_batch
from tests.contract.samples import ACCOUNT
from tests.fakes import START, FakeBatch
from tests.local.waiting import wait_until


@pytest.fixture(params=["fake", "moto", "local"])
def batch(
    request: pytest.FixtureRequest, aws_environment: None, aws_session: Session, tmp_path: Path
) -> Iterator[BatchJobs]:
    if request.param == "fake":
        yield FakeBatch()
    elif request.param == "local":
        with local_batch(aws_session, tmp_path / "log") as service:
            yield service
    else:
        with moto_batch(aws_session) as service:
            yield service


def test_every_array_has_a_name_and_a_fate(batch: BatchJobs) -> None:
    message = JobMessage(ACCOUNT, new_id(START), 1)
    names = [batch.submit(message, count=3, attempts=2) for _ in range(2)]
    assert len(set(names)) == 2
    assert all(batch.status(name) is not None for name in names)


def test_an_array_that_is_not_known_has_none(batch: BatchJobs) -> None:
    assert batch.status("8d0f8d5a-0000-4000-8000-000000000000") is None


def test_cancelling_is_never_an_error_and_leaves_nothing_alive(batch: BatchJobs) -> None:
    name = batch.submit(JobMessage(ACCOUNT, new_id(START), 1), count=2, attempts=1)
    for _ in range(2):
        batch.cancel(name)
    wait_until(lambda: batch.status(name) is not BatchStatus.LIVE, "the end of the array")
    assert batch.status(name) is not None
    batch.cancel("8d0f8d5a-0000-4000-8000-000000000000")
