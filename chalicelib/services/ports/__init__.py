"""The interfaces that the services need, one file per noun; `aws` implements them, the tests have fakes.

clock         The time of day, as services ask for it.
paging        Lists in pages.
jobs          Jobs, and the way to those who work on them.
entries       Entries and their representations.
annotations   Annotations.
idempotency   Requests with an idempotency key.
users         Users, and log-ins that failed.
accounts      What operators decide for accounts, and what was removed in them.
media         The bytes of representations.
uploads       Direct uploads.
drops         The drop-folder.
segments      The segments of runs.
members       The members of batches.
batch         Work that takes too long for a Lambda function.
dead_letters  Runs that were given up.
reminders     Reminders of what is due
webhooks      Notifications to URLs that clients name.
all_ports     Every port of a process.
"""

from chalicelib.services.ports.accounts import AccountStore, AuditTrail
from chalicelib.services.ports.annotations import AnnotationStore
from chalicelib.services.ports.batch import BatchJobs, BatchStatus
from chalicelib.services.ports.clock import Clock
from chalicelib.services.ports.dead_letters import DeadLetterStore
from chalicelib.services.ports.drops import DropStore
from chalicelib.services.ports.entries import EntryStore
from chalicelib.services.ports.idempotency import KeyedRequestStore
from chalicelib.services.ports.jobs import JobQueue, JobStore
from chalicelib.services.ports.media import LinkMethod, MediaStore, StoredMedia
from chalicelib.services.ports.members import MemberStore
from chalicelib.services.ports.paging import Page
from chalicelib.services.ports.reminders import ReminderStore
from chalicelib.services.ports.segments import SegmentStore
from chalicelib.services.ports.uploads import SignedForm, UploadStore
from chalicelib.services.ports.users import LoginFailureStore, UserStore
from chalicelib.services.ports.webhooks import WebhookSecretStore, WebhookSender

__all__ = [
    "AccountStore",
    "AnnotationStore",
    "AuditTrail",
    "BatchJobs",
    "BatchStatus",
    "Clock",
    "DeadLetterStore",
    "DropStore",
    "EntryStore",
    "JobQueue",
    "JobStore",
    "KeyedRequestStore",
    "LinkMethod",
    "LoginFailureStore",
    "MediaStore",
    "MemberStore",
    "Page",
    "ReminderStore",
    "SegmentStore",
    "SignedForm",
    "StoredMedia",
    "UploadStore",
    "UserStore",
    "WebhookSecretStore",
    "WebhookSender",
]
