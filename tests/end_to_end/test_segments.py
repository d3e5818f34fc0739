"""A long video through the whole stack: divided by a worker, measured by processes with array indices, stitched."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import boto3.session
import pytest
import requests

from chalicelib.aws.dynamodb.reminders import DynamoReminders
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.domain.reminders import Duty, Reminder
from chalicelib.local.stack import DEFAULT_MODELS_DIR, Stack
from chalicelib.settings import Settings
from chalicelib.wiring import utc_now
from mien.client.job_documents import RemoteJob
from mien.client.media_api import MediaApiClient
from tests.local.waiting import wait_until

pytestmark = pytest.mark.slow


def _divided(settings: Settings) -> Settings:
    return replace(settings, segment_above_s=4.0, segment_s=2.0, segment_overlap_s=1.0)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if not DEFAULT_MODELS_DIR.is_dir():
        pytest.skip("there are no models; run make setup")
    with Stack(log_path=tmp_path_factory.mktemp("log") / "worker.log", configure=_divided) as stack:
        yield stack


def _rows(prefix: str) -> list[dict[str, Any]]:
    table = boto3.session.Session().resource("dynamodb").Table(os.environ["MIEN_TABLE_NAME"])
    return [dict(row) for row in table.scan()["Items"] if str(row["sk"]).startswith(prefix)]


def _segments_row(job: RemoteJob) -> dict[str, Any]:
    (row,) = _rows(f"SEGMENTS#{job.url.rpartition('/')[2]}#")
    return row


def _times(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.pts is not None]
    return sorted(float((packet.pts or 0) * packet.time_base) for packet in packets)


def test_a_long_video_survives_a_segment_that_is_killed(
    stack: Stack, client: MediaApiClient, clip: Path, tmp_path: Path
) -> None:
    job = client.create_job(clip, "multiface")
    wait_until(lambda: len(stack.segment_process_ids) > 0, "the start of a segment")
    os.kill(stack.segment_process_ids[0], signal.SIGKILL)
    seen: list[RemoteJob] = []
    done = client.wait_for_job(job, seen.append, interval_s=0.1)
    assert done.status == "done", done.error
    row = _segments_row(job)
    assert (int(row["count"]), sorted(row["done"])) == (3, ["0", "1", "2"])
    client.download_results(done, tmp_path)
    frames = json.loads((tmp_path / "clip.mp4-metrics.json").read_text())["frames"]
    assert [frame["time"] for frame in frames] == _times(clip)
    assert {face_id for frame in frames for face_id in frame["faces"]} == {"0"}
    assert done.frames_done == len(frames)
    assert all((each.frames_done or 0) <= len(frames) for each in seen)


def test_cancelling_stops_the_array(stack: Stack, client: MediaApiClient, clip: Path) -> None:
    job = client.create_job(clip, "multiface")
    wait_until(lambda: len(stack.segment_process_ids) > 0, "the start of a segment")
    cancelled = {"entry_job[status]": "cancelled"}
    answer = requests.patch(job.url, data=cancelled, auth=(stack.user, stack.password), timeout=30)
    assert answer.json()["status"] == "cancelled"
    wait_until(lambda: stack.segment_process_ids == (), "the end of all processes")
    assert client.get_job(job).status == "cancelled"


def test_a_video_whose_segments_are_always_killed_ends_as_an_error(
    stack: Stack, client: MediaApiClient, clip: Path
) -> None:
    job = client.create_job(clip, "multiface")

    def is_over() -> bool:
        processes = stack.segment_process_ids
        for process_id in processes:
            with suppress(ProcessLookupError):
                os.kill(process_id, signal.SIGKILL)
        if not processes:
            _let_the_sweeper_look(job)
        return client.get_job(job).status not in ("queued", "working")

    wait_until(is_over, "the end")
    ended = client.get_job(job)
    assert ended.status == "error"
    assert "interrupted" in ended.error


def _let_the_sweeper_look(job: RemoteJob) -> None:
    """Makes the reminder of the job's segments due now rather than within a minute; too early does no harm."""
    job_id = job.url.rpartition("/")[2]
    (row,) = _rows(f"JOB#{job_id}")
    reminders = DynamoReminders(DynamoTable(boto3.session.Session().client("dynamodb"), os.environ["MIEN_TABLE_NAME"]))
    reminders.set(Reminder(str(row["account_id"]), Duty.SEGMENTS, job_id, utc_now()))
