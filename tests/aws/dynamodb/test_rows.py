"""Tests what a row looks like. The tables of older deployments hold such rows."""

from dataclasses import dataclass, fields, replace
from decimal import Decimal

import pytest

from chalicelib.aws.dynamodb.jobs import job_of, job_row
from chalicelib.aws.dynamodb.rows import from_row, stored, to_row
from chalicelib.aws.dynamodb.table_layout import job_key
from chalicelib.domain.entries import Annotation, Entry
from chalicelib.domain.jobs import Job, Lease, Progress
from chalicelib.domain.requests.job_options import KEPT_OPTIONS, JobOptions, Switch
from chalicelib.domain.requests.result_formats import ResultTable
from tests.contract.samples import (
    make_annotation,
    make_entry,
    make_job,
    make_job_with_webhook,
    make_representation,
)
from tests.fakes import START


def test_a_job_as_a_row() -> None:
    job = replace(make_job(), progress=Progress(3, None, 0.1), lease=Lease("worker-1", START), id="j")
    assert job_row(job) == job_key(job.account_id, "j") | {
        "id": "j",
        "account_id": "account-one",
        "author": "ada@example.org",
        "name": "multiface",
        "published": "2026-01-31T09:30:00.250Z",
        "updated": "2026-01-31T09:30:00.250Z",
        "status": "queued",
        "filename": "",
        "table": "none",
        "video": "none",
        "neutral_baseline": "on",
        "smoothing": "auto",
        "sides": "off",
        "probabilities": "off",
        "gaze": "off",
        "max_faces": Decimal(50),
        "progress": {"frames_done": Decimal(3), "frames_per_second": Decimal("0.1")},
        "run": Decimal(1),
        "attempt": Decimal(0),
        "lease": {"owner": "worker-1", "until": "2026-01-31T09:30:00.250Z"},
        "version": Decimal(1),
        "earlier_result_entry_ids": [],
        "begun_result_entry_ids": [],
        "segments_done": False,
        "notes": [],
    }


def test_an_entry_as_a_row_has_its_files_by_id() -> None:
    bare = make_entry()
    file = make_representation(bare)
    row = to_row(replace(bare, representations={file.id: file}))
    assert row["representations"] == {file.id: to_row(file)}
    assert to_row(bare)["representations"] == {}


@pytest.mark.parametrize("value", [make_job(), make_job_with_webhook(), make_entry(), make_annotation(make_entry())])
def test_rows_are_turned_back(value: Job | Entry | Annotation) -> None:
    assert from_row(type(value), to_row(value)) == value


def test_numbers_come_back_as_the_field_says() -> None:
    progress = from_row(Progress, {"frames_done": Decimal(2), "frames_per_second": Decimal(25)})
    assert (type(progress.frames_done), type(progress.frames_per_second)) == (int, float)


def test_attributes_that_no_field_names_are_left_unread() -> None:
    row = to_row(make_job()) | {"pk": "ACCOUNT#a", "sk": "JOB#j", "later": {"more": Decimal(1)}}
    assert from_row(Job, row) == from_row(Job, {key: row[key] for key in row if key not in ("pk", "sk", "later")})


def test_a_row_older_than_a_field_gets_its_default() -> None:
    job = make_job()
    row = to_row(job)
    del row["attempt"], row["filename"]
    assert from_row(Job, row) == job


def test_a_row_without_a_field_that_has_no_default_is_refused() -> None:
    row = to_row(make_job())
    del row["author"]
    with pytest.raises(TypeError, match="author"):
        from_row(Job, row)


@dataclass(frozen=True)
class _Unknown:
    where: complex


def test_unknown_types_are_refused() -> None:
    with pytest.raises(TypeError, match="complex"):
        to_row(_Unknown(1j))
    with pytest.raises(TypeError, match="set"):
        stored({1})


def test_options_lie_flat_and_come_back() -> None:
    options = JobOptions(ResultTable.PARQUET, Switch.OFF)
    job = replace(make_job(), options=options)
    row = job_row(job)
    assert (row["table"], row["neutral_baseline"]) == ("parquet", "off")
    assert "options" not in row
    assert job_of(row) == job


def test_a_job_from_before_there_was_an_option_has_its_default() -> None:
    job = make_job()
    row = job_row(job)
    for option in KEPT_OPTIONS:
        row.pop(option.name, None)
    assert job_of(row) == job


def test_an_option_has_the_name_of_no_other_field() -> None:
    others = {field.name for field in fields(Job)} | set(job_key("a", "j"))
    assert others & {option.name for option in KEPT_OPTIONS} == set()
