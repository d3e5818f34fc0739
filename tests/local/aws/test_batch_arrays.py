"""Arrays of processes: each index by itself, again if it fails, and none left behind."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.local.aws.batch_arrays import BatchArrays
from tests.local.waiting import is_running, wait_until

# Notes that it was begun, and then does what the variable DO says.
_SCRIPT = """
import os, pathlib, sys, time
index, attempt = os.environ["AWS_BATCH_JOB_ARRAY_INDEX"], os.environ["AWS_BATCH_JOB_ATTEMPT"]
pathlib.Path(os.environ["NOTES"], f"{index}-{attempt}").touch()
exec(os.environ["DO"])
"""


@pytest.fixture
def arrays(tmp_path: Path) -> Iterator[BatchArrays]:
    arrays = BatchArrays(
        [sys.executable, "-c", _SCRIPT], {"NOTES": str(tmp_path)}, tmp_path / "logs" / "batch.log", max_processes=2
    )
    try:
        yield arrays
    finally:
        arrays.close()


def _notes(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir() if path.is_file()}


def test_every_index_runs_once_where_all_goes_well(arrays: BatchArrays, tmp_path: Path) -> None:
    array_id = arrays.submit(size=3, attempts=2, variables={"DO": "pass"})
    wait_until(lambda: arrays.status(array_id) == "SUCCEEDED", "the end")
    assert _notes(tmp_path) == {"0-1", "1-1", "2-1"}


def test_an_index_that_fails_is_begun_again_alone(arrays: BatchArrays, tmp_path: Path) -> None:
    do = "sys.exit(1 if (index, attempt) == ('1', '1') else 0)"
    array_id = arrays.submit(size=2, attempts=2, variables={"DO": do})
    wait_until(lambda: arrays.status(array_id) == "SUCCEEDED", "the end")
    assert _notes(tmp_path) == {"0-1", "1-1", "1-2"}


def test_an_index_that_always_fails_fails_the_array(arrays: BatchArrays, tmp_path: Path) -> None:
    array_id = arrays.submit(size=2, attempts=2, variables={"DO": "sys.exit(int(index))"})
    wait_until(lambda: arrays.status(array_id) == "FAILED", "the end")
    assert _notes(tmp_path) == {"0-1", "1-1", "1-2"}


def test_an_array_that_is_ended_begins_nothing_more(arrays: BatchArrays, tmp_path: Path) -> None:
    array_id = arrays.submit(size=5, attempts=3, variables={"DO": "time.sleep(60)"})
    wait_until(lambda: len(_notes(tmp_path)) == 2, "the start of two")
    process_ids = arrays.process_ids
    arrays.terminate(array_id)
    wait_until(lambda: arrays.status(array_id) == "FAILED", "the end")
    assert not any(is_running(process_id) for process_id in process_ids)
    assert len(_notes(tmp_path)) == 2


def test_closing_leaves_no_process(arrays: BatchArrays, tmp_path: Path) -> None:
    arrays.submit(size=2, attempts=3, variables={"DO": "time.sleep(60)"})
    wait_until(lambda: len(_notes(tmp_path)) == 2, "the start of both")
    process_ids = arrays.process_ids
    assert len(process_ids) == 2
    arrays.close()
    assert not any(is_running(process_id) for process_id in process_ids)
