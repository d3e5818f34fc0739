"""The table of a batch, written by a worker from what its jobs have left."""

import csv
import io
import json
import math
from dataclasses import replace

import pytest

from chalicelib.analysis.networks.models import Models
from chalicelib.domain.batches import BatchInput, member_id
from chalicelib.domain.entries import Entry, Representation, representation_id
from chalicelib.domain.jobs import Job, JobStatus, Progress
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_batches import NewBatch
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.domain.requests.result_formats import SUMMARY_CONTENT_TYPE
from chalicelib.errors import JobNotClaimable
from tests.worker.test_process_job import ADA, World

_NAMES = ("=1+1.mp4", "two.mp4", "failed.mp4", "odd.mp4", "deleted.mp4", "empty.mp4")


@pytest.fixture
def world(models: Models) -> World:
    return World(models)


def _face(face_id: str, smile: float) -> dict[str, object]:
    return {
        "face_id": face_id,
        "first_seen_s": 0.5,
        "last_seen_s": 2,
        "frames": 46,
        "seconds": 1.5,
        "valid_frames": 45,
        "metrics": {"smile": {"mean": smile, "minimum": 0, "peak": 2 * smile, "peak_time_s": 1}},
    }


def _create(world: World, name: JobName = JobName.MULTIFACE) -> Job:
    inputs = tuple(BatchInput(each, f"https://example.org/{place}.mp4") for place, each in enumerate(_NAMES))
    return world.services("api").batch_services.batches.create(ADA, NewBatch(inputs, NewJob(name))).job


def _finish(world: World, batch: Job, index: int, summary: bytes | None) -> None:
    """Lets a worker end a member with this summary, or as failed."""
    services = world.services("worker")
    runs = services.runs
    job = runs.claim(services.ports.jobs().get(ADA.account_id, member_id(batch.id, index)).message)
    if summary is None:
        runs.fail(job, "-It is no video.")
        return
    entry_id, now = job.run_result_entry_id, world.clock()
    name = "clip-summary.json"
    stored = services.ports.media().save(f"key-{index}", io.BytesIO(summary), SUMMARY_CONTENT_TYPE)
    file_id = representation_id(entry_id, name)
    file = Representation(
        file_id, entry_id, ADA.account_id, name, SUMMARY_CONTENT_TYPE, stored.size_bytes, None, f"key-{index}", now, now
    )
    services.ports.entries().create(
        replace(Entry(entry_id, ADA.account_id, ADA.email, now, now), representations={file_id: file})
    )
    runs.finish(job, result_entry_id=entry_id, progress=None)


def _rows(world: World, batch: Job) -> list[dict[str, str]]:
    world.worker("one").process(batch.message)
    assert world.job(batch).status is JobStatus.DONE
    (table,) = world.results(batch).values()
    return list(csv.DictReader(io.StringIO(table.decode(), newline="")))


def _ended(world: World) -> Job:
    batch = _create(world)
    with pytest.raises(JobNotClaimable):  # its jobs have not ended
        world.worker("one").process(batch.message)
    faces: list[list[object]] = [[_face("0", 12.5), _face("1", 50)], [_face("0", 1)], [], [{"face_id": "0"}], [], []]
    for index in range(len(_NAMES)):
        summary = None if index == 2 else json.dumps({"faces": faces[index]}).encode()
        _finish(world, batch, index, summary)
    return world.job(batch)


def test_each_face_of_each_job_has_a_row(world: World) -> None:
    batch = _ended(world)
    world.services("api").job_deletions.delete(ADA, member_id(batch.id, 4))
    rows = _rows(world, batch)
    ids = [member_id(batch.id, index) for index in (0, 0, 1, 2, 3, 4, 5)]
    assert [row["job"] for row in rows] == ids
    assert [row["file"] for row in rows] == [
        "'=1+1.mp4",
        "'=1+1.mp4",
        "two.mp4",
        "failed.mp4",
        "odd.mp4",
        "",
        "empty.mp4",
    ]
    assert [row["state"] for row in rows] == ["done", "done", "done", "error", "done", "cancelled", "done"]
    assert [row["face id"] for row in rows] == ["0", "1", "0", "", "", "", ""]
    assert [(row["smile mean"], row["smile peak"]) for row in rows[:3]] == [("12.5", "25"), ("50", "100"), ("1", "2")]
    assert rows[0]["seconds"] == "1.5"
    assert rows[3]["error"] == "'-It is no video."
    assert "cannot be read" in rows[4]["error"]
    assert rows[5]["error"] == "It was deleted."
    assert rows[0]["joy mean"] == ""  # its summary has none
    assert world.job(batch).progress is not None


def _odd(**members: object) -> bytes:
    """A summary whose first face is as it must be and whose second has these members."""
    return json.dumps({"faces": [_face("0", 1), {**_face("1", 1), **members}]}).encode()


_ODD = [_odd(frames=math.inf), _odd(frames="=1+1"), _odd(seconds=10**400), _odd(first_seen_s=10**400)]
_ODD += [_odd(face_id="\ud800"), _odd(metrics=None), _odd(metrics={"smile": {"mean": "=1+1", "peak": 1}})]


@pytest.mark.parametrize("summary", [b"", b"[]", b'{"faces": 7}', b'{"faces": [7]}', b"\xff", b"[" * 100_000, *_ODD])
def test_a_summary_that_is_none_spoils_no_other_row(world: World, summary: bytes) -> None:
    batch = _create(world)
    _finish(world, batch, 0, summary)
    for index in range(1, len(_NAMES)):
        _finish(world, batch, index, json.dumps({"faces": [_face("0", 3)]}).encode())
    rows = _rows(world, batch)
    assert len(rows) == len(_NAMES)
    assert "cannot be read" in rows[0]["error"]
    assert {row["smile mean"] for row in rows[1:]} == {"3"}


def test_all_jobs_count_while_the_table_is_written(world: World) -> None:
    batch = _create(world)
    shown: list[Progress | None] = []

    def look(job: Job) -> None:
        if job.members is not None and job.members.are_over:
            shown.append(job.progress)

    world.job_rows.before_save = look
    for index in range(len(_NAMES)):
        _finish(world, batch, index, json.dumps({"faces": []}).encode())
    world.worker("one").process(batch.message)
    assert len(shown) > 2  # ended, claimed, written
    assert {(each.frames_done, each.frames_total) for each in shown if each} == {(len(_NAMES), len(_NAMES))}
    assert None not in shown


def test_the_table_is_written_anew_if_the_batch_is_requeued(world: World) -> None:
    batch = _ended(world)
    first = _rows(world, batch)
    world.services("api").jobs.requeue(ADA, batch.id)
    assert _rows(world, world.job(batch)) == first
