"""The promises of `BatchJobs`."""

from collections.abc import Iterator

import pytest
from boto3.session import Session

from chalicelib.domain.ids import new_id
from chalicelib.domain.jobs import JobMessage
from chalicelib.services.ports import BatchJobs, BatchStatus
from tests.contract.batch_cases import moto_batch
from tests.contract.samples import ACCOUNT
from tests.fakes import START, FakeBatch


@pytest.fixture(params=["fake", "moto"])
def batch(request: pytest.FixtureRequest, aws_environment: None, aws_session: Session) -> Iterator[BatchJobs]:
    if request.param == "fake":
        yield FakeBatch()
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
    assert batch.status(name) in (BatchStatus.FAILED, BatchStatus.SUCCEEDED)
    batch.cancel("8d0f8d5a-0000-4000-8000-000000000000")
