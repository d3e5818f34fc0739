"""One segment of one run: download, measure a stretch of the video, store its part; the last one stitches."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from chalicelib.analysis.media.frames import MediaLimits
from chalicelib.analysis.networks.models import Models
from chalicelib.composition.services import Services
from chalicelib.domain.jobs import Job, JobMessage
from chalicelib.domain.measurements.metrics import FrameMetrics
from chalicelib.domain.requests.recipes import recipe_of
from chalicelib.domain.segments import Segment, part_key
from chalicelib.errors import JobBusy, JobNotClaimable, LeaseLost, MediaError
from chalicelib.formats.partial_metrics import PARTIAL_CONTENT_TYPE
from chalicelib.services.runs.segment_runs import SegmentRuns
from chalicelib.worker.every import every
from chalicelib.worker.job_medium import MEDIA_REPLACED, load_medium
from chalicelib.worker.part_measurer import PartMeasurer, span_of
from chalicelib.worker.work_directories import work_directory

# Many workers write to one row; each also checks that it is still needed.
_REPORT_INTERVAL_S = 2.0


class SegmentProcessor:
    """Measures segments with one set of opened models. `process_job` carries out the job that a segment completes."""

    def __init__(
        self,
        services: Services,
        models: Models,
        process_job: Callable[[JobMessage], None],
    ) -> None:
        self._services = services
        self._segment_runs = services.segment_runs
        self._models = models
        self._process_job = process_job
        settings = services.settings
        limits = MediaLimits(max_pixels=settings.max_pixels, max_duration_s=settings.max_duration_s)
        self._measurer = PartMeasurer(models, limits=limits)

    def process(self, message: JobMessage, index: int) -> None:
        """Measures segment `index` of the run that the message names, unless that is done; completes the job if it was
        the last.

        Raises `JobNotClaimable` and `LeaseLost` if it is not needed. Any other exception is an internal error, after
        which the segment may be started again.
        """
        job = self._segment_runs.begin(message, index)
        frames = 0
        if not self._segment_runs.is_done(message, index):
            try:
                frames = self._measure(job, index)
            except MediaError as unusable:
                self._segment_runs.fail(job, str(unusable))
                return
            is_last = self._finish(job, index, frames)
        else:
            is_last = self._segment_runs.complete_if_all_done(message)
        if is_last:
            self._stitch(message)

    def _finish(self, job: Job, index: int, frames: int) -> bool:
        """Returns True if the segment was the last. Removes a part that is no longer needed: the clean-up of the run
        may have missed it."""
        try:
            return self._segment_runs.finish(job, index, frames, self._models.provider)
        except LeaseLost:
            self._services.ports.media().delete(part_key(job.account_id, job.id, job.run, index))
            raise

    def _stitch(self, message: JobMessage) -> None:
        try:
            self._process_job(message)
        except (JobBusy, JobNotClaimable):
            return  # another one, which was the last as well, is at it

    def _measure(self, job: Job, index: int) -> int:
        """Stores the segment's part; how many frames of its own it has."""
        recipe, plan = recipe_of(job), job.segments
        if recipe is None or plan is None:
            raise JobNotClaimable(f"job {job.id} has nothing to measure")
        segment = plan.segment(index)
        with work_directory() as directory:
            media_path, part_path = Path(directory, "media"), Path(directory, "part")
            media_key = load_medium(self._services, job, media_path)
            if plan.media_key not in (None, media_key):
                raise MediaError(MEDIA_REPLACED)
            counter = _Counter(self._segment_runs, job, segment)
            self._measurer.measure(media_path, recipe, span_of(segment, plan, recipe.stretch), part_path, counter.count)
            with part_path.open("rb") as body:
                key = part_key(job.account_id, job.id, job.run, index)
                self._services.ports.media().save(key, body, PARTIAL_CONTENT_TYPE)
        return counter.frames


class _Counter:
    """Counts the frames that are the segment's own, and reports now and then. Raises `LeaseLost` between frames."""

    def __init__(self, segment_runs: SegmentRuns, job: Job, segment: Segment) -> None:
        self._segment_runs = segment_runs
        self._job = job
        self._segment = segment
        self.frames = 0
        self._report = every(_REPORT_INTERVAL_S, self._report_now, at_once=True)

    def count(self, frames: Iterable[FrameMetrics]) -> Iterator[FrameMetrics]:
        for frame in frames:
            self.frames += self._segment.start_s is None or frame.time_s >= self._segment.start_s
            self._report()
            yield frame

    def _report_now(self) -> None:
        self._segment_runs.report(self._job, self._segment.index, self.frames)
