"""Every port of a process in memory, and the services on them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from chalicelib.services.ports.all_ports import Ports
from tests.fakes.accounts import FakeAccounts, FakeAuditTrail
from tests.fakes.clock import FixedClock
from tests.fakes.dead_letters import FakeDeadLetters
from tests.fakes.drops import FakeDrops
from tests.fakes.entries import FakeAnnotations, FakeEntries
from tests.fakes.idempotency import FakeKeyedRequests
from tests.fakes.jobs import FakeJobs, FakeQueue
from tests.fakes.media import FakeMedia, FakeUploads
from tests.fakes.members import FakeMembers
from tests.fakes.reminders import FakeReminders
from tests.fakes.segments import FakeBatch, FakeSegments
from tests.fakes.users import FakeLoginFailures, FakeUsers
from tests.fakes.webhooks import FakeWebhooks, FakeWebhookSecrets

T = TypeVar("T")


@dataclass
class FakePorts:
    """The fakes, for tests to look at; `ports` gives them to services. Without `batch` no video is divided."""

    clock: FixedClock = field(default_factory=FixedClock)
    users: FakeUsers = field(default_factory=FakeUsers)
    login_failures: FakeLoginFailures = field(default_factory=FakeLoginFailures)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    jobs: FakeJobs = field(default_factory=FakeJobs)
    queue: FakeQueue = field(default_factory=FakeQueue)
    entries: FakeEntries = field(default_factory=FakeEntries)
    annotations: FakeAnnotations = field(default_factory=FakeAnnotations)
    keyed_requests: FakeKeyedRequests = field(default_factory=FakeKeyedRequests)
    media: FakeMedia = field(default_factory=FakeMedia)
    make_drops: type[FakeDrops] = FakeDrops
    reminders: FakeReminders = field(default_factory=FakeReminders)
    dead_letters: FakeDeadLetters = field(default_factory=FakeDeadLetters)
    segments: FakeSegments = field(default_factory=FakeSegments)
    members: FakeMembers = field(default_factory=FakeMembers)
    webhook_secrets: FakeWebhookSecrets = field(default_factory=FakeWebhookSecrets)
    webhooks: FakeWebhooks = field(default_factory=FakeWebhooks)
    deliveries: FakeQueue = field(default_factory=FakeQueue)
    batch: FakeBatch | None = None

    def __post_init__(self) -> None:
        self.uploads = FakeUploads(self.media)
        self.drops = self.make_drops(self.media, self.clock)

    def ports(self, through: Callable[[object], object] = lambda fake: fake) -> Ports:
        """The fakes as services reach them: by way of `through`, which may stand in between."""

        def port(fake: T) -> Callable[[], T]:
            reached = through(fake)
            return lambda: reached  # type: ignore[return-value]  # it stands for the same port

        return Ports(
            clock=self.clock,
            users=lambda: self.users,
            login_failures=lambda: self.login_failures,
            accounts=lambda: self.accounts,
            audit_trail=lambda: FakeAuditTrail(self.jobs, self.entries),
            jobs=port(self.jobs),
            queue=port(self.queue),
            entries=port(self.entries),
            annotations=port(self.annotations),
            keyed_requests=port(self.keyed_requests),
            media=port(self.media),
            uploads=port(self.uploads),
            drops=port(self.drops),
            reminders=port(self.reminders),
            dead_letters=port(self.dead_letters),
            segments=port(self.segments),
            members=port(self.members),
            webhook_secrets=lambda: self.webhook_secrets,
            webhooks=lambda: self.webhooks,
            deliveries=port(self.deliveries),
            batch=None if self.batch is None else port(self.batch),
        )
