"""A comparison, carried out by a worker on in-memory ports: from timelines to a table."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from chalicelib.analysis.networks.models import Models
from chalicelib.api.application import ROUTES
from chalicelib.api.openapi.document import openapi_document
from chalicelib.domain.accounts import Caller
from chalicelib.domain.entries import AnnotationSearch
from chalicelib.domain.ids import new_id
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.measurements.metrics import EVERY_METRIC
from chalicelib.domain.requests.comparisons import MAX_RECORDINGS, Comparison, Group
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.domain.requests.result_formats import SESSION_CONTENT_TYPE, TIMELINE_CONTENT_TYPE
from chalicelib.errors import Conflict, Invalid
from chalicelib.services.entries import Upload
from tests.console.made_results import made_timeline
from tests.fakes import START
from tests.worker.test_process_job import ADA, World

_BEN = Caller("ben@example.org", new_id(START))


@pytest.fixture
def world(models: Models) -> World:
    return World(models)


def _recording(world: World, timeline: bytes, content_type: str = TIMELINE_CONTENT_TYPE, **new: Any) -> Job:
    """A job that is done, with that result."""
    upload = Upload("clip.mp4", None, io.BytesIO(b"video"), 5)
    job = world.jobs.create(ADA, NewJob(JobName.NO_OP, **new), upload)
    result = Upload("clip.mp4-timeline.bin", content_type, io.BytesIO(timeline), len(timeline))
    return world.jobs.update(ADA, job.id, name=None, status=None, result=result)


def _created(world: World, *groups: Group, caller: Caller = ADA, metric: str = "smile", **new: Any) -> Job:
    comparisons = world.services("nobody").comparisons
    return comparisons.create(caller, Comparison(metric, groups), NewJob(JobName.COMPARISON, **new))


def _of(title: str, *jobs: Job) -> Group:
    return Group(title, job_ids=tuple(job.id for job in jobs))


def _done(world: World, job: Job) -> tuple[list[list[str]], Any]:
    """The rows of the CSV and the JSON, from a worker."""
    world.worker("one").process(job.message)
    assert (world.job(job).status, world.job(job).error) == (JobStatus.DONE, None)
    results = world.results(job)
    assert list(results) == ["smile-compared.csv", "smile-comparison.json"]
    rows = list(csv.reader(io.StringIO(results["smile-compared.csv"].decode())))
    return rows, json.loads(results["smile-comparison.json"])


def test_two_groups_become_a_table(world: World) -> None:
    jobs = [_recording(world, made_timeline(150 + 30 * seed, seed=seed)) for seed in range(4)]
    job = _created(world, _of("=A", *jobs[:3]), _of("B", jobs[3]))
    rows, about = _done(world, job)
    assert rows[0][:6] == ["time (s)", "'=A: valid faces", "'=A: mean", "'=A: low", "'=A: high", "B: valid faces"]
    assert rows[0][-3:] == ["difference", "difference low", "difference high"]
    assert [row[0] for row in rows[1:4]] == ["0", "0.1", "0.2"]
    assert len(rows) - 1 == 80  # the longest has 240 frames at 30 a second
    for row in rows[1:]:
        _time, count, mean, low, high, count_b, mean_b, low_b, high_b, less, less_low, less_high = row
        assert int(count) <= 3
        assert (mean == "") == (count == "0")
        if mean:
            assert float(low) <= float(mean) <= float(high)
        assert (mean_b, low_b, high_b) == (mean_b,) * 3
        assert int(count_b) == bool(mean_b)
        if less:
            assert float(less) == pytest.approx(float(mean) - float(mean_b), abs=1e-3)
            assert float(less_low) <= float(less) <= float(less_high)
    assert (about["metric"], about["step_s"], about["resamples"]) == ("smile", 0.1, 400)
    assert [[each["job"] for each in group["recordings"]] for group in about["groups"]] == [
        [job.id for job in jobs[:3]],
        [jobs[3].id],
    ]
    assert "clip" not in json.dumps(about)  # a file's name may be a person's, and would outlive its job
    progress = world.job(job).progress
    assert progress is not None
    assert (progress.frames_done, progress.frames_total) == (4, 4)


def test_a_comparison_done_twice_gives_the_same_bytes(world: World) -> None:
    job = _created(world, _of("all", *(_recording(world, made_timeline(150, seed=seed)) for seed in range(3))))
    _done(world, job)
    first = world.results(job)
    _done(world, world.jobs.requeue(ADA, job.id))
    assert world.results(job) == first


def test_what_has_no_curve_is_named_with_the_reason(world: World) -> None:
    good = _recording(world, made_timeline(150))
    without_face = _recording(world, made_timeline(150, faces=0))
    damaged = _recording(world, b"mientl 1" + b"\xff" * 90)
    old = _recording(world, b"{}", SESSION_CONTENT_TYPE)
    upload = Upload("clip.mp4", None, io.BytesIO(b"video"), 5)
    waiting = world.jobs.create(ADA, NewJob(JobName.NO_OP), upload)
    deleted = _recording(world, made_timeline(150))
    job = _created(world, _of("all", good, without_face, damaged, old, waiting, deleted))
    world.services("nobody").job_deletions.delete(ADA, deleted.id)
    rows, about = _done(world, job)
    (group,) = about["groups"]
    assert [each["missing"] for each in group["recordings"]] == [
        None,
        "It has no valid face.",
        "Its timeline cannot be read; requeue it.",
        "It has no timeline; requeue it.",
    ]
    assert group["left_out"] == [
        {"job": waiting.id, "reason": "It is queued."},
        {"job": deleted.id, "reason": "It was deleted."},
    ]
    assert {row[1] for row in rows[1:]} == {"0", "1"}


def test_a_group_of_which_nothing_is_done_ends_with_a_sentence(world: World) -> None:
    upload = Upload("clip.mp4", None, io.BytesIO(b"video"), 5)
    job = _created(world, _of("A", world.jobs.create(ADA, NewJob(JobName.NO_OP), upload)))
    world.worker("one").process(job.message)
    assert (world.job(job).status, world.job(job).error) == (
        JobStatus.ERROR,
        "No job of the group A is done; wait for them, then requeue the comparison.",
    )


@pytest.mark.parametrize(
    "body", [b"video", b"[]", b'{"comparison": 1}', b'{"comparison": {"metric": "joy"}}', b"[" * 9999]
)
def test_an_input_that_was_replaced_ends_with_a_sentence(world: World, body: bytes) -> None:
    job = _created(world, _of("A", _recording(world, made_timeline(150))))
    entry = world.entries.get(ADA, str(job.input_entry_id))
    (file,) = entry.representations
    world.entries.replace_representation(ADA, entry.id, file, Upload("x", None, io.BytesIO(body), len(body)))
    world.worker("one").process(job.message)
    assert world.job(job).status is JobStatus.ERROR
    assert world.job(job).error


def test_a_deployment_without_emotions_compares_none(world: World) -> None:
    job = _created(world, _of("A", _recording(world, made_timeline(150))), metric="joy")
    world.expressions_only = True
    world.worker("one").process(job.message)
    assert world.job(job).status is JobStatus.ERROR
    assert str(world.job(job).error).startswith("The metric must be one of: ")


def test_only_jobs_of_the_account_are_compared(world: World) -> None:
    mine = _recording(world, made_timeline(150))
    with pytest.raises(Invalid, match=f"There is no job {mine.id} in your account"):
        _created(world, _of("A", mine), caller=_BEN)


def test_a_comparison_is_not_compared_and_stays_one(world: World) -> None:
    job = _created(world, _of("A", _recording(world, made_timeline(150))))
    with pytest.raises(Invalid, match="cannot be compared"):
        _created(world, _of("A", job))
    with pytest.raises(Conflict, match="no media file"):
        world.jobs.update(ADA, job.id, name=JobName.MULTIFACE, status=None)


def test_it_is_kept_no_longer_than_its_jobs(world: World) -> None:
    soon, late = (_recording(world, made_timeline(150), expires_in_s=seconds) for seconds in (3600, 7200))
    never = _recording(world, made_timeline(150))
    for jobs, asked, kept_s in (((soon, late, never), None, 3600), ((late,), 600, 600), ((never,), None, None)):
        job = _created(world, _of("A", *jobs), expires_in_s=asked)
        assert job.expires == (None if kept_s is None else world.clock() + timedelta(seconds=kept_s))


def test_too_many_jobs_with_an_annotation_are_refused(world: World) -> None:
    services = world.services("nobody")
    wanted = Comparison("smile", (Group("spot", AnnotationSearch("stimulus", "spot")),))
    with pytest.raises(Invalid, match="No job has the annotation spot"):
        services.comparisons.create(ADA, wanted, NewJob(JobName.COMPARISON))
    for place in range(MAX_RECORDINGS + 1):
        job = world.create(b"video", name=JobName.NO_OP)
        services.annotations.create(ADA, str(job.input_entry_id), key="stimulus", value="spot", source=None)
        if place == MAX_RECORDINGS - 1:
            found = services.comparisons.create(ADA, wanted, NewJob(JobName.COMPARISON))
            entry = world.entries.get(ADA, str(found.input_entry_id))
            (file,) = entry.representations.values()
            stored = json.loads(world.media.objects[file.media_key].body)
            assert len(stored["comparison"]["groups"][0]["jobs"]) == MAX_RECORDINGS
    with pytest.raises(Invalid, match="More than 300 jobs have the annotation spot"):
        services.comparisons.create(ADA, wanted, NewJob(JobName.COMPARISON))


def test_what_it_says_of_itself_is_as_described(world: World) -> None:
    job = _created(world, _of("A", _recording(world, made_timeline(150)), _recording(world, b"{}")))
    _rows, about = _done(world, job)
    document = openapi_document(ROUTES, EVERY_METRIC)
    Draft202012Validator({**document, "$ref": "#/components/schemas/ComparisonResult"}).validate(about)
