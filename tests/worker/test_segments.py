"""Long videos in segments: the real analysis on in-memory ports, compared with one pass over all of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import av
import pytest

from chalicelib.analysis.networks.models import Models
from chalicelib.composition.services import Services
from chalicelib.domain.accounts import Caller
from chalicelib.domain.ids import new_id
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.measurements.metrics import EVERY_METRIC, MetricGroup
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import DEFAULT_OPTIONS, JobOptions
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.domain.requests.result_formats import ResultVideo
from chalicelib.errors import Conflict, JobNotClaimable, LeaseLost
from chalicelib.local.demo_clip import write_demo_clip
from chalicelib.services.entries import Upload
from chalicelib.services.ports import BatchStatus, StoredMedia
from chalicelib.settings import Settings
from chalicelib.worker.process_job import JobProcessor
from chalicelib.worker.process_segment import SegmentProcessor
from tests.fakes import START, FakeBatch, FakeMedia, FakePorts
from tests.media_factory import write_video

ADA = Caller("ada@example.org", new_id(START))
# The portrait of the demo clip, 8 s long, is out of the picture for a while, and comes back before a lost face is
# forgotten or after, as one pass has it.
CLIP_S, SEGMENT_S, OVERLAP_S = 8.0, 2.7, 1.3
SETTINGS = Settings(
    "table",
    "bucket",
    "queue",
    batch_queue="queue",
    batch_job_definition="definition",
    segment_above_s=5.0,
    segment_s=SEGMENT_S,
    segment_overlap_s=OVERLAP_S,
    max_attempts=2,
)
# Largest differences to one pass, if a segment has had its lead-in to settle: points of a score, pixels, degrees.
SCORE_TOLERANCE, OTHER_TOLERANCE = 12.0, 2.0


class DyingMedia(FakeMedia):
    """Media whose next save does what a test wants."""

    def __init__(self) -> None:
        super().__init__()
        self.before_save: Callable[[str], None] = lambda _key: None

    def save(self, key: str, body: BinaryIO, content_type: str) -> StoredMedia:
        self.before_save(key)
        return super().save(key, body, content_type)


@dataclass
class World:
    """One account's jobs, workers, a batch service and a sweeper."""

    models: Models
    settings: Settings = SETTINGS

    def __post_init__(self) -> None:
        self.media, self.batch = DyingMedia(), FakeBatch()
        self._fakes = FakePorts(media=self.media, batch=self.batch)
        self.clock, self.job_rows, self.entry_rows = self._fakes.clock, self._fakes.jobs, self._fakes.entries
        self.segments, self.reminders, self.queue = self._fakes.segments, self._fakes.reminders, self._fakes.queue
        services = self._services("nobody")
        self.entries, self.jobs, self.sweeper = services.entries, services.jobs, services.sweeper
        self.segment_runs = services.segment_runs

    def create(self, body: bytes, name: JobName = JobName.MULTIFACE, options: JobOptions = DEFAULT_OPTIONS) -> Job:
        return self.jobs.create(ADA, NewJob(name, options=options), Upload("clip.mp4", None, BytesIO(body), len(body)))

    def worker(self, owner: str) -> JobProcessor:
        return JobProcessor(self._services(owner), self.models)

    def segment_worker(self, owner: str) -> SegmentProcessor:
        jobs = self.worker(owner)
        return SegmentProcessor(self._services(owner), self.models, jobs.process)

    def _services(self, owner: str) -> Services:
        return Services(self._fakes.ports(), self.settings, owner=owner)

    def job(self, job: Job) -> Job:
        return self.jobs.get(ADA, job.id)

    def handed_over(self, body: bytes, options: JobOptions = DEFAULT_OPTIONS) -> Job:
        """A job whose segments wait for their workers."""
        job = self.create(body, options=options)
        self.worker("first").process(job.message)
        return self.job(job)

    def run_segments(self, job: Job, *indexes: int) -> None:
        for index in indexes:
            self.segment_worker(f"segment {index}").process(job.message, index)

    def sweep(self) -> None:
        self.clock.advance(61.0)
        self.sweeper.sweep()

    def session(self, job: Job) -> list[dict[str, Any]]:
        entry = self.entries.get(ADA, str(self.job(job).result_entry_id))
        (file,) = (each for each in entry.representations.values() if each.file_name == "clip.mp4-metrics.json")
        frames: list[dict[str, Any]] = json.loads(self.media.objects[file.media_key].body)["frames"]
        return frames

    def work_files(self) -> list[str]:
        return [key for key in self.media.objects if key.startswith("work/")]


@pytest.fixture
def world(models: Models) -> World:
    return World(models)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("media") / "clip.mp4"
    write_demo_clip(path, seconds=CLIP_S, fps=12, size_px=(320, 180))
    return path.read_bytes()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A film without a face, which is analysed at once."""
    return write_video(tmp_path_factory.mktemp("media") / "clip.mp4", times_ms=range(0, 8000, 200)).read_bytes()


def test_segments_give_what_one_pass_gives(models: Models, clip: bytes) -> None:
    world, single = World(models), World(models, replace(SETTINGS, batch_queue=None))
    reference = single.create(clip)
    single.worker("single").process(reference.message)
    job = world.handed_over(clip)
    assert job.segments is not None
    assert (job.status, job.lease, job.segments.count) == (JobStatus.WORKING, None, 3)
    assert [(array.count, array.attempts) for array in world.batch.arrays.values()] == [(3, 2)]
    world.run_segments(job, 2, 0, 1)  # in any order
    done = world.job(job)
    assert (done.status, done.error) == (JobStatus.DONE, None)
    expected, found = single.session(reference), world.session(job)
    assert [frame["time"] for frame in found] == [frame["time"] for frame in expected]
    assert [sorted(frame["faces"]) for frame in found] == [sorted(frame["faces"]) for frame in expected]
    assert any(frame["faces"] for frame in found)
    groups = {metric.name: metric.group for metric in EVERY_METRIC.with_raw()}
    for ours, theirs in zip(found, expected, strict=True):
        for face_id, values in theirs["faces"].items():
            assert ours["faces"][face_id]["valid"] == values["valid"]
            for name, value in ((name, values[name]) for name in groups if name in values):
                is_score = groups[name] in (MetricGroup.EMOTION, MetricGroup.EXPRESSION, MetricGroup.RAW_EXPRESSION)
                tolerance = SCORE_TOLERANCE if is_score else OTHER_TOLERANCE
                assert ours["faces"][face_id][name] == pytest.approx(value, abs=tolerance), (ours["time"], name)
    first = [frame for frame in found if frame["time"] < SEGMENT_S - OVERLAP_S]
    assert first == expected[: len(first)]  # to the last digit, where the first segment is alone
    assert done.progress is not None
    assert done.progress.frames_done == done.progress.frames_total == len(expected)
    entry = world.entries.get(ADA, str(done.result_entry_id))
    (summary,) = (each for each in entry.representations.values() if each.file_name == "clip.mp4-summary.json")
    document = json.loads(world.media.objects[summary.media_key].body)
    assert document["configuration"]["execution provider"] == "CPUExecutionProvider"
    assert entry.media_seconds == pytest.approx(CLIP_S)


def test_segments_of_a_stretch_have_its_frames_and_the_faces_of_one_pass(models: Models, clip: bytes) -> None:
    options = JobOptions(start_s=1.5, end_s=CLIP_S - 1.0, frames_per_second=4.0, max_faces=3)
    world, single = World(models), World(models, replace(SETTINGS, batch_queue=None))
    reference = single.create(clip, options=options)
    single.worker("single").process(reference.message)
    job = world.handed_over(clip, options)
    assert job.segments is not None
    assert job.segments.count > 1
    world.run_segments(job, *range(job.segments.count))
    done = world.job(job)
    assert (done.status, done.error) == (JobStatus.DONE, None)
    expected, found = single.session(reference), world.session(job)
    assert [frame["time"] for frame in found] == [frame["time"] for frame in expected]
    assert (found[0]["time"], len(found)) == (1.5, round((CLIP_S - 2.5) * 4))
    assert [sorted(frame["faces"]) for frame in found] == [sorted(frame["faces"]) for frame in expected]
    assert any(frame["faces"] for frame in found)
    assert done.progress is not None
    assert done.progress.frames_done == len(expected)
    for each in (
        world.entries.get(ADA, str(done.result_entry_id)),
        single.entries.get(ADA, str(single.job(reference).result_entry_id)),
    ):
        assert each.media_seconds == pytest.approx(CLIP_S)


@pytest.mark.slow
def test_who_stitches_renders_the_video(world: World, clip: bytes) -> None:
    options = JobOptions(video=ResultVideo.ANONYMIZED, end_s=4.0)
    one_pass = World(world.models, replace(SETTINGS, batch_queue=None))
    reference = one_pass.create(clip, options=options)
    one_pass.worker("one").process(reference.message)
    job = world.handed_over(clip, options)  # of 4 s, which are too many for measuring and rendering
    assert job.segments is not None
    world.run_segments(job, *range(job.segments.count))
    films = []
    for each, made in ((one_pass, reference), (world, job)):
        entry = each.entries.get(ADA, str(each.job(made).result_entry_id))
        (file,) = (every for every in entry.representations.values() if every.content_type == "video/mp4")
        with av.open(BytesIO(each.media.objects[file.media_key].body), "r") as container:
            films.append([frame.time for frame in container.decode(video=0)])
    assert films[0] == films[1]
    assert len(films[0]) == 48


def test_a_stretch_after_the_end_ends_the_job_with_a_sentence(world: World, plain: bytes) -> None:
    job = world.create(plain, options=JobOptions(start_s=3600.0))
    world.worker("first").process(job.message)
    done = world.job(job)
    assert done.status is JobStatus.ERROR
    assert "choose an earlier start_s" in str(done.error)


def test_a_short_video_is_not_divided(world: World, tmp_path: Path) -> None:
    job = world.create(write_video(tmp_path / "short.mp4").read_bytes())
    world.worker("one").process(job.message)
    assert world.job(job).status is JobStatus.DONE
    assert world.batch.arrays == {}


def test_a_large_file_is_divided_however_short(models: Models, plain: bytes) -> None:
    world = World(models, replace(SETTINGS, segment_above_s=1000.0, segment_above_bytes=len(plain) - 1))
    assert world.handed_over(plain).segments is not None


def test_a_video_that_one_worker_could_not_finish_is_divided_however_short(models: Models, plain: bytes) -> None:
    world = World(models, replace(SETTINGS, segment_above_s=1000.0))
    job = world.create(plain)
    _die_once(world, "/entries/")
    with pytest.raises(Killed):
        world.worker("first").process(job.message)
    world.worker("second").process(job.message)
    divided = world.job(job)
    assert divided.segments is not None
    world.run_segments(divided, 0, 1, 2)
    assert world.job(job).status is JobStatus.DONE


def test_progress_is_the_sum_of_the_segments(world: World, plain: bytes) -> None:
    job = world.handed_over(plain)
    assert job.progress is not None
    assert (job.progress.frames_done, job.progress.frames_total) == (0, 40)
    world.clock.advance(10)
    for index, frames in ((0, 7), (2, 5), (0, 9)):
        world.segment_runs.report(job, index, frames)
        world.clock.advance(2)
    progress = world.job(job).progress
    assert progress is not None
    assert progress.frames_done == 14
    assert progress.frames_per_second == pytest.approx(14 / 14, abs=0.1)


def test_while_segments_run_nobody_claims_the_job_and_again_they_do_nothing(world: World, plain: bytes) -> None:
    job = world.handed_over(plain)
    with pytest.raises(JobNotClaimable):
        world.worker("second").process(job.message)
    world.run_segments(job, 0, 0, 1, 1)
    assert world.segments.get(job.message).attempts == {"0": 1, "1": 1}
    world.run_segments(job, 2)
    done = world.job(job)
    assert done.status is JobStatus.DONE
    with pytest.raises(JobNotClaimable):
        world.run_segments(job, 2)
    assert world.job(job) == done


class Killed(BaseException):
    """The process has ended."""


def _die_once(world: World, marker: str) -> None:
    def die(key: str) -> None:
        if marker in key:
            world.media.before_save = lambda _key: None
            raise Killed

    world.media.before_save = die


def test_a_segment_that_dies_is_begun_again_alone(world: World, plain: bytes) -> None:
    job = world.handed_over(plain)
    world.run_segments(job, 0, 2)
    _die_once(world, "work/")
    with pytest.raises(Killed):
        world.run_segments(job, 1)
    assert world.job(job).status is JobStatus.WORKING
    world.run_segments(job, 1)
    assert world.job(job).status is JobStatus.DONE
    assert world.segments.get(job.message).attempts == {"0": 1, "1": 2, "2": 1}


def test_a_segment_that_always_dies_ends_the_job(world: World, plain: bytes) -> None:
    job = world.handed_over(plain)
    for _ in range(SETTINGS.max_attempts):
        _die_once(world, "work/")
        with pytest.raises(Killed):
            world.run_segments(job, 1)
    with pytest.raises(JobNotClaimable):
        world.run_segments(job, 1)
    ended = world.job(job)
    assert ended.status is JobStatus.ERROR
    assert "interrupted 2 times" in str(ended.error)
    with pytest.raises(JobNotClaimable):
        world.run_segments(job, 0)


def test_an_array_that_ends_without_a_word_ends_the_job(world: World, plain: bytes) -> None:
    job = world.handed_over(plain)
    world.run_segments(job, 0)
    world.sweep()
    assert world.job(job).status is JobStatus.WORKING
    world.batch.arrays["array-0"].status = BatchStatus.FAILED
    world.sweep()
    ended = world.job(job)
    assert ended.status is JobStatus.ERROR
    assert "interrupted" in str(ended.error)
    world.sweep()
    assert (world.work_files(), world.segments.list(job.account_id, job.id)) == ([], ())


def test_an_array_that_batch_does_not_list_yet_goes_on_and_does_not_stay_for_ever(world: World, plain: bytes) -> None:
    job = world.handed_over(plain)
    world.batch.arrays.clear()  # as DescribeJobs answers for a moment after SubmitJob
    world.sweep()
    assert world.job(job).status is not JobStatus.ERROR
    world.clock.advance(25 * 3600)
    world.sweep()
    assert world.job(job).status is JobStatus.ERROR


def test_whoever_stitches_may_die_and_another_goes_on(world: World, plain: bytes) -> None:
    job = world.handed_over(plain)
    world.run_segments(job, 0, 1)
    _die_once(world, "/entries/")  # as it stores the results
    with pytest.raises(Killed):
        world.run_segments(job, 2)
    assert world.job(job).status is JobStatus.QUEUED
    world.queue.sent.clear()
    world.sweep()
    assert world.queue.sent == [job.message]
    with pytest.raises(Conflict):  # its parts are measured as multiface has them
        world.jobs.update(ADA, job.id, name=JobName.CT_PACK_LINEAR, status=None)
    world.worker("on a Lambda").process(job.message)
    assert world.job(job).status is JobStatus.DONE
    world.sweep()
    assert world.work_files() == []
    world.sweep()
    assert world.reminders.list_due(world.clock.advance(10_000), limit=10) == ()


def test_the_last_words_of_a_segment_may_be_lost(world: World, plain: bytes) -> None:
    """All parts are stored and noted, but the last one died before the job knew."""
    job = world.handed_over(plain)
    world.run_segments(job, 0, 1)
    _die_once(world, "work/")
    with pytest.raises(Killed):
        world.run_segments(job, 2)
    world.segments.finish(job.message, 2, 0, "cpu")
    world.media.objects[f"work/{job.account_id}/{job.id}/1/2"] = world.media.objects[
        f"work/{job.account_id}/{job.id}/1/1"
    ]
    world.sweep()
    assert world.job(job).segments_done
    assert job.message in world.queue.sent


def test_bad_media_in_a_segment_end_the_job_with_a_sentence(world: World, tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mkv", times_ms=range(0, 8000, 100), muxer_options={"cluster_time_limit": "500"})
    whole = path.read_bytes()
    job = world.handed_over(whole[: len(whole) * 2 // 3])
    with pytest.raises(JobNotClaimable):
        world.run_segments(job, 0, 1, 2, 1)
    ended = world.job(job)
    assert ended.status is JobStatus.ERROR
    assert "incomplete" in str(ended.error)


@pytest.mark.parametrize("how", ["cancel", "requeue"])
def test_what_nobody_waits_for_is_stopped_and_removed(world: World, plain: bytes, how: str) -> None:
    job = world.handed_over(plain)
    world.run_segments(job, 0)
    if how == "cancel":
        world.jobs.update(ADA, job.id, name=None, status="cancelled")
    else:
        world.jobs.requeue(ADA, job.id)
    with pytest.raises(JobNotClaimable):
        world.run_segments(job, 1)
    with pytest.raises(LeaseLost):
        world.segment_runs.report(job, 1, 3)
    world.sweep()
    assert world.batch.arrays["array-0"].status is BatchStatus.FAILED
    assert world.work_files() == []
    if how == "requeue":
        again = world.job(job)
        world.worker("again").process(again.message)
        world.run_segments(again, 0, 1, 2)
        assert world.job(job).status is JobStatus.DONE


def test_what_a_segment_stores_after_its_run_was_cleaned_up_goes_as_well(world: World, plain: bytes) -> None:
    job = world.handed_over(plain)

    def end(_key: str) -> None:
        world.media.before_save = lambda _key: None
        world.jobs.update(ADA, job.id, name=None, status="cancelled")
        world.sweep()

    world.media.before_save = end
    with pytest.raises(LeaseLost):
        world.run_segments(job, 1)
    assert world.work_files() == []


def test_a_medium_that_is_replaced_between_segments_ends_the_job(world: World, plain: bytes, tmp_path: Path) -> None:
    """Parts of two films with the same times could be joined without anyone noticing."""
    job = world.handed_over(plain)
    world.run_segments(job, 0)
    other = write_video(tmp_path / "other.mp4", times_ms=range(0, 8000, 200), b_frames=2).read_bytes()
    entry_id = str(job.input_entry_id)
    world.entries.put_representation(ADA, entry_id, Upload("clip.mp4", None, BytesIO(other), len(other)))
    world.run_segments(job, 1)
    ended = world.job(job)
    assert ended.status is JobStatus.ERROR
    assert "replaced" in str(ended.error)
    again = world.jobs.requeue(ADA, job.id)
    world.worker("again").process(again.message)
    world.run_segments(world.job(job), 0, 1, 2)
    assert world.job(job).status is JobStatus.DONE


def test_a_hand_over_that_dies_before_the_array_is_completed_by_the_sweeper(world: World, plain: bytes) -> None:
    job = world.create(plain)
    world.batch.is_away = True
    with pytest.raises(ConnectionError):
        world.worker("first").process(job.message)
    world.batch.is_away = False
    assert world.job(job).status is JobStatus.WORKING
    world.sweep()
    assert [array.message for array in world.batch.arrays.values()] == [job.message]
    world.run_segments(world.job(job), 0, 1, 2)
    assert world.job(job).status is JobStatus.DONE
