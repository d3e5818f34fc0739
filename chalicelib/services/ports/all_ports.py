"""Every port of a process."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from chalicelib.services.ports.accounts import AccountStore, AuditTrail
from chalicelib.services.ports.annotations import AnnotationStore
from chalicelib.services.ports.batch import BatchJobs
from chalicelib.services.ports.clock import Clock
from chalicelib.services.ports.dead_letters import DeadLetterStore
from chalicelib.services.ports.drops import DropStore
from chalicelib.services.ports.entries import EntryStore
from chalicelib.services.ports.idempotency import KeyedRequestStore
from chalicelib.services.ports.jobs import JobQueue, JobStore
from chalicelib.services.ports.media import MediaStore
from chalicelib.services.ports.members import MemberStore
from chalicelib.services.ports.reminders import ReminderStore
from chalicelib.services.ports.segments import SegmentStore
from chalicelib.services.ports.uploads import UploadStore
from chalicelib.services.ports.users import LoginFailureStore, UserStore
from chalicelib.services.ports.webhooks import WebhookSecretStore, WebhookSender

T = TypeVar("T")
Port = Callable[[], T]
"""Returns always the same adapter, made when it is first asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The interfaces that the services need. None: a deployment without it."""

    clock: Clock
    users: Port[UserStore]
    login_failures: Port[LoginFailureStore]
    accounts: Port[AccountStore]
    audit_trail: Port[AuditTrail]
    jobs: Port[JobStore]
    queue: Port[JobQueue]
    entries: Port[EntryStore]
    annotations: Port[AnnotationStore]
    keyed_requests: Port[KeyedRequestStore]
    media: Port[MediaStore]
    uploads: Port[UploadStore]
    drops: Port[DropStore]
    reminders: Port[ReminderStore]
    dead_letters: Port[DeadLetterStore]
    segments: Port[SegmentStore]
    members: Port[MemberStore]
    webhook_secrets: Port[WebhookSecretStore]
    webhooks: Port[WebhookSender]
    deliveries: Port[JobQueue] | None
    batch: Port[BatchJobs] | None
