"""One run of one job: claim, download, analyse as a stream, store the results, mark done last.

A long video is handed over to workers of its segments instead, and claimed again when they are done, to be stitched.
Every row and object is written under a name that follows from the job and its run, so a run that is repeated, or done
by two workers at once, ends in the same result.
"""

import logging
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from chalicelib.analysis.media.frames import MediaLimits
from chalicelib.analysis.media.stretches import stretched
from chalicelib.analysis.networks.models import Models
from chalicelib.composition.services import Services
from chalicelib.domain.jobs import Job, JobMessage, Progress
from chalicelib.domain.measurements.frame_size import FrameSize
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.recipes import Recipe, recipe_of
from chalicelib.domain.requests.result_formats import ResultVideo
from chalicelib.domain.segments import SegmentPlan
from chalicelib.errors import JobNotClaimable, LeaseLost, MediaError, MienError, StillLeased
from chalicelib.formats.result_files import Contents
from chalicelib.formats.writers import Origin
from chalicelib.worker.compare import compare
from chalicelib.worker.faces.corrected_files import write_corrected
from chalicelib.worker.faces.kept_frames import KeptFrames
from chalicelib.worker.fetch_input import fetch_input
from chalicelib.worker.film_of_job import FilmOfJob
from chalicelib.worker.job_medium import MEDIA_REPLACED, load_medium, require_same_medium
from chalicelib.worker.long_videos import divide, stitched_frames
from chalicelib.worker.measure_file import fitted, write_results
from chalicelib.worker.media_fetcher import FetchLimits, MediaFetcher
from chalicelib.worker.parallel_parts import measured_in_parallel, parallel_plan
from chalicelib.worker.part_measurer import PartMeasurer
from chalicelib.worker.part_process import PartProcess
from chalicelib.worker.progress import ProgressReport
from chalicelib.worker.result_entry import create_result_entry, store_results
from chalicelib.worker.tabulate import tabulate
from chalicelib.worker.work_directories import work_directory

_OF_OTHER_JOBS = {JobName.COMPARISON: compare, JobName.BATCH: tabulate}
"""Jobs without media of their own, and who carries them out."""

_log = logging.getLogger(__name__)


class JobProcessor:
    """Carries out jobs with one set of opened models."""

    def __init__(
        self,
        services: Services,
        models: Models,
        fetcher: MediaFetcher | None = None,
        processes: Sequence[PartProcess] = (),
    ) -> None:
        """`processes` measure parts of videos in parallel with this one; if there are none, this process does all."""
        self._services = services
        self._models = models
        settings = services.settings
        fetch_limits = FetchLimits(max_bytes=settings.max_upload_bytes, timeout_s=settings.fetch_timeout_s)
        self._fetcher = fetcher or MediaFetcher(fetch_limits)
        limits = MediaLimits(max_pixels=settings.max_pixels, max_duration_s=settings.max_duration_s)
        self._limits = limits
        self._parts = PartMeasurer(models, limits=limits)
        self._processes = processes
        self._lease_s = settings.lease_s

    def process(self, message: JobMessage) -> None:
        """Runs the job that the message names to its end, or as far as its segments.

        A message of a job that is done has the files of its result written if its faces were corrected since. Raises
        `JobNotClaimable` if nothing is left to do, `JobBusy` and `LeaseLost` if another worker has the job,
        perhaps from this same message. Any other exception is an internal error, after which the job has been released
        for the next delivery; after `StillLeased` it is free when its lease ends.
        """
        try:
            job = self._services.runs.claim(message)
        except JobNotClaimable:  # it is done: the message may come for its corrected faces
            if write_corrected(self._services, message):
                return
            raise
        try:
            self._run(job)
        except MediaError as unusable:
            self._services.runs.fail(job, str(unusable))
        except LeaseLost:
            raise
        except Exception as fault:
            if not self._is_given_back(job):
                raise StillLeased(f"job {job.id} was not given back", lease_s=self._lease_s) from fault
            raise
        except BaseException:  # this process ends, whatever becomes of the job
            self._is_given_back(job)
            raise

    def _run(self, job: Job) -> None:
        if job.name in _OF_OTHER_JOBS:
            with work_directory() as directory:
                counted = _OF_OTHER_JOBS[job.name](self._services, job, directory)
            self._services.runs.finish(job, result_entry_id=job.run_result_entry_id, progress=counted)
            return
        recipe = recipe_of(job)
        if recipe is None:
            self._fetch_only(job)
            create_result_entry(self._services, job, media_seconds=None)
            self._services.runs.finish(job, result_entry_id=job.run_result_entry_id, progress=None)
            return
        with work_directory() as directory:
            if job.segments is not None:
                progress: Progress | None = self._stitch_into(job, job.segments, recipe, directory)
            else:
                progress = self._analyze_into(job, recipe, directory)
        if progress is not None:
            self._services.runs.finish(job, result_entry_id=job.run_result_entry_id, progress=progress)

    def _fetch_only(self, job: Job) -> None:
        """Stores the input of a job with a URL. Raises `MediaError` or `LeaseLost`."""
        if job.input_entry_id is None and job.input_url is not None:
            with work_directory() as directory:
                fetch_input(self._services, self._fetcher, job, job.input_url, directory / "media")

    def _analyze_into(self, job: Job, recipe: Recipe, directory: Path) -> Progress | None:
        """Returns None if the job has been passed to workers of its segments."""
        media_path = directory / "media"
        if job.input_entry_id is None and job.input_url is not None:
            media_key = fetch_input(self._services, self._fetcher, job, job.input_url, media_path)
        else:
            media_key = load_medium(self._services, job, media_path)
        report = ProgressReport(self._services.runs, job)
        with self._parts.open(media_path, recipe, report.go_on) as media:
            recipe = fitted(recipe, media.info, f"A {job.name}")
            info = stretched(media.info, recipe.stretch)
            settings = self._services.settings
            plan = divide(media_path, info, settings, recipe, was_interrupted=job.attempt > 1)
            shared = parallel_plan(info, recipe)
            contents = self._contents(job, recipe, self._models.provider, info.frame_size)
            media_s = media.info.duration_s
            if plan is None:
                report.begin(info.frames_total)
            if plan is None and shared is None:
                frames = self._parts.whole(media, recipe)
                return self._write_results(
                    job, contents, frames, report, directory=directory, media_key=media_key, media_s=media_s
                )
        # From here on the file is closed: its first picture and its decoder take memory.
        if plan is None and shared is not None:
            # What ended a run before may have been the other processes, for want of memory: now there is one only.
            processes = self._processes if job.attempt == 1 else ()
            frames = measured_in_parallel(
                self._parts, media_path, recipe, shared, report, directory=directory, processes=processes
            )
            return self._write_results(
                job, contents, frames, report, directory=directory, media_key=media_key, media_s=media_s
            )
        if plan is not None:
            self._services.segment_runs.hand_over(job, replace(plan, media_key=media_key, media_s=media_s))
        return None

    def _stitch_into(self, job: Job, plan: SegmentPlan, recipe: Recipe, directory: Path) -> Progress:
        report = ProgressReport(self._services.runs, job, shown=job.progress)
        media_s = plan.duration_s if plan.media_s is None else plan.media_s
        if (
            recipe.video is not ResultVideo.NONE
            and load_medium(self._services, job, directory / "media") != plan.media_key
        ):
            raise MediaError(MEDIA_REPLACED)
        contents = self._contents(job, recipe, self._services.segment_runs.provider(job), plan.frame_size)
        frames = stitched_frames(self._services.ports.media(), job, plan, directory)
        return self._write_results(
            job, contents, frames, report, directory=directory, media_key=plan.media_key, media_s=media_s
        )

    def _contents(self, job: Job, recipe: Recipe, provider: str, frame_size: FrameSize | None) -> Contents:
        metrics = recipe.metrics(expressions_only=self._services.settings.expressions_only)
        return Contents(recipe, metrics, provider, frame_size, Origin(job.filename, job.id))

    def _write_results(
        self,
        job: Job,
        contents: Contents,
        frames: Generator[FrameMetrics],
        report: ProgressReport,
        *,
        directory: Path,
        media_key: str | None,
        media_s: float | None,
    ) -> Progress:
        film = FilmOfJob(contents.recipe, contents.metrics, directory, directory / "media")
        kept = KeptFrames(job, contents, directory)
        with closing(frames) as measured:
            counted = report.count(measured)
            files = write_results(counted, contents, directory, job.filename, kept.noted, film.noted)
            rendered = film.render(self._models, job.filename, self._limits, report.go_on)
        require_same_medium(self._services, job, media_key)
        store_results(self._services, job, [*files, *rendered], report, kept, media_seconds=media_s)
        return report.final()

    def _is_given_back(self, job: Job) -> bool:
        try:
            self._services.runs.release(job)
        except LeaseLost:
            _log.info("job %s was taken over meanwhile", job.id)
        except MienError:
            _log.exception("job %s cannot be given back", job.id)
            return False
        return True
