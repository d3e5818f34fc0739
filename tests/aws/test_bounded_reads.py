"""Tests what a page costs: requests and rows that DynamoDB looks at, counted where boto3 gets its answers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from boto3.session import Session

from chalicelib.aws.dynamodb.annotations import DynamoAnnotations
from chalicelib.aws.dynamodb.entries import DynamoEntries
from chalicelib.aws.dynamodb.jobs import DynamoJobs
from chalicelib.domain.accounts import Caller
from chalicelib.domain.entries import AnnotationSearch, Entry
from chalicelib.domain.ids import new_id
from chalicelib.domain.jobs import Job, JobStatus
from tests.contract.samples import ACCOUNT, make_annotation, make_job
from tests.fakes import START
from tests.moto_stack import MotoStack, moto_stack

_CALLER = Caller("ada@example.org", ACCOUNT)


@dataclass
class Meter:
    """Counts what the client asks of DynamoDB."""

    requests: int = 0
    rows: int = 0

    def note(self, parsed: dict[str, Any], **_more: object) -> None:
        self.requests += 1
        found = parsed.get("Responses", {}).values()
        self.rows += parsed.get("ScannedCount", 0) + sum(len(rows) for rows in found)

    def read(self) -> tuple[int, int]:
        """Requests and rows since the last reading."""
        cost, self.requests, self.rows = (self.requests, self.rows), 0, 0
        return cost


@pytest.fixture
def stack(aws_environment: None, aws_session: Session) -> Iterator[MotoStack]:
    with moto_stack(aws_session) as provisioned:
        yield provisioned


@pytest.fixture
def meter(stack: MotoStack) -> Meter:
    meter = Meter()
    stack.clients.dynamodb.meta.events.register("after-call.dynamodb", meter.note)
    return meter


def _store(stack: MotoStack, number: int, *, oldest: JobStatus = JobStatus.DONE) -> list[Job]:
    """Jobs with an input each, newest first; the oldest has the status that a test looks for."""
    jobs, entries = DynamoJobs(stack.table), DynamoEntries(stack.table)
    made = []
    for age_s in range(number):
        status = oldest if age_s == number - 1 else JobStatus.DONE
        job = replace(make_job(age_s), input_entry_id=new_id(START), status=status)
        entries.create(Entry(str(job.input_entry_id), ACCOUNT, job.author, START, START))
        jobs.create(job)
        made.append(job)
    return made


@pytest.mark.slow
def test_each_page_of_a_long_list_of_jobs_costs_the_same(stack: MotoStack, meter: Meter) -> None:
    made = _store(stack, 400)
    meter.read()
    jobs, entries = DynamoJobs(stack.table), DynamoEntries(stack.table)
    seen: list[str] = []
    costs: list[tuple[int, int]] = []
    cursor = None
    while True:
        page = jobs.list(ACCOUNT, limit=50, cursor=cursor, status=None, name=None)
        entries.get_many(ACCOUNT, [str(job.input_entry_id) for job in page.items])
        costs.append(meter.read())
        seen += [job.id for job in page.items]
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == [job.id for job in made]
    assert costs == [(2, 101)] * 7 + [(2, 100)]


def test_a_filter_that_lets_next_to_nothing_through_reads_a_bounded_number_of_rows(
    stack: MotoStack, meter: Meter
) -> None:
    made = _store(stack, 120, oldest=JobStatus.ERROR)
    meter.read()
    jobs = DynamoJobs(stack.table, most_rows_read=25)
    seen: list[str] = []
    pages = 0
    cursor = None
    while True:
        page = jobs.list(ACCOUNT, limit=5, cursor=cursor, status=JobStatus.ERROR, name=None)
        requests, rows = meter.read()
        assert (requests, rows <= 26) == (1, True)
        seen += [job.id for job in page.items]
        pages += 1
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == [made[-1].id]
    assert pages == 5


def test_a_list_of_entries_from_a_rare_source_reads_a_bounded_number_of_rows(stack: MotoStack, meter: Meter) -> None:
    entries = DynamoEntries(stack.table, most_rows_read=10)
    made = [replace(Entry(new_id(START), ACCOUNT, "a", START, START), id=f"{number:026d}") for number in range(40)]
    made[0] = replace(made[0], source="rare")
    for entry in made:
        entries.create(entry)
    meter.read()
    seen: list[Entry] = []
    cursor, pages = None, 0
    while True:
        page = entries.list(ACCOUNT, limit=5, cursor=cursor, labels={"source": "rare"})
        requests, rows = meter.read()
        assert (requests, rows <= 11) == (1, True)
        seen += page.items
        cursor, pages = page.cursor, pages + 1
        if cursor is None:
            break
    assert (seen, pages) == ([made[0]], 4)


@pytest.mark.parametrize("others", [0, 300])
def test_a_search_does_not_read_other_annotations(stack: MotoStack, meter: Meter, others: int) -> None:
    annotations = DynamoAnnotations(stack.table)
    entry = Entry(new_id(START), ACCOUNT, "ada@example.org", START, START)
    for number in range(others):
        annotations.create(make_annotation(replace(entry, id=new_id(START)), key=f"{number}"))
        annotations.create(make_annotation(replace(entry, id=new_id(START)), value=f"{number}"))
    annotations.create(make_annotation(entry))
    meter.read()
    page = annotations.search(ACCOUNT, AnnotationSearch("scene", "indoors"), limit=1000, cursor=None)
    assert (page.items, page.cursor) == ((entry.id,), None)
    assert meter.read() == (1, 1)


def test_a_search_by_a_rare_source_reads_a_bounded_number_of_rows(stack: MotoStack, meter: Meter) -> None:
    annotations = DynamoAnnotations(stack.table, most_rows_read=10)
    entries = [replace(Entry(new_id(START), ACCOUNT, "a", START, START), id=f"{number:026d}") for number in range(4)]
    for entry in entries:
        for age_s in range(12):
            source = "rare" if entry in entries[::3] and age_s in (0, 11) else "usual"
            annotations.create(replace(make_annotation(entry, age_s), source=source))
    meter.read()
    seen: list[str] = []
    cursor = None
    while True:
        page = annotations.search(ACCOUNT, AnnotationSearch("scene", source="rare"), limit=1000, cursor=cursor)
        seen += page.items
        requests, rows = meter.read()
        assert (requests, rows <= 11) == (1, True)
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == [entries[3].id, entries[0].id]
