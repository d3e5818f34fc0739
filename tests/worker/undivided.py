"""What a worker is served with where no video is divided."""

from chalicelib.services.duties.entry_deletions import EntryDeletions
from chalicelib.services.intake.fetched_inputs import FetchedInputs
from chalicelib.services.ports import Clock, EntryStore, JobStore, MediaStore
from chalicelib.services.runs.job_runs import JobRuns
from chalicelib.services.runs.segment_runs import SegmentRuns
from chalicelib.settings import Settings
from chalicelib.wiring import WorkerServices
from tests.fakes import FakeAnnotations, FakeReminders, FakeSegments


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
    fetched_inputs = FetchedInputs(
        jobs=jobs,
        entries=entries,
        media=media,
        deletions=EntryDeletions(entries, FakeAnnotations(), media, clock),
        reminders=FakeReminders(),
        clock=clock,
    )
    return WorkerServices(settings, clock, runs, entries, media, fetched_inputs, segment_runs)
