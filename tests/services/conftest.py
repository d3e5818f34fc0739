"""Services on fakes."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from io import BytesIO

import pytest

from chalicelib.composition.services import Services
from chalicelib.domain.accounts import Caller
from chalicelib.domain.entries import Annotation, Entry
from chalicelib.domain.ids import new_id
from chalicelib.services.entries import Upload
from chalicelib.services.runs.job_runs import JobRuns
from chalicelib.settings import Settings
from tests.fakes import START, FakeAnnotations, FakeDrops, FakeEntries, FakeJobs, FakeMedia, FakePorts
from tests.mortal_process import MortalProcess

UPLOAD_EXPIRES_S = 600
MAX_DROP_BYTES = 1000
JOBS_URL = "https://api.example.org/jobs"
SETTINGS = Settings(
    "table",
    "bucket",
    "queue",
    public_base_url=JOBS_URL.removesuffix("/jobs"),
    upload_expires_s=UPLOAD_EXPIRES_S,
    max_upload_bytes=MAX_DROP_BYTES,
    lease_s=60.0,
)

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

    job_rows: FakeJobs = field(default_factory=FakeJobs)
    entry_rows: WatchedEntries = field(default_factory=WatchedEntries)
    annotation_rows: FakeAnnotations = field(default_factory=FakeAnnotations)
    media: FakeMedia = field(default_factory=FakeMedia)
    drop_store: type[FakeDrops] = FakeDrops
    process: MortalProcess = field(default_factory=MortalProcess)

    def __post_init__(self) -> None:
        """The services reach the fakes by way of `process`, tests reach them directly."""
        fakes = FakePorts(
            jobs=self.job_rows,
            entries=self.entry_rows,
            annotations=self.annotation_rows,
            media=self.media,
            make_drops=self.drop_store,
        )
        self.clock, self.user_rows, self.accounts = fakes.clock, fakes.users, fakes.accounts
        self.reminders, self.uploads, self.dropped = fakes.reminders, fakes.uploads, fakes.drops
        self.queue, self.deliveries, self.webhooks = fakes.queue, fakes.deliveries, fakes.webhooks
        self.services = Services(fakes.ports(self.process.port), SETTINGS)
        self.observed_jobs, self.jobs, self.entries = self.services.job_rows, self.services.jobs, self.services.entries
        self.annotations, self.deletions = self.services.annotations, self.services.entry_deletions
        self.job_uploads, self.entry_uploads = self.services.job_uploads, self.services.entry_uploads
        self.drops, self.fetched_inputs = self.services.drops, self.services.fetched_inputs
        self.dead_letters, self.secrets = self.services.dead_letters, self.services.webhook_secrets
        self.notifications, self.sweeper = self.services.notifications, self.services.sweeper
        self.users = self.services.users

    def runs(self, owner: str, *, max_attempts: int = 3) -> JobRuns:
        """The worker called `owner`, with leases of 60 s."""
        settings = replace(SETTINGS, max_attempts=max_attempts)
        return Services(self.services.ports, settings, owner=owner).runs

    def notes(self, caller: Caller, entry_id: str) -> tuple[Annotation, ...]:
        """The annotations of an entry, oldest first."""
        return self.annotations.list(caller, entry_id, limit=1000).items

    def note_rows(self, caller: Caller, entry_id: str) -> tuple[Annotation, ...]:
        """The rows of annotations of an entry, which may be deleted."""
        return self.annotation_rows.list(caller.account_id, entry_id, limit=1000, cursor=None).items


@pytest.fixture
def world() -> World:
    return World()
