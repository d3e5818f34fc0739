"""`mien dead-letters` as an operator runs it, on a table of an embedded AWS."""

import json

import pytest
from click.testing import CliRunner, Result

from chalicelib.aws.dynamodb.client import make_dynamodb_client
from chalicelib.aws.dynamodb.jobs import DynamoJobs
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.wiring import table_services
from mien.cli.__main__ import mien
from tests.contract.samples import make_job


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(mien, ["dead-letters", *arguments])


@pytest.fixture
def jobs(table: str) -> DynamoJobs:
    return DynamoJobs(DynamoTable(make_dynamodb_client(), table))


def _given_up(jobs: DynamoJobs, table: str) -> Job:
    job = make_job()
    jobs.create(job.with_input("entry", job.published))
    table_services(table).dead_letters.bury(job.message)
    return job


def test_jobs_that_were_given_up_are_listed_and_begun_anew(jobs: DynamoJobs, table: str) -> None:
    first, second, third = (_given_up(jobs, table) for _ in range(3))
    assert {each["job"] for each in json.loads(_run("list", "--json").stdout)} == {first.id, second.id, third.id}
    assert f"job {first.id}  run 1" in _run("list").stdout
    assert _run("redrive", first.id).stdout == "1 job restarted\n"
    assert jobs.get(first.account_id, first.id).status is JobStatus.QUEUED
    assert jobs.get(second.account_id, second.id).status is JobStatus.ERROR
    assert _run("redrive", "--all").stdout == "2 jobs restarted\n"
    assert _run("list").stdout == "0 dead letters\n"


def test_what_was_not_given_up_is_not_begun(jobs: DynamoJobs, table: str) -> None:
    refused = _run("redrive", make_job().id)
    assert (refused.exit_code, "is not a dead letter" in refused.output) == (1, True)
    assert _run("redrive").exit_code == 2
    assert _run("redrive", "--all", "x").exit_code == 2
