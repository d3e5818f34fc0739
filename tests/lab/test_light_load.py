"""Requests to the light functions, and what they cost."""

import json

import pytest

from lab.benchmark.light_requests import Answered, light_functions
from lab.benchmark.sections.light import Kind, section

_NAMES = ("index", "poll", "poll_unchanged", "create", "list")


def test_a_list_has_the_copies_of_a_job_with_their_inputs() -> None:
    with light_functions() as functions:
        job_id = functions.new_job()
        functions.copy_job(job_id, 3)
        listed = functions.send("GET", "/jobs")
        assert len({job["input"]["self"] for job in json.loads(listed.body)}) == 4
        assert listed.operations == {"Query": 1, "BatchGetItem": 1}
        poll = functions.send("GET", "/jobs/{job_id}", job_id=job_id)
        assert poll.operations == {"GetItem": 1, "BatchGetItem": 1}
        assert poll.cpu_ms > 0
        with pytest.raises(OSError, match="404"):
            functions.send("GET", "/jobs/{job_id}", job_id="0" * 26)


def test_a_kind_of_request_has_its_tail_and_its_reads() -> None:
    answers = [Answered(200, {}, "", float(ms), {"GetItem": 2, "Query": 1, "PutItem": 4}) for ms in range(1, 102)]
    found = section([Kind(name, answers) for name in _NAMES])
    row = found.tables[0].rows[1]
    assert row[1:5] == (51.0, 51.0, 100.0, 20)
    assert {figure.name: figure.value for figure in found.figures}["poll_reads"] == 3
    assert "reads DynamoDB 3 times" in found.reading
