"""What a worker is served with where no video is divided."""

from chalicelib.services.job_runs import JobRuns
from chalicelib.services.ports import Clock, EntryStore, JobStore, MediaStore
from chalicelib.services.segment_runs import SegmentRuns
from chalicelib.settings import Settings
from chalicelib.wiring import WorkerServices
from tests.fakes import FakeReminders, FakeSegments


def undivided(
    settings: Settings, clock: Clock, *, runs: JobRuns, jobs: JobStore, entries: EntryStore, media: MediaStore
) -> WorkerServices:
    """Services without a batch service."""
    segment_runs = SegmentRuns(
        jobs=jobs,
        segments=FakeSegments(),
        reminders=FakeReminders(),
        batch=None,
        clock=clock,
        max_attempts=settings.max_attempts,
    )
    return WorkerServices(settings, clock, runs, entries, media, segment_runs)
