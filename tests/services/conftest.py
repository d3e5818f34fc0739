"""Services on fakes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO

import pytest

from chalicelib.domain.accounts import Caller
from chalicelib.domain.entries import Entry
from chalicelib.domain.ids import new_id
from chalicelib.domain.reminders import Duty
from chalicelib.services.annotations import Annotations
from chalicelib.services.duties.entry_deletions import EntryDeletions
from chalicelib.services.duties.notifications import NotificationDuty, Notifications
from chalicelib.services.duties.notified_jobs import NotifiedJobs
from chalicelib.services.duties.retention import EntryRetention, JobRetention, RetentionPlan
from chalicelib.services.duties.sweeper import DropExpiry, EntryUploadExpiry, JobUploadExpiry, Performer, Sweeper
from chalicelib.services.entries import Entries, Upload
from chalicelib.services.intake.arrivals import Arrivals
from chalicelib.services.intake.dropped_files import DroppedFiles
from chalicelib.services.intake.dropped_jobs import DroppedJobs
from chalicelib.services.intake.drops import Drops
from chalicelib.services.intake.entry_uploads import EntryUploads
from chalicelib.services.intake.fetched_inputs import FetchedInputs
from chalicelib.services.intake.job_uploads import JobUploads
from chalicelib.services.intake.upload_targets import UploadTargets
from chalicelib.services.intake.uploaded_files import UploadedFiles
from chalicelib.services.jobs import Jobs
from chalicelib.services.runs.job_runs import JobRuns
from chalicelib.services.users import Users
from chalicelib.services.webhook_secrets import WebhookSecrets
from tests.fakes import (
    START,
    FakeAccounts,
    FakeAnnotations,
    FakeDrops,
    FakeEntries,
    FakeJobs,
    FakeLoginFailures,
    FakeMedia,
    FakeQueue,
    FakeReminders,
    FakeUploads,
    FakeUsers,
    FakeWebhooks,
    FakeWebhookSecrets,
    FixedClock,
)
from tests.mortal_process import MortalProcess

UPLOAD_EXPIRES_S = 600
MAX_DROP_BYTES = 1000
JOBS_URL = "https://api.example.org/jobs"

ADA = Caller("ada@example.org", new_id(START))
EVE = Caller("eve@example.org", new_id(START))


def an_upload(file_name: str | None = "clip.mp4", body: bytes = b"media", content_type: str | None = None) -> Upload:
    """A file as a client sends it."""
    return Upload(file_name, content_type, BytesIO(body), len(body))


class WatchedEntries(FakeEntries):
    """Entries that tell listeners of each new one."""

    def __init__(self) -> None:
        super().__init__()
        self.before_create: Callable[[], None] = lambda: None
        self.after_create: Callable[[], None] = lambda: None

    def create(self, entry: Entry) -> None:
        self.before_create()
        super().create(entry)
        self.after_create()


@dataclass
class World:
    """Every service, and the fakes beneath."""

    clock: FixedClock = field(default_factory=FixedClock)
    job_rows: FakeJobs = field(default_factory=FakeJobs)
    entry_rows: WatchedEntries = field(default_factory=WatchedEntries)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    annotation_rows: FakeAnnotations = field(default_factory=FakeAnnotations)
    media: FakeMedia = field(default_factory=FakeMedia)
    queue: FakeQueue = field(default_factory=FakeQueue)
    reminders: FakeReminders = field(default_factory=FakeReminders)
    deliveries: FakeQueue = field(default_factory=FakeQueue)
    user_rows: FakeUsers = field(default_factory=FakeUsers)
    drop_store: type[FakeDrops] = FakeDrops
    webhooks: FakeWebhooks = field(default_factory=FakeWebhooks)
    process: MortalProcess = field(default_factory=MortalProcess)

    def __post_init__(self) -> None:
        """The services reach the fakes by way of `process`, tests reach them directly."""
        port = self.process.port
        job_rows, entry_rows, media = port(self.job_rows), port(self.entry_rows), port(self.media)
        queue, reminders, deliveries = port(self.queue), port(self.reminders), port(self.deliveries)
        self.uploads = FakeUploads(self.media)
        uploads = port(self.uploads)
        retention = RetentionPlan(reminders, self.accounts, default_s=None)
        self.entries = Entries(entry_rows, media, self.clock, retention=retention)
        self.dropped = self.drop_store(self.media, self.clock)
        dropped = port(self.dropped)
        dropped_jobs = DroppedJobs(job_rows, entry_rows, dropped)
        self.notified_jobs = NotifiedJobs(dropped_jobs, reminders, deliveries, self.clock)
        self.secrets = WebhookSecrets(FakeWebhookSecrets(), self.clock)
        self.notifications = Notifications(
            jobs=job_rows,
            secrets=self.secrets,
            reminders=reminders,
            sender=self.webhooks,
            clock=self.clock,
        )
        dropped_files = DroppedFiles(dropped)
        self.deletions = EntryDeletions(
            entry_rows, port(self.annotation_rows), media, self.clock, dropped=dropped_files
        )
        self.jobs = Jobs(self.notified_jobs, self.entries, self.deletions, queue, self.clock, retention=retention)
        self.annotations = Annotations(self.annotation_rows, entry_rows, self.clock)
        self.users = Users(self.user_rows, FakeLoginFailures(), self.clock)
        targets = UploadTargets(uploads, self.clock, expires_s=UPLOAD_EXPIRES_S)
        files = UploadedFiles(entry_rows, uploads, media, self.clock)
        self.job_uploads = JobUploads(
            jobs=self.notified_jobs,
            entries=entry_rows,
            uploads=uploads,
            files=files,
            reminders=reminders,
            queue=queue,
            targets=targets,
            retention=retention,
            clock=self.clock,
        )
        self.entry_uploads = EntryUploads(
            entries=entry_rows,
            uploads=uploads,
            files=files,
            reminders=reminders,
            targets=targets,
            retention=retention,
            clock=self.clock,
        )
        self.arrivals = Arrivals(self.job_uploads, self.entry_uploads, uploads)
        self.fetched_inputs = FetchedInputs(
            jobs=self.notified_jobs,
            entries=entry_rows,
            media=media,
            deletions=self.deletions,
            reminders=reminders,
            clock=self.clock,
        )
        self.job_retention = JobRetention(self.notified_jobs, self.deletions, uploads, dropped_files, self.clock)
        performers: dict[Duty, Performer] = {
            Duty.JOB_UPLOAD: JobUploadExpiry(self.job_uploads),
            Duty.ENTRY_UPLOAD: EntryUploadExpiry(self.entry_uploads),
            Duty.ENTRY_RETENTION: EntryRetention(self.deletions),
            Duty.FETCHED_INPUT: self.fetched_inputs,
            Duty.JOB_RETENTION: self.job_retention,
            Duty.NOTIFICATION: NotificationDuty(job_rows, deliveries, self.clock),
        }
        self.drops = Drops(
            store=dropped,
            users=self.user_rows,
            jobs=self.notified_jobs,
            entries=entry_rows,
            annotations=port(self.annotation_rows),
            reminders=reminders,
            queue=queue,
            retention=retention,
            clock=self.clock,
            max_bytes=MAX_DROP_BYTES,
            jobs_url=JOBS_URL,
        )
        performers[Duty.DROP] = DropExpiry(self.drops)
        self.sweeper = Sweeper(reminders, performers, self.clock)

    def runs(self, owner: str, *, max_attempts: int = 3) -> JobRuns:
        """The worker called `owner`, with leases of 60 s."""
        return JobRuns(self.notified_jobs, self.clock, owner=owner, lease_s=60.0, max_attempts=max_attempts)


@pytest.fixture
def world() -> World:
    return World()
