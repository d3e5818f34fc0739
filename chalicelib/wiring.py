"""The composition root: settings in, services with their AWS adapters out. Adapters are named here and nowhere else."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from chalicelib.aws.batch_jobs import AwsBatch
from chalicelib.aws.clients import AwsClients, make_batch_client, make_clients
from chalicelib.aws.dynamodb.accounts import DynamoAccounts
from chalicelib.aws.dynamodb.annotations import DynamoAnnotations
from chalicelib.aws.dynamodb.audit import DynamoAuditTrail
from chalicelib.aws.dynamodb.client import make_dynamodb_client
from chalicelib.aws.dynamodb.dead_letters import DynamoDeadLetters
from chalicelib.aws.dynamodb.entries import DynamoEntries
from chalicelib.aws.dynamodb.jobs import DynamoJobs
from chalicelib.aws.dynamodb.keyed_requests import DynamoKeyedRequests
from chalicelib.aws.dynamodb.login_failures import DynamoLoginFailures
from chalicelib.aws.dynamodb.reminders import DynamoReminders
from chalicelib.aws.dynamodb.segments import DynamoSegments
from chalicelib.aws.dynamodb.table import DynamoTable
from chalicelib.aws.dynamodb.users import DynamoUsers
from chalicelib.aws.dynamodb.webhook_secrets import DynamoWebhookSecrets
from chalicelib.aws.s3.drops import S3Drops
from chalicelib.aws.s3.media import S3Media
from chalicelib.aws.s3.uploads import S3Uploads
from chalicelib.aws.sqs_queue import SqsQueue
from chalicelib.domain.reminders import Duty
from chalicelib.outbound.https_webhooks import HttpsWebhooks
from chalicelib.services.accounts import Accounts
from chalicelib.services.annotations import Annotations
from chalicelib.services.duties.entry_deletions import EntryDeletions
from chalicelib.services.duties.notifications import NotificationDuty, Notifications
from chalicelib.services.duties.notified_jobs import NotifiedJobs
from chalicelib.services.duties.retention import EntryRetention, JobRetention, RetentionPlan
from chalicelib.services.duties.sweeper import DropExpiry, EntryUploadExpiry, JobUploadExpiry, Performer, Sweeper
from chalicelib.services.entries import Entries
from chalicelib.services.idempotency import Idempotency
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
from chalicelib.services.ports import Clock, EntryStore, JobStore, MediaStore, WebhookSender
from chalicelib.services.runs.dead_letters import DeadLetters, JobMessageDuty
from chalicelib.services.runs.job_runs import JobRuns
from chalicelib.services.runs.segment_runs import SegmentRuns
from chalicelib.services.runs.segment_watch import SegmentWatch
from chalicelib.services.throttle import Throttle
from chalicelib.services.users import Users
from chalicelib.services.webhook_secrets import WebhookSecrets
from chalicelib.settings import Settings, read_settings


@dataclass(frozen=True, slots=True)
class ApiServices:
    """What the HTTP side needs."""

    settings: Settings
    users: Users
    jobs: Jobs
    entries: Entries
    entry_deletions: EntryDeletions
    annotations: Annotations
    idempotency: Idempotency
    throttle: Throttle
    job_uploads: JobUploads
    entry_uploads: EntryUploads
    webhook_secrets: WebhookSecrets


@dataclass(frozen=True, slots=True)
class BackgroundServices:
    """What goes on without a request: objects that arrive, what is due, and notifications."""

    arrivals: Arrivals
    drops: Drops
    dead_letters: DeadLetters
    sweeper: Sweeper
    notifications: Notifications


@dataclass(frozen=True, slots=True)
class WorkerServices:
    """What the queue side needs."""

    settings: Settings
    clock: Clock
    runs: JobRuns
    entries: EntryStore
    media: MediaStore
    fetched_inputs: FetchedInputs
    segment_runs: SegmentRuns


@cache
def api_services() -> ApiServices:
    """The services for this process, from its environment; built at the first request, not at import."""
    return make_api_services(read_settings(os.environ))


def make_api_services(settings: Settings) -> ApiServices:
    """Services on the adapters that `settings` name."""
    clients = make_clients()
    table = DynamoTable(clients.dynamodb, settings.table_name)
    media = S3Media(clients.s3, settings.media_bucket, link_expires_s=settings.link_expires_s)
    entry_rows, annotation_rows = DynamoEntries(table), DynamoAnnotations(table)
    uploads = _make_uploads(settings, clients, table)
    entries = Entries(entry_rows, media, utc_now, retention=uploads.retention)
    dropped = DroppedFiles(S3Drops(clients.s3, settings.media_bucket))
    deletions = EntryDeletions(entry_rows, annotation_rows, media, utc_now, dropped=dropped)
    queue = SqsQueue(clients.sqs, settings.job_queue_url)
    return ApiServices(
        settings=settings,
        users=_users(table),
        jobs=Jobs(_job_rows(settings, clients, table), entries, deletions, queue, utc_now, retention=uploads.retention),
        entries=entries,
        entry_deletions=deletions,
        annotations=Annotations(annotation_rows, entry_rows, utc_now),
        idempotency=Idempotency(DynamoKeyedRequests(table), utc_now),
        throttle=Throttle(per_minute=settings.requests_per_minute, burst=settings.request_burst),
        job_uploads=uploads.jobs,
        entry_uploads=uploads.entries,
        webhook_secrets=WebhookSecrets(DynamoWebhookSecrets(table), utc_now),
    )


@cache
def background_services() -> BackgroundServices:
    """The background services for this process, from its environment; built at the first event, not at import."""
    return make_background_services(read_settings(os.environ))


def make_background_services(settings: Settings, *, sender: WebhookSender | None = None) -> BackgroundServices:
    """Background services on the adapters that `settings` name. `sender` is another way to receivers, for trying."""
    clients = make_clients()
    table = DynamoTable(clients.dynamodb, settings.table_name)
    uploads = _make_uploads(settings, clients, table)
    media = S3Media(clients.s3, settings.media_bucket, link_expires_s=settings.link_expires_s)
    dropped = DroppedFiles(S3Drops(clients.s3, settings.media_bucket))
    deletions = EntryDeletions(DynamoEntries(table), DynamoAnnotations(table), media, utc_now, dropped=dropped)
    drops = Drops(
        store=S3Drops(clients.s3, settings.media_bucket),
        users=DynamoUsers(table),
        jobs=_job_rows(settings, clients, table),
        entries=DynamoEntries(table),
        annotations=DynamoAnnotations(table),
        reminders=DynamoReminders(table),
        queue=SqsQueue(clients.sqs, settings.job_queue_url),
        retention=uploads.retention,
        clock=utc_now,
        max_bytes=settings.max_upload_bytes,
        jobs_url=_jobs_url(settings),
    )
    performers: dict[Duty, Performer] = {
        Duty.DROP: DropExpiry(drops),
        Duty.JOB_MESSAGE: JobMessageDuty(DynamoJobs(table), SqsQueue(clients.sqs, settings.job_queue_url)),
        Duty.FETCHED_INPUT: _make_fetched_inputs(settings, clients, table),
        Duty.JOB_UPLOAD: JobUploadExpiry(uploads.jobs),
        Duty.ENTRY_UPLOAD: EntryUploadExpiry(uploads.entries),
        Duty.ENTRY_RETENTION: EntryRetention(deletions),
        Duty.JOB_RETENTION: JobRetention(
            _job_rows(settings, clients, table), deletions, uploads.store, dropped, utc_now
        ),
    }
    watch = _segment_watch(settings, clients, table)
    if watch is not None:
        performers[Duty.SEGMENTS] = watch
    if settings.delivery_queue_url is not None:
        deliveries = SqsQueue(clients.sqs, settings.delivery_queue_url)
        performers[Duty.NOTIFICATION] = NotificationDuty(DynamoJobs(table), deliveries, utc_now)
    return BackgroundServices(
        arrivals=Arrivals(uploads.jobs, uploads.entries, uploads.store),
        drops=drops,
        dead_letters=DeadLetters(
            _job_rows(settings, clients, table), DynamoDeadLetters(table), DynamoReminders(table), utc_now
        ),
        sweeper=Sweeper(DynamoReminders(table), performers, utc_now),
        notifications=Notifications(
            jobs=DynamoJobs(table),
            secrets=WebhookSecrets(DynamoWebhookSecrets(table), utc_now),
            reminders=DynamoReminders(table),
            sender=sender or HttpsWebhooks(),
            clock=utc_now,
        ),
    )


def make_users(table_name: str, *, endpoint_url: str | None = None, region: str | None = None) -> Users:
    """The users in that table, without anything else of a deployment; None leaves the choice to boto3."""
    return _users(_table(table_name, endpoint_url, region))


def make_accounts(table_name: str, *, endpoint_url: str | None = None, region: str | None = None) -> Accounts:
    """The accounts in that table, likewise."""
    table = _table(table_name, endpoint_url, region)
    return Accounts(DynamoAccounts(table), DynamoUsers(table), DynamoAuditTrail(table))


def make_dead_letters(table_name: str, *, endpoint_url: str | None = None, region: str | None = None) -> DeadLetters:
    """The dead letters of that table, likewise."""
    table = _table(table_name, endpoint_url, region)
    return DeadLetters(DynamoJobs(table), DynamoDeadLetters(table), DynamoReminders(table), utc_now)


def make_worker_services(settings: Settings, *, owner: str) -> WorkerServices:
    """Services for the worker called `owner`, a name that no other worker bears."""
    clients = make_clients()
    table = DynamoTable(clients.dynamodb, settings.table_name)
    return WorkerServices(
        settings=settings,
        clock=utc_now,
        runs=JobRuns(
            _job_rows(settings, clients, table),
            utc_now,
            owner=owner,
            lease_s=settings.lease_s,
            max_attempts=settings.max_attempts,
        ),
        entries=DynamoEntries(table),
        media=S3Media(clients.s3, settings.media_bucket, link_expires_s=settings.link_expires_s),
        fetched_inputs=_make_fetched_inputs(settings, clients, table),
        segment_runs=_segment_runs(settings, clients, table),
    )


def _make_fetched_inputs(settings: Settings, clients: AwsClients, table: DynamoTable) -> FetchedInputs:
    media = S3Media(clients.s3, settings.media_bucket, link_expires_s=settings.link_expires_s)
    entries = DynamoEntries(table)
    return FetchedInputs(
        jobs=_job_rows(settings, clients, table),
        entries=entries,
        media=media,
        deletions=EntryDeletions(entries, DynamoAnnotations(table), media, utc_now),
        reminders=DynamoReminders(table),
        clock=utc_now,
    )


def _segment_runs(settings: Settings, clients: AwsClients, table: DynamoTable) -> SegmentRuns:
    return SegmentRuns(
        jobs=_job_rows(settings, clients, table),
        segments=DynamoSegments(table),
        reminders=DynamoReminders(table),
        batch=_batch(settings),
        clock=utc_now,
        max_attempts=settings.max_attempts,
    )


def _segment_watch(settings: Settings, clients: AwsClients, table: DynamoTable) -> SegmentWatch | None:
    batch = _batch(settings)
    if batch is None:
        return None
    return SegmentWatch(
        runs=_segment_runs(settings, clients, table),
        jobs=_job_rows(settings, clients, table),
        segments=DynamoSegments(table),
        batch=batch,
        media=S3Media(clients.s3, settings.media_bucket, link_expires_s=settings.link_expires_s),
        queue=SqsQueue(clients.sqs, settings.job_queue_url),
        clock=utc_now,
        max_attempts=settings.max_attempts,
    )


def _batch(settings: Settings) -> AwsBatch | None:
    if settings.batch_queue is None or settings.batch_job_definition is None:
        return None
    return AwsBatch(make_batch_client(), settings.batch_queue, settings.batch_job_definition)


@dataclass(frozen=True, slots=True)
class _Uploads:
    jobs: JobUploads
    entries: EntryUploads
    store: S3Uploads
    retention: RetentionPlan


def _make_uploads(settings: Settings, clients: AwsClients, table: DynamoTable) -> _Uploads:
    store = S3Uploads(clients.s3, settings.media_bucket)
    targets = UploadTargets(store, utc_now, expires_s=settings.upload_expires_s)
    entries, reminders = DynamoEntries(table), DynamoReminders(table)
    media = S3Media(clients.s3, settings.media_bucket, link_expires_s=settings.link_expires_s)
    files = UploadedFiles(entries, store, media, utc_now)
    retention = RetentionPlan(reminders, DynamoAccounts(table), default_s=settings.retention_s)
    return _Uploads(
        jobs=JobUploads(
            jobs=_job_rows(settings, clients, table),
            entries=entries,
            uploads=store,
            files=files,
            reminders=reminders,
            queue=SqsQueue(clients.sqs, settings.job_queue_url),
            targets=targets,
            retention=retention,
            clock=utc_now,
        ),
        retention=retention,
        entries=EntryUploads(
            entries=entries,
            uploads=store,
            files=files,
            reminders=reminders,
            targets=targets,
            retention=retention,
            clock=utc_now,
        ),
        store=store,
    )


def _job_rows(settings: Settings, clients: AwsClients, table: DynamoTable) -> JobStore:
    """The jobs for whoever may end one."""
    jobs = DroppedJobs(DynamoJobs(table), DynamoEntries(table), S3Drops(clients.s3, settings.media_bucket))
    if settings.delivery_queue_url is None:
        return jobs
    deliveries = SqsQueue(clients.sqs, settings.delivery_queue_url)
    return NotifiedJobs(jobs, DynamoReminders(table), deliveries, utc_now)


def _jobs_url(settings: Settings) -> str | None:
    """Where clients see jobs, if notifications are sent at all and no request is needed to know it."""
    if settings.delivery_queue_url is None or not settings.public_base_url:
        return None
    return f"{settings.public_base_url.rstrip('/')}/jobs"


def _table(name: str, endpoint_url: str | None, region: str | None) -> DynamoTable:
    return DynamoTable(make_dynamodb_client(endpoint_url=endpoint_url, region=region), name)


def _users(table: DynamoTable) -> Users:
    return Users(DynamoUsers(table), DynamoLoginFailures(table), utc_now)


def utc_now() -> datetime:
    """The clock of a deployment."""
    return datetime.now(UTC)
