"""The ports in memory, one file a noun. The contract tests hold these and the AWS adapters to the same promises."""

from tests.fakes.accounts import FakeAccounts, FakeAuditTrail
from tests.fakes.all_ports import FakePorts
from tests.fakes.clock import START, FixedClock
from tests.fakes.dead_letters import FakeDeadLetters
from tests.fakes.drops import FakeDrops
from tests.fakes.entries import FakeAnnotations, FakeEntries
from tests.fakes.idempotency import FakeKeyedRequests
from tests.fakes.jobs import FakeJobs, FakeQueue
from tests.fakes.kept import as_kept
from tests.fakes.media import FakeMedia, FakeObject, FakeUploads
from tests.fakes.members import FakeMembers
from tests.fakes.reminders import FakeReminders
from tests.fakes.segments import FakeArray, FakeBatch, FakeSegments
from tests.fakes.users import LOW_COST, FakeLoginFailures, FakeUsers, cheap_passwords
from tests.fakes.webhooks import FakeWebhooks, FakeWebhookSecrets, SentWebhook

__all__ = [
    "LOW_COST",
    "START",
    "FakeAccounts",
    "FakeAnnotations",
    "FakeArray",
    "FakeAuditTrail",
    "FakeBatch",
    "FakeDeadLetters",
    "FakeDrops",
    "FakeEntries",
    "FakeJobs",
    "FakeKeyedRequests",
    "FakeLoginFailures",
    "FakeMedia",
    "FakeMembers",
    "FakeObject",
    "FakePorts",
    "FakeQueue",
    "FakeReminders",
    "FakeSegments",
    "FakeUploads",
    "FakeUsers",
    "FakeWebhookSecrets",
    "FakeWebhooks",
    "FixedClock",
    "SentWebhook",
    "as_kept",
    "cheap_passwords",
]
