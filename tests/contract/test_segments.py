"""The promises of `SegmentStore`."""

import pytest

from chalicelib.domain.jobs import JobMessage
from chalicelib.domain.segments import SegmentRow
from chalicelib.errors import NotFound
from chalicelib.services.ports import SegmentStore
from tests.contract.samples import ACCOUNT, OTHER_ACCOUNT
from tests.fakes import START

ROW = SegmentRow(ACCOUNT, "job", 1, 3, START)
AT = JobMessage(ACCOUNT, "job", 1)


def test_a_row_is_made_once(segments: SegmentStore) -> None:
    segments.create(ROW)
    segments.begin(AT, 2)
    segments.create(ROW)
    assert segments.get(AT).attempts == {"2": 1}
    assert (segments.get(AT).begun, segments.get(AT).count) == (START, 3)


def test_the_rows_of_a_job_are_listed_by_account(segments: SegmentStore) -> None:
    for account_id, job_id, run in ((ACCOUNT, "job", 1), (ACCOUNT, "job", 12), (ACCOUNT, "job2", 1)):
        segments.create(SegmentRow(account_id, job_id, run, 2, START))
    assert {row.run for row in segments.list(ACCOUNT, "job")} == {1, 12}
    assert segments.list(OTHER_ACCOUNT, "job") == ()
    for row in segments.list(ACCOUNT, "job"):
        segments.delete(row)
        segments.delete(row)
    assert segments.list(ACCOUNT, "job") == ()


def test_every_segment_counts_for_itself(segments: SegmentStore) -> None:
    segments.create(ROW)
    assert segments.begin(AT, 0).attempts == {"0": 1}
    assert segments.begin(AT, 0).attempts == {"0": 2}
    assert segments.begin(AT, 1).attempts == {"0": 2, "1": 1}
    assert segments.report(AT, 0, 10).frames_done == 10
    assert segments.report(AT, 1, 5).frames_done == 15
    assert segments.report(AT, 0, 3).frames_done == 8  # begun again


def test_the_last_one_to_finish_is_told_so(segments: SegmentStore) -> None:
    segments.create(ROW)
    assert not segments.finish(AT, 2, 7, "cpu").is_complete
    assert not segments.finish(AT, 2, 7, "cpu").is_complete
    assert not segments.finish(AT, 0, 7, "cpu").is_complete
    row = segments.finish(AT, 1, 7, "gpu")
    assert (row.is_complete, row.frames_done, row.provider) == (True, 21, "cpu, gpu")
    assert segments.finish(AT, 1, 7, "cpu").is_complete


def test_the_first_name_of_the_array_stays(segments: SegmentStore) -> None:
    segments.create(ROW)
    assert segments.set_array(AT, "first") == "first"
    assert segments.set_array(AT, "second") == "first"
    assert segments.get(AT).array_id == "first"


def test_there_is_no_such_row(segments: SegmentStore) -> None:
    for attempt in (
        lambda: segments.get(AT),
        lambda: segments.begin(AT, 0),
        lambda: segments.report(AT, 0, 1),
        lambda: segments.finish(AT, 0, 1, "cpu"),
        lambda: segments.set_array(AT, "array"),
    ):
        with pytest.raises(NotFound):
            attempt()
