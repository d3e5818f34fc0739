"""Services on fakes."""

from dataclasses import dataclass, field
from io import BytesIO

import pytest

from chalicelib.domain.accounts import Caller
from chalicelib.domain.ids import new_id
from chalicelib.services.annotations import Annotations
from chalicelib.services.entries import Entries, Upload
from chalicelib.services.job_runs import JobRuns
from chalicelib.services.jobs import Jobs
from chalicelib.services.users import Users
from tests.fakes import START, FakeAnnotations, FakeEntries, FakeJobs, FakeMedia, FakeQueue, FakeUsers, FixedClock

ADA = Caller("ada@example.org", new_id(START))
EVE = Caller("eve@example.org", new_id(START))


def an_upload(file_name: str | None = "clip.mp4", body: bytes = b"media", content_type: str | None = None) -> Upload:
    """A file as a client sends it."""
    return Upload(file_name, content_type, BytesIO(body), len(body))


@dataclass
class World:
    """Every service, and the fakes beneath."""

    clock: FixedClock = field(default_factory=FixedClock)
    job_rows: FakeJobs = field(default_factory=FakeJobs)
    entry_rows: FakeEntries = field(default_factory=FakeEntries)
    media: FakeMedia = field(default_factory=FakeMedia)
    queue: FakeQueue = field(default_factory=FakeQueue)

    def __post_init__(self) -> None:
        self.entries = Entries(self.entry_rows, self.media, self.clock)
        self.jobs = Jobs(self.job_rows, self.entries, self.queue, self.clock)
        self.annotations = Annotations(FakeAnnotations(), self.entry_rows, self.clock)
        self.users = Users(FakeUsers(), self.clock)

    def runs(self, owner: str, *, max_attempts: int = 3) -> JobRuns:
        """The worker called `owner`, with leases of 60 s."""
        return JobRuns(self.job_rows, self.clock, owner=owner, lease_s=60.0, max_attempts=max_attempts)


@pytest.fixture
def world() -> World:
    return World()
