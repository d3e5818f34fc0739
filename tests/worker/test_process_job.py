"""One run of one job, with the real analysis and the real formats on in-memory ports."""

import csv
import hashlib
import io
import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import av
import pytest
from pyarrow import parquet

from chalicelib.analysis.networks.models import Models
from chalicelib.aws.failures import AwsFailure
from chalicelib.composition.services import Services
from chalicelib.domain.accounts import Caller
from chalicelib.domain.ids import new_id
from chalicelib.domain.jobs import Job, JobStatus, Progress
from chalicelib.domain.measurements.metrics import BASELINE_NAMES, EMOTION_NAMES, EVERY_METRIC, TWO_SIDED_NAMES
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import DEFAULT_OPTIONS, JobOptions, Switch
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.domain.requests.recipes import RECIPES
from chalicelib.domain.requests.result_formats import PARQUET_CONTENT_TYPE, ResultTable, ResultVideo
from chalicelib.errors import JobBusy, JobNotClaimable, LeaseLost, StillLeased
from chalicelib.formats.timeline_reader import read_timeline
from chalicelib.services.entries import Upload
from chalicelib.services.ports import StoredMedia
from chalicelib.settings import Settings
from chalicelib.worker.part_process import PartLost, PartProcess
from chalicelib.worker.process_job import JobProcessor
from tests.fakes import START, FakeEntries, FakeJobs, FakeMedia, FakeMembers, FakePorts, FixedClock
from tests.media_factory import STEADY_MS, image_bytes, rgb_corners, write_sound, write_video
from tests.worker.halted import halted

_CLASSIFIERS = {metric.name: metric.classifier for metric in EVERY_METRIC if metric.name in BASELINE_NAMES}
ADA = Caller("ada@example.org", new_id(START))
LEASE_S = 60.0


class WatchedJobs(FakeJobs):
    """Jobs whose every save tells a listener first."""

    def __init__(self) -> None:
        super().__init__()
        self.before_save: Callable[[Job], None] = lambda _job: None

    def save(self, job: Job) -> None:
        self.before_save(job)
        super().save(job)


class WatchedMedia(FakeMedia):
    """Media that counts what is stored and tells a listener first."""

    def __init__(self) -> None:
        super().__init__()
        self.saves = 0
        self.before_save: Callable[[], None] = lambda: None

    def save(self, key: str, body: BinaryIO, content_type: str) -> StoredMedia:
        self.saves += 1
        self.before_save()
        return super().save(key, body, content_type)


@dataclass
class World:
    """One account's jobs, and as many workers as a test asks for."""

    models: Models
    clock: FixedClock = field(default_factory=FixedClock)
    job_rows: WatchedJobs = field(default_factory=WatchedJobs)
    entry_rows: FakeEntries = field(default_factory=FakeEntries)
    media: WatchedMedia = field(default_factory=WatchedMedia)
    member_rows: FakeMembers = field(default_factory=FakeMembers)
    expressions_only: bool = False

    def __post_init__(self) -> None:
        services = self.services("nobody")
        self.entries, self.jobs = services.entries, services.jobs

    def services(self, owner: str) -> Services:
        settings = Settings("table", "bucket", "queue", lease_s=LEASE_S, expressions_only=self.expressions_only)
        rows, members = self.entry_rows, self.member_rows
        fakes = FakePorts(clock=self.clock, jobs=self.job_rows, entries=rows, media=self.media, members=members)
        return Services(fakes.ports(), settings, owner=owner)

    def create(
        self,
        body: bytes,
        *,
        file_name: str = "clip.mp4",
        name: JobName = JobName.MULTIFACE,
        options: JobOptions = DEFAULT_OPTIONS,
    ) -> Job:
        upload = Upload(file_name, None, io.BytesIO(body), len(body))
        return self.jobs.create(ADA, NewJob(name, options=options), upload)

    def worker(self, owner: str, part_process: PartProcess | None = None) -> JobProcessor:
        return JobProcessor(self.services(owner), self.models, processes=[part_process] if part_process else [])

    def job(self, job: Job) -> Job:
        return self.jobs.get(ADA, job.id)

    def results(self, job: Job) -> dict[str, bytes]:
        """The bytes of each result file by its name."""
        entry = self.entries.get(ADA, str(self.job(job).result_entry_id))
        return {each.file_name: self.media.objects[each.media_key].body for each in entry.representations.values()}

    def results_of_any_job(self, job: Job) -> dict[str, bytes]:
        """The results, with the job's id taken out of them: what two jobs with the same input have in common."""
        files = self.results(job)
        source = json.loads(files["clip.mp4-summary.json"])["source"]
        assert source == {"file": "clip.mp4", "job": job.id}
        return {name: content.replace(job.id.encode(), b"") for name, content in files.items()}


@pytest.fixture
def world(models: Models) -> World:
    return World(models)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_video(tmp_path_factory.mktemp("media") / "clip.mp4").read_bytes()


def test_a_video_becomes_a_result(world: World, clip: bytes) -> None:
    job = world.create(clip)
    world.worker("one").process(job.message)
    done = world.job(job)
    frames = len(STEADY_MS)
    assert (done.status, done.error, done.lease) == (JobStatus.DONE, None, None)
    assert done.progress is not None
    assert (done.progress.frames_done, done.progress.frames_total) == (frames, frames)
    assert done.result_entry_id == job.run_result_entry_id
    results = world.results(job)
    assert sorted(results) == [
        "clip.mp4-metrics.csv",
        "clip.mp4-metrics.json",
        "clip.mp4-summary.json",
        "clip.mp4-timeline.bin",
    ]
    rows = list(csv.DictReader(io.StringIO(results["clip.mp4-metrics.csv"].decode())))
    assert [float(row["time stamp (msec)"]) for row in rows] == list(STEADY_MS)
    for entry_id in (done.result_entry_id, done.input_entry_id):
        assert world.entries.get(ADA, str(entry_id)).media_seconds == pytest.approx(frames * 0.04)


@pytest.mark.parametrize("name", [JobName.MULTIFACE, JobName.CT_PACK_LINEAR])
def test_a_table_that_is_wished_for_has_a_row_per_face_and_frame(world: World, clip: bytes, name: JobName) -> None:
    job = world.create(clip, name=name, options=JobOptions(table=ResultTable.PARQUET))
    world.worker("one").process(job.message)
    table = parquet.read_table(io.BytesIO(world.results(job)["clip.mp4-metrics.parquet"]))
    assert table["time_s"].to_pylist() == [time_ms / 1000 for time_ms in STEADY_MS]
    files = world.entries.get(ADA, str(world.job(job).result_entry_id)).representations.values()
    by_age = [file.content_type for file in sorted(files, key=lambda file: file.published)]
    recipe = RECIPES[name]
    assert recipe is not None
    assert by_age == [*recipe.content_types, PARQUET_CONTENT_TYPE]


def test_a_deployment_of_expressions_only_writes_no_emotion(models: Models, shared_media: Path) -> None:
    world = World(models, expressions_only=True)
    picture = (shared_media / "faces" / "single_face.jpg").read_bytes()
    job = world.create(picture, file_name="face.jpg", options=JobOptions(table=ResultTable.PARQUET))
    world.worker("one").process(job.message)
    results = world.results(job)
    assert len(results) == 5
    assert b'"smile":' in results["face.jpg-metrics.json"]
    assert {name for name, data in results.items() for emotion in EMOTION_NAMES if emotion.encode() in data} == set()


@pytest.mark.parametrize("name", [JobName.MULTIFACE, JobName.CT_PACK_LINEAR])
def test_probabilities_are_in_every_file_of_a_job_that_asks_for_them(
    world: World, shared_media: Path, name: JobName
) -> None:
    clip = (shared_media / "videos" / "single_face.mp4").read_bytes()
    options = JobOptions(probabilities=Switch.ON, table=ResultTable.PARQUET, frames_per_second=2.0)
    job = world.create(clip, name=name, options=options)
    world.worker("one").process(job.message)
    results = world.results(job)
    shown = json.loads(results["clip.mp4-summary.json"])["faces"][0]["metrics"]
    assert 7.5 <= shown["eye closure probability"]["mean"] < 50 < shown["smile probability"]["peak"] <= 98.3
    column = b"smilect-probability" if name is JobName.CT_PACK_LINEAR else b"smile probability"
    for ending in ("metrics.json", "metrics.csv", "metrics.parquet"):
        assert column in results[f"clip.mp4-{ending}"]
    timeline = read_timeline(io.BytesIO(results["clip.mp4-timeline.bin"]))
    assert "smile probability" in timeline.faces[0].values


@pytest.mark.parametrize("name", [JobName.MULTIFACE, JobName.SDK_METRICS, JobName.CT_PACK_LINEAR])
def test_eyes_are_in_the_files_of_a_job_that_asks_for_them(world: World, shared_media: Path, name: JobName) -> None:
    clip = (shared_media / "videos" / "single_face.mp4").read_bytes()
    options = JobOptions(gaze=Switch.ON, table=ResultTable.PARQUET, frames_per_second=3.0)
    job = world.create(clip, name=name, options=options)
    world.worker("one").process(job.message)
    results = world.results(job)
    summary = json.loads(results["clip.mp4-summary.json"])["faces"][0]
    assert 10 < summary["metrics"]["eye openness left"]["mean"] < 40
    assert summary["blinks"]["per_minute"] is None
    assert summary["blinks"]["no_rate_because"] == "fewer than 15 frames a second"
    has_irises = name is not JobName.SDK_METRICS
    assert ("gaze yaw" in summary["metrics"]) == (summary["gaze"]["frames"] > 0) == has_irises
    assert (summary["gaze"]["not_read_because"]["mesh without irises"] > 0) != has_irises
    rows = list(csv.DictReader(io.StringIO(results["clip.mp4-metrics.csv"].decode())))
    column = "gazeyaw" if name is JobName.CT_PACK_LINEAR else "gaze yaw"
    assert all((row[column] == "") == (row["gaze invalid reasons"] != "") for row in rows)
    table = parquet.read_table(io.BytesIO(results["clip.mp4-metrics.parquet"]))
    assert table[column].null_count == sum(row[column] == "" for row in rows)


@pytest.mark.parametrize("name", [JobName.MULTIFACE, JobName.CT_PACK_HYBRID])
def test_sides_are_in_every_file_of_a_job_that_asks_for_them(world: World, shared_media: Path, name: JobName) -> None:
    clip = (shared_media / "videos" / "single_face.mp4").read_bytes()
    options = JobOptions(sides=Switch.ON, table=ResultTable.PARQUET, frames_per_second=2.0)
    job = world.create(clip, name=name, options=options)
    world.worker("one").process(job.message)
    results = world.results(job)
    summary = json.loads(results["clip.mp4-summary.json"])["faces"][0]
    left, right = (summary["metrics"][f"smile {side}"]["mean"] for side in ("left", "right"))
    assert summary["asymmetry"]["smile"] == pytest.approx(left - right, abs=1e-3)
    assert list(summary["asymmetry"]) == list(TWO_SIDED_NAMES)
    column = b"smilect-left" if name is JobName.CT_PACK_HYBRID else b"smile left"
    for ending in ("metrics.json", "metrics.csv", "metrics.parquet"):
        assert column in results[f"clip.mp4-{ending}"]
    timeline = read_timeline(io.BytesIO(results["clip.mp4-timeline.bin"]))
    assert "smile left" in timeline.faces[0].values


@pytest.mark.parametrize("video", [ResultVideo.ANNOTATED, ResultVideo.ANONYMIZED])
def test_a_video_that_is_asked_for_is_beside_the_results(world: World, shared_media: Path, video: ResultVideo) -> None:
    clip = (shared_media / "videos" / "single_face.mp4").read_bytes()
    jobs = [world.create(clip, options=JobOptions(video=video, end_s=1.0)) for _ in range(2)]
    for job in jobs:
        world.worker("one").process(job.message)
    one, two = (world.results(job)[f"clip.mp4-{video}.mp4"] for job in jobs)
    assert one == two
    with av.open(io.BytesIO(one), "r") as container:
        times_s = [frame.time for frame in container.decode(video=0)]
    rows = list(csv.DictReader(io.StringIO(world.results(jobs[0])["clip.mp4-metrics.csv"].decode())))
    assert times_s == pytest.approx([float(row["time stamp (msec)"]) / 1000 for row in rows], abs=1e-3)
    files = world.entries.get(ADA, str(world.job(jobs[0]).result_entry_id)).representations.values()
    last = max(files, key=lambda file: file.published)
    assert (last.content_type, last.file_name) == ("video/mp4", f"clip.mp4-{video}.mp4")


def test_a_worker_that_loses_its_job_while_it_renders_stores_nothing(world: World, clip: bytes) -> None:
    job = world.create(clip, options=JobOptions(video=ResultVideo.ANNOTATED))
    before = world.media.saves
    frames = 0

    def lose(_job: Job) -> None:
        nonlocal frames
        frames += 1
        if frames > 3:
            raise LeaseLost("another worker has it")

    world.job_rows.before_save = lose
    with pytest.raises(LeaseLost):
        world.worker("one").process(job.message)
    assert world.media.saves == before


@pytest.mark.parametrize("baseline", Switch)
def test_raw_scores_come_with_the_neutral_baseline_only(models: Models, shared_media: Path, baseline: Switch) -> None:
    world = World(models)
    clip = (shared_media / "videos" / "single_face.mp4").read_bytes()
    job = world.create(clip, options=JobOptions(neutral_baseline=baseline))
    world.worker("one").process(job.message)
    rows = list(csv.DictReader(io.StringIO(world.results(job)["clip.mp4-metrics.csv"].decode())))
    assert len(rows) == 72
    if baseline is Switch.OFF:
        assert "brow raise raw" not in rows[0]
    else:
        raw_names = [name for name in rows[0] if name.endswith(" raw")]
        corrections = [[float(row[name]) - float(row[name.removesuffix(" raw")]) for name in raw_names] for row in rows]
        assert corrections[0] == [0.0] * len(raw_names)  # nothing is known of the person yet
        # Who rests lower than others shows more than it seems: tests/analysis/expressions/test_own_neutral.py.
        assert min(map(min, corrections)) < 0 < max(map(max, corrections))
        assert max(float(row["smile raw"]) for row in rows) > 50


def test_a_neutral_stretch_beyond_the_video_ends_the_job_with_a_sentence(models: Models, shared_media: Path) -> None:
    world = World(models)
    clip = (shared_media / "videos" / "single_face.mp4").read_bytes()
    job = world.create(clip, options=JobOptions(neutral="0-2500"))
    world.worker("one").process(job.message)
    ended = world.job(job)
    assert ended.status is JobStatus.ERROR
    assert "The video ends at 2.400 s, and neutral is 0-2,500 s; choose earlier times." in str(ended.error)


def test_a_still_has_no_neutral_stretch(models: Models, shared_media: Path) -> None:
    world = World(models)
    found = []
    for neutral in (None, "0-2.5"):
        job = world.create(
            (shared_media / "faces" / "single_face.jpg").read_bytes(), options=JobOptions(neutral=neutral)
        )
        world.worker("one").process(job.message)
        (table,) = (content for name, content in world.results(job).items() if name.endswith(".csv"))
        found.append(table)
    assert found[0] == found[1]


def test_the_packs_differ_in_their_scores(models: Models, shared_media: Path) -> None:
    world = World(models)
    clip = (shared_media / "videos" / "single_face.mp4").read_bytes()
    found = {}
    for name in (JobName.CT_PACK_LINEAR, JobName.CT_PACK_HYBRID, JobName.CURRENT_PACK):
        job = world.create(clip, name=name)
        world.worker("one").process(job.message)
        found[name] = json.loads(world.results(job)["clip.mp4-metrics.json"])["metrics"]
    linear, smoothed, current = found.values()
    assert any(linear[classifier] != current[f"{friendly} raw"] for friendly, classifier in _CLASSIFIERS.items())
    for friendly, classifier in _CLASSIFIERS.items():
        calibrated = current[f"{friendly} raw"]
        assert smoothed[classifier][0] == calibrated[0]
        roughness = [sum(abs(b - a) for a, b in pairwise(each)) for each in (smoothed[classifier], calibrated)]
        assert roughness[0] < roughness[1] or roughness == [0, 0], friendly


def test_delivered_twice_it_runs_once(world: World, clip: bytes) -> None:
    job = world.create(clip)
    world.worker("one").process(job.message)
    results, saves = world.results(job), world.media.saves
    with pytest.raises(JobNotClaimable):
        world.worker("two").process(job.message)
    assert world.results(job) == results
    assert world.media.saves == saves


def test_delivered_to_two_workers_at_once_one_of_them_runs_it(world: World, clip: bytes) -> None:
    job = world.create(clip)
    refusals: list[JobBusy] = []

    def deliver_again(_job: Job) -> None:
        world.job_rows.before_save = lambda _again: None
        with pytest.raises(JobBusy) as refusal:
            world.worker("two").process(job.message)
        refusals.append(refusal.value)

    def after_claim(_job: Job) -> None:
        world.job_rows.before_save = deliver_again

    world.job_rows.before_save = after_claim
    world.worker("one").process(job.message)
    assert len(refusals) == 1
    assert world.job(job).status is JobStatus.DONE


def test_interrupted_and_delivered_again_it_ends_the_same_way(world: World, clip: bytes) -> None:
    unharmed = world.create(clip)
    world.worker("one").process(unharmed.message)
    job = world.create(clip)

    def die(row: Job) -> None:
        if row.progress is not None and row.progress.frames_done > 0:
            world.job_rows.before_save = lambda _job: None
            raise KeyboardInterrupt

    world.job_rows.before_save = die
    with pytest.raises(KeyboardInterrupt):
        world.worker("one").process(job.message)
    assert world.job(job).status is JobStatus.QUEUED  # given back, so that no one waits for the lease to end
    world.worker("two").process(job.message)
    assert (world.job(job).status, world.job(job).attempt) == (JobStatus.DONE, 2)
    assert world.results_of_any_job(job) == world.results_of_any_job(unharmed)


def test_two_workers_that_both_reach_the_end_leave_one_result(world: World, clip: bytes) -> None:
    job = world.create(clip)

    def sleep_past_the_lease() -> None:
        world.media.before_save = lambda: None
        world.clock.advance(LEASE_S + 1)
        world.worker("two").process(job.message)

    world.media.before_save = sleep_past_the_lease
    with pytest.raises(LeaseLost):
        world.worker("one").process(job.message)
    done = world.job(job)
    assert (done.status, done.attempt) == (JobStatus.DONE, 2)
    assert len(world.results(job)) == 4


def test_a_cancelled_job_stops_between_frames(world: World, clip: bytes) -> None:
    job = world.create(clip)

    def cancel(row: Job) -> None:
        if row.progress is not None:
            world.job_rows.before_save = lambda _job: None
            world.jobs.update(ADA, job.id, name=None, status="cancelled")

    world.job_rows.before_save = cancel
    saves = world.media.saves
    with pytest.raises(LeaseLost):
        world.worker("one").process(job.message)
    assert world.job(job).status is JobStatus.CANCELLED
    assert world.media.saves == saves


def test_a_requeued_job_keeps_the_first_result_and_points_to_the_second(world: World, clip: bytes) -> None:
    job = world.create(clip)
    world.worker("one").process(job.message)
    first = world.job(job).result_entry_id
    again = world.jobs.requeue(ADA, job.id)
    world.worker("one").process(again.message)
    second = world.job(job).result_entry_id
    assert second not in (None, first)
    assert len(world.entries.get(ADA, str(first)).representations) == 4


@pytest.mark.parametrize("body", [b"this is text, not video", b"\0" * 5000, b"\0\0\0\x18ftypmp42"])
def test_bad_media_ends_as_an_error_with_a_sentence(world: World, body: bytes) -> None:
    job = world.create(body)
    world.worker("one").process(job.message)
    ended = world.job(job)
    assert ended.status is JobStatus.ERROR
    assert ended.error is not None
    assert ended.error.endswith(".")
    assert "Traceback" not in ended.error
    assert ended.result_entry_id is None


def test_sound_without_pictures_is_an_error(world: World, tmp_path: Path) -> None:
    job = world.create(write_sound(tmp_path / "sound.mp4").read_bytes())
    world.worker("one").process(job.message)
    assert "video" in str(world.job(job).error)


def test_a_still_is_no_media_for_a_pack(world: World) -> None:
    still = image_bytes(rgb_corners(), "PNG")
    job = world.create(still, file_name="still.png", name=JobName.CURRENT_PACK)
    world.worker("one").process(job.message)
    assert "still image" in str(world.job(job).error)


def test_a_still_has_no_duration(world: World) -> None:
    job = world.create(image_bytes(rgb_corners(), "PNG"), file_name="still.png")
    world.worker("one").process(job.message)
    done = world.job(job)
    entries = [world.entries.get(ADA, str(entry_id)) for entry_id in (done.input_entry_id, done.result_entry_id)]
    assert (done.status, [entry.media_seconds for entry in entries]) == (JobStatus.DONE, [None, None])


def test_no_op_does_nothing_and_finishes(world: World) -> None:
    job = world.create(b"anything", name=JobName.NO_OP)
    world.worker("one").process(job.message)
    assert world.job(job).status is JobStatus.DONE
    assert world.results(job) == {}


def test_a_worker_that_fails_and_cannot_give_its_job_back_says_for_how_long_it_is_held(world: World) -> None:
    """The table is away: neither the end of the run nor the end of the lease can be written."""
    job = world.create(b"anything", name=JobName.NO_OP)

    def away(saved: Job) -> None:
        if saved.lease is None:
            raise AwsFailure("the table is away")

    world.job_rows.before_save = away
    with pytest.raises(StillLeased) as caught:
        world.worker("first").process(job.message)
    world.job_rows.before_save = lambda _job: None
    with pytest.raises(JobBusy):
        world.worker("second").process(job.message)
    world.clock.advance(caught.value.lease_s + 1)
    world.worker("second").process(job.message)
    assert world.job(job).status is JobStatus.DONE


def test_media_that_is_gone_is_an_error(world: World, clip: bytes) -> None:
    job = world.create(clip)
    world.media.objects.clear()
    world.worker("one").process(job.message)
    assert "deleted" in str(world.job(job).error)


@pytest.mark.parametrize("moment", ["before", "between frames"])
def test_an_input_deleted_before_or_during_the_work_ends_the_job_with_a_sentence(
    world: World, clip: bytes, moment: str
) -> None:
    job = world.create(clip)
    deletions = world.services("nobody").entry_deletions

    def delete_once(row: Job) -> None:
        if row.progress is not None or moment == "before":
            world.job_rows.before_save = lambda _row: None
            deletions.delete(ADA, str(job.input_entry_id))

    world.job_rows.before_save = delete_once
    world.worker("one").process(job.message)
    ended = world.job(job)
    assert (ended.status, "deleted" in str(ended.error)) == (JobStatus.ERROR, True)
    assert world.media.objects == {}


def test_replaced_media_are_what_a_requeue_analyses(world: World, clip: bytes) -> None:
    job = world.create(b"no video at all")
    entry_id = str(job.input_entry_id)
    (file,) = world.entries.get(ADA, entry_id).representations.values()
    world.worker("one").process(job.message)
    assert world.job(job).status is JobStatus.ERROR
    world.entries.replace_representation(ADA, entry_id, file.id, Upload("x", None, io.BytesIO(clip), len(clip)))
    world.worker("one").process(world.jobs.requeue(ADA, job.id).message)
    assert world.job(job).status is JobStatus.DONE


def test_an_input_that_is_replaced_during_the_work_ends_the_job(world: World, clip: bytes) -> None:
    job = world.create(clip)
    entry_id = str(job.input_entry_id)
    (file,) = world.entries.get(ADA, entry_id).representations.values()

    def replace_once(row: Job) -> None:
        if row.progress is not None:
            world.job_rows.before_save = lambda _row: None
            other = Upload("x", None, io.BytesIO(b"something else"), 14)
            world.entries.replace_representation(ADA, entry_id, file.id, other)

    world.job_rows.before_save = replace_once
    world.worker("one").process(job.message)
    ended = world.job(job)
    assert (ended.status, ended.error) == (
        JobStatus.ERROR,
        "The input of this job was replaced during the analysis; requeue the job.",
    )


def test_a_worker_stops_where_the_client_attaches_a_result_of_its_own(world: World, clip: bytes) -> None:
    job = world.create(clip)

    def attach_once(row: Job) -> None:
        if row.progress is not None:
            world.job_rows.before_save = lambda _row: None
            mine = Upload("mine.json", None, io.BytesIO(b"{}"), 2)
            world.jobs.update(ADA, job.id, name=None, status=None, result=mine)

    world.job_rows.before_save = attach_once
    with pytest.raises(LeaseLost):
        world.worker("one").process(job.message)
    assert world.job(job).status is JobStatus.DONE
    assert world.results(job) == {"mine.json": b"{}"}


def test_progress_is_stored_while_the_work_goes_on(world: World, clip: bytes) -> None:
    seen: list[Progress] = []

    def note(row: Job) -> None:
        if row.status is JobStatus.WORKING and row.progress is not None:
            seen.append(row.progress)

    world.job_rows.before_save = note
    world.worker("one").process(world.create(clip).message)
    assert [progress.frames_done for progress in seen[:2]] == [0, 1]
    assert all(progress.frames_total == len(STEADY_MS) for progress in seen)


def test_media_that_went_past_the_api_get_their_digest(world: World, clip: bytes) -> None:
    job = world.create(clip)
    entry = world.entries.get(ADA, str(job.input_entry_id))
    (file,) = entry.representations.values()
    world.entry_rows.set_representation(replace(file, sha256=None))
    world.worker("one").process(job.message)
    (read,) = world.entries.get(ADA, entry.id).representations.values()
    assert read == file
    assert read.sha256 == hashlib.sha256(clip).hexdigest()


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("media") / "long.mp4"
    return write_video(path, times_ms=range(0, 13_000, 250)).read_bytes()


def test_two_processes_make_the_files_that_one_makes(world: World, long_clip: bytes, part_process: PartProcess) -> None:
    alone, together = world.create(long_clip), world.create(long_clip)
    world.worker("one").process(alone.message)
    world.worker("two", part_process).process(together.message)
    assert part_process.process_id is not None
    assert world.results_of_any_job(together) == world.results_of_any_job(alone)
    progress = world.job(together).progress
    assert progress is not None
    assert (progress.frames_done, progress.frames_total) == (52, 52)


def test_a_part_process_that_is_killed_costs_an_attempt_and_no_job(
    world: World, long_clip: bytes, part_process: PartProcess
) -> None:
    killed = halted(part_process)  # so that it is at its half when it is killed
    job = world.create(long_clip)

    def kill(saved: Job) -> None:
        if saved.progress is not None and saved.progress.frames_done >= 1:
            os.kill(killed, signal.SIGKILL)

    world.job_rows.before_save = kill
    with pytest.raises(PartLost):
        world.worker("first", part_process).process(job.message)
    given_back = world.job(job)
    assert (given_back.status, given_back.lease) == (JobStatus.QUEUED, None)
    world.job_rows.before_save = lambda _job: None
    world.worker("second", part_process).process(job.message)
    assert world.job(job).status is JobStatus.DONE
    assert part_process.process_id == killed  # no one asked for another


def test_a_job_that_is_cancelled_ends_the_second_half(
    world: World, long_clip: bytes, part_process: PartProcess
) -> None:
    halted(part_process)  # the half would never end
    job = world.create(long_clip)

    def cancel(saved: Job) -> None:
        if saved.progress is not None and saved.progress.frames_done >= 1:
            world.job_rows.before_save = lambda _job: None
            world.jobs.update(ADA, job.id, name=None, status="cancelled")

    world.job_rows.before_save = cancel
    with pytest.raises(LeaseLost):
        world.worker("one", part_process).process(job.message)
    assert part_process.process_id is None
    assert world.job(job).status is JobStatus.CANCELLED
